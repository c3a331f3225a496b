//! What stands between the world and the handlers: the language of problems, the header against forged requests,
//! the headers that tell browsers what not to do, and the log of requests.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::Lang;

use super::problem::{Kind, Problem};

/// The header that requests which change something must have. A form on another site cannot set it, and a script
/// there may not without our leave, which we never give; the session cookie is SameSite=Strict besides.
pub const CHANGES_HEADER: &str = "x-yingjin";

/// Our own files only: the pages bring their scripts, styles and pictures, and nothing is written into a page as text.
/// Widths of bars are set by script through the style object, which this allows.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Writes problems in the language that the reader asked for, Chinese unless said.
pub async fn language(request: Request, next: Next) -> Response {
    let lang = lang_of(request.headers());
    let response = next.run(request).await;
    match response.extensions().get::<Problem>() {
        Some(problem) => problem.response(lang),
        None => response,
    }
}

/// The first language of Accept-Language that we have. Weights are not weighed: browsers send them in order.
pub fn lang_of(headers: &HeaderMap) -> Lang {
    let accepted =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').find_map(|tag| tag.split(';').next()?.trim().parse().ok()).unwrap_or_default()
}

/// Refuses requests that would change something and could have been forged.
pub async fn no_forgery(request: Request, next: Next) -> Response {
    // Residents' apps have no session that a request could be forged with: they send a key of their own.
    let keyed = request.uri().path().starts_with("/open311/");
    let safe = keyed || matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || request.headers().contains_key(CHANGES_HEADER) {
        return next.run(request).await;
    }
    Problem::new(
        Kind::Forbidden,
        "缺少请求头 X-Yingjin: 1，无法确认请求来自本系统页面。",
        "The header X-Yingjin: 1 is missing, so nothing shows that the request comes from our own pages.",
    )
    .into_response()
}

/// Tells browsers what not to do, and what to keep: nothing of the API unless its answer says otherwise.
pub async fn headers(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    // Built files have a digest of what is in them in their names; the page that names them has not.
    let kept = if path.starts_with("/api/") {
        "no-store"
    } else if path.starts_with("/assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = next.run(request).await;
    let is_found = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let kept = if is_found { kept } else { "no-store" };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), payment=()"),
    ] {
        // A file that somebody sent says for itself that even less may be done with it.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(kept));
    headers.append(header::VARY, HeaderValue::from_static("cookie, accept-language"));
    response
}

/// One line a request: method, route, status, time. Not the address itself: ids and queries may name persons.
pub async fn log(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    let (status, took_us) = (response.status(), began.elapsed().as_micros());
    let route = route.as_deref().unwrap_or("-");
    if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE {
        tracing::error!(%method, route, status = status.as_u16(), took_us, "answered");
    } else {
        tracing::info!(%method, route, status = status.as_u16(), took_us, "answered");
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_unless_another_is_asked_for() {
        let check = |accepted: &str, expected: Lang| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accepted.parse().unwrap());
            assert_eq!(lang_of(&headers), expected, "{accepted}");
        };
        check("", Lang::Zh);
        check("en-GB,en;q=0.9,zh;q=0.8", Lang::En);
        check("fr, zh-CN;q=0.8, en", Lang::Zh);
        check("fr", Lang::Zh);
    }
}
