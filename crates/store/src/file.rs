//! Photographs and documents, by the digest of their content. They stand in the database, so that a file and the event
//! that names it are there together or not at all, and one backup holds both.

use chrono::{DateTime, Utc};
use model::event::Hash;
use model::file::FileType;
use model::{FactId, KindId, RecordId};
use sha2::{Digest, Sha256};

use crate::Store;
use crate::connection::{Connection, Param};
use crate::error::StoreError;

/// A file to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// What it is, as its content says.
    pub file_type: FileType,
    /// All of it.
    pub content: Vec<u8>,
    /// The account that sends it.
    pub account: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl NewFile {
    /// The name by which it is kept.
    pub fn hash(&self) -> Hash {
        Hash(Sha256::digest(&self.content).into())
    }
}

/// What is kept of a file beside its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLine {
    /// The digest of its content.
    pub hash: Hash,
    /// What it is.
    pub file_type: FileType,
    /// How large it is.
    pub size_bytes: u64,
}

/// A fact that names a file, or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileUse {
    /// The record's kind.
    pub kind: KindId,
    /// The record.
    pub record: RecordId,
    /// The fact.
    pub fact: FactId,
}

/// Files of an account that no fact names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unused {
    /// How many.
    pub files: u64,
    /// How large together.
    pub bytes: u64,
}

impl Store {
    /// Keeps a file, durable when this returns. The same content is kept once, however often it is sent. Returns whether
    /// it was not there before.
    pub fn keep_file(&self, file: NewFile) -> Result<bool, StoreError> {
        let hash = file.hash().to_string();
        let size = i64::try_from(file.content.len()).unwrap_or(i64::MAX);
        self.write(move |ledger| {
            let connection = ledger.connection.here()?;
            let known = "SELECT size_bytes FROM file WHERE hash = $1";
            let is_new = connection.first(known, &[hash.as_str().into()], |row| row.int(0))?.is_none();
            if is_new {
                connection.execute(
                    "INSERT INTO file (hash, type, size_bytes, content) VALUES ($1, $2, $3, $4)",
                    &[
                        hash.as_str().into(),
                        file.file_type.as_str().into(),
                        size.into(),
                        Param::Bytes(&file.content),
                    ],
                )?;
            }
            connection.execute(
                "INSERT INTO file_sent (hash, account, at_us) VALUES ($1, $2, $3)
                 ON CONFLICT (hash, account) DO UPDATE SET at_us = excluded.at_us",
                &[hash.as_str().into(), file.account.as_str().into(), file.at.timestamp_micros().into()],
            )?;
            Ok(is_new)
        })
    }

    /// What is kept of a file beside its content; none if it is not there.
    pub fn file_line(&self, hash: Hash) -> Result<Option<FileLine>, StoreError> {
        let sql = "SELECT type, size_bytes FROM file WHERE hash = $1";
        self.read(|connection| {
            connection.first(sql, &[hash.to_string().into()], |row| {
                let size_bytes = u64::try_from(row.int(1)?).unwrap_or(0);
                Ok(FileLine { hash, file_type: row.parsed(0)?, size_bytes })
            })
        })
    }

    /// What a file holds; none if it is not there.
    pub fn file_content(&self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT content FROM file WHERE hash = $1";
        self.read(|connection| {
            connection.first(sql, &[hash.to_string().into()], |row| Ok(row.bytes(0)?.to_vec()))
        })
    }

    /// The facts that name a file, or ever did.
    pub fn file_uses(&self, hash: Hash) -> Result<Vec<FileUse>, StoreError> {
        let sql = "SELECT kind, id, fact FROM file_use JOIN record ON id_no = record_no
                   WHERE hash = $1 ORDER BY id_no, fact";
        self.read(|connection| {
            connection.all(sql, &[hash.to_string().into()], |row| {
                Ok(FileUse {
                    kind: row.text(0)?.into(),
                    record: row.text(1)?.into(),
                    fact: row.text(2)?.into(),
                })
            })
        })
    }

    /// Whether an account sent a file, in the time that it has been here.
    pub fn has_sent(&self, account: &str, hash: Hash) -> Result<bool, StoreError> {
        let sql = "SELECT at_us FROM file_sent WHERE hash = $1 AND account = $2";
        let params = [hash.to_string().into(), account.into()];
        self.read(|connection| Ok(connection.first(sql, &params, |row| row.int(0))?.is_some()))
    }

    /// The files that an account sent and that no fact names yet.
    pub fn unused_files(&self, account: &str) -> Result<Unused, StoreError> {
        let sql = "SELECT count(*), CAST(coalesce(sum(size_bytes), 0) AS BIGINT)
                   FROM file_sent JOIN file ON file.hash = file_sent.hash
                   WHERE account = $1 AND NOT EXISTS (SELECT 1 FROM file_use WHERE file_use.hash = file_sent.hash)";
        let found = self.read(|connection| {
            connection.first(sql, &[account.into()], |row| Ok((row.int(0)?, row.int(1)?)))
        })?;
        let (files, bytes) = found.unwrap_or_default();
        Ok(Unused { files: u64::try_from(files).unwrap_or(0), bytes: u64::try_from(bytes).unwrap_or(0) })
    }

    /// Forgets the files that no fact ever named and that nobody sent since `before`. Returns how many.
    pub fn forget_files(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.write(move |ledger| {
            let connection = ledger.connection.here()?;
            let unused = "NOT EXISTS (SELECT 1 FROM file_use WHERE file_use.hash = file.hash)
                 AND NOT EXISTS (SELECT 1 FROM file_sent WHERE file_sent.hash = file.hash AND at_us >= $1)";
            let params = [before.timestamp_micros().into()];
            let gone = connection.execute(&format!("DELETE FROM file WHERE {unused}"), &params)?;
            if gone > 0 {
                connection.execute(
                    "DELETE FROM file_sent WHERE NOT EXISTS (SELECT 1 FROM file WHERE file.hash = file_sent.hash)",
                    &[],
                )?;
            }
            Ok(gone)
        })
    }
}

/// Notes that a fact names files. Errors: NotFound, one of them is not there.
pub(crate) fn use_files(
    connection: &mut Connection,
    files: &[Hash],
    (record_no, fact): (i64, &FactId),
) -> Result<(), StoreError> {
    for file in files {
        let name = file.to_string();
        let known = "SELECT size_bytes FROM file WHERE hash = $1";
        if connection.first(known, &[name.as_str().into()], |row| row.int(0))?.is_none() {
            return Err(StoreError::NotFound { what: "file", name });
        }
        connection.execute(
            "INSERT INTO file_use (hash, record_no, fact) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            &[name.as_str().into(), record_no.into(), fact.as_str().into()],
        )?;
    }
    Ok(())
}
