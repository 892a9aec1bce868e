-- The next day on which what lists know of a case changes though nobody does anything: something lapses, becomes legal or
-- overdue. Every case that is there already is looked at once.
ALTER TABLE development_cases ADD COLUMN turns_on date NOT NULL DEFAULT '1970-01-01';
CREATE INDEX development_cases_turns_idx ON development_cases (turns_on, id) WHERE closed_at IS NULL;
