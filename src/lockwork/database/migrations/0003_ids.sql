-- What belongs to a user or a workspace belongs to its id: a name may come to mean another one.
-- In the limits of tokens the names of workspaces become ids as well: see `tokens.hold_to_ids`.

ALTER TABLE runs ADD COLUMN starter TEXT REFERENCES users (id) ON DELETE SET NULL;
UPDATE runs SET starter = (SELECT u.id FROM users u WHERE u.name = runs.started_by AND u.created <= runs.started);
