-- Which keys of a version have another value than in the one before; of versions from before that is not known.

ALTER TABLE secret_versions ADD COLUMN changed TEXT; -- JSON: names; NULL: not known

-- A name is looked up in secrets_name and nowhere else. Where little is known of the table, such as before it was ever
-- analyzed, PostgreSQL takes a namespace for small, and each index that begins with it for as good: it then reads a
-- whole namespace for each name. So the other two are for lists by time alone, which say `version > 0`: it always is.

DROP INDEX secrets_created;
DROP INDEX secrets_updated;
CREATE INDEX secrets_created ON secrets (namespace, created, id) WHERE deleted IS NULL AND version > 0;
CREATE INDEX secrets_updated ON secrets (namespace, updated, id) WHERE deleted IS NULL AND version > 0;
