-- Password-free sign-in (免密登录): applications of tenants, found by their key before the tenant is known.

CREATE TABLE sso_apps (
    id uuid CONSTRAINT sso_apps_key PRIMARY KEY,
    tenant_id uuid NOT NULL CONSTRAINT sso_apps_tenant REFERENCES tenants (id),
    app_key text NOT NULL CONSTRAINT sso_apps_app UNIQUE,
    name text NOT NULL,
    purpose text NOT NULL,
    home_url text NOT NULL,
    status text NOT NULL CONSTRAINT sso_apps_status CHECK (status IN ('applied', 'approved', 'rejected', 'disabled')),
    -- sealed under the tenant's key for this application alone; the one before stays good for a while
    secret bytea,
    previous_secret bytea,
    previous_until timestamptz,
    -- beginnings of local paths that people may be led to
    targets text[] NOT NULL,
    -- networks of the integrator's servers; empty: any
    addresses text[] NOT NULL,
    admit_administrators boolean NOT NULL,
    quota_left integer NOT NULL CONSTRAINT sso_apps_quota CHECK (quota_left >= 0),
    -- what was left after the last grant: the warning comes at a fifth of it
    quota_pack integer NOT NULL,
    -- 0: nobody was warned, 1: few are left, 2: none is left
    warned smallint NOT NULL DEFAULT 0,
    applied_at timestamptz NOT NULL,
    applied_by text NOT NULL,
    reviewed_at timestamptz,
    reviewed_by text,
    reason text
);
CREATE INDEX sso_apps_tenant_idx ON sso_apps (tenant_id, id DESC);
CREATE INDEX sso_apps_status_idx ON sso_apps (status, id DESC);

-- Nonces of signed requests, kept as long as their timestamps would pass.
CREATE TABLE sso_nonces (
    app_id uuid NOT NULL CONSTRAINT sso_nonces_app REFERENCES sso_apps (id),
    nonce text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT sso_nonces_key PRIMARY KEY (app_id, nonce)
);
CREATE INDEX sso_nonces_at_idx ON sso_nonces (at);

-- Paid sign-ins by the days of China.
CREATE TABLE sso_uses (
    app_id uuid NOT NULL CONSTRAINT sso_uses_app REFERENCES sso_apps (id),
    day date NOT NULL,
    uses integer NOT NULL,
    CONSTRAINT sso_uses_key PRIMARY KEY (app_id, day)
);
