//! How accounts want to be told: in which language, by which way, to which address.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use model::Lang;
use model::notice::Way;

use crate::Store;
use crate::connection::{Connection, Param, Row};
use crate::error::StoreError;

/// How an account wants to be told. Where nobody chose, it is the default.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Telling {
    /// The language.
    pub lang: Lang,
    /// By kind of notice; the city's choice where a kind is not named.
    pub ways: BTreeMap<String, Way>,
    /// The address that mail goes to. It was confirmed.
    pub email: Option<String>,
    /// An address that waits to be confirmed. Nothing is sent there but the link.
    pub email_asked: Option<String>,
    /// Where webhooks go.
    pub webhook: Option<Webhook>,
    /// The last notice that was looked at for a digest.
    pub digested: i64,
}

/// Where webhooks of an account go.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The address.
    pub url: String,
    /// What they are signed with: `whsec_` and base64.
    pub secret: String,
    /// Why nothing goes there any more.
    pub stopped: Option<String>,
}

/// Neither addresses nor secrets are written to logs.
impl std::fmt::Debug for Telling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telling").field("lang", &self.lang).field("ways", &self.ways).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").finish_non_exhaustive()
    }
}

const COLUMNS: &str =
    "account, lang, ways, email, email_asked, webhook, webhook_secret, webhook_stopped, digested";

fn read_telling(row: &Row) -> Result<(String, Telling), StoreError> {
    let webhook = match (row.opt_text(5)?, row.opt_text(6)?) {
        (Some(url), Some(secret)) => Some(Webhook {
            url: url.to_owned(),
            secret: secret.to_owned(),
            stopped: row.opt_text(7)?.map(str::to_owned),
        }),
        _ => None,
    };
    let telling = Telling {
        lang: row.parsed(1)?,
        ways: row.json(2)?,
        email: row.opt_text(3)?.map(str::to_owned),
        email_asked: row.opt_text(4)?.map(str::to_owned),
        webhook,
        digested: row.int(8)?,
    };
    Ok((row.text(0)?.to_owned(), telling))
}

/// Makes sure that the account has a row.
fn begin(connection: &mut Connection, account: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO telling (account, lang, ways) VALUES ($1, 'zh', '{}') ON CONFLICT DO NOTHING";
    connection.execute(sql, &[account.into()]).map(drop)
}

impl Store {
    /// How an account wants to be told.
    pub fn telling(&self, account: &str) -> Result<Telling, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM telling WHERE account = $1");
            let found = connection.first(&sql, &[account.into()], read_telling)?;
            Ok(found.map(|(_, telling)| telling).unwrap_or_default())
        })
    }

    /// Everybody who is told elsewhere than in the app.
    pub fn tellings(&self) -> Result<BTreeMap<String, Telling>, StoreError> {
        self.read(|connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM telling
                 WHERE email IS NOT NULL OR (webhook IS NOT NULL AND webhook_stopped IS NULL)"
            );
            Ok(connection.all(&sql, &[], read_telling)?.into_iter().collect())
        })
    }

    /// Chooses the language and the ways.
    pub fn choose_telling(
        &self,
        account: &str,
        (lang, ways): (Lang, BTreeMap<String, Way>),
    ) -> Result<(), StoreError> {
        let (account, ways) = (account.to_owned(), serde_json::json!(ways).to_string());
        self.write(move |ledger| {
            let connection = ledger.connection.here()?;
            begin(connection, &account)?;
            let sql = "UPDATE telling SET lang = $1, ways = $2 WHERE account = $3";
            connection.execute(sql, &[lang.to_string().into(), ways.into(), account.into()]).map(drop)
        })
    }

    /// Keeps an address that waits to be confirmed by whoever holds a token, of which only a digest is kept. An address
    /// that was confirmed before holds until then.
    pub fn ask_email(
        &self,
        account: &str,
        address: &str,
        (token_hash, until): (&str, DateTime<Utc>),
    ) -> Result<(), StoreError> {
        let (account, address, token_hash) = (account.to_owned(), address.to_owned(), token_hash.to_owned());
        self.write(move |ledger| {
            let connection = ledger.connection.here()?;
            begin(connection, &account)?;
            let sql = "UPDATE telling SET email_asked = $1, token_hash = $2, token_until_us = $3
                       WHERE account = $4";
            let params =
                [address.into(), token_hash.into(), until.timestamp_micros().into(), Param::Text(&account)];
            connection.execute(sql, &params).map(drop)
        })
    }

    /// Confirms the address of a token that still holds. The account and the address; none where it does not hold.
    /// Mail goes to it from the next notice on.
    pub fn confirm_email(
        &self,
        token_hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<(String, String)>, StoreError> {
        let token_hash = token_hash.to_owned();
        self.write(move |ledger| {
            let connection = ledger.connection.here()?;
            let sql = "SELECT account, email_asked FROM telling
                       WHERE token_hash = $1 AND token_until_us > $2 AND email_asked IS NOT NULL";
            let params = [Param::Text(&token_hash), now.timestamp_micros().into()];
            let found = connection
                .first(sql, &params, |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())))?;
            let sql = "UPDATE telling SET email = email_asked, email_asked = NULL, token_hash = NULL,
                              token_until_us = NULL, digested = (SELECT coalesce(max(id), 0) FROM notice)
                       WHERE token_hash = $1";
            if found.is_some() {
                connection.execute(sql, &[Param::Text(&token_hash)])?;
            }
            Ok(found)
        })
    }

    /// Forgets the address of an account, confirmed or not.
    pub fn forget_email(&self, account: &str) -> Result<(), StoreError> {
        let account = account.to_owned();
        self.write(move |ledger| {
            let sql = "UPDATE telling SET email = NULL, email_asked = NULL, token_hash = NULL,
                              token_until_us = NULL WHERE account = $1";
            ledger.connection.here()?.execute(sql, &[account.into()]).map(drop)
        })
    }

    /// Sets where webhooks of an account go from the next notice on; nowhere with none.
    pub fn set_webhook(&self, account: &str, to: Option<(String, String)>) -> Result<(), StoreError> {
        let account = account.to_owned();
        self.write(move |ledger| {
            let connection = ledger.connection.here()?;
            begin(connection, &account)?;
            let sql = "UPDATE telling SET webhook = $1, webhook_secret = $2, webhook_stopped = NULL,
                              digested = (SELECT coalesce(max(id), 0) FROM notice)
                       WHERE account = $3";
            let (url, secret) = to.unzip();
            connection.execute(sql, &[url.into(), secret.into(), Param::Text(&account)]).map(drop)
        })
    }

    /// Nothing goes to the webhook of an account any more, and why.
    pub fn stop_webhook(&self, account: &str, why: &str) -> Result<(), StoreError> {
        let (account, why) = (account.to_owned(), why.to_owned());
        self.write(move |ledger| {
            let sql = "UPDATE telling SET webhook_stopped = $1 WHERE account = $2";
            ledger.connection.here()?.execute(sql, &[why.into(), account.into()]).map(drop)
        })
    }
}
