-- The life of a tenant: its last day of use, and what operators have decided. The state follows from these and the day;
-- the column `state` tells only whether its tables are ready.
ALTER TABLE tenants
    ADD expires_on date,
    ADD suspended_at timestamptz,
    ADD suspend_reason text,
    ADD closed_at timestamptz,
    ADD close_reason text,
    ADD CONSTRAINT tenants_suspension CHECK ((suspended_at IS NULL) = (suspend_reason IS NULL)),
    ADD CONSTRAINT tenants_closing CHECK ((closed_at IS NULL) = (close_reason IS NULL));
CREATE INDEX tenants_expiry_idx ON tenants (expires_on);

-- How long a tenant made with the code may be used; NULL: without end.
ALTER TABLE codes ADD months smallint CONSTRAINT codes_months CHECK (months > 0);

-- What operators tell tenants' administrators, from one day to another.
CREATE TABLE notices (
    id uuid CONSTRAINT notices_key PRIMARY KEY,
    title text NOT NULL,
    text text NOT NULL,
    since date NOT NULL,
    until date NOT NULL,
    -- NULL: to all
    tenants uuid[],
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    withdrawn_at timestamptz,
    CONSTRAINT notices_span CHECK (since <= until)
);
CREATE INDEX notices_until_idx ON notices (until) WHERE withdrawn_at IS NULL;
