-- Exports that operators order; the same table as a tenant's, read by the same code. The account is the operator.

CREATE TABLE exports (
    id uuid CONSTRAINT exports_key PRIMARY KEY,
    kind text NOT NULL,
    state text NOT NULL CONSTRAINT exports_state CHECK (state IN ('running', 'done', 'failed', 'expired')),
    percent smallint NOT NULL DEFAULT 0,
    row_count bigint NOT NULL DEFAULT 0,
    -- what was asked for, as the client sent it
    filter jsonb NOT NULL,
    filter_words text NOT NULL,
    chosen text[] NOT NULL,
    sensitive boolean NOT NULL,
    reason text,
    message text,
    account_id uuid NOT NULL CONSTRAINT exports_operator REFERENCES operators (id),
    account_name text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX exports_account_idx ON exports (account_id, id DESC);
CREATE INDEX exports_expiry_idx ON exports (expires_at) WHERE state IN ('running', 'done');
