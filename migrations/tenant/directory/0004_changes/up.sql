-- Organisations as they were, and the commands that change them: moved, merged, split, dissolved, deleted.

ALTER TABLE organisations
    ADD COLUMN merged_into uuid CONSTRAINT organisations_merged_into REFERENCES organisations (id),
    ADD COLUMN split_from uuid CONSTRAINT organisations_split_from REFERENCES organisations (id),
    -- the day it was merged or dissolved
    ADD COLUMN closed_on date;
CREATE INDEX organisations_merged_into_idx ON organisations (merged_into);
CREATE INDEX organisations_split_from_idx ON organisations (split_from);

ALTER TABLE posts ADD COLUMN end_reason text;

-- One row for each time in which name, kind, state and place of an organisation did not change.
CREATE TABLE organisation_states (
    id uuid CONSTRAINT organisation_states_key PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT organisation_states_organisation REFERENCES organisations (id),
    path text COLLATE "C" NOT NULL,
    code text NOT NULL,
    full_name text NOT NULL,
    short_name text NOT NULL,
    org_type text NOT NULL,
    status text NOT NULL,
    since date NOT NULL,
    until date,
    CONSTRAINT organisation_states_span CHECK (until IS NULL OR until > since)
);
CREATE UNIQUE INDEX organisation_states_current ON organisation_states (organisation_id) WHERE until IS NULL;
CREATE INDEX organisation_states_organisation_idx ON organisation_states (organisation_id, since);
CREATE INDEX organisation_states_path_idx ON organisation_states (path, since);
-- What names were before is not known here: the present ones count from the day on which the superior does.
INSERT INTO organisation_states (id, organisation_id, path, code, full_name, short_name, org_type, status, since)
SELECT gen_random_uuid(), o.id, o.path, o.code, o.full_name, o.short_name, o.org_type, o.status, p.since
FROM organisations o JOIN organisation_parents p ON p.organisation_id = o.id AND p.until IS NULL;

CREATE TABLE organisation_commands (
    id uuid CONSTRAINT organisation_commands_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    kind text NOT NULL CONSTRAINT organisation_commands_kind CHECK (kind IN (
        'migrate', 'merge', 'split', 'dissolve', 'delete')),
    state text NOT NULL CONSTRAINT organisation_commands_state CHECK (state IN (
        'waiting', 'confirmed', 'done', 'refused', 'withdrawn')),
    -- without foreign keys: a command outlives what it deletes
    organisation_id uuid NOT NULL,
    organisation_name text NOT NULL,
    into_id uuid,
    into_name text,
    -- names and people of the new organisation
    split jsonb,
    effective_on date NOT NULL,
    approval_no text,
    reason text NOT NULL,
    asked_by uuid,
    asked_name text NOT NULL,
    asked_at timestamptz NOT NULL,
    decided_by uuid,
    decided_name text,
    decided_at timestamptz,
    refusal text,
    -- what was in the way when its day had come
    obstacle text,
    done_at timestamptz,
    CONSTRAINT organisation_commands_into CHECK ((kind IN ('migrate', 'merge')) = (into_id IS NOT NULL)),
    CONSTRAINT organisation_commands_split CHECK ((kind = 'split') = (split IS NOT NULL))
);
CREATE UNIQUE INDEX organisation_commands_open ON organisation_commands (organisation_id)
    WHERE state IN ('waiting', 'confirmed');
CREATE INDEX organisation_commands_due_idx ON organisation_commands (effective_on, id) WHERE state = 'confirmed';
CREATE INDEX organisation_commands_asked_idx ON organisation_commands (asked_at DESC, id);
CREATE INDEX organisation_commands_into_idx ON organisation_commands (into_id) WHERE into_id IS NOT NULL;
