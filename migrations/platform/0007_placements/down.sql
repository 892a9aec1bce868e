DROP TABLE erasures;
DROP TABLE moves;
ALTER TABLE codes DROP COLUMN placement;
ALTER TABLE placements
    ALTER COLUMN query_url TYPE text USING NULL,
    ALTER COLUMN ddl_url TYPE text USING NULL;
UPDATE tenants SET state = 'failed' WHERE state = 'importing';
ALTER TABLE tenants
    DROP CONSTRAINT tenants_state,
    ADD CONSTRAINT tenants_state CHECK (state IN ('provisioning', 'active', 'failed', 'maintenance'));
