//! Accounts, their sessions, and the count of failed sign-ins.

use std::str::FromStr;

use chrono::{DateTime, Duration, Utc};
use model::event::Event;
use model::{AreaCode, DepartmentId, KindId, RecordId};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::connection::{Connection, Param, Row};
use crate::draft::Draft;
use crate::error::StoreError;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Keeps accounts and everything else.
    Administrator,
    /// An office of the city: its department's duties, all areas.
    Bureau,
    /// An officer of one county.
    County,
    /// A firm: its own record.
    Firm,
    /// Reads everything, masked; changes nothing.
    Auditor,
}

impl Role {
    /// Every role, the one that may most first.
    pub const ALL: [Self; 5] = [Self::Administrator, Self::Bureau, Self::County, Self::Firm, Self::Auditor];

    /// Its name as stored and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Bureau => "bureau",
            Self::County => "county",
            Self::Firm => "firm",
            Self::Auditor => "auditor",
        }
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
            format!("'{text}' is none of the roles administrator, bureau, county, firm, auditor")
        })
    }
}

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The name to sign in with.
    pub name: String,
    /// The password as Argon2id's text; never the password.
    pub password_hash: String,
    /// What it may do.
    pub role: Role,
    /// The area it is limited to.
    pub area: Option<AreaCode>,
    /// The department it belongs to.
    pub department: Option<DepartmentId>,
    /// The record it stands for: the firm itself.
    pub record: Option<(KindId, RecordId)>,
    /// Whether it may no longer sign in.
    pub closed: bool,
}

const COLUMNS: &str = "name, password_hash, role, area, department, record_kind, record_id, closed";

fn read_account(row: &Row) -> Result<Account, StoreError> {
    let record = match (row.opt_text(5)?, row.opt_text(6)?) {
        (Some(kind), Some(id)) => Some((kind.into(), id.into())),
        _ => None,
    };
    Ok(Account {
        name: row.text(0)?.to_owned(),
        password_hash: row.text(1)?.to_owned(),
        role: row.parsed(2)?,
        area: row.opt_text(3)?.map(AreaCode::from),
        department: row.opt_text(4)?.map(DepartmentId::from),
        record,
        closed: row.flag(7)?,
    })
}

/// The values of an account, its name last.
fn params(account: &Account) -> [Param<'_>; 8] {
    let (kind, id) = account.record.as_ref().map(|(kind, id)| (kind.as_str(), id.as_str())).unzip();
    [
        account.password_hash.as_str().into(),
        account.role.as_str().into(),
        account.area.as_ref().map(AreaCode::as_str).into(),
        account.department.as_ref().map(DepartmentId::as_str).into(),
        kind.into(),
        id.into(),
        Param::flag(account.closed),
        account.name.as_str().into(),
    ]
}

impl Store {
    /// Makes an account, with the event that says so. Errors: Taken.
    pub fn create_account(&self, account: Account, event: Event) -> Result<i64, StoreError> {
        self.write(move |ledger| {
            let sql = "INSERT INTO account
                         (password_hash, role, area, department, record_kind, record_id, closed, name)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
            if ledger.connection.here()?.execute(sql, &params(&account))? == 0 {
                return Err(StoreError::Taken { what: "account", name: account.name });
            }
            Draft::begin(event, ledger.tail).finish(ledger)
        })
    }

    /// Replaces what is kept of an account, with the event that says so. Its sessions end where it is closed or its
    /// password or role is another. Errors: NotFound.
    pub fn change_account(&self, account: Account, event: Event) -> Result<i64, StoreError> {
        self.write(move |ledger| {
            let Some(before) = find(ledger.connection.here()?, &account.name)? else {
                return Err(StoreError::NotFound { what: "account", name: account.name });
            };
            let sql = "UPDATE account SET password_hash = $1, role = $2, area = $3, department = $4,
                         record_kind = $5, record_id = $6, closed = $7 WHERE name = $8";
            ledger.connection.here()?.execute(sql, &params(&account))?;
            let same = before.password_hash == account.password_hash && before.role == account.role;
            if account.closed || !same {
                let sql = "DELETE FROM session WHERE account = $1";
                ledger.connection.here()?.execute(sql, &[account.name.as_str().into()])?;
            }
            Draft::begin(event, ledger.tail).finish(ledger)
        })
    }

    /// The account of that name, closed or not.
    pub fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        self.read(|connection| find(connection, name))
    }

    /// All accounts, by name.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.read(|connection| {
            connection.all(&format!("SELECT {COLUMNS} FROM account ORDER BY name"), &[], read_account)
        })
    }

    /// The accounts that stand for no record: those of officers, by name.
    pub fn officers(&self) -> Result<Vec<Account>, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM account WHERE record_kind IS NULL ORDER BY name");
            connection.all(&sql, &[], read_account)
        })
    }

    /// The accounts that stand for a record, by name.
    pub fn accounts_of(&self, kind: &str, id: &str) -> Result<Vec<Account>, StoreError> {
        self.read(|connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM account WHERE record_kind = $1 AND record_id = $2 ORDER BY name"
            );
            connection.all(&sql, &[kind.into(), id.into()], read_account)
        })
    }

    /// Opens a session. `token_hash` is a digest of the token; the token itself is never kept.
    pub fn open_session(
        &self,
        token_hash: &str,
        account: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (token_hash, account) = (token_hash.to_owned(), account.to_owned());
        self.write(move |ledger| {
            let sql = "INSERT INTO session (token_hash, account, expires_at_us) VALUES ($1, $2, $3)";
            let params = [token_hash.into(), account.into(), expires_at.timestamp_micros().into()];
            ledger.connection.here()?.execute(sql, &params).map(drop)
        })
    }

    /// The account of a session that has not expired; none where the account is closed.
    pub fn session(&self, token_hash: &str, now: DateTime<Utc>) -> Result<Option<Account>, StoreError> {
        self.read(|connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM session JOIN account ON name = account
                 WHERE token_hash = $1 AND expires_at_us > $2 AND closed = 0"
            );
            connection.first(&sql, &[token_hash.into(), now.timestamp_micros().into()], read_account)
        })
    }

    /// Ends a session, and forgets all that have expired.
    pub fn close_session(&self, token_hash: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let token_hash = token_hash.to_owned();
        self.write(move |ledger| {
            let sql = "DELETE FROM session WHERE token_hash = $1 OR expires_at_us <= $2";
            ledger
                .connection
                .here()?
                .execute(sql, &[token_hash.into(), now.timestamp_micros().into()])
                .map(drop)
        })
    }

    /// Counts a failed sign-in by a key (an account, an address); a span of counting that is over begins anew, and so
    /// does one that lies a span and more ahead: the clock was set back. Returns the failures in the span, this one included.
    pub fn count_failure(&self, key: &str, now: DateTime<Utc>, span: Duration) -> Result<u64, StoreError> {
        let key = key.to_owned();
        let now_us = now.timestamp_micros();
        let counting = counting(now, span);
        self.write(move |ledger| {
            let sql = "INSERT INTO sign_in_failure (key, since_us, failures) VALUES ($1, $2, 1)
                       ON CONFLICT (key) DO UPDATE SET
                         failures = CASE WHEN sign_in_failure.since_us BETWEEN $3 AND $4
                                    THEN sign_in_failure.failures + 1 ELSE 1 END,
                         since_us = CASE WHEN sign_in_failure.since_us BETWEEN $3 AND $4
                                    THEN sign_in_failure.since_us ELSE excluded.since_us END";
            let params = [key.as_str().into(), now_us.into(), counting.0.into(), counting.1.into()];
            ledger.connection.here()?.execute(sql, &params)?;
            failures(ledger.connection.here()?, &key, counting)
        })
    }

    /// Failed sign-ins by a key in the span of counting that is not over.
    pub fn failures(&self, key: &str, now: DateTime<Utc>, span: Duration) -> Result<u64, StoreError> {
        self.read(|connection| failures(connection, key, counting(now, span)))
    }

    /// Forgets the failures of a key, after it signed in.
    pub fn clear_failures(&self, key: &str) -> Result<(), StoreError> {
        let key = key.to_owned();
        self.write(move |ledger| {
            ledger
                .connection
                .here()?
                .execute("DELETE FROM sign_in_failure WHERE key = $1", &[key.into()])
                .map(drop)
        })
    }
}

fn find(connection: &mut Connection, name: &str) -> Result<Option<Account>, StoreError> {
    connection.first(&format!("SELECT {COLUMNS} FROM account WHERE name = $1"), &[name.into()], read_account)
}

/// Between which microseconds counting began that is not over.
fn counting(now: DateTime<Utc>, span: Duration) -> (i64, i64) {
    ((now - span).timestamp_micros(), (now + span).timestamp_micros())
}

fn failures(
    connection: &mut Connection,
    key: &str,
    (first_us, last_us): (i64, i64),
) -> Result<u64, StoreError> {
    let sql = "SELECT failures FROM sign_in_failure WHERE key = $1 AND since_us BETWEEN $2 AND $3";
    let params = [key.into(), first_us.into(), last_us.into()];
    let count = connection.first(sql, &params, |row| row.int(0))?.unwrap_or(0);
    Ok(u64::try_from(count).unwrap_or(0))
}
