DROP INDEX transfer_inbox_lapse_idx;
DROP INDEX transfer_inbox_number_idx;
ALTER TABLE transfer_inbox DROP CONSTRAINT transfer_inbox_state;
UPDATE transfer_inbox SET state = 'refused' WHERE state = 'lapsed';
ALTER TABLE transfer_inbox ADD CONSTRAINT transfer_inbox_state CHECK (state IN ('waiting', 'taken', 'accepted', 'refused'));
ALTER TABLE transfer_inbox DROP COLUMN id_index;
ALTER TABLE transfer_inbox DROP COLUMN digest;
