//! Sending notices on. A notice that is to be sent stands in the outbox from the moment it is kept; here it is put into
//! words, for whoever may read it at that time, and sent until it is taken or was tried for long enough.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use model::Lang;
use model::calendar::in_china;
use model::notice::Way;
use serde::Serialize;
use serde_json::json;
use store::{Account, Channel, End, Message, StoredMessage, StoredNotice, Telling, Tried};
use tokio::task::JoinSet;

use crate::account::{is_demo, new_token};
use crate::api::app::App;
use crate::api::list::say;
use crate::api::problem::Problem;
use crate::api::words::Words;
use crate::clock;
use crate::sending::mail::Mail;
use crate::sending::webhook::{self, Webhook};
use crate::sending::{Failure, Then};

/// Time between two looks at what is due.
const LOOK: Duration = Duration::from_secs(3);
/// Time between two tries while the register cannot be used.
const RETRY: Duration = Duration::from_secs(30);
/// For how long a message is nobody else's while it is being sent: longer than a try may take.
const LEASE: TimeDelta = TimeDelta::seconds(120);
/// Messages that are sent at once.
const AT_ONCE: usize = 16;
/// The most notices that one digest lists.
const LISTED_MAX: usize = 100;
/// Days for which it is kept what became of a message.
const KEPT_DAYS: i64 = 30;
/// Seconds to wait before each further try, as Standard Webhooks proposes: some three days in all.
const WAITS_S: [i64; 9] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// A message in words.
enum Outgoing {
    Nothing,
    Mail(Mail),
    Webhook { url: String, secret: String, body: String },
}

/// A notice as a webhook tells it.
#[derive(Serialize)]
struct Item {
    id: i64,
    kind: String,
    label: String,
    text: String,
    at: DateTime<Utc>,
    count: u64,
    url: Option<String>,
}

impl App {
    /// The ways by which this server can send.
    pub fn channels(&self) -> Vec<Channel> {
        let mail = self.settings.mail.as_ref().map(|_| Channel::Mail);
        mail.into_iter().chain([Channel::Webhook]).collect()
    }

    /// By which ways an account is told of a kind of notice at once.
    pub(super) fn at_once(&self, telling: Option<&Telling>, kind: &str) -> Vec<(Channel, String)> {
        let Some(telling) = telling.filter(|telling| self.way(telling, kind) == Way::Once) else {
            return vec![];
        };
        self.reached(telling).into_iter().map(|channel| (channel, message_name())).collect()
    }

    /// How an account wants to be told of a kind.
    pub(super) fn way(&self, telling: &Telling, kind: &str) -> Way {
        let rule = self.rules().notices.as_ref().and_then(|notices| notices.rule(kind));
        let chosen = telling.ways.get(kind).copied();
        chosen.or_else(|| rule.map(|rule| rule.way)).unwrap_or_default()
    }

    /// The ways that reach an account.
    fn reached(&self, telling: &Telling) -> Vec<Channel> {
        let has = |channel: &Channel| match channel {
            Channel::Mail => telling.email.is_some(),
            Channel::Webhook => telling.webhook.as_ref().is_some_and(|webhook| webhook.stopped.is_none()),
        };
        self.channels().into_iter().filter(has).collect()
    }

    /// Puts the day's digests into the outbox, once its hour has come. Returns how many; 0 where that was done.
    pub fn make_digests(&self, now: DateTime<Utc>) -> Result<usize, Problem> {
        let Some(notices) = &self.rules().notices else { return Ok(0) };
        let (day, hour) = (clock::day_of(now), in_china(now).hour());
        let store = self.store();
        if hour < notices.digest_hour || store.digest_day()?.is_some_and(|last| last >= day) {
            return Ok(0);
        }
        let (mut digests, mut digested) = (Vec::new(), Vec::new());
        for (account, telling) in store.tellings()? {
            let unread = store.notices(&account, (true, i64::MAX), LISTED_MAX * 2)?;
            let Some(last) = unread.first().map(|stored| stored.id) else { continue };
            let is_in = |stored: &&StoredNotice| {
                stored.id > telling.digested && self.way(&telling, &stored.notice.kind) == Way::Digest
            };
            let ids: Vec<i64> =
                unread.iter().filter(is_in).take(LISTED_MAX).map(|stored| stored.id).collect();
            if !ids.is_empty() {
                digests.extend(self.reached(&telling).into_iter().map(|channel| Message {
                    account: account.clone(),
                    channel,
                    cause: format!("digest {day}"),
                    message: message_name(),
                    notices: ids.clone(),
                }));
            }
            digested.push((account, last.max(telling.digested)));
        }
        let made = digests.len();
        let is_new = store.keep_digests((day, clock::now()), digests, digested)?;
        store.forget_messages(clock::now() - TimeDelta::days(KEPT_DAYS))?;
        Ok(if is_new { made } else { 0 })
    }

    /// Sends what is due. Returns how many messages were tried.
    pub async fn send_due(&self, now: DateTime<Utc>) -> Result<usize, Problem> {
        let taken = self
            .blocking(move |app| {
                let channels = app.channels();
                if !app.store().has_due_messages(&channels, now)? {
                    return Ok(vec![]);
                }
                Ok(app.store().lease_messages(&channels, (now, now + LEASE), AT_ONCE)?)
            })
            .await?;
        let count = taken.len();
        let mut under_way = JoinSet::new();
        for message in taken {
            let app = self.clone();
            under_way.spawn(async move { app.send_one(message, now).await });
        }
        while let Some(done) = under_way.join_next().await {
            done.map_err(|error| Problem::internal(&error))??;
        }
        Ok(count)
    }

    /// Sends one message, and writes down what became of it. A server that ends between the two sends it again, under the
    /// same name.
    async fn send_one(&self, stored: StoredMessage, now: DateTime<Utc>) -> Result<(), Problem> {
        let message = stored.message.clone();
        let outgoing = self.blocking(move |app| app.in_words(&message)).await?;
        let sent = match (&outgoing, &self.settings.mail) {
            (Outgoing::Nothing, _) => None,
            (Outgoing::Mail(mail), Some(server)) => Some(server.send(mail).await),
            (Outgoing::Mail(_), None) => Some(Err(Failure::passing("没有配置邮件", "mail is not set up"))),
            (Outgoing::Webhook { url, secret, body }, _) => {
                let webhook = Webhook { url, secret, id: &stored.message.message, at: now, body };
                Some(webhook::post(webhook, self.settings.webhooks).await)
            }
        };
        let account = stored.message.account.clone();
        self.blocking(move |app| {
            let tried = match sent {
                None => Tried::Ended(End::Dropped, None),
                Some(Ok(())) => Tried::Ended(End::Sent, None),
                Some(Err(failure)) => {
                    let why = json!(failure.why).to_string();
                    if failure.then == Then::Stop {
                        app.store().stop_webhook(&account, &why)?;
                    }
                    let wait =
                        usize::try_from(stored.tries).ok().and_then(|tries| WAITS_S.get(tries.max(1) - 1));
                    match wait.filter(|_| failure.then == Then::Again) {
                        Some(wait) => Tried::Again(now + TimeDelta::seconds(*wait), why),
                        None => Tried::Ended(End::GivenUp, Some(why)),
                    }
                }
            };
            Ok(app.store().settle_message(stored.id, tried, now)?)
        })
        .await
    }

    /// A message in words, for an account that may still be told.
    fn in_words(&self, message: &Message) -> Result<Outgoing, Problem> {
        let (store, rules) = (self.store(), self.rules());
        let account = store.account(&message.account)?.filter(|account| !account.closed);
        let account = account.filter(|account| self.settings.demo || !is_demo(account));
        let (Some(account), Some(notices)) = (account, &rules.notices) else { return Ok(Outgoing::Nothing) };
        let telling = store.telling(&account.name)?;
        let mut found = store.notices_by_number(&account.name, &message.notices)?;
        // What was read meanwhile need not be said.
        found.retain(|stored| stored.read_at.is_none() && notices.rule(&stored.notice.kind).is_some());
        if found.is_empty() {
            return Ok(Outgoing::Nothing);
        }
        let items = self.items(&account, &telling, &found)?;
        match (message.channel, telling.email, telling.webhook.filter(|webhook| webhook.stopped.is_none())) {
            (Channel::Mail, Some(to), _) => {
                self.mail(to, &items, (telling.lang, message)).map(Outgoing::Mail)
            }
            (Channel::Webhook, _, Some(webhook)) => {
                let body = json!({
                    "type": if message.cause.starts_with("digest ") { "notice.digest" } else { "notice" },
                    "timestamp": clock::now(),
                    "data": { "account": account.name, "lang": telling.lang, "notices": items },
                });
                let (url, secret) = (webhook.url, webhook.secret);
                Ok(Outgoing::Webhook { url, secret, body: body.to_string() })
            }
            _ => Ok(Outgoing::Nothing),
        }
    }

    fn items(
        &self,
        account: &Account,
        telling: &Telling,
        found: &[StoredNotice],
    ) -> Result<Vec<Item>, Problem> {
        let lines = self.notice_lines(account, found)?;
        let lang = telling.lang;
        Ok(lines
            .into_iter()
            .map(|line| Item {
                id: line.id,
                kind: line.kind,
                label: line.label.get(lang).to_owned(),
                text: line.text.get(lang).to_owned(),
                at: line.at,
                count: line.count,
                url: line.path.map(|path| self.link(&path)),
            })
            .collect())
    }

    /// A page's address as people outside reach it; its path alone where nobody said under which name.
    pub(super) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.settings.origin.as_deref().unwrap_or_default())
    }

    fn mail(&self, to: String, items: &[Item], (lang, message): (Lang, &Message)) -> Result<Mail, Problem> {
        let (city, made_up) = self.read(self.today(), |view| {
            Ok((view.rules.city.name.get(lang).to_owned(), view.made_up_note()))
        })?;
        let count = items.len();
        let subject = match items {
            [one] => one.text.clone(),
            _ => say(lang, &format!("{count} 条新通知"), &format!("{count} new notices")).to_owned(),
        };
        let mut text = String::new();
        for item in items {
            let at = in_china(item.at).format("%Y-%m-%d %H:%M");
            text += &format!("{at}  {}\n{}\n", item.label, item.text);
            if let Some(url) = &item.url {
                text += &format!("{url}\n");
            }
            text.push('\n');
        }
        let foot = Words::new(
            format!(
                "全部通知：{}\n改变接收方式或停止接收：{}\n本邮件由{city}“应尽”自动发送，请勿回复。",
                self.link("/inbox"),
                self.link("/inbox/settings")
            ),
            format!(
                "All notices: {}\nChange how you are told, or end it: {}\nSent by Yingjin of {city}; nobody reads an \
                 answer.",
                self.link("/inbox"),
                self.link("/inbox/settings")
            ),
        );
        text += foot.get(lang);
        if let Some(note) = made_up {
            text += &format!("\n{}", note.get(lang));
        }
        text.push('\n');
        let subject = format!("{}{subject}", say(lang, "应尽：", "Yingjin: "));
        Ok(Mail { to, subject, text, message: message.message.clone() })
    }

    /// Sends what is due for as long as the server runs.
    pub async fn follow_outbox(self) {
        loop {
            let digests = self.blocking(|app| app.make_digests(app.now())).await;
            let sent = self.send_due(clock::now()).await;
            let wait = match digests.and(sent) {
                Ok(AT_ONCE) => Duration::ZERO,
                Ok(_) => LOOK,
                Err(problem) => {
                    tracing::error!(status = %problem.status(), "what is to be sent waits; tried again later");
                    RETRY
                }
            };
            tokio::time::sleep(wait).await;
        }
    }
}

/// A name that nobody guesses, for all tries of one message.
fn message_name() -> String {
    let token = new_token();
    format!("msg_{}", &token[..32])
}
