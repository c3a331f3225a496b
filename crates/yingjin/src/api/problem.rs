//! Errors as RFC 9457 problem documents, in the reader's language.
//!
//! Handlers return a [`Problem`]; it does not know the reader. The `language` layer writes it out once the
//! answer leaves, in the language the request asked for.

use std::collections::BTreeMap;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::Lang;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{ContentBuilder, RefOr, ResponseBuilder};

use super::words::Words;

/// What a client reads: RFC 9457, `application/problem+json`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// What kind of problem, for programs: `/problems/not-found`.
    #[serde(rename = "type")]
    pub problem_type: String,
    /// What kind of problem, for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time and how to mend it.
    pub detail: String,
    /// Single mistakes in what was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// One mistake in what was sent.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// The field.
    pub field: String,
    /// What is wrong with it.
    pub detail: String,
}

/// An error on its way to a reader. Contract: nothing in it tells of files, queries or code.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    kind: Kind,
    detail: Words,
    errors: Vec<(String, Words)>,
    retry_after_s: Option<u64>,
}

/// The kinds of problem: status, name and title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 400: what was sent cannot be read.
    Invalid,
    /// 401: nobody is signed in.
    SignIn,
    /// 403: signed in, but not allowed.
    Forbidden,
    /// 404: not there, or not for this reader to know of.
    NotFound,
    /// 405: not with this method.
    Method,
    /// 409: it has changed meanwhile, or exists already.
    Conflict,
    /// 413: too large.
    TooLarge,
    /// 415: of a type that is not read.
    MediaType,
    /// 429: too often.
    TooMany,
    /// 500: our fault.
    Internal,
    /// 503: cannot be done now.
    Unavailable,
}

impl Kind {
    fn status(self) -> StatusCode {
        match self {
            Self::Invalid => StatusCode::BAD_REQUEST,
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Name, and title in both languages.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Invalid => ("invalid", "所填内容有误", "What was sent cannot be read"),
            Self::SignIn => ("sign-in", "请先登录", "Sign in first"),
            Self::Forbidden => ("forbidden", "没有权限", "Not allowed"),
            Self::NotFound => ("not-found", "没有找到", "Not found"),
            Self::Method => ("method", "不支持这种请求方法", "Not with this method"),
            Self::Conflict => ("conflict", "与现有内容冲突", "In conflict with what is there"),
            Self::TooLarge => ("too-large", "内容过大", "Too large"),
            Self::MediaType => ("media-type", "不支持的内容类型", "A type of content that is not read"),
            Self::TooMany => ("too-many", "请求过于频繁", "Too many requests"),
            Self::Internal => ("internal", "服务器出错", "The server failed"),
            Self::Unavailable => ("unavailable", "暂时无法提供", "Not available now"),
        }
    }
}

impl Problem {
    /// A problem with what happened, in both languages.
    pub fn new(kind: Kind, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { kind, detail: Words::new(zh, en), errors: vec![], retry_after_s: None }
    }

    /// 400 with one field named.
    pub fn field(field: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        let words = Words::new(zh, en);
        Self {
            kind: Kind::Invalid,
            detail: words.clone(),
            errors: vec![(field.to_owned(), words)],
            retry_after_s: None,
        }
    }

    /// 400 with every field that is wrong.
    pub fn fields(errors: Vec<(String, Words)>) -> Self {
        Self {
            errors,
            ..Self::new(
                Kind::Invalid,
                "有几项填写不正确，请逐项修改后重试。",
                "Some fields are wrong; mend each and send it again.",
            )
        }
    }

    /// 401.
    pub fn sign_in() -> Self {
        Self::new(
            Kind::SignIn,
            "这个页面需要登录后查看。请登录后重试。",
            "Only those who have signed in may see this. Sign in and try again.",
        )
    }

    /// 403.
    pub fn forbidden() -> Self {
        Self::new(
            Kind::Forbidden,
            "您的账号没有这项权限。如需办理，请联系管理员。",
            "Your account may not do this. Ask your administrator if you need to.",
        )
    }

    /// 404; `what` names what was looked for.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            Kind::NotFound,
            format!("没有找到 {what}，或者您无权查看。"),
            format!("There is no {what}, or it is not yours to see."),
        )
    }

    /// 429 with the seconds to wait.
    pub fn too_many(retry_after_s: u64) -> Self {
        let mut problem = Self::new(
            Kind::TooMany,
            format!("尝试次数过多，请在 {retry_after_s} 秒后重试。"),
            format!("Too many attempts. Try again in {retry_after_s} seconds."),
        );
        problem.retry_after_s = Some(retry_after_s);
        problem
    }

    /// 500. The cause goes to the log and not to the reader.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(
            Kind::Internal,
            "服务器处理时出错，数据没有改动。请稍后重试；如果再次出现，请告诉管理员。",
            "The server failed; nothing was changed. Try again later, and tell your administrator if it happens again.",
        )
    }

    /// 503 for a change that is durable while what follows from it could not be written: a pass records that later.
    pub fn without_verdicts(seq: i64, cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(seq, %cause, "a change is kept without its verdicts");
        Self::new(
            Kind::Unavailable,
            format!(
                "修改已经保存（第 {seq} 号事件），但由此变动的判定没有写入；登记库能写入后会自动补记。不必重新填写；请告诉管理员。"
            ),
            format!(
                "The change is kept as event {seq}, but the verdicts that follow from it could not be written yet; the \
                 server records them as soon as it can. There is no need to enter it again; tell your administrator."
            ),
        )
    }

    /// The status it answers with.
    pub fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// The document in one language.
    pub fn document(&self, lang: Lang) -> ProblemDocument {
        let (name, zh, en) = self.kind.words();
        let pick = |words: &Words| match lang {
            Lang::Zh => words.zh.clone(),
            Lang::En => words.en.clone(),
        };
        ProblemDocument {
            problem_type: format!("/problems/{name}"),
            title: pick(&Words::new(zh, en)),
            status: self.kind.status().as_u16(),
            detail: pick(&self.detail),
            errors: self
                .errors
                .iter()
                .map(|(field, words)| FieldProblem { field: field.clone(), detail: pick(words) })
                .collect(),
        }
    }

    /// The answer in one language.
    pub fn response(&self, lang: Lang) -> Response {
        let mut response = (self.status(), axum::Json(self.document(lang))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for Problem {
    /// In Chinese, with the problem itself attached for the `language` layer to write out again.
    fn into_response(self) -> Response {
        let mut response = self.response(Lang::Zh);
        response.extensions_mut().insert(self);
        response
    }
}

impl utoipa::IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let content = ContentBuilder::new()
            .schema(Some(utoipa::openapi::Ref::from_schema_name("ProblemDocument")))
            .build();
        let response = ResponseBuilder::new()
            .description("What went wrong and how to mend it, RFC 9457")
            .content("application/problem+json", content)
            .build();
        BTreeMap::from([("default".to_owned(), response.into())])
    }
}
