DROP INDEX outbox_tenant_idx;
DROP TABLE usage;
DROP TABLE quotas;
