-- What becomes of a message at the carrier. `params` are the template's values, sealed; `tried_at` is noted before the
-- carrier is called, so that a call without an answer is never simply repeated.
ALTER TABLE outbox
    ADD tenant_id uuid,
    ADD params bytea,
    ADD carrier text,
    ADD carrier_id text,
    ADD tried_at timestamptz,
    ADD detail text,
    ADD reported_at timestamptz,
    ADD state text CONSTRAINT outbox_state
        CHECK (state IN ('sent', 'refused', 'unknown', 'late', 'delivered', 'undelivered'));
CREATE INDEX outbox_carrier_idx ON outbox (carrier_id) WHERE carrier_id IS NOT NULL;
