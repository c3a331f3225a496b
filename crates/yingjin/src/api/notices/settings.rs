//! How an account wants to be told: by which way of which kind, in which language, to which address.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use chrono::{DateTime, TimeDelta, Utc};
use model::event::EventType;
use model::notice::{NoticeRule, Receiver, Way};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Account, Channel, End, Role, StoredMessage};
use utoipa::ToSchema;

use crate::account::{new_token, token_hash};
use crate::api::app::App;
use crate::api::extract::{Body, Path};
use crate::api::list::say;
use crate::api::problem::{Kind, Problem};
use crate::api::right::{ActOnCases, May, OpenCases, Right, SignIn};
use crate::api::words::Words;
use crate::clock;
use crate::sending::Failure;
use crate::sending::mail::{Mail, is_address};
use crate::sending::webhook::{checked_url, key};

/// For how long a link that confirms an address holds.
const CONFIRM_HOURS: i64 = 72;
/// Failures that are shown.
const SHOWN: usize = 5;

/// How a kind of notice is sent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoticeWay {
    /// Not at all: it stands in the inbox.
    App,
    /// By itself, when it comes.
    Once,
    /// Once a day, with others.
    Digest,
}

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoticeLang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

/// How an account is told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoticeSettings {
    /// In which language what is sent is written.
    pub lang: NoticeLang,
    /// The kinds of notice, in the city's order.
    pub kinds: Vec<NoticeKind>,
    /// The hour of the day at which a digest is sent.
    pub digest_hour: u32,
    /// Whether this server can send mail.
    pub has_mail: bool,
    /// The address that mail goes to.
    pub email: Option<String>,
    /// An address that waits to be confirmed.
    pub email_asked: Option<String>,
    /// Where webhooks go. The secret is never said.
    pub webhook: Option<String>,
    /// Why nothing goes there any more.
    pub webhook_stopped: Option<Words>,
    /// What could not be sent lately.
    pub failed: Vec<FailedMessage>,
}

/// A kind of notice, and how it is sent on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoticeKind {
    /// `came`
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// How it is sent on.
    pub way: NoticeWay,
}

/// A message that could not be sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FailedMessage {
    /// When it was to be sent first.
    pub at: DateTime<Utc>,
    /// Whether it was a mail; else a webhook.
    pub by_mail: bool,
    /// Why the last try failed.
    pub why: Words,
    /// How often it was tried.
    pub tries: u64,
    /// Whether it is not tried again.
    pub given_up: bool,
}

/// What somebody chooses.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NoticeChoice {
    /// The language.
    pub lang: NoticeLang,
    /// By kind; the city's choice for those that are not named.
    pub ways: BTreeMap<String, NoticeWay>,
}

/// An address for mail.
#[derive(Deserialize, ToSchema)]
pub struct NoticeEmail {
    /// `name@example.cn`
    pub address: String,
}

/// An address for webhooks.
#[derive(Deserialize, ToSchema)]
pub struct NoticeWebhook {
    /// `https://example.cn/hook`
    pub url: String,
    /// What they are signed with, as Standard Webhooks has it: `whsec_` and the base64 of 24 to 64 bytes. Made where the
    /// account sits; it is taken in and never given out.
    pub secret: String,
}

/// An address that was confirmed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConfirmedEmail {
    /// The address.
    pub address: String,
}

impl From<Way> for NoticeWay {
    fn from(way: Way) -> Self {
        match way {
            Way::App => Self::App,
            Way::Once => Self::Once,
            Way::Digest => Self::Digest,
        }
    }
}

impl From<NoticeWay> for Way {
    fn from(way: NoticeWay) -> Self {
        match way {
            NoticeWay::App => Self::App,
            NoticeWay::Once => Self::Once,
            NoticeWay::Digest => Self::Digest,
        }
    }
}

impl From<NoticeLang> for model::Lang {
    fn from(lang: NoticeLang) -> Self {
        match lang {
            NoticeLang::Zh => Self::Zh,
            NoticeLang::En => Self::En,
        }
    }
}

impl From<model::Lang> for NoticeLang {
    fn from(lang: model::Lang) -> Self {
        match lang {
            model::Lang::Zh => Self::Zh,
            model::Lang::En => Self::En,
        }
    }
}

/// The reason of a failure as it is kept.
fn why(kept: &str) -> Words {
    serde_json::from_str(kept).unwrap_or_default()
}

impl From<&StoredMessage> for FailedMessage {
    fn from(stored: &StoredMessage) -> Self {
        Self {
            at: stored.made_at,
            by_mail: stored.message.channel == Channel::Mail,
            why: stored.why.as_deref().map(why).unwrap_or_default(),
            tries: stored.tries,
            given_up: stored.end == Some(End::GivenUp),
        }
    }
}

/// Whether somebody of a role can ever be that receiver: nobody is asked about what they are never told.
fn may_be(role: Role, receiver: Receiver) -> bool {
    match receiver {
        Receiver::Holder | Receiver::Office | Receiver::Helping | Receiver::Inspector => {
            ActOnCases::ROLES.contains(&role)
        }
        Receiver::Raiser => OpenCases::ROLES.contains(&role),
        Receiver::Beneficiary | Receiver::Bearer | Receiver::Filer => role == Role::Firm,
    }
}

impl App {
    fn notice_settings(&self, account: &Account) -> Result<NoticeSettings, Problem> {
        let telling = self.store().telling(&account.name)?;
        let notices = self.rules().notices.as_ref();
        let rules = notices.map(|notices| notices.rules.as_slice()).unwrap_or_default();
        let concerns = |rule: &&NoticeRule| rule.to.iter().any(|receiver| may_be(account.role, *receiver));
        let kinds = rules.iter().filter(concerns).map(|rule| NoticeKind {
            id: rule.id.clone(),
            label: Words::from(&rule.label),
            way: self.way(&telling, &rule.id).into(),
        });
        let failed = self.store().failed_messages(&account.name, SHOWN)?;
        Ok(NoticeSettings {
            lang: telling.lang.into(),
            kinds: kinds.collect(),
            digest_hour: notices.map_or(0, |notices| notices.digest_hour),
            has_mail: self.settings.mail.is_some(),
            email: telling.email,
            email_asked: telling.email_asked,
            webhook_stopped: telling.webhook.as_ref().and_then(|webhook| webhook.stopped.as_deref()).map(why),
            webhook: telling.webhook.map(|webhook| webhook.url),
            failed: failed.iter().map(FailedMessage::from).collect(),
        })
    }

    /// That somebody changed where they are told is an event; where is theirs to know.
    fn note_telling(&self, account: &Account, what: &str) -> Result<(), Problem> {
        let summary = json!({"name": account.name, "told_by": what});
        Ok(self.store().append(self.event(EventType::Account, account, summary), vec![]).map(drop)?)
    }
}

/// How one is told.
#[utoipa::path(get, path = "/api/notices/settings", tag = "notices",
    responses((status = 200, body = NoticeSettings), Problem))]
pub async fn notice_settings(
    State(app): State<App>,
    account: May<SignIn>,
) -> Result<Json<NoticeSettings>, Problem> {
    app.blocking(move |app| app.notice_settings(&account).map(Json)).await
}

/// Chooses the language, and the way of each kind.
#[utoipa::path(put, path = "/api/notices/settings", tag = "notices", request_body = NoticeChoice,
    responses((status = 200, body = NoticeSettings), Problem))]
pub async fn choose_notices(
    State(app): State<App>,
    account: May<SignIn>,
    Body(choice): Body<NoticeChoice>,
) -> Result<Json<NoticeSettings>, Problem> {
    app.blocking(move |app| {
        let notices = app.rules().notices.as_ref();
        let unknown = choice.ways.keys().find(|kind| notices.is_none_or(|known| known.rule(kind).is_none()));
        if let Some(unknown) = unknown {
            return Err(Problem::field(
                "ways",
                format!("没有“{unknown}”这种通知。"),
                format!("There is no kind of notice {unknown}."),
            ));
        }
        let ways = choice.ways.into_iter().map(|(kind, way)| (kind, way.into())).collect();
        app.store().choose_telling(&account.name, (choice.lang.into(), ways))?;
        app.notice_settings(&account).map(Json)
    })
    .await
}

/// Sends a link to an address. Mail goes there once whoever reads it has followed the link, and not before.
#[utoipa::path(put, path = "/api/notices/email", tag = "notices", request_body = NoticeEmail,
    responses((status = 200, body = NoticeSettings), Problem))]
pub async fn ask_notice_email(
    State(app): State<App>,
    account: May<SignIn>,
    Body(asked): Body<NoticeEmail>,
) -> Result<Json<NoticeSettings>, Problem> {
    let Some(server) = app.settings.mail.clone() else {
        return Err(Problem::new(
            Kind::Conflict,
            "本服务器没有配置发送邮件，请联系管理员。",
            "This server is not set up to send mail; ask your administrator.",
        ));
    };
    let address = asked.address.trim().to_owned();
    if !is_address(&address) {
        return Err(Problem::field(
            "address",
            "邮箱地址应形如 name@example.cn。",
            "An address is like name@example.cn.",
        ));
    }
    app.confirmed.check(&account.name, clock::now()).map_err(Problem::too_many)?;
    app.confirmed.count(&account.name, clock::now());
    let token = new_token();
    let (hash, to) = (token_hash(&token), address.clone());
    let name = account.name.clone();
    let lang = app
        .blocking(move |app| {
            let until = clock::now() + TimeDelta::hours(CONFIRM_HOURS);
            app.store().ask_email(&name, &to, (&hash, until))?;
            Ok(app.store().telling(&name)?.lang)
        })
        .await?;
    let link = app.link(&format!("/confirm/{token}"));
    let name = &account.name;
    let mail = Mail {
        to: address,
        subject: say(lang, "应尽：请确认邮箱", "Yingjin: please confirm your address").to_owned(),
        text: Words::new(
            format!(
                "“应尽”的账户 {name} 想把通知发到这个邮箱。如果是您，请在 {CONFIRM_HOURS} 小时内打开下面的链接并确认：\n\n{link}\n\n\
                 如果不是您，不必理会：不确认就不会再有邮件。\n"
            ),
            format!(
                "The account {name} of Yingjin asked for notices at this address. If that is you, follow this link within \
                 {CONFIRM_HOURS} hours and confirm:\n\n{link}\n\nIf not, do nothing: without it, no further mail comes.\n"
            ),
        )
        .get(lang)
        .to_owned(),
        message: format!("confirm_{}", &new_token()[..32]),
    };
    server.send(&mail).await.map_err(not_sent)?;
    app.blocking(move |app| app.notice_settings(&account).map(Json)).await
}

fn not_sent(failure: Failure) -> Problem {
    Problem::new(
        Kind::Unavailable,
        format!("确认邮件没有发出：{}。请核对地址，或稍后再试。", failure.why.zh),
        format!(
            "The mail with the link could not be sent: {}. Look at the address, or try again later.",
            failure.why.en
        ),
    )
}

/// Ends mail.
#[utoipa::path(delete, path = "/api/notices/email", tag = "notices",
    responses((status = 200, body = NoticeSettings), Problem))]
pub async fn forget_notice_email(
    State(app): State<App>,
    account: May<SignIn>,
) -> Result<Json<NoticeSettings>, Problem> {
    app.blocking(move |app| {
        app.store().forget_email(&account.name)?;
        app.note_telling(&account, "no e-mail")?;
        app.notice_settings(&account).map(Json)
    })
    .await
}

/// Confirms an address, by whoever holds the link that was sent there.
#[utoipa::path(post, path = "/api/notices/confirm/{token}", tag = "notices", params(("token" = String, Path)),
    responses((status = 200, body = ConfirmedEmail), Problem))]
pub async fn confirm_notice_email(
    State(app): State<App>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Json<ConfirmedEmail>, Problem> {
    app.count_asker(&app.linked, peer.map(|Extension(ConnectInfo(peer))| peer), &headers)?;
    app.blocking(move |app| {
        let confirmed = app.store().confirm_email(&token_hash(&token), clock::now())?;
        let (name, address) = confirmed.ok_or_else(|| {
            Problem::new(
                Kind::NotFound,
                "这个链接无效或已过期。请在通知设置里重新填写邮箱。",
                "This link does not hold, or no longer. Enter your address again in the settings of your inbox.",
            )
        })?;
        if let Some(account) = app.store().account(&name)? {
            app.note_telling(&account, "e-mail")?;
        }
        Ok(Json(ConfirmedEmail { address }))
    })
    .await
}

/// Sets where webhooks go.
#[utoipa::path(put, path = "/api/notices/webhook", tag = "notices", request_body = NoticeWebhook,
    responses((status = 200, body = NoticeSettings), Problem))]
pub async fn set_notice_webhook(
    State(app): State<App>,
    account: May<SignIn>,
    Body(asked): Body<NoticeWebhook>,
) -> Result<Json<NoticeSettings>, Problem> {
    app.blocking(move |app| {
        let url = checked_url(asked.url.trim(), app.settings.webhooks)
            .map_err(|failure| Problem::field("url", failure.why.zh + "。", failure.why.en + "."))?;
        if key(&asked.secret).is_none() {
            return Err(Problem::field(
                "secret",
                "密钥应为 whsec_ 加上 24 至 64 字节的 base64。",
                "A secret is whsec_ and the base64 of 24 to 64 bytes.",
            ));
        }
        app.store().set_webhook(&account.name, Some((url.to_string(), asked.secret)))?;
        app.note_telling(&account, "webhook")?;
        app.notice_settings(&account).map(Json)
    })
    .await
}

/// Ends webhooks.
#[utoipa::path(delete, path = "/api/notices/webhook", tag = "notices",
    responses((status = 200, body = NoticeSettings), Problem))]
pub async fn forget_notice_webhook(
    State(app): State<App>,
    account: May<SignIn>,
) -> Result<Json<NoticeSettings>, Problem> {
    app.blocking(move |app| {
        app.store().set_webhook(&account.name, None)?;
        app.note_telling(&account, "no webhook")?;
        app.notice_settings(&account).map(Json)
    })
    .await
}
