DROP INDEX development_cases_turns_idx;
ALTER TABLE development_cases DROP COLUMN turns_on;
