-- Something people are told: a notice that somebody wrote, or what a module has to say. Whom it is for is settled when it is sent.
CREATE TABLE announcements (
    id uuid CONSTRAINT announcements_key PRIMARY KEY,
    -- the repetition of an order, or of an event, is the same announcement
    request_key uuid NOT NULL CONSTRAINT announcements_once UNIQUE,
    organisation_id uuid NOT NULL,
    occasion text NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    grams text[] NOT NULL,
    -- what it is about, such as a meeting
    subject_id uuid,
    -- what templates may name, by variable: 标题, 时间, 地点 …
    facts jsonb NOT NULL,
    account_id uuid NOT NULL,
    account_name text NOT NULL,
    people integer NOT NULL,
    created_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by text,
    withdrawn_reason text,
    -- 催读, the last time
    reminded_at timestamptz,
    removed_at timestamptz
);
CREATE INDEX announcements_place_idx ON announcements (organisation_id, id DESC) WHERE removed_at IS NULL;
CREATE INDEX announcements_subject_idx ON announcements (subject_id, occasion) WHERE subject_id IS NOT NULL;
CREATE INDEX announcements_grams_idx ON announcements USING gin (grams);

-- The ladder (通知方式): what follows, in this order, for those who have not read it.
CREATE TABLE announcement_rungs (
    announcement_id uuid NOT NULL CONSTRAINT announcement_rungs_of REFERENCES announcements (id),
    number smallint NOT NULL,
    rung text NOT NULL CONSTRAINT announcement_rungs_rung CHECK (rung IN ('push', 'sms', 'voice')),
    after_minutes integer NOT NULL,
    -- of the platform's table sms_words
    template_id uuid,
    template_name text,
    -- what the sender gave for its variables
    given jsonb NOT NULL,
    -- the order of text messages or calls, once there is one
    campaign_id uuid CONSTRAINT announcement_rungs_campaign REFERENCES campaigns (id),
    CONSTRAINT announcement_rungs_key PRIMARY KEY (announcement_id, number),
    CONSTRAINT announcement_rungs_once UNIQUE (announcement_id, rung)
);
CREATE INDEX announcement_rungs_campaign_idx ON announcement_rungs (campaign_id);

CREATE TABLE announcement_people (
    announcement_id uuid NOT NULL CONSTRAINT announcement_people_of REFERENCES announcements (id),
    person_id uuid NOT NULL,
    name text NOT NULL,
    pinyin text NOT NULL,
    -- the branch at that time
    organisation_id uuid NOT NULL,
    read_at timestamptz,
    -- the rung that comes next, and when; none: the ladder is over
    next_number smallint,
    due_at timestamptz,
    CONSTRAINT announcement_people_key PRIMARY KEY (announcement_id, person_id),
    CONSTRAINT announcement_people_due CHECK ((next_number IS NULL) = (due_at IS NULL))
);
CREATE INDEX announcement_people_name_idx ON announcement_people (announcement_id, pinyin, person_id);
CREATE INDEX announcement_people_mine_idx ON announcement_people (person_id, announcement_id DESC);
CREATE INDEX announcement_people_due_idx ON announcement_people (due_at) WHERE due_at IS NOT NULL;

-- What became of one rung for one person; of text messages and calls the table messages knows the rest.
CREATE TABLE deliveries (
    announcement_id uuid NOT NULL,
    person_id uuid NOT NULL,
    rung text NOT NULL,
    -- wechat, dingtalk
    via text,
    state text NOT NULL
        CONSTRAINT deliveries_state CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'skipped', 'cancelled', 'handed')),
    detail text,
    -- the platform's number of it
    reference text,
    attempts smallint NOT NULL DEFAULT 0,
    -- when it is tried, or asked about, next
    due_at timestamptz,
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    CONSTRAINT deliveries_key PRIMARY KEY (announcement_id, person_id, rung),
    CONSTRAINT deliveries_of FOREIGN KEY (announcement_id, person_id)
        REFERENCES announcement_people (announcement_id, person_id)
);
CREATE INDEX deliveries_person_idx ON deliveries (person_id);
CREATE INDEX deliveries_due_idx ON deliveries (due_at) WHERE due_at IS NOT NULL;

-- What the tenant has decided about an occasion (通知规则); what it has not is as usual.
CREATE TABLE announcement_rules (
    occasion text CONSTRAINT announcement_rules_key PRIMARY KEY,
    enabled boolean NOT NULL,
    -- in order: rung, after_minutes, template_id, template_name
    ladder jsonb NOT NULL
);

-- What messages may cost a month, in fen.
CREATE TABLE message_budget (
    id smallint CONSTRAINT message_budget_key PRIMARY KEY CONSTRAINT message_budget_one CHECK (id = 1),
    month_fen bigint
);

-- How many messages of a template of WeChat somebody has agreed to and not got yet (订阅次数).
CREATE TABLE message_consents (
    account_id uuid NOT NULL,
    template text NOT NULL,
    remaining integer NOT NULL CONSTRAINT message_consents_remaining CHECK (remaining >= 0),
    CONSTRAINT message_consents_key PRIMARY KEY (account_id, template)
);

-- 日程管理
CREATE TABLE schedules (
    id uuid CONSTRAINT schedules_key PRIMARY KEY,
    person_id uuid NOT NULL,
    account_id uuid NOT NULL,
    title text NOT NULL,
    note text NOT NULL,
    at timestamptz NOT NULL,
    repeats text NOT NULL CONSTRAINT schedules_repeats CHECK (repeats IN ('never', 'daily', 'weekly', 'monthly', 'yearly')),
    ahead_minutes integer NOT NULL,
    way text NOT NULL CONSTRAINT schedules_way CHECK (way IN ('app', 'push', 'sms', 'voice')),
    -- the time that the next reminder is for, and when it comes; none: over
    next_for timestamptz,
    next_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX schedules_mine_idx ON schedules (person_id, next_at);
CREATE INDEX schedules_due_idx ON schedules (next_at) WHERE next_at IS NOT NULL;
