-- Party organisations: the tree as it is (parent_id, path) and as it was (organisation_parents).

CREATE TABLE organisations (
    id uuid CONSTRAINT organisations_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    parent_id uuid CONSTRAINT organisations_parent REFERENCES organisations (id),
    -- three digits a level: 001.003.002
    path text COLLATE "C" NOT NULL CONSTRAINT organisations_path UNIQUE,
    depth smallint NOT NULL CONSTRAINT organisations_depth CHECK (depth BETWEEN 1 AND 9),
    child_count integer NOT NULL DEFAULT 0 CONSTRAINT organisations_children CHECK (child_count >= 0),
    last_child smallint NOT NULL DEFAULT 0 CONSTRAINT organisations_last_child CHECK (last_child BETWEEN 0 AND 999),
    code text NOT NULL CONSTRAINT organisations_code UNIQUE,
    external_code text,
    full_name text NOT NULL,
    short_name text NOT NULL CONSTRAINT organisations_short_name UNIQUE,
    org_type text NOT NULL CONSTRAINT organisations_org_type CHECK (org_type IN (
        'party_committee', 'work_committee', 'general_branch', 'branch', 'joint_branch', 'provisional_committee',
        'provisional_general_branch', 'provisional_branch', 'mobile_branch', 'leading_group', 'party_group')),
    status text NOT NULL CONSTRAINT organisations_status CHECK (status IN (
        'active', 'preparing', 'merged', 'dissolved', 'transferred_out')),
    founded_on date,
    approval_no text,
    unit_relation text CONSTRAINT organisations_unit_relation CHECK (unit_relation IN (
        'same_as_parent', 'legal_unit', 'joint')),
    division_code text,
    contact_name text,
    contact_phone bytea,
    term_years smallint CONSTRAINT organisations_term_years CHECK (term_years IN (3, 5)),
    term_start date,
    sort smallint NOT NULL DEFAULT 0 CONSTRAINT organisations_sort CHECK (sort BETWEEN 0 AND 9999),
    can_approve_members boolean NOT NULL DEFAULT false,
    village_or_community boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    CONSTRAINT organisations_root CHECK ((parent_id IS NULL) = (depth = 1))
);
CREATE UNIQUE INDEX organisations_full_name ON organisations (parent_id, full_name);
CREATE INDEX organisations_siblings_idx ON organisations (parent_id, sort, path);

CREATE TABLE organisation_parents (
    id uuid CONSTRAINT organisation_parents_key PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT organisation_parents_organisation REFERENCES organisations (id),
    parent_id uuid CONSTRAINT organisation_parents_parent REFERENCES organisations (id),
    since date NOT NULL,
    until date,
    CONSTRAINT organisation_parents_span CHECK (until IS NULL OR until >= since)
);
CREATE UNIQUE INDEX organisation_parents_current ON organisation_parents (organisation_id) WHERE until IS NULL;
CREATE INDEX organisation_parents_organisation_idx ON organisation_parents (organisation_id, since);
CREATE INDEX organisation_parents_parent_idx ON organisation_parents (parent_id);

CREATE TABLE organisation_units (
    organisation_id uuid NOT NULL CONSTRAINT organisation_units_organisation REFERENCES organisations (id),
    position smallint NOT NULL,
    name text NOT NULL,
    uscc text,
    nature text NOT NULL,
    party_presence text,
    CONSTRAINT organisation_units_key PRIMARY KEY (organisation_id, position)
);
