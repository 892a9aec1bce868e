-- A receipt answers one letter as it was: the digest of the letter's text stands in it. Letters that nobody took in lapse with their
-- last day, and what they say goes; by the number they are found when somebody is removed for ever.
ALTER TABLE transfer_inbox ADD COLUMN digest text;
ALTER TABLE transfer_inbox ADD COLUMN id_index bytea;
ALTER TABLE transfer_inbox DROP CONSTRAINT transfer_inbox_state;
ALTER TABLE transfer_inbox ADD CONSTRAINT transfer_inbox_state
    CHECK (state IN ('waiting', 'taken', 'accepted', 'refused', 'lapsed'));
CREATE INDEX transfer_inbox_number_idx ON transfer_inbox (id_index);
CREATE INDEX transfer_inbox_lapse_idx ON transfer_inbox (valid_until) WHERE transfer_id IS NULL AND length(record) > 0;
