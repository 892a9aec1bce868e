-- What a tenant may use beyond its places; NULL: as much as it likes. The bytes of its files are remembered here with the moment
-- they were counted, so that nobody walks the store to show them.
CREATE TABLE quotas (
    tenant_id uuid CONSTRAINT quotas_key PRIMARY KEY,
    storage_bytes bigint CONSTRAINT quotas_storage CHECK (storage_bytes > 0),
    sms_month integer CONSTRAINT quotas_sms CHECK (sms_month > 0),
    requests_day bigint CONSTRAINT quotas_requests CHECK (requests_day > 0),
    stored bigint,
    stored_at timestamptz
);

-- Requests of a tenant's people a day, by the calendar in China. Replicas add to it every few seconds.
CREATE TABLE usage (
    tenant_id uuid NOT NULL,
    day date NOT NULL,
    requests bigint NOT NULL,
    CONSTRAINT usage_key PRIMARY KEY (tenant_id, day)
);

CREATE INDEX outbox_tenant_idx ON outbox (tenant_id, created_at) WHERE tenant_id IS NOT NULL;
