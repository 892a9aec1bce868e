-- 组织生活: kinds of meetings and who holds them, meetings, who attends, votes, notes, media, minutes, plans.

-- Kinds of meetings (会议类型). The usual ones come with the module; a tenant may add its own and change the rules.
CREATE TABLE meeting_types (
    code text CONSTRAINT meeting_types_key PRIMARY KEY,
    name text NOT NULL CONSTRAINT meeting_types_name UNIQUE,
    sort smallint NOT NULL,
    -- who should attend
    attend text NOT NULL CONSTRAINT meeting_types_attend CHECK (attend IN ('members', 'committee', 'named')),
    -- how often at least; none: as needed
    every text CONSTRAINT meeting_types_every CHECK (every IN ('month', 'quarter', 'year')),
    quorum text NOT NULL CONSTRAINT meeting_types_quorum
        CHECK (quorum IN ('none', 'half', 'more_than_half', 'two_thirds', 'four_fifths')),
    -- kinds of organisations that may hold it, and of those that must as often as it says
    held_by text[] NOT NULL,
    required_of text[] NOT NULL,
    -- for which organisations, with all below, superiors have decided otherwise; the nearest decision counts
    allowed_at uuid[] NOT NULL DEFAULT '{}',
    forbidden_at uuid[] NOT NULL DEFAULT '{}',
    own boolean NOT NULL DEFAULT false,
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1
);
INSERT INTO meeting_types (code, name, sort, attend, every, quorum, held_by, required_of) VALUES
    ('branch_assembly', '支部党员大会', 1, 'members', 'quarter', 'half',
        '{branch,joint_branch,provisional_branch,mobile_branch,general_branch}', '{branch,joint_branch}'),
    ('branch_committee', '支部委员会会议', 2, 'committee', 'month', 'half',
        '{branch,joint_branch,provisional_branch,mobile_branch}', '{branch,joint_branch}'),
    ('group_meeting', '党小组会', 3, 'members', 'month', 'none', '{party_group}', '{party_group}'),
    ('party_lecture', '党课', 4, 'members', 'quarter', 'none',
        '{party_committee,work_committee,general_branch,branch,joint_branch,provisional_committee,provisional_general_branch,provisional_branch,mobile_branch,party_group}',
        '{branch,joint_branch,provisional_branch}'),
    ('theme_day', '主题党日', 5, 'members', 'month', 'none',
        '{general_branch,branch,joint_branch,provisional_general_branch,provisional_branch,mobile_branch}', '{branch,joint_branch}'),
    ('org_life_meeting', '组织生活会', 6, 'members', 'year', 'none',
        '{branch,joint_branch,provisional_branch,mobile_branch,party_group}', '{branch,joint_branch}'),
    ('democratic_life_meeting', '民主生活会', 7, 'committee', 'year', 'two_thirds',
        '{party_committee,work_committee,general_branch,leading_group,provisional_committee}', '{party_committee,work_committee,leading_group}'),
    ('appraisal_meeting', '民主评议党员', 8, 'members', 'year', 'more_than_half',
        '{branch,joint_branch,provisional_branch,mobile_branch}', '{branch,joint_branch}'),
    ('committee_meeting', '党委(总支)会议', 9, 'committee', NULL, 'more_than_half',
        '{party_committee,work_committee,general_branch,provisional_committee,provisional_general_branch,leading_group}', '{}'),
    ('central_group_study', '理论学习中心组学习', 10, 'named', 'quarter', 'none',
        '{party_committee,work_committee,leading_group}', '{party_committee,work_committee,leading_group}'),
    ('admission_assembly', '接收预备党员大会', 11, 'members', NULL, 'more_than_half', '{general_branch,branch,joint_branch}', '{}'),
    ('conversion_assembly', '预备党员转正大会', 12, 'members', NULL, 'more_than_half', '{general_branch,branch,joint_branch}', '{}'),
    ('election_assembly', '换届选举大会', 13, 'members', NULL, 'four_fifths', '{party_committee,general_branch,branch,joint_branch,party_group}', '{}'),
    ('other', '其他', 14, 'members', NULL, 'none',
        '{party_committee,work_committee,general_branch,branch,joint_branch,provisional_committee,provisional_general_branch,provisional_branch,mobile_branch,leading_group,party_group}', '{}');

CREATE TABLE meetings (
    id uuid CONSTRAINT meetings_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    -- the repetition of an order is the same meeting
    request_key uuid CONSTRAINT meetings_once UNIQUE,
    organisation_id uuid NOT NULL CONSTRAINT meetings_organisation REFERENCES organisations (id),
    -- a meeting of several kinds counts once for each
    types text[] NOT NULL CONSTRAINT meetings_types CHECK (cardinality(types) BETWEEN 1 AND 4),
    title text NOT NULL,
    grams text[] NOT NULL,
    mode text NOT NULL CONSTRAINT meetings_mode CHECK (mode IN ('offline', 'video', 'hybrid')),
    state text NOT NULL CONSTRAINT meetings_state
        CHECK (state IN ('draft', 'published', 'running', 'minutes_pending', 'finished', 'cancelled')),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    place text,
    link text,
    agenda text NOT NULL,
    speaker text,
    observers text,
    -- who was asked to come
    attend text NOT NULL CONSTRAINT meetings_attend CHECK (attend IN ('members', 'committee', 'named')),
    host_id uuid,
    recorder_id uuid,
    late_minutes smallint NOT NULL,
    -- where one may sign in: WGS-84, metres
    latitude double precision,
    longitude double precision,
    radius smallint,
    -- counts how often signing in was opened: codes of an earlier time are void
    sign_round smallint NOT NULL DEFAULT 0,
    sign_open boolean NOT NULL DEFAULT false,
    started_at timestamptz,
    ended_at timestamptz,
    account_name text NOT NULL,
    cancelled_reason text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT meetings_span CHECK (ends_at > starts_at),
    CONSTRAINT meetings_fence CHECK ((latitude IS NULL) = (longitude IS NULL) AND (latitude IS NULL) = (radius IS NULL)),
    CONSTRAINT meetings_signing CHECK (NOT sign_open OR state = 'running')
);
CREATE INDEX meetings_newest_idx ON meetings (starts_at DESC, id DESC);
CREATE INDEX meetings_place_idx ON meetings (organisation_id, starts_at DESC, id DESC);
CREATE INDEX meetings_signing_idx ON meetings (ends_at) WHERE sign_open;
CREATE INDEX meetings_grams_idx ON meetings USING gin (grams);

-- Who is on the list of a meeting. Coordinates are there only as long as signing in is open.
CREATE TABLE meeting_people (
    meeting_id uuid NOT NULL CONSTRAINT meeting_people_meeting REFERENCES meetings (id),
    person_id uuid NOT NULL,
    name text NOT NULL,
    pinyin text NOT NULL,
    organisation_id uuid NOT NULL,
    part text NOT NULL CONSTRAINT meeting_people_part CHECK (part IN ('should', 'exempt', 'observer')),
    part_reason text,
    -- named one by one, not only as one of many
    chosen boolean NOT NULL DEFAULT false,
    -- had the right to vote when the list was made
    votes boolean NOT NULL,
    attendance text CONSTRAINT meeting_people_attendance CHECK (attendance IN ('present', 'late', 'leave', 'absent')),
    signed_at timestamptz,
    way text CONSTRAINT meeting_people_way CHECK (way IN ('qr', 'place', 'list', 'video')),
    sign_note text,
    latitude double precision,
    longitude double precision,
    distance integer,
    leave_state text CONSTRAINT meeting_people_leave_state CHECK (leave_state IN ('asked', 'granted', 'refused')),
    leave_kind text,
    leave_reason text,
    leave_at timestamptz,
    leave_answer text,
    leave_by text,
    makeup boolean NOT NULL DEFAULT false,
    -- 笔记: what they have written down
    note text,
    note_version integer NOT NULL DEFAULT 0,
    noted_at timestamptz,
    CONSTRAINT meeting_people_key PRIMARY KEY (meeting_id, person_id)
);
CREATE INDEX meeting_people_person_idx ON meeting_people (person_id, meeting_id);
CREATE INDEX meeting_people_noted_idx ON meeting_people (meeting_id, person_id) WHERE note IS NOT NULL;
CREATE INDEX meeting_people_signed_idx ON meeting_people (meeting_id, signed_at DESC) WHERE signed_at IS NOT NULL;

CREATE TABLE meeting_votes (
    id uuid CONSTRAINT meeting_votes_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    meeting_id uuid NOT NULL CONSTRAINT meeting_votes_meeting REFERENCES meetings (id),
    title text NOT NULL,
    options text[] NOT NULL CONSTRAINT meeting_votes_options CHECK (cardinality(options) BETWEEN 2 AND 20),
    most smallint NOT NULL CONSTRAINT meeting_votes_most CHECK (most >= 1),
    secret boolean NOT NULL,
    rule text NOT NULL CONSTRAINT meeting_votes_rule CHECK (rule IN ('none', 'resolution', 'assembly', 'election')),
    state text NOT NULL CONSTRAINT meeting_votes_state CHECK (state IN ('prepared', 'open', 'ended')),
    -- of those with the right to vote: how many should attend, and how many were there when it began
    should integer,
    roll integer,
    voted integer,
    counts integer[],
    opened_at timestamptz,
    ended_at timestamptz,
    ended_by text,
    created_at timestamptz NOT NULL
);
CREATE INDEX meeting_votes_meeting_idx ON meeting_votes (meeting_id, id);

-- The roll of a vote, fixed when it begins. No time: of a secret vote nothing may tell in which order people voted.
CREATE TABLE meeting_voters (
    vote_id uuid NOT NULL CONSTRAINT meeting_voters_vote REFERENCES meeting_votes (id),
    person_id uuid NOT NULL,
    name text NOT NULL,
    voted boolean NOT NULL DEFAULT false,
    -- of a named vote
    choices smallint[],
    CONSTRAINT meeting_voters_key PRIMARY KEY (vote_id, person_id)
);

-- Ballots of secret votes until they are counted: sealed outside of the database, of one length, under random ids.
CREATE TABLE meeting_ballots (
    id uuid CONSTRAINT meeting_ballots_key PRIMARY KEY,
    vote_id uuid NOT NULL CONSTRAINT meeting_ballots_vote REFERENCES meeting_votes (id),
    sealed bytea NOT NULL
);
CREATE INDEX meeting_ballots_vote_idx ON meeting_ballots (vote_id);

CREATE TABLE meeting_files (
    id uuid CONSTRAINT meeting_files_key PRIMARY KEY,
    meeting_id uuid NOT NULL CONSTRAINT meeting_files_meeting REFERENCES meetings (id),
    kind text NOT NULL CONSTRAINT meeting_files_kind CHECK (kind IN ('material', 'photo', 'video', 'recording')),
    state text NOT NULL CONSTRAINT meeting_files_state CHECK (state IN ('uploading', 'kept')),
    file_name text NOT NULL,
    file_size bigint NOT NULL,
    content_type text NOT NULL,
    -- an upload in parts that is under way
    upload text,
    library boolean NOT NULL DEFAULT false,
    account_name text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX meeting_files_meeting_idx ON meeting_files (meeting_id, id);

-- 会议纪要: the first version ends the meeting, later ones correct it.
CREATE TABLE meeting_minutes (
    meeting_id uuid NOT NULL CONSTRAINT meeting_minutes_meeting REFERENCES meetings (id),
    number smallint NOT NULL,
    body text NOT NULL,
    resolutions text,
    tasks text,
    reason text,
    should integer NOT NULL,
    present integer NOT NULL,
    late integer NOT NULL,
    on_leave integer NOT NULL,
    absent integer NOT NULL,
    account_name text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT meeting_minutes_key PRIMARY KEY (meeting_id, number),
    CONSTRAINT meeting_minutes_sum CHECK (should = present + late + on_leave + absent)
);

-- 年度计划
CREATE TABLE meeting_plans (
    id uuid CONSTRAINT meeting_plans_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    organisation_id uuid NOT NULL CONSTRAINT meeting_plans_organisation REFERENCES organisations (id),
    year smallint NOT NULL,
    month smallint NOT NULL CONSTRAINT meeting_plans_month CHECK (month BETWEEN 1 AND 12),
    type_code text NOT NULL CONSTRAINT meeting_plans_type REFERENCES meeting_types (code),
    topic text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX meeting_plans_place_idx ON meeting_plans (organisation_id, year, month, id);
CREATE INDEX meeting_plans_type_idx ON meeting_plans (type_code);
