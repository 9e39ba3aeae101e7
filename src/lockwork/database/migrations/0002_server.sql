-- A team's server: who comes in how, who is a member of what, from where something was asked.

ALTER TABLE users ADD COLUMN kind TEXT NOT NULL DEFAULT 'person';
ALTER TABLE users ADD COLUMN admin INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN disabled INTEGER;
ALTER TABLE users ADD COLUMN password TEXT; -- Argon2id, as a PHC string

CREATE TABLE members (
    workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    member TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (workspace, member)
);
CREATE INDEX members_member ON members (member);

CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE, -- SHA-256 of the text, in hexadecimal
    owner TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    begins TEXT NOT NULL,
    limits TEXT NOT NULL, -- JSON: role, workspaces, patterns
    parent TEXT REFERENCES tokens (id) ON DELETE SET NULL, -- the token that minted it
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER,
    last_used INTEGER
);
CREATE INDEX tokens_owner ON tokens (owner, created, id);
CREATE INDEX tokens_parent ON tokens (parent);

-- Codes that open a door once: `setup`, `invite`, `reset`.
CREATE TABLE codes (
    hash TEXT PRIMARY KEY, -- SHA-256 of the text, in hexadecimal
    kind TEXT NOT NULL,
    owner TEXT REFERENCES users (id) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
);

-- Who last changed the configuration of others, and who lets which version of it have their own secrets.
ALTER TABLE components ADD COLUMN changed_by TEXT REFERENCES users (id) ON DELETE SET NULL;
ALTER TABLE stacks ADD COLUMN changed_by TEXT REFERENCES users (id) ON DELETE SET NULL;
UPDATE components SET changed_by = owner;
UPDATE stacks SET changed_by = owner;
CREATE TABLE trusted (
    member TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    thing TEXT NOT NULL, -- the id of a component or stack
    version INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (member, thing)
);

-- Which server processes there are, and which root keys each holds.
CREATE TABLE servers (
    id TEXT PRIMARY KEY,
    root_keys TEXT NOT NULL, -- JSON: their ids
    started INTEGER NOT NULL,
    seen INTEGER NOT NULL
);

-- Answers to what may be asked twice, for a day.
CREATE TABLE answered (
    asker TEXT NOT NULL, -- the token that was shown
    action TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    question BLOB NOT NULL, -- a keyed hash
    answer BLOB NOT NULL, -- an HMAC, and JSON without values; no JSON where it told one
    at INTEGER NOT NULL,
    PRIMARY KEY (asker, action, idempotency_key)
);
CREATE INDEX answered_at ON answered (at);

-- Failed knocks, counted by the minute.
CREATE TABLE strangers (
    minute INTEGER NOT NULL, -- since 1970
    address TEXT NOT NULL,
    what TEXT NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (minute, address, what)
);

-- When a run on another machine last gave a sign of life; of runs beside their store none is needed.
ALTER TABLE runs ADD COLUMN heard INTEGER;

ALTER TABLE audit ADD COLUMN token TEXT;
ALTER TABLE audit ADD COLUMN address TEXT;
ALTER TABLE audit ADD COLUMN request TEXT;

-- Where the chain begins, once its first part was taken out.
CREATE TABLE audit_start (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL,
    mac BLOB NOT NULL
);
INSERT INTO audit_start (one, number, mac) VALUES (1, 0, x'');
