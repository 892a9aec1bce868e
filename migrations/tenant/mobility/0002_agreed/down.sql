ALTER TABLE transfers DROP COLUMN target_agreed;
ALTER TABLE transfers DROP COLUMN source_agreed;
