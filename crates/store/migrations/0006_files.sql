-- Files: photographs and documents, each once, by the SHA-256 of its content in hexadecimal.

CREATE TABLE file (
    hash       TEXT PRIMARY KEY,
    type       TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
--sqlite    content    BLOB NOT NULL
--postgres    content    BYTEA NOT NULL
);
--postgres ALTER TABLE file ALTER COLUMN content SET STORAGE EXTERNAL;

-- Who sent it, and when last: an account may refer to what it sent.
CREATE TABLE file_sent (
    hash    TEXT NOT NULL,
    account TEXT NOT NULL,
    at_us   BIGINT NOT NULL,
    PRIMARY KEY (hash, account)
)
--sqlite WITHOUT ROWID
;
CREATE INDEX file_sent_account ON file_sent (account);

-- Which facts ever named it: who may read one of these records may read the file. Never forgotten, as the past is not.
CREATE TABLE file_use (
    hash      TEXT NOT NULL,
    record_no BIGINT NOT NULL,
    fact      TEXT NOT NULL,
    PRIMARY KEY (hash, record_no, fact)
)
--sqlite WITHOUT ROWID
;
