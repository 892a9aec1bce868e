-- Tenants as files, and tenants on servers of their own.

ALTER TABLE tenants
    DROP CONSTRAINT tenants_state,
    ADD CONSTRAINT tenants_state
        CHECK (state IN ('provisioning', 'active', 'failed', 'maintenance', 'importing'));

-- Addresses hold passwords, so they are sealed. NULL: the installation's own database.
ALTER TABLE placements
    ALTER COLUMN query_url TYPE bytea USING NULL,
    ALTER COLUMN ddl_url TYPE bytea USING NULL;

-- Where a tenant made with the code comes to stand; NULL: the installation's own database.
ALTER TABLE codes ADD placement text CONSTRAINT codes_placement REFERENCES placements (id);
CREATE INDEX codes_placement_idx ON codes (placement);

-- Tenants on their way to another placement. While the row says `copying` or `switched` the tenant is read-only.
CREATE TABLE moves (
    tenant_id uuid CONSTRAINT moves_key PRIMARY KEY CONSTRAINT moves_tenant REFERENCES tenants (id),
    source text NOT NULL CONSTRAINT moves_source REFERENCES placements (id),
    target text NOT NULL CONSTRAINT moves_target REFERENCES placements (id),
    step text NOT NULL CONSTRAINT moves_step CHECK (step IN ('copying', 'switched', 'leaving')),
    since timestamptz NOT NULL
);
CREATE INDEX moves_source_idx ON moves (source);
CREATE INDEX moves_target_idx ON moves (target);

-- Tenants that were erased: no name, no person, only what was found before and the proof once all of it is gone.
CREATE TABLE erasures (
    id uuid CONSTRAINT erasures_key PRIMARY KEY,
    tenant_id uuid NOT NULL,
    at timestamptz NOT NULL,
    found jsonb NOT NULL,
    certificate jsonb
);
CREATE INDEX erasures_tenant_idx ON erasures (tenant_id);
