-- Who helps somebody on the way into the Party (培养联系人, then 入党介绍人), since when, and whether one of them can do so no
-- longer; who came instead stands in the events. Every open case is looked at once.
ALTER TABLE development_cases ADD COLUMN helpers jsonb;
ALTER TABLE development_cases ADD COLUMN gap boolean NOT NULL DEFAULT false;
CREATE INDEX development_cases_gap_idx ON development_cases (due, id) WHERE gap AND closed_at IS NULL;
ALTER TABLE development_events ADD COLUMN people uuid[];
UPDATE development_cases SET turns_on = '1970-01-01' WHERE closed_at IS NULL;
