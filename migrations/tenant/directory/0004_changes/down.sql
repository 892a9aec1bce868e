DROP TABLE organisation_commands;
DROP TABLE organisation_states;
ALTER TABLE posts DROP COLUMN end_reason;
ALTER TABLE organisations DROP COLUMN merged_into, DROP COLUMN split_from, DROP COLUMN closed_on;
