ALTER TABLE tenants DROP migrated_at, DROP failed_step, DROP ring;
