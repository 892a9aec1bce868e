DROP TABLE purges;
DROP TABLE activity_certificates;
DROP TABLE record_requests;
DROP TABLE record_rules;
ALTER TABLE people DROP COLUMN purged_at;
DROP INDEX people_filled_idx;
ALTER TABLE people DROP COLUMN filled;
