-- Which steps each step of a run waits for; of runs from before that is not known.

ALTER TABLE steps ADD COLUMN comes_after TEXT NOT NULL DEFAULT '[]'; -- JSON: names
