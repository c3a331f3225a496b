-- Cases, version 2: work with an owner and a deadline. Instants are microseconds since 1970 (UTC).

-- What happened to each case. Never changed, never removed.
CREATE TABLE case_step (
    event_seq BIGINT NOT NULL,
    ordinal   BIGINT NOT NULL,
    case_no   BIGINT NOT NULL,
    step      TEXT NOT NULL,
    PRIMARY KEY (event_seq, ordinal)
)
--sqlite WITHOUT ROWID
;
CREATE INDEX case_step_case ON case_step (case_no, event_seq, ordinal);

-- What the steps leave of each case, kept so that worklists can be read at once; `state` is all of it as JSON, the
-- other columns repeat what is searched by.
CREATE TABLE work_case (
--sqlite    no         INTEGER PRIMARY KEY,
--postgres    no         BIGINT PRIMARY KEY,
    live       BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    duty       TEXT,
    about_kind TEXT,
    about_id   TEXT,
    department TEXT NOT NULL,
    area       TEXT NOT NULL,
    officer    TEXT,
    due_at_us  BIGINT NOT NULL,
    last_seq   BIGINT NOT NULL,
    state      TEXT NOT NULL
);
CREATE UNIQUE INDEX work_case_gap ON work_case (duty, about_kind, about_id) WHERE live = 1;
CREATE INDEX work_case_office ON work_case (area, department, due_at_us, no) WHERE live = 1;
CREATE INDEX work_case_officer ON work_case (officer, due_at_us, no) WHERE live = 1;

-- Records that a case concerns: what it is about, who must act, who is to be served.
CREATE TABLE case_party (
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    case_no BIGINT NOT NULL,
    PRIMARY KEY (kind, id, case_no)
)
--sqlite WITHOUT ROWID
;

--sqlite CREATE TRIGGER case_step_kept_u BEFORE UPDATE ON case_step BEGIN SELECT RAISE(ABORT, 'case steps are append-only'); END;
--sqlite CREATE TRIGGER case_step_kept_d BEFORE DELETE ON case_step BEGIN SELECT RAISE(ABORT, 'case steps are append-only'); END;
--postgres CREATE TRIGGER case_step_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON case_step EXECUTE FUNCTION yingjin_append_only();
