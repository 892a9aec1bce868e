-- Password-free sign-in (免密登录): what belongs to the tenant's people. Applications stand on the control plane.

-- One-time tickets, by hash.
CREATE TABLE sso_tickets (
    hash bytea CONSTRAINT sso_tickets_key PRIMARY KEY,
    app_id uuid NOT NULL,
    account_id uuid NOT NULL CONSTRAINT sso_tickets_account REFERENCES accounts (id),
    target text NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX sso_tickets_account_idx ON sso_tickets (account_id);
CREATE INDEX sso_tickets_expiry_idx ON sso_tickets (expires_at);

-- Whom an outside identity stands for. The source is an application (`app:<key>`) or an issuer.
CREATE TABLE sso_links (
    id uuid CONSTRAINT sso_links_key PRIMARY KEY,
    source text NOT NULL,
    subject text NOT NULL,
    account_id uuid NOT NULL CONSTRAINT sso_links_account REFERENCES accounts (id),
    -- one that somebody has asked for opens nothing before an administrator approves it
    approved_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT sso_links_subject UNIQUE (source, subject)
);
CREATE INDEX sso_links_account_idx ON sso_links (account_id);

-- The tenant's own identity provider (OpenID Connect), by the application whose uses it counts on.
CREATE TABLE sso_issuers (
    app_id uuid CONSTRAINT sso_issuers_key PRIMARY KEY,
    issuer text NOT NULL,
    client_id text NOT NULL,
    -- sealed
    secret bytea NOT NULL,
    enabled boolean NOT NULL
);

-- Sign-ins that have gone to the identity provider and are not back yet.
CREATE TABLE sso_flows (
    state_hash bytea CONSTRAINT sso_flows_key PRIMARY KEY,
    app_id uuid NOT NULL,
    -- what the browser that began holds in a cookie
    browser_hash bytea NOT NULL,
    nonce text NOT NULL,
    -- sealed
    verifier bytea NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sso_flows_expiry_idx ON sso_flows (expires_at);
