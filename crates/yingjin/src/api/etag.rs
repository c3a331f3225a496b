//! Answers that a client may keep: with a tag over what is in them, and 304 while nothing has changed.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::Problem;
use crate::account::token_hash;

/// The value as JSON with its tag, or 304 where the client has it already. Only the same reader may keep it, and asks
/// each time whether it still holds.
pub fn tagged<T: Serialize>(headers: &HeaderMap, value: &T) -> Result<Response, Problem> {
    let body = serde_json::to_string(value).map_err(|error| Problem::internal(&error))?;
    let tag = format!("\"{}\"", &token_hash(&body)[..32]);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known.flat_map(|list| list.split(',')).any(|one| {
        let one = one.trim();
        one == "*" || one.trim_start_matches("W/") == tag
    });
    let kept = [(header::ETAG, tag), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    Ok((kept, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_not_sent_twice() {
        let first = tagged(&HeaderMap::new(), &1).unwrap();
        assert_eq!(first.status(), StatusCode::OK);
        let mut headers = HeaderMap::new();
        headers.insert(
            header::IF_NONE_MATCH,
            format!("\"x\", W/{}", first.headers()[header::ETAG].to_str().unwrap()).parse().unwrap(),
        );
        assert_eq!(tagged(&headers, &1).unwrap().status(), StatusCode::NOT_MODIFIED);
        assert_eq!(tagged(&headers, &2).unwrap().status(), StatusCode::OK);
    }
}
