-- Records of members: how complete they are, what members want changed of them, activity certificates, and purges by two.

-- Which of the fields that may be empty are filled: one bit each, in the order of `member/completeness.rs`.
ALTER TABLE people ADD COLUMN filled integer NOT NULL GENERATED ALWAYS AS (
    (native_place IS NOT NULL)::integer
    | ((special_group IS NOT NULL)::integer << 1)
    | ((employer IS NOT NULL)::integer << 2)
    | ((professional_title IS NOT NULL)::integer << 3)
    | ((first_work_date IS NOT NULL)::integer << 4)
    | ((degree IS NOT NULL)::integer << 5)
    | ((school IS NOT NULL)::integer << 6)
    | ((major IS NOT NULL)::integer << 7)
    | ((landline IS NOT NULL)::integer << 8)
    | ((home_address IS NOT NULL)::integer << 9)
) STORED;
CREATE INDEX people_filled_idx ON people (filled, pinyin, id) WHERE left_at IS NULL;

-- What was personal of somebody who had left is gone for ever (彻底删除).
ALTER TABLE people ADD COLUMN purged_at timestamptz CONSTRAINT people_purged CHECK (purged_at IS NULL OR left_at IS NOT NULL);

-- One row: the fields that count for completeness besides those that no record can do without. The address is one of the
-- national items.
CREATE TABLE record_rules (
    id smallint CONSTRAINT record_rules_key PRIMARY KEY CONSTRAINT record_rules_one CHECK (id = 1),
    required text[] NOT NULL
);
INSERT INTO record_rules (id, required) VALUES (1, '{homeAddress}');

-- What a member wants changed of the own record (资料变更申请).
CREATE TABLE record_requests (
    id uuid CONSTRAINT record_requests_key PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT record_requests_person REFERENCES people (id),
    -- the branch at that time
    organisation_id uuid NOT NULL CONSTRAINT record_requests_organisation REFERENCES organisations (id),
    state text NOT NULL
        CONSTRAINT record_requests_state CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn')),
    fields text[] NOT NULL,
    -- sealed: each field before and after
    changes bytea NOT NULL,
    reason text NOT NULL,
    asked_at timestamptz NOT NULL,
    decided_by uuid,
    decided_name text,
    decided_at timestamptz,
    refusal text,
    CONSTRAINT record_requests_decided CHECK ((state = 'waiting') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX record_requests_waiting ON record_requests (person_id) WHERE state = 'waiting';
CREATE INDEX record_requests_person_idx ON record_requests (person_id, id);
CREATE INDEX record_requests_organisation_idx ON record_requests (organisation_id, id);
CREATE INDEX record_requests_state_idx ON record_requests (state, id);

-- Activity certificates (党员活动证) that were issued; their code says whether they still hold.
CREATE TABLE activity_certificates (
    id uuid CONSTRAINT activity_certificates_key PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT activity_certificates_person REFERENCES people (id),
    -- the branch at that time
    organisation_id uuid NOT NULL CONSTRAINT activity_certificates_organisation REFERENCES organisations (id),
    issued_on date NOT NULL,
    issued_by text NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by text,
    withdrawn_reason text,
    CONSTRAINT activity_certificates_withdrawn CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL))
);
CREATE UNIQUE INDEX activity_certificates_current ON activity_certificates (person_id) WHERE withdrawn_at IS NULL;
CREATE INDEX activity_certificates_person_idx ON activity_certificates (person_id, id);
CREATE INDEX activity_certificates_organisation_idx ON activity_certificates (organisation_id);

-- Proposals to remove a former member's record for ever; somebody else confirms them.
CREATE TABLE purges (
    id uuid CONSTRAINT purges_key PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT purges_person REFERENCES people (id),
    state text NOT NULL CONSTRAINT purges_state CHECK (state IN ('waiting', 'done', 'refused', 'withdrawn', 'expired')),
    reason text NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_name text NOT NULL,
    proposed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_by uuid,
    decided_name text,
    decided_at timestamptz,
    refusal text,
    CONSTRAINT purges_two CHECK (state <> 'done' OR decided_by <> proposed_by)
);
CREATE UNIQUE INDEX purges_waiting ON purges (person_id) WHERE state = 'waiting';
CREATE INDEX purges_person_idx ON purges (person_id);
CREATE INDEX purges_state_idx ON purges (state, id);
