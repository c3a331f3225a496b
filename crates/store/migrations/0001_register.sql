-- The register, version 1. One text for SQLite and PostgreSQL: a line that begins with `--sqlite` or `--postgres`
-- is for that database alone. Whole numbers are BIGINT, truth is 0 or 1, days are text YYYY-MM-DD, instants are
-- microseconds since 1970 (UTC), hashes are 64 hexadecimal digits, JSON is text, so that it is hashed as written.

--sqlite PRAGMA application_id = 1498021889;

CREATE TABLE yingjin_meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- What happened, chained by hash. Never changed, never removed.
CREATE TABLE event (
    seq       BIGINT PRIMARY KEY,
    type      TEXT NOT NULL,
    at_us     BIGINT NOT NULL,
    on_day    TEXT NOT NULL,
    actor     TEXT NOT NULL,
    synthetic BIGINT NOT NULL,
    summary   TEXT NOT NULL,
    lines     BIGINT NOT NULL,
    body      TEXT NOT NULL,
    previous  TEXT NOT NULL,
    hash      TEXT NOT NULL
)
--sqlite WITHOUT ROWID
;
CREATE INDEX event_type ON event (type, seq);

-- What is known of each record: what its changes leave, kept so that it can be read at once.
CREATE TABLE record (
--sqlite    id_no     INTEGER PRIMARY KEY,
--postgres    id_no     BIGINT PRIMARY KEY,
    kind      TEXT NOT NULL,
    id        TEXT NOT NULL,
    facts     TEXT NOT NULL,
    last_on   TEXT NOT NULL,
    synthetic BIGINT NOT NULL,
    UNIQUE (kind, id)
);
-- With `synthetic`, so that counting by kind reads the index alone.
CREATE INDEX record_kind ON record (kind, id_no, synthetic);

-- The lines of events that change records. No foreign keys here and in the indexes below: they would cost a look-up
-- for each of a million rows, and `verify` says more than they could. Never changed, never removed.
CREATE TABLE change (
    event_seq BIGINT NOT NULL,
    ordinal   BIGINT NOT NULL,
    record_no BIGINT NOT NULL,
    on_day    TEXT NOT NULL,
    facts     TEXT NOT NULL,
    PRIMARY KEY (event_seq, ordinal)
)
--sqlite WITHOUT ROWID
;
CREATE INDEX change_record ON change (record_no, on_day, event_seq, ordinal);

-- Who points to whom, now.
CREATE TABLE link (
    kind      TEXT NOT NULL,
    fact      TEXT NOT NULL,
    target    TEXT NOT NULL,
    record_no BIGINT NOT NULL,
    PRIMARY KEY (kind, fact, target, record_no)
)
--sqlite WITHOUT ROWID
;

-- Every key, code and name a record was ever known by, in normal form.
CREATE TABLE identifier (
    kind      TEXT NOT NULL,
    fact      TEXT NOT NULL,
    text      TEXT NOT NULL,
    record_no BIGINT NOT NULL,
    PRIMARY KEY (kind, fact, text, record_no)
)
--sqlite WITHOUT ROWID
;

-- The lines of verdict events. Never changed, never removed.
CREATE TABLE verdict_change (
    event_seq BIGINT NOT NULL,
    ordinal   BIGINT NOT NULL,
    duty      TEXT NOT NULL,
    record_no BIGINT NOT NULL,
    was       TEXT NOT NULL,
    now       TEXT NOT NULL,
    on_day    TEXT NOT NULL,
    arose_on  TEXT,
    met_on    TEXT,
    amount    TEXT,
    paid      TEXT,
    PRIMARY KEY (event_seq, ordinal)
)
--sqlite WITHOUT ROWID
;
CREATE INDEX verdict_change_record ON verdict_change (record_no, duty);
CREATE INDEX verdict_change_met ON verdict_change (duty, met_on) WHERE now = 'done' AND was <> 'done';

-- Where each record stands for each duty; no row where it is out.
CREATE TABLE verdict (
    duty      TEXT NOT NULL,
    record_no BIGINT NOT NULL,
    standing  TEXT NOT NULL,
    since     TEXT NOT NULL,
    arose_on  TEXT,
    met_on    TEXT,
    amount    TEXT,
    paid      TEXT,
    PRIMARY KEY (duty, record_no)
)
--sqlite WITHOUT ROWID
;
CREATE INDEX verdict_record ON verdict (record_no);

-- One fact of one day, told differently by two sources. `claim` is the line that the event's body covers.
CREATE TABLE conflict (
    id          BIGINT PRIMARY KEY,
    event_seq   BIGINT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE,
    claim       TEXT NOT NULL,
    decided_seq BIGINT,
    decision    TEXT
);
CREATE INDEX conflict_event ON conflict (event_seq, id);

-- A row of a sheet that could not be matched with certainty, kept for a person. `claim` as above.
CREATE TABLE aside (
    id          BIGINT PRIMARY KEY,
    event_seq   BIGINT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE,
    claim       TEXT NOT NULL,
    decided_seq BIGINT,
    decision    TEXT
);
CREATE INDEX aside_event ON aside (event_seq, id);

-- What became of the doubtful rows of an import: its report, no part of the register.
CREATE TABLE import_row (
    event_seq BIGINT NOT NULL,
    ordinal   BIGINT NOT NULL,
    report    TEXT NOT NULL,
    PRIMARY KEY (event_seq, ordinal)
)
--sqlite WITHOUT ROWID
;

CREATE TABLE account (
    name          TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,
    role          TEXT NOT NULL,
    area          TEXT,
    department    TEXT,
    record_kind   TEXT,
    record_id     TEXT,
    closed        BIGINT NOT NULL
);

-- Only the digest of a session's token is kept: who reads this table cannot sign in with it.
CREATE TABLE session (
    token_hash    TEXT PRIMARY KEY,
    account       TEXT NOT NULL REFERENCES account (name),
    expires_at_us BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account);

-- Failed sign-ins by key (an account, an address) within a span that began at `since_us`.
CREATE TABLE sign_in_failure (
    key      TEXT PRIMARY KEY,
    since_us BIGINT NOT NULL,
    failures BIGINT NOT NULL
);

-- The past is not edited by accident. Whoever means to can still do it; the chain shows it then.
--sqlite CREATE TRIGGER event_kept_u BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
--sqlite CREATE TRIGGER event_kept_d BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
--sqlite CREATE TRIGGER change_kept_u BEFORE UPDATE ON change BEGIN SELECT RAISE(ABORT, 'changes are append-only'); END;
--sqlite CREATE TRIGGER change_kept_d BEFORE DELETE ON change BEGIN SELECT RAISE(ABORT, 'changes are append-only'); END;
--sqlite CREATE TRIGGER verdict_change_kept_u BEFORE UPDATE ON verdict_change BEGIN SELECT RAISE(ABORT, 'verdict changes are append-only'); END;
--sqlite CREATE TRIGGER verdict_change_kept_d BEFORE DELETE ON verdict_change BEGIN SELECT RAISE(ABORT, 'verdict changes are append-only'); END;
--sqlite CREATE TRIGGER record_kept_d BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'records are never removed'); END;
--postgres CREATE FUNCTION yingjin_append_only() RETURNS trigger LANGUAGE plpgsql AS
--postgres   $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
--postgres CREATE TRIGGER event_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON event EXECUTE FUNCTION yingjin_append_only();
--postgres CREATE TRIGGER change_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON change EXECUTE FUNCTION yingjin_append_only();
--postgres CREATE TRIGGER verdict_change_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON verdict_change EXECUTE FUNCTION yingjin_append_only();
--postgres CREATE TRIGGER record_kept BEFORE DELETE OR TRUNCATE ON record EXECUTE FUNCTION yingjin_append_only();
