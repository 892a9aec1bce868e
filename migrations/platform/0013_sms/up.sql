-- Signatures and templates of text messages (短信签名、短信模板): a tenant applies, an operator enters what the carrier has approved.
CREATE TABLE sms_words (
    id uuid CONSTRAINT sms_words_key PRIMARY KEY,
    tenant_id uuid NOT NULL CONSTRAINT sms_words_tenant REFERENCES tenants (id),
    kind text NOT NULL CONSTRAINT sms_words_kind CHECK (kind IN ('signature', 'template')),
    -- the signature itself, or what the template is called
    name text NOT NULL,
    -- empty for a signature
    text text NOT NULL,
    -- the template's variables in the order of its text
    variables text[] NOT NULL,
    note text NOT NULL,
    state text NOT NULL CONSTRAINT sms_words_state CHECK (state IN ('applied', 'approved', 'refused')),
    -- the carrier's sign name or template code, and the names it has for the variables
    carrier_code text,
    carrier_variables text[] NOT NULL,
    reason text,
    applied_at timestamptz NOT NULL,
    applied_by text NOT NULL,
    reviewed_at timestamptz,
    reviewed_by text,
    CONSTRAINT sms_words_approved CHECK (state <> 'approved' OR carrier_code IS NOT NULL)
);
CREATE INDEX sms_words_tenant_idx ON sms_words (tenant_id, id DESC);
CREATE INDEX sms_words_state_idx ON sms_words (state, id DESC);

-- Tenants whose messages wait, and until when: morning, the next try after an outage, room in the quota.
CREATE TABLE sms_queues (
    tenant_id uuid CONSTRAINT sms_queues_key PRIMARY KEY,
    due_at timestamptz NOT NULL
);
CREATE INDEX sms_queues_due_idx ON sms_queues (due_at);

-- A long message is paid for as several; a notice names the template it is written in.
ALTER TABLE outbox ADD parts smallint NOT NULL DEFAULT 1, ADD word_id uuid;
