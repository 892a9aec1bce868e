-- The audit's chain of seals, and what its page looks rows up by.

-- Which seal covers the row; none until the next sealing.
ALTER TABLE audit ADD COLUMN seal integer;
CREATE INDEX audit_unsealed_idx ON audit (id) WHERE seal IS NULL;
CREATE INDEX audit_actor_idx ON audit (actor_id, id DESC);
CREATE INDEX audit_kind_idx ON audit (object_kind, id DESC);

CREATE TABLE audit_seals (
    number integer CONSTRAINT audit_seals_key PRIMARY KEY,
    at timestamptz NOT NULL,
    -- for each row its id (16 bytes) and the digest of its contents (32 bytes), in the order of ids
    rows bytea NOT NULL,
    -- keyed digest over the number, the mark before, the time and the rows
    mark bytea NOT NULL
);
