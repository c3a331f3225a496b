//! Reading requests: axum's extractors, but what cannot be read becomes a problem document.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::{Kind, Problem};

/// A JSON body.
pub struct Body<T>(pub T);

/// The parts of a form with files.
pub struct Form(pub Multipart);

/// The query of the address.
pub struct Query<T>(pub T);

/// The parts of the path.
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(body_problem(&rejection)),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Multipart::from_request(request, state).await.map(Self).map_err(|_| {
            Problem::new(
                Kind::MediaType,
                "请以 multipart/form-data 发送，并带上 boundary。",
                "Send it as multipart/form-data, with its boundary.",
            )
        })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query: Result<_, QueryRejection> =
            axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query.map(|axum::extract::Query(value)| Self(value)).map_err(|rejection| {
            let detail = rejection.body_text();
            Problem::field(
                "query",
                format!("地址中的查询参数有误（{detail}）。请检查日期等参数的写法。"),
                format!("The query of the address cannot be read: {detail}. Look at days and numbers."),
            )
        })
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path: Result<_, PathRejection> = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Problem::not_found("path"))
    }
}

/// What is wrong with a body. The reader's own words are quoted back, nothing of ours.
fn body_problem(rejection: &JsonRejection) -> Problem {
    let detail = rejection.body_text();
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(Kind::TooLarge, "发送的内容超过上限。", "The body is larger than this server takes.")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Problem::new(Kind::MediaType, "请以 application/json 发送。", "Send it as application/json.")
        }
        _ => Problem::field(
            "body",
            format!("发送的内容不是所要求的 JSON：{detail}"),
            format!("The body is not the JSON that is wanted: {detail}"),
        ),
    }
}
