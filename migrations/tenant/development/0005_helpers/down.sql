ALTER TABLE development_events DROP COLUMN people;
DROP INDEX development_cases_gap_idx;
ALTER TABLE development_cases DROP COLUMN gap;
ALTER TABLE development_cases DROP COLUMN helpers;
