ALTER TABLE transfers DROP CONSTRAINT transfers_kind;
UPDATE transfers SET kind = 'internal' WHERE kind = 'batch';
ALTER TABLE transfers ADD CONSTRAINT transfers_kind CHECK (kind IN ('internal', 'inbound', 'outbound'));
ALTER TABLE transfers DROP COLUMN target_agreed;
ALTER TABLE transfers DROP COLUMN source_agreed;
