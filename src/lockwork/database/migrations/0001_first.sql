-- The first schema. Times are microseconds since 1970; ids are text; namespaces are w:<workspace> or u:<user>.

CREATE TABLE store (
    id TEXT PRIMARY KEY,
    schema INTEGER NOT NULL,
    created INTEGER NOT NULL,
    audit_key BLOB NOT NULL,
    audit_key_root TEXT NOT NULL
);

CREATE TABLE root_keys (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    created INTEGER NOT NULL
);
CREATE UNIQUE INDEX root_keys_active ON root_keys (state) WHERE state = 'active';

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL
);

CREATE TABLE workspaces (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL
);

CREATE TABLE secrets (
    id TEXT PRIMARY KEY,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    workspace TEXT REFERENCES workspaces (id),
    owner TEXT NOT NULL REFERENCES users (id),
    version INTEGER NOT NULL,
    scope_since INTEGER NOT NULL, -- the first version in the present namespace
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    deleted INTEGER
);
CREATE UNIQUE INDEX secrets_name ON secrets (namespace, name) WHERE deleted IS NULL;
CREATE INDEX secrets_created ON secrets (namespace, created, id) WHERE deleted IS NULL;
CREATE INDEX secrets_updated ON secrets (namespace, updated, id) WHERE deleted IS NULL;
CREATE INDEX secrets_owner ON secrets (owner);
CREATE INDEX secrets_deleted ON secrets (deleted) WHERE deleted IS NOT NULL;

CREATE TABLE namespace_counts (
    namespace TEXT PRIMARY KEY,
    secrets INTEGER NOT NULL
);

CREATE TABLE secret_versions (
    secret TEXT NOT NULL REFERENCES secrets (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    created INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    wrapped BLOB, -- the data key; NULL once destroyed
    root_key TEXT REFERENCES root_keys (id),
    PRIMARY KEY (secret, version)
);
CREATE INDEX secret_versions_root_key ON secret_versions (root_key, secret, version);

CREATE TABLE secret_values (
    secret TEXT NOT NULL,
    version INTEGER NOT NULL,
    key TEXT NOT NULL,
    sealed BLOB, -- NULL once destroyed
    PRIMARY KEY (secret, version, key),
    FOREIGN KEY (secret, version) REFERENCES secret_versions (secret, version) ON DELETE CASCADE
);

CREATE TABLE components (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspaces (id),
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    flavor TEXT NOT NULL,
    body TEXT NOT NULL, -- JSON: attributes, environment, secrets, declaration
    version INTEGER NOT NULL,
    owner TEXT NOT NULL REFERENCES users (id),
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    UNIQUE (workspace, type, name)
);

CREATE TABLE stacks (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    secrets TEXT NOT NULL, -- JSON: name -> prefix
    version INTEGER NOT NULL,
    owner TEXT NOT NULL REFERENCES users (id),
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    UNIQUE (workspace, name)
);

CREATE TABLE stack_components (
    stack TEXT NOT NULL REFERENCES stacks (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    component TEXT NOT NULL REFERENCES components (id),
    PRIMARY KEY (stack, type)
);
CREATE INDEX stack_components_component ON stack_components (component);

-- Which attribute of which component (or stack) names which secret and key; key NULL: the secret as a whole.
CREATE TABLE reference_uses (
    workspace TEXT NOT NULL REFERENCES workspaces (id),
    component TEXT REFERENCES components (id) ON DELETE CASCADE,
    stack TEXT REFERENCES stacks (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    secret TEXT NOT NULL,
    key TEXT
);
CREATE INDEX reference_uses_secret ON reference_uses (workspace, secret, key);
CREATE INDEX reference_uses_component ON reference_uses (component);
CREATE INDEX reference_uses_stack ON reference_uses (stack);

CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspaces (id),
    pipeline TEXT NOT NULL,
    stack TEXT NOT NULL,
    status TEXT NOT NULL,
    started_by TEXT NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    failure TEXT,
    report TEXT, -- JSON, of a refused run
    notes TEXT NOT NULL, -- JSON
    process TEXT NOT NULL -- which process runs it: if that has gone, the run is over
);
CREATE INDEX runs_started ON runs (workspace, started, id);
CREATE INDEX runs_running ON runs (status) WHERE status = 'running';

CREATE TABLE run_secrets (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    secret TEXT NOT NULL, -- no foreign key: the record outlives the secret
    scope TEXT NOT NULL,
    version INTEGER NOT NULL,
    owner TEXT NOT NULL,
    settled INTEGER NOT NULL, -- 1: at the start, and kept while it runs; 0: fetched by a step
    PRIMARY KEY (run, secret, version, name)
);
CREATE INDEX run_secrets_secret ON run_secrets (secret, version);

CREATE TABLE steps (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    status TEXT NOT NULL,
    started INTEGER,
    finished INTEGER,
    failure TEXT,
    outputs TEXT NOT NULL, -- JSON
    notes TEXT NOT NULL, -- JSON
    PRIMARY KEY (run, name)
);

CREATE TABLE step_logs (
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    number INTEGER NOT NULL,
    part BLOB NOT NULL, -- masked, at most 64 KiB
    PRIMARY KEY (run, step, number),
    FOREIGN KEY (run, step) REFERENCES steps (run, name) ON DELETE CASCADE
);

CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    user_name TEXT NOT NULL,
    "system_user" TEXT,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    workspace TEXT,
    kind TEXT,
    name TEXT,
    id TEXT,
    version INTEGER,
    state TEXT, -- how the subject is after this record
    run TEXT,
    step TEXT,
    detail TEXT,
    mac BLOB NOT NULL
);
CREATE INDEX audit_id ON audit (id, number);

CREATE TABLE audit_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL,
    mac BLOB NOT NULL
);
INSERT INTO audit_head (one, number, mac) VALUES (1, 0, x'');
