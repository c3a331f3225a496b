//! What waits to be sent elsewhere. Whoever sends a message holds it for a while; where it ends meanwhile, another sends
//! it under the same name.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};

use crate::Store;
use crate::connection::{Connection, Param, Row};
use crate::error::StoreError;
use crate::event::limited;
use crate::migrate::{meta, set_meta};

/// By what a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// E-mail.
    Mail,
    /// A webhook.
    Webhook,
}

impl Channel {
    /// Its name as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Webhook => "webhook",
        }
    }
}

impl FromStr for Channel {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Mail, Self::Webhook].into_iter().find(|channel| channel.as_str() == text).ok_or(())
    }
}

/// A message to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Whose.
    pub account: String,
    /// By what.
    pub channel: Channel,
    /// What it is of: the same goes to the same account by the same channel once.
    pub cause: String,
    /// The name under which it is sent, however often.
    pub message: String,
    /// The notices in it.
    pub notices: Vec<i64>,
}

/// A message that waits, or waited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its number.
    pub id: i64,
    /// The message.
    pub message: Message,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// How often it was tried, a try that is under way included.
    pub tries: u64,
    /// How it ended; none while it waits.
    pub end: Option<End>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why the last try failed.
    pub why: Option<String>,
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was taken.
    Sent,
    /// There was nothing to say any more.
    Dropped,
    /// It was tried for long enough.
    GivenUp,
}

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It ended.
    Ended(End, Option<String>),
    /// It failed, and is tried again then.
    Again(DateTime<Utc>, String),
}

impl End {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Dropped => "dropped",
            Self::GivenUp => "given-up",
        }
    }

    fn of(text: &str) -> Option<Self> {
        [Self::Sent, Self::Dropped, Self::GivenUp].into_iter().find(|end| end.as_str() == text)
    }
}

const COLUMNS: &str =
    "id, account, channel, cause, message, notices, made_at_us, tries, state, ended_at_us, why";
const DIGEST: &str = "digest";

fn read_message(row: &Row) -> Result<StoredMessage, StoreError> {
    let instant = |us: i64| DateTime::from_timestamp_micros(us).unwrap_or_default();
    Ok(StoredMessage {
        id: row.int(0)?,
        message: Message {
            account: row.text(1)?.to_owned(),
            channel: row.parsed(2)?,
            cause: row.text(3)?.to_owned(),
            message: row.text(4)?.to_owned(),
            notices: row.json(5)?,
        },
        made_at: instant(row.int(6)?),
        tries: u64::try_from(row.int(7)?).unwrap_or(0),
        end: End::of(row.text(8)?),
        ended_at: row.opt_int(9)?.map(instant),
        why: row.opt_text(10)?.map(str::to_owned),
    })
}

/// Puts a message in; nothing where the same is there already.
pub(crate) fn put(
    connection: &mut Connection,
    message: &Message,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO outbox (id, account, channel, cause, message, notices, made_at_us, due_at_us)
               SELECT coalesce(max(id), 0) + 1, CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT),
                      CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT), CAST($6 AS BIGINT)
               FROM outbox WHERE true ON CONFLICT DO NOTHING";
    let params = [
        Param::Text(&message.account),
        message.channel.as_str().into(),
        Param::Text(&message.cause),
        Param::Text(&message.message),
        serde_json::json!(message.notices).to_string().into(),
        at.timestamp_micros().into(),
    ];
    connection.execute(sql, &params).map(drop)
}

/// The channels as a list of SQL.
fn listed(channels: &[Channel]) -> String {
    let names: Vec<String> = channels.iter().map(|channel| format!("'{}'", channel.as_str())).collect();
    names.join(", ")
}

impl Store {
    /// Whether anything waits to be sent by one of these channels.
    pub fn has_due_messages(&self, channels: &[Channel], now: DateTime<Utc>) -> Result<bool, StoreError> {
        if channels.is_empty() {
            return Ok(false);
        }
        let sql = format!(
            "SELECT id FROM outbox WHERE state = 'waiting' AND due_at_us <= $1 AND leased_until_us <= $1
             AND channel IN ({}) LIMIT 1",
            listed(channels)
        );
        self.read(|connection| {
            Ok(connection.first(&sql, &[now.timestamp_micros().into()], |row| row.int(0))?.is_some())
        })
    }

    /// Takes messages that are due, the oldest first: they are this caller's until `until`, and nobody else's.
    pub fn lease_messages(
        &self,
        channels: &[Channel],
        (now, until): (DateTime<Utc>, DateTime<Utc>),
        limit: usize,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        let names = listed(channels);
        self.write(move |ledger| {
            let connection = ledger.connection.here()?;
            let sql = format!(
                "SELECT {COLUMNS} FROM outbox WHERE state = 'waiting' AND due_at_us <= $1
                 AND leased_until_us <= $1 AND channel IN ({names}) ORDER BY due_at_us, id LIMIT $2"
            );
            let mut taken =
                connection.all(&sql, &[now.timestamp_micros().into(), limited(limit)], read_message)?;
            for one in &mut taken {
                let sql = "UPDATE outbox SET leased_until_us = $1, tries = tries + 1 WHERE id = $2";
                connection.execute(sql, &[until.timestamp_micros().into(), one.id.into()])?;
                one.tries += 1;
            }
            Ok(taken)
        })
    }

    /// Writes down what became of a try. Nothing where the message ended meanwhile.
    pub fn settle_message(&self, id: i64, tried: Tried, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |ledger| {
            let connection = ledger.connection.here()?;
            match tried {
                Tried::Ended(end, why) => {
                    let sql = "UPDATE outbox SET state = $1, ended_at_us = $2, why = $3, leased_until_us = 0
                               WHERE id = $4 AND state = 'waiting'";
                    let params = [end.as_str().into(), now.timestamp_micros().into(), why.into(), id.into()];
                    connection.execute(sql, &params).map(drop)
                }
                Tried::Again(due, why) => {
                    let sql = "UPDATE outbox SET due_at_us = $1, why = $2, leased_until_us = 0
                               WHERE id = $3 AND state = 'waiting'";
                    connection.execute(sql, &[due.timestamp_micros().into(), why.into(), id.into()]).map(drop)
                }
            }
        })
    }

    /// Messages of an account that could not be sent so far, the latest first: given up, or tried again.
    pub fn failed_messages(&self, account: &str, limit: usize) -> Result<Vec<StoredMessage>, StoreError> {
        self.read(|connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM outbox WHERE account = $1 AND why IS NOT NULL
                 AND state IN ('waiting', 'given-up') ORDER BY id DESC LIMIT $2"
            );
            connection.all(&sql, &[account.into(), limited(limit)], read_message)
        })
    }

    /// Messages of an account, the latest first.
    pub fn messages(&self, account: &str, limit: usize) -> Result<Vec<StoredMessage>, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM outbox WHERE account = $1 ORDER BY id DESC LIMIT $2");
            connection.all(&sql, &[account.into(), limited(limit)], read_message)
        })
    }

    /// Forgets messages that ended before an instant.
    pub fn forget_messages(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.write(move |ledger| {
            let sql = "DELETE FROM outbox WHERE ended_at_us < $1";
            ledger.connection.here()?.execute(sql, &[before.timestamp_micros().into()])
        })
    }

    /// The day whose digests were made last.
    pub fn digest_day(&self) -> Result<Option<NaiveDate>, StoreError> {
        self.read(|connection| Ok(meta(connection, DIGEST)?.and_then(|text| text.parse().ok())))
    }

    /// Keeps the digests of a day, and that each account has been looked at up to a notice; all of it or nothing.
    /// Nothing where they were made before.
    pub fn keep_digests(
        &self,
        (day, at): (NaiveDate, DateTime<Utc>),
        digests: Vec<Message>,
        digested: Vec<(String, i64)>,
    ) -> Result<bool, StoreError> {
        self.write(move |ledger| {
            let connection = ledger.connection.here()?;
            let last = meta(connection, DIGEST)?.and_then(|text| text.parse::<NaiveDate>().ok());
            if last.is_some_and(|last| last >= day) {
                return Ok(false);
            }
            for digest in &digests {
                put(connection, digest, at)?;
            }
            for (account, last) in &digested {
                let sql = "UPDATE telling SET digested = $1 WHERE account = $2";
                connection.execute(sql, &[(*last).into(), Param::Text(account)])?;
            }
            set_meta(connection, DIGEST, &day.to_string())?;
            Ok(true)
        })
    }
}
