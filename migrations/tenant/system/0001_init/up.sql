-- What every tenant has: accounts, sessions, roles, menu switches, audit.

CREATE TABLE accounts (
    id uuid CONSTRAINT accounts_key PRIMARY KEY,
    user_name text NOT NULL CONSTRAINT accounts_user_name UNIQUE,
    display_name text NOT NULL,
    mobile bytea,
    mobile_index bytea CONSTRAINT accounts_mobile UNIQUE,
    password_hash text,
    password_state text NOT NULL CONSTRAINT accounts_password_state CHECK (password_state IN ('none', 'initial', 'set')),
    password_expires_at timestamptz,
    password_changed_at timestamptz,
    state text NOT NULL CONSTRAINT accounts_state CHECK (state IN ('active', 'locked', 'disabled')),
    failed smallint NOT NULL DEFAULT 0,
    failed_at timestamptz,
    locked_at timestamptz,
    last_sign_in_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT accounts_password_given CHECK ((password_hash IS NULL) = (password_state = 'none'))
);
CREATE INDEX accounts_last_sign_in_idx ON accounts (last_sign_in_at DESC NULLS LAST, id);
CREATE INDEX accounts_state_idx ON accounts (state, user_name);

CREATE TABLE sessions (
    id uuid CONSTRAINT sessions_key PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT sessions_account REFERENCES accounts (id),
    purpose text NOT NULL CONSTRAINT sessions_purpose CHECK (purpose IN ('full', 'password')),
    refresh_hash bytea NOT NULL CONSTRAINT sessions_refresh UNIQUE,
    previous_hash bytea,
    created_at timestamptz NOT NULL,
    refreshed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    device text NOT NULL,
    address text NOT NULL
);
CREATE INDEX sessions_account_idx ON sessions (account_id, id DESC);
CREATE INDEX sessions_open_idx ON sessions (expires_at) WHERE ended_at IS NULL;

-- Who holds which role on which organisation, and since when: facts are dated.
CREATE TABLE role_assignments (
    id uuid CONSTRAINT role_assignments_key PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT role_assignments_account REFERENCES accounts (id),
    role text NOT NULL,
    organisation_id uuid NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz
);
CREATE UNIQUE INDEX role_assignments_current ON role_assignments (account_id, role, organisation_id) WHERE until IS NULL;
CREATE INDEX role_assignments_organisation_idx ON role_assignments (organisation_id) WHERE until IS NULL;

-- Deviations from the menu seed.
CREATE TABLE menus (
    console text NOT NULL,
    key text NOT NULL,
    enabled boolean NOT NULL,
    CONSTRAINT menus_key PRIMARY KEY (console, key)
);

-- One row: bumped by whatever changes what somebody may do; modules is the copy every write looks at.
CREATE TABLE policy (
    id smallint CONSTRAINT policy_key PRIMARY KEY CONSTRAINT policy_one CHECK (id = 1),
    epoch bigint NOT NULL,
    modules text[] NOT NULL,
    -- members the tenant may have
    seats integer NOT NULL
);
INSERT INTO policy (id, epoch, modules, seats) VALUES (1, 1, '{}', 0);

CREATE TABLE audit (
    id uuid CONSTRAINT audit_key PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    address text NOT NULL,
    request_id uuid NOT NULL,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id uuid,
    changes jsonb NOT NULL
);
CREATE INDEX audit_object_idx ON audit (object_kind, object_id, id DESC);
