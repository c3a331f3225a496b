-- Notices: what accounts are told. Derived from events and days, so that they are no part of the chain.

-- One for each account and cause, however often what causes it is looked through: `cause` names the kind of notice and
-- the event or the day.
CREATE TABLE notice (
    id         BIGINT PRIMARY KEY,
    account    TEXT NOT NULL,
    cause      TEXT NOT NULL,
    kind       TEXT NOT NULL,
    at_us      BIGINT NOT NULL,
    count      BIGINT NOT NULL,
    about      TEXT NOT NULL,
    read_at_us BIGINT,
    UNIQUE (account, cause)
);
CREATE INDEX notice_account ON notice (account, id);
CREATE INDEX notice_unread ON notice (account) WHERE read_at_us IS NULL;
CREATE INDEX notice_read ON notice (read_at_us);
