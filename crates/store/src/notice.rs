//! Notices: what accounts are told, each once, and how far events and days have been looked through for them.

use chrono::{DateTime, NaiveDate, Utc};
use model::case::Step;
use model::event::EventType;

use crate::Store;
use crate::connection::{Connection, Param, Row};
use crate::error::StoreError;
use crate::event::{EVENT_COLUMNS, StoredEvent, limited, read_event, type_text};
use crate::migrate::{meta, set_meta};
use crate::outbox::{self, Channel, Message};

/// A notice to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Who is told.
    pub account: String,
    /// What brought it about: the same is told to the same account once.
    pub cause: String,
    /// Its kind, of `notices.toml`.
    pub kind: String,
    /// When it came about.
    pub at: DateTime<Utc>,
    /// For how many it stands.
    pub count: u64,
    /// What it is about, as JSON of whoever wrote it.
    pub about: serde_json::Value,
    /// By what it is sent on at once, each with the name of the message.
    pub send: Vec<(Channel, String)>,
}

/// A notice as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredNotice {
    /// Its number.
    pub id: i64,
    /// What it says.
    pub notice: Notice,
    /// When it was read; none for one that was not.
    pub read_at: Option<DateTime<Utc>>,
}

/// How far events and days have been looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeCursor {
    /// The last event.
    pub seq: i64,
    /// The last day; none before the first.
    pub day: Option<NaiveDate>,
}

/// Which notices of an account to mark as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// This one.
    One(i64),
    /// All up to this one: what came since was not seen.
    UpTo(i64),
}

const COLUMNS: &str = "id, account, cause, kind, at_us, count, about, read_at_us";
const CURSOR: &str = "notices";

fn read_notice(row: &Row) -> Result<StoredNotice, StoreError> {
    let instant = |us: i64| DateTime::from_timestamp_micros(us).unwrap_or_default();
    Ok(StoredNotice {
        id: row.int(0)?,
        notice: Notice {
            account: row.text(1)?.to_owned(),
            cause: row.text(2)?.to_owned(),
            kind: row.text(3)?.to_owned(),
            at: instant(row.int(4)?),
            count: u64::try_from(row.int(5)?).unwrap_or(0),
            about: row.json(6)?,
            send: vec![],
        },
        read_at: row.opt_int(7)?.map(instant),
    })
}

impl NoticeCursor {
    fn text(self) -> String {
        format!("{} {}", self.seq, self.day.map(|day| day.to_string()).unwrap_or_default())
    }

    fn parse(text: &str) -> Option<Self> {
        let (seq, day) = text.split_once(' ')?;
        Some(Self { seq: seq.parse().ok()?, day: day.parse().ok() })
    }

    fn read(connection: &mut Connection) -> Result<Option<Self>, StoreError> {
        Ok(meta(connection, CURSOR)?.and_then(|text| Self::parse(&text)))
    }
}

impl Store {
    /// How far notices have been looked for; none in a register where nobody did.
    pub fn notice_cursor(&self) -> Result<Option<NoticeCursor>, StoreError> {
        self.read(NoticeCursor::read)
    }

    /// Keeps notices, and that they have been looked for up to `after`; all of it or nothing. Nothing where somebody
    /// else has come further than `before` meanwhile: whether it was written. What is to be sent on is due `now`.
    pub fn keep_notices(
        &self,
        (before, after): (Option<NoticeCursor>, NoticeCursor),
        (notices, now): (Vec<Notice>, DateTime<Utc>),
    ) -> Result<bool, StoreError> {
        self.write(move |ledger| {
            let connection = ledger.connection.here()?;
            if NoticeCursor::read(connection)? != before {
                return Ok(false);
            }
            for notice in &notices {
                write(connection, notice, now)?;
            }
            set_meta(connection, CURSOR, &after.text())?;
            Ok(true)
        })
    }

    /// Notices of an account, the latest first: only those before a number, and only unread ones where that is asked.
    pub fn notices(
        &self,
        account: &str,
        (unread, before): (bool, i64),
        limit: usize,
    ) -> Result<Vec<StoredNotice>, StoreError> {
        let only = if unread { "AND read_at_us IS NULL" } else { "" };
        let sql = format!(
            "SELECT {COLUMNS} FROM notice WHERE account = $1 AND id < $2 {only} ORDER BY id DESC LIMIT $3"
        );
        self.read(|connection| {
            connection.all(&sql, &[account.into(), before.into(), limited(limit)], read_notice)
        })
    }

    /// Some notices of an account by their numbers, in their order; those that are not there, or not theirs, are left
    /// out.
    pub fn notices_by_number(&self, account: &str, ids: &[i64]) -> Result<Vec<StoredNotice>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM notice WHERE account = $1 AND id = $2");
        self.read(|connection| {
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                found.extend(connection.first(&sql, &[account.into(), (*id).into()], read_notice)?);
            }
            Ok(found)
        })
    }

    /// How many notices of an account are unread.
    pub fn unread_notices(&self, account: &str) -> Result<u64, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(*) FROM notice WHERE account = $1 AND read_at_us IS NULL";
            let count = connection.first(sql, &[account.into()], |row| row.int(0))?;
            Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
        })
    }

    /// Marks notices of an account as read. One of another account stays as it is.
    pub fn read_notices(&self, account: &str, which: Which, at: DateTime<Utc>) -> Result<(), StoreError> {
        let account = account.to_owned();
        self.write(move |ledger| {
            let (condition, id) = match which {
                Which::One(id) => ("id = $3", id),
                Which::UpTo(id) => ("id <= $3", id),
            };
            let sql = format!(
                "UPDATE notice SET read_at_us = $1 WHERE account = $2 AND read_at_us IS NULL AND {condition}"
            );
            let params = [at.timestamp_micros().into(), Param::Text(&account), id.into()];
            ledger.connection.here()?.execute(&sql, &params).map(drop)
        })
    }

    /// Forgets notices that were read before an instant.
    pub fn forget_notices(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.write(move |ledger| {
            let sql = "DELETE FROM notice WHERE read_at_us < $1";
            ledger.connection.here()?.execute(sql, &[before.timestamp_micros().into()])
        })
    }

    /// Events of some types after a number, in order.
    pub fn events_of(
        &self,
        types: &[EventType],
        after: i64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let types: Vec<String> = types.iter().map(|one| format!("'{}'", type_text(*one))).collect();
        let sql = format!(
            "SELECT {EVENT_COLUMNS} FROM event WHERE seq > $1 AND type IN ({}) ORDER BY seq LIMIT $2",
            types.join(", ")
        );
        self.read(|connection| connection.all(&sql, &[after.into(), limited(limit)], read_event))
    }

    /// The last event of a day before this one; 0 where there is none.
    pub fn last_seq_before(&self, day: NaiveDate) -> Result<i64, StoreError> {
        self.read(|connection| {
            let sql = "SELECT max(seq) FROM event WHERE on_day < $1";
            let last = connection.first(sql, &[day.to_string().into()], |row| row.opt_int(0))?;
            Ok(last.flatten().unwrap_or(0))
        })
    }

    /// Shows every case that an event moved: its number, the steps up to that event in order with their accounts, and
    /// how many of them came before the event.
    pub fn each_case_moved(
        &self,
        seq: i64,
        mut each: impl FnMut(i64, &[(Step, DateTime<Utc>, String)], usize) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.read(|connection| {
            let sql =
                "SELECT case_no, event_seq, at_us, actor, step FROM case_step JOIN event ON seq = event_seq
                       WHERE event_seq <= $1
                         AND case_no IN (SELECT case_no FROM case_step AS moved WHERE moved.event_seq = $1)
                       ORDER BY case_no, event_seq, ordinal";
            let (mut at, mut steps, mut earlier) = (None, Vec::new(), 0);
            connection.each(sql, &[seq.into()], |row| {
                let no = row.int(0)?;
                if let Some(before) = at.filter(|at| *at != no) {
                    each(before, &steps, earlier)?;
                    steps.clear();
                    earlier = 0;
                }
                at = Some(no);
                earlier += usize::from(row.int(1)? < seq);
                let instant = DateTime::from_timestamp_micros(row.int(2)?).unwrap_or_default();
                steps.push((row.json(4)?, instant, row.text(3)?.to_owned()));
                Ok(())
            })?;
            if let Some(no) = at {
                each(no, &steps, earlier)?;
            }
            Ok(())
        })
    }
}

fn write(connection: &mut Connection, notice: &Notice, now: DateTime<Utc>) -> Result<(), StoreError> {
    let sql = "INSERT INTO notice (id, account, cause, kind, at_us, count, about)
               SELECT coalesce(max(id), 0) + 1, CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT),
                      CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS TEXT)
               FROM notice WHERE true ON CONFLICT DO NOTHING";
    let params = [
        Param::Text(&notice.account),
        Param::Text(&notice.cause),
        Param::Text(&notice.kind),
        notice.at.timestamp_micros().into(),
        i64::try_from(notice.count).unwrap_or(i64::MAX).into(),
        notice.about.to_string().into(),
    ];
    let is_new = connection.execute(sql, &params)? > 0;
    if !is_new || notice.send.is_empty() {
        return Ok(());
    }
    let sql = "SELECT id FROM notice WHERE account = $1 AND cause = $2";
    let key = [Param::Text(&notice.account), Param::Text(&notice.cause)];
    let notices = connection.all(sql, &key, |row| row.int(0))?;
    for (channel, message) in &notice.send {
        let message = Message {
            account: notice.account.clone(),
            channel: *channel,
            cause: notice.cause.clone(),
            message: message.clone(),
            notices: notices.clone(),
        };
        outbox::put(connection, &message, now)?;
    }
    Ok(())
}
