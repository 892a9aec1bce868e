-- What people of tenants tell the operators (建议反馈), and what is answered: words and contact are sealed under the tenant's key.
CREATE TABLE feedback (
    -- made by whoever sends it, so that a repetition is the same
    id uuid CONSTRAINT feedback_key PRIMARY KEY,
    tenant_id uuid NOT NULL CONSTRAINT feedback_tenant REFERENCES tenants (id),
    account_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT feedback_kind CHECK (kind IN ('suggestion', 'problem', 'complaint', 'other')),
    text bytea NOT NULL,
    contact bytea,
    state text NOT NULL DEFAULT 'open' CONSTRAINT feedback_state CHECK (state IN ('open', 'answered', 'closed')),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX feedback_at_idx ON feedback (created_at DESC, id DESC);
CREATE INDEX feedback_state_idx ON feedback (state, created_at DESC, id DESC);
CREATE INDEX feedback_kind_idx ON feedback (kind, created_at DESC, id DESC);
CREATE INDEX feedback_tenant_idx ON feedback (tenant_id, created_at DESC, id DESC);
CREATE INDEX feedback_account_idx ON feedback (tenant_id, account_id, created_at DESC, id DESC);

CREATE TABLE feedback_answers (
    id uuid CONSTRAINT feedback_answers_key PRIMARY KEY,
    feedback_id uuid NOT NULL CONSTRAINT feedback_answers_feedback REFERENCES feedback (id) ON DELETE CASCADE,
    text bytea NOT NULL,
    answered_at timestamptz NOT NULL,
    answered_by text NOT NULL
);
CREATE INDEX feedback_answers_feedback_idx ON feedback_answers (feedback_id, answered_at, id);

-- How the operator is reached (关于我们): one row.
CREATE TABLE about (
    id smallint CONSTRAINT about_key PRIMARY KEY CONSTRAINT about_one CHECK (id = 1),
    phone text NOT NULL DEFAULT '',
    mail text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    hours text NOT NULL DEFAULT '',
    text text NOT NULL DEFAULT '',
    version integer NOT NULL DEFAULT 1,
    changed_at timestamptz,
    changed_by text
);
INSERT INTO about (id) VALUES (1);
