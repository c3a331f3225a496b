-- Sending notices on: how accounts want to be told, and what waits to be sent.

-- One row where anybody chose. A secret is kept as it is: signing needs it.
CREATE TABLE telling (
    account          TEXT PRIMARY KEY,
    lang             TEXT NOT NULL,
    ways             TEXT NOT NULL,
    email            TEXT,
    email_asked      TEXT,
    token_hash       TEXT,
    token_until_us   BIGINT,
    webhook          TEXT,
    webhook_secret   TEXT,
    webhook_stopped  TEXT,
    digested         BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX telling_token ON telling (token_hash);

-- `message` is the name under which it is sent, however often: a receiver knows a repeat by it. Whoever sends it holds
-- it until `leased_until_us`; after that it is anybody's.
CREATE TABLE outbox (
    id              BIGINT PRIMARY KEY,
    account         TEXT NOT NULL,
    channel         TEXT NOT NULL,
    cause           TEXT NOT NULL,
    message         TEXT NOT NULL,
    notices         TEXT NOT NULL,
    made_at_us      BIGINT NOT NULL,
    due_at_us       BIGINT NOT NULL,
    leased_until_us BIGINT NOT NULL DEFAULT 0,
    tries           BIGINT NOT NULL DEFAULT 0,
    state           TEXT NOT NULL DEFAULT 'waiting',
    ended_at_us     BIGINT,
    why             TEXT,
    UNIQUE (account, channel, cause)
);
CREATE INDEX outbox_waiting ON outbox (due_at_us) WHERE state = 'waiting';
CREATE INDEX outbox_account ON outbox (account, id);
CREATE INDEX outbox_ended ON outbox (ended_at_us);
