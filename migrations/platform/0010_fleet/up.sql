-- The order in which tenants are brought up to date: those of the canary ring first.
ALTER TABLE tenants
    ADD ring text NOT NULL DEFAULT 'stable' CONSTRAINT tenants_ring CHECK (ring IN ('canary', 'stable')),
    -- The step at which the last try failed, as module/step.
    ADD failed_step text,
    ADD migrated_at timestamptz;
