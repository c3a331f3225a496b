//! The versions of the register's tables, and the way from one to the next.

use model::Label;

use crate::connection::{Connection, Contents, Param};
use crate::error::StoreError;

/// Scripts in the order in which they were published; the first makes version 1. A published script is never edited:
/// another is added at the end.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_register.sql"),
    include_str!("../migrations/0002_cases.sql"),
    include_str!("../migrations/0003_case_search.sql"),
    include_str!("../migrations/0004_case_waits.sql"),
    include_str!("../migrations/0005_problems.sql"),
    include_str!("../migrations/0006_files.sql"),
    include_str!("../migrations/0008_notices.sql"),
    include_str!("../migrations/0009_outbox.sql"),
    include_str!("../migrations/0010_case_followers.sql"),
    include_str!("../migrations/0013_account_records.sql"),
];

/// Brings the database to the version of this program, or says why that cannot be. All in one transaction: a
/// program killed meanwhile leaves the version that was there.
pub(crate) fn migrate(connection: &mut Connection, place: &str) -> Result<(), StoreError> {
    if version(connection, place)? == known() {
        return Ok(());
    }
    connection.begin_write()?;
    let done = upgrade(connection, place).and_then(|()| connection.commit());
    if done.is_err() {
        connection.rollback();
    }
    done
}

fn upgrade(connection: &mut Connection, place: &str) -> Result<(), StoreError> {
    // Asked again: another program may have done it while we waited.
    let mut at = version(connection, place)?;
    for script in MIGRATIONS.iter().skip(usize::try_from(at).unwrap_or(0)) {
        let script = connection.localize(script);
        connection.script(&script)?;
        at += 1;
        set_meta(connection, "version", &at.to_string())?;
    }
    Ok(())
}

fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Makes sure that this is a register of the version that this program knows, and touches nothing.
pub(crate) fn check(connection: &mut Connection, place: &str) -> Result<(), StoreError> {
    let found = version(connection, place)?;
    if found == known() {
        return Ok(());
    }
    let why = match found {
        0 => Label::new("它是空的", "it is empty"),
        _ => Label::new(
            format!("它的版本是 {found}；请先用 yingjin serve 或一次导入打开它，升级到 {}", known()),
            format!(
                "its version is {found}; open it once with `yingjin serve` or an import to bring it to {}",
                known()
            ),
        ),
    };
    Err(StoreError::NotRegister { place: place.to_owned(), why })
}

/// The version of the tables; 0 for an empty database. Errors: another's database, a newer version.
fn version(connection: &mut Connection, place: &str) -> Result<i64, StoreError> {
    match connection.contents()? {
        Contents::Nothing => return Ok(0),
        Contents::Register => {}
        Contents::Another => {
            return Err(StoreError::NotRegister {
                place: place.to_owned(),
                why: Label::new("里面是别的程序的表", "it holds tables of something else"),
            });
        }
    }
    let found = meta(connection, "version")?.and_then(|text| text.parse().ok()).unwrap_or(0);
    if found > known() {
        return Err(StoreError::Newer { place: place.to_owned(), found, known: known() });
    }
    Ok(found)
}

/// A value that the register keeps about itself.
pub(crate) fn meta(connection: &mut Connection, key: &str) -> Result<Option<String>, StoreError> {
    connection.first("SELECT value FROM yingjin_meta WHERE key = $1", &[key.into()], |row| {
        row.text(0).map(str::to_owned)
    })
}

pub(crate) fn set_meta(connection: &mut Connection, key: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO yingjin_meta (key, value) VALUES ($1, $2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    connection.execute(sql, &[Param::Text(key), Param::Text(value)]).map(drop)
}
