DROP TABLE audit_seals;
DROP INDEX audit_kind_idx;
DROP INDEX audit_actor_idx;
DROP INDEX audit_unsealed_idx;
ALTER TABLE audit DROP COLUMN seal;
