-- Which keys of a version have another value than in the one before; of versions from before that is not known.

ALTER TABLE secret_versions ADD COLUMN changed TEXT; -- JSON: names; NULL: not known
