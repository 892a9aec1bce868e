-- Roles that a tenant makes for itself: what they allow, and how far it reaches from the organisation they are held on.
-- An assignment names one by its id, as it names the built-in ones by their key.
CREATE TABLE roles (
    id uuid CONSTRAINT roles_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    name text NOT NULL CONSTRAINT roles_name UNIQUE,
    note text,
    reach text NOT NULL CONSTRAINT roles_reach CHECK (reach IN ('all', 'subtree', 'below', 'node')),
    permissions text[] NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX role_assignments_role_idx ON role_assignments (role) WHERE until IS NULL;
