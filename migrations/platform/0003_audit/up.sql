-- The audit's chain of seals, as in each tenant's schema; and where each tenant's chain ends, out of the tenant's reach.

ALTER TABLE audit ADD COLUMN seal integer;
CREATE INDEX audit_unsealed_idx ON audit (id) WHERE seal IS NULL;
CREATE INDEX audit_actor_idx ON audit (actor_id, id DESC);
CREATE INDEX audit_kind_idx ON audit (object_kind, id DESC);

CREATE TABLE audit_seals (
    number integer CONSTRAINT audit_seals_key PRIMARY KEY,
    at timestamptz NOT NULL,
    rows bytea NOT NULL,
    mark bytea NOT NULL
);

CREATE TABLE audit_heads (
    tenant_id uuid CONSTRAINT audit_heads_key PRIMARY KEY,
    number integer NOT NULL,
    mark bytea NOT NULL
);
