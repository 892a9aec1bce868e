-- People and their membership as dated history: a person has membership episodes, an episode has branch
-- assignments; posts are dated rows too.

CREATE TABLE people (
    id uuid CONSTRAINT people_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    name text NOT NULL,
    -- syllables with spaces between, for sorting
    pinyin text COLLATE "C" NOT NULL,
    -- parts of the name, of its pinyin and of its initials, for searching
    search text[] NOT NULL,
    id_number bytea NOT NULL,
    id_index bytea NOT NULL,
    sex text NOT NULL,
    birth_date date NOT NULL,
    archive_birth_date date,
    archive_birth_reason text,
    ethnicity text NOT NULL,
    native_place text,
    education_level text NOT NULL,
    degree text,
    school text,
    major text,
    first_work_date date,
    work_post text NOT NULL,
    employer text,
    professional_title text,
    mobile bytea NOT NULL,
    mobile_index bytea NOT NULL,
    landline bytea,
    home_address bytea,
    special_group text,
    remark text,
    account_id uuid,
    created_at timestamptz NOT NULL,
    -- in the history library since
    left_at timestamptz
);
CREATE UNIQUE INDEX people_id_number ON people (id_index) WHERE left_at IS NULL;
CREATE UNIQUE INDEX people_mobile ON people (mobile_index) WHERE left_at IS NULL;
CREATE UNIQUE INDEX people_account ON people (account_id) WHERE left_at IS NULL;
CREATE INDEX people_name_idx ON people (pinyin, id) WHERE left_at IS NULL;
CREATE INDEX people_birth_idx ON people (birth_date, id) WHERE left_at IS NULL;
CREATE INDEX people_left_idx ON people (left_at DESC, id) WHERE left_at IS NOT NULL;
CREATE INDEX people_search_idx ON people USING gin (search);

CREATE TABLE memberships (
    id uuid CONSTRAINT memberships_key PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT memberships_person REFERENCES people (id),
    member_type text NOT NULL CONSTRAINT memberships_type CHECK (member_type IN ('formal', 'probationary')),
    join_date date NOT NULL,
    conversion_date date,
    status text NOT NULL CONSTRAINT memberships_status CHECK (status IN ('normal', 'suspended')),
    right_limit text NOT NULL DEFAULT 'none',
    lost_on date,
    lost_reason text,
    floating boolean NOT NULL DEFAULT false,
    flow_direction text,
    since date NOT NULL,
    until date,
    end_reason text,
    end_note text,
    CONSTRAINT memberships_span CHECK (until IS NULL OR until >= since),
    CONSTRAINT memberships_end CHECK ((until IS NULL) = (end_reason IS NULL)),
    CONSTRAINT memberships_conversion CHECK (member_type = 'formal' OR conversion_date IS NULL)
);
CREATE UNIQUE INDEX memberships_current ON memberships (person_id) WHERE until IS NULL;
CREATE INDEX memberships_person_idx ON memberships (person_id, since);
CREATE INDEX memberships_join_idx ON memberships (join_date, person_id) WHERE until IS NULL;

CREATE TABLE branch_assignments (
    id uuid CONSTRAINT branch_assignments_key PRIMARY KEY,
    membership_id uuid NOT NULL CONSTRAINT branch_assignments_membership REFERENCES memberships (id),
    organisation_id uuid NOT NULL CONSTRAINT branch_assignments_organisation REFERENCES organisations (id),
    group_id uuid CONSTRAINT branch_assignments_group REFERENCES organisations (id),
    since date NOT NULL,
    until date,
    CONSTRAINT branch_assignments_span CHECK (until IS NULL OR until >= since)
);
CREATE UNIQUE INDEX branch_assignments_current ON branch_assignments (membership_id) WHERE until IS NULL;
CREATE INDEX branch_assignments_membership_idx ON branch_assignments (membership_id, since);
CREATE INDEX branch_assignments_organisation_idx ON branch_assignments (organisation_id, until);
CREATE INDEX branch_assignments_group_idx ON branch_assignments (group_id);

CREATE TABLE posts (
    id uuid CONSTRAINT posts_key PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT posts_person REFERENCES people (id),
    organisation_id uuid NOT NULL CONSTRAINT posts_organisation REFERENCES organisations (id),
    post text NOT NULL,
    since date NOT NULL,
    until date,
    CONSTRAINT posts_span CHECK (until IS NULL OR until >= since)
);
CREATE UNIQUE INDEX posts_current ON posts (person_id, organisation_id, post) WHERE until IS NULL;
CREATE UNIQUE INDEX posts_one_secretary ON posts (organisation_id) WHERE until IS NULL AND post = 'secretary';
CREATE INDEX posts_person_idx ON posts (person_id, since);
CREATE INDEX posts_organisation_idx ON posts (organisation_id);

-- Current members assigned to the organisation itself.
ALTER TABLE organisations ADD COLUMN member_count integer NOT NULL DEFAULT 0
    CONSTRAINT organisations_members CHECK (member_count >= 0);
