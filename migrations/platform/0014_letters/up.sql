-- Letters and receipts on their way from one tenant to another of this installation (电子介绍信、回执): signed, and sealed for
-- the receiver, so that nothing can be read here. Whoever receives takes them away.
CREATE TABLE letters (
    id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT letters_kind CHECK (kind IN ('letter', 'receipt')),
    tenant_id uuid NOT NULL CONSTRAINT letters_tenant REFERENCES tenants (id),
    body text NOT NULL,
    posted_at timestamptz NOT NULL,
    CONSTRAINT letters_key PRIMARY KEY (id, kind)
);
CREATE INDEX letters_tenant_idx ON letters (tenant_id, posted_at);
