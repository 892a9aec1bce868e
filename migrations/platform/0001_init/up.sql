-- The control plane. Reached under the role zhibu_platform only; tenants' roles see nothing of it.

-- One row: which master key this database's sealed columns belong to.
CREATE TABLE installation (
    id smallint CONSTRAINT installation_key PRIMARY KEY CONSTRAINT installation_one CHECK (id = 1),
    key_check bytea NOT NULL
);

CREATE TABLE placements (
    id text CONSTRAINT placements_key PRIMARY KEY,
    kind text NOT NULL CONSTRAINT placements_kind CHECK (kind IN ('postgres', 'citus')),
    -- NULL: the installation's own database
    query_url text,
    ddl_url text
);
INSERT INTO placements (id, kind) VALUES ('default', 'postgres');

CREATE TABLE tenants (
    id uuid CONSTRAINT tenants_key PRIMARY KEY,
    slug text NOT NULL CONSTRAINT tenants_slug UNIQUE,
    name text NOT NULL,
    state text NOT NULL CONSTRAINT tenants_state CHECK (state IN ('provisioning', 'active', 'failed', 'maintenance')),
    plan text NOT NULL,
    modules text[] NOT NULL,
    seats integer NOT NULL CONSTRAINT tenants_seats CHECK (seats > 0),
    demo boolean NOT NULL DEFAULT false,
    timezone text NOT NULL DEFAULT 'Asia/Shanghai',
    placement text NOT NULL DEFAULT 'default' CONSTRAINT tenants_placement REFERENCES placements (id),
    wrapped_key bytea NOT NULL,
    -- hash over the migrations of its modules: equal means nothing to do
    schema_version text,
    error text,
    -- what activation was asked for: {"administrator": sealed mobile or user name}
    request jsonb NOT NULL,
    ticket_hash bytea CONSTRAINT tenants_ticket UNIQUE,
    percent smallint NOT NULL DEFAULT 0,
    step text NOT NULL DEFAULT '',
    administrator text,
    created_at timestamptz NOT NULL,
    activated_at timestamptz
);
CREATE INDEX tenants_placement_idx ON tenants (placement);
CREATE INDEX tenants_state_idx ON tenants (state, id DESC);

CREATE TABLE operators (
    id uuid CONSTRAINT operators_key PRIMARY KEY,
    user_name text NOT NULL CONSTRAINT operators_user_name UNIQUE,
    password_hash text,
    totp bytea,
    totp_step bigint NOT NULL DEFAULT 0,
    state text NOT NULL CONSTRAINT operators_state CHECK (state IN ('invited', 'active', 'disabled')),
    failed smallint NOT NULL DEFAULT 0,
    failed_at timestamptz,
    invitation_hash bytea CONSTRAINT operators_invitation UNIQUE,
    invitation_expires_at timestamptz,
    created_at timestamptz NOT NULL
);

CREATE TABLE operator_sessions (
    id uuid CONSTRAINT operator_sessions_key PRIMARY KEY,
    operator_id uuid NOT NULL CONSTRAINT operator_sessions_operator REFERENCES operators (id),
    refresh_hash bytea NOT NULL CONSTRAINT operator_sessions_refresh UNIQUE,
    previous_hash bytea,
    created_at timestamptz NOT NULL,
    refreshed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    device text NOT NULL,
    address text NOT NULL
);
CREATE INDEX operator_sessions_operator_idx ON operator_sessions (operator_id);

CREATE TABLE code_batches (
    id uuid CONSTRAINT code_batches_key PRIMARY KEY,
    -- hash of the input: the same key with other input is refused
    input_hash bytea NOT NULL,
    -- NULL: from the command line
    issued_by uuid CONSTRAINT code_batches_operator REFERENCES operators (id),
    issued_at timestamptz NOT NULL
);
CREATE INDEX code_batches_operator_idx ON code_batches (issued_by);

CREATE TABLE codes (
    id uuid CONSTRAINT codes_key PRIMARY KEY,
    batch_id uuid NOT NULL CONSTRAINT codes_batch REFERENCES code_batches (id),
    code_hash bytea NOT NULL CONSTRAINT codes_hash UNIQUE,
    tail text NOT NULL,
    plan text NOT NULL,
    modules text[] NOT NULL,
    seats integer NOT NULL CONSTRAINT codes_seats CHECK (seats > 0),
    expires_on date NOT NULL,
    note text,
    used_at timestamptz,
    tenant_id uuid CONSTRAINT codes_tenant REFERENCES tenants (id),
    revoked_at timestamptz,
    revoke_reason text,
    CONSTRAINT codes_one_end CHECK (used_at IS NULL OR revoked_at IS NULL)
);
CREATE INDEX codes_batch_idx ON codes (batch_id);
CREATE INDEX codes_tenant_idx ON codes (tenant_id);
CREATE INDEX codes_tail_idx ON codes (tail);

-- Finds the tenant and account of a user name or mobile; the proof is the tenant's business.
CREATE TABLE logins (
    kind text NOT NULL CONSTRAINT logins_kind CHECK (kind IN ('name', 'mobile')),
    blind_index bytea NOT NULL,
    tenant_id uuid NOT NULL CONSTRAINT logins_tenant REFERENCES tenants (id),
    account_id uuid NOT NULL,
    CONSTRAINT logins_key PRIMARY KEY (kind, blind_index, tenant_id)
);
CREATE UNIQUE INDEX logins_name ON logins (blind_index) WHERE kind = 'name';
CREATE INDEX logins_tenant_idx ON logins (tenant_id, account_id);

CREATE TABLE sms_codes (
    id uuid CONSTRAINT sms_codes_key PRIMARY KEY,
    mobile_index bytea NOT NULL,
    purpose text NOT NULL CONSTRAINT sms_codes_purpose CHECK (purpose IN ('sign_in', 'password', 'mobile')),
    code_hash bytea NOT NULL,
    tries smallint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX sms_codes_mobile_idx ON sms_codes (mobile_index, purpose, id DESC);

-- Proof of a mobile number that belongs to several tenants, until one is chosen.
CREATE TABLE tenant_choices (
    ticket_hash bytea CONSTRAINT tenant_choices_key PRIMARY KEY,
    mobile_index bytea NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE throttles (
    key text NOT NULL,
    span_start timestamptz NOT NULL,
    count integer NOT NULL,
    CONSTRAINT throttles_key PRIMARY KEY (key, span_start)
);
CREATE INDEX throttles_start_idx ON throttles (span_start);

-- Text messages, sealed, until and after a job hands them to the provider; the sandbox's operator reads them here.
CREATE TABLE outbox (
    id uuid CONSTRAINT outbox_key PRIMARY KEY,
    mobile bytea NOT NULL,
    mobile_index bytea NOT NULL,
    text bytea NOT NULL,
    purpose text NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz
);
CREATE INDEX outbox_mobile_idx ON outbox (mobile_index, id DESC);

CREATE TABLE progress (
    id uuid CONSTRAINT progress_key PRIMARY KEY,
    task text NOT NULL,
    tenant_id uuid CONSTRAINT progress_tenant REFERENCES tenants (id),
    state text NOT NULL CONSTRAINT progress_state CHECK (state IN ('queued', 'running', 'done', 'failed')),
    percent smallint NOT NULL DEFAULT 0,
    message text,
    created_at timestamptz NOT NULL
);
CREATE INDEX progress_tenant_idx ON progress (tenant_id);

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
