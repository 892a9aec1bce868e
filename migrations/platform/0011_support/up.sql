-- What operators have asked of which tenant. What became of it is in the tenant's own schema, table `support`.
CREATE TABLE support_requests (
    id uuid CONSTRAINT support_requests_key PRIMARY KEY,
    tenant_id uuid NOT NULL CONSTRAINT support_requests_tenant REFERENCES tenants (id) ON DELETE CASCADE,
    operator_id uuid NOT NULL CONSTRAINT support_requests_operator REFERENCES operators (id)
);
CREATE INDEX support_requests_tenant_idx ON support_requests (tenant_id, id DESC);
CREATE INDEX support_requests_operator_idx ON support_requests (operator_id);
