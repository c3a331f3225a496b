//! Lists in pages. A cursor says after what to go on; it is opaque to clients and needs no memory here.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;

/// The most items in one page.
pub const MAX_LIMIT: usize = 500;

/// Which page.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// `next_cursor` of the page before; the first page without it.
    pub cursor: Option<String>,
    /// Items in a page, 1 to 500; 50 unless said.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Send it as `cursor` for the next page; none at the end.
    pub next_cursor: Option<String>,
    /// Items in all pages, where that is known.
    pub total: Option<u64>,
}

impl Paging {
    /// Items wanted, within bounds.
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(50).clamp(1, MAX_LIMIT)
    }

    /// Where to go on: what [`cursor`] was given. Errors: a cursor that is none of ours.
    pub fn after<T: serde::de::DeserializeOwned>(&self) -> Result<Option<T>, Problem> {
        let Some(text) = &self.cursor else { return Ok(None) };
        let bytes = (0..text.len())
            .step_by(2)
            .map(|at| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect::<Option<Vec<u8>>>();
        match bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            Some(after) => Ok(Some(after)),
            None => Err(Problem::field(
                "cursor",
                "翻页标记无效，请从第一页重新开始。",
                "This cursor is none of ours. Start again from the first page.",
            )),
        }
    }
}

/// A cursor that goes on after `last`.
pub fn cursor<T: Serialize>(last: &T) -> Option<String> {
    use std::fmt::Write;
    let bytes = serde_json::to_vec(last).ok()?;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").ok()?;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back() {
        let paging = Paging { cursor: cursor(&("许昌", 7)), limit: Some(9999) };
        assert_eq!(paging.after::<(String, i64)>().unwrap(), Some(("许昌".to_owned(), 7)));
        assert_eq!(paging.limit(), MAX_LIMIT);
        let broken = Paging { cursor: Some("许x".to_owned()), limit: None };
        assert!(broken.after::<i64>().is_err());
        assert_eq!(Paging::default().after::<i64>().unwrap(), None);
    }
}
