DROP INDEX outbox_carrier_idx;
ALTER TABLE outbox
    DROP tenant_id,
    DROP params,
    DROP carrier,
    DROP carrier_id,
    DROP tried_at,
    DROP detail,
    DROP reported_at,
    DROP state;
