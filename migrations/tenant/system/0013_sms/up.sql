-- When messages that carry no code wait (免打扰时段), in hours of China. A tenant may wait longer than usual, not shorter.
CREATE TABLE sms_rules (
    id smallint CONSTRAINT sms_rules_key PRIMARY KEY CONSTRAINT sms_rules_one CHECK (id = 1),
    quiet_from smallint NOT NULL CONSTRAINT sms_rules_from CHECK (quiet_from BETWEEN 13 AND 21),
    quiet_until smallint NOT NULL CONSTRAINT sms_rules_until CHECK (quiet_until BETWEEN 8 AND 12)
);

-- Messages to many, ordered at once (群发). The key keeps a repeated order from being a second one.
CREATE TABLE campaigns (
    id uuid CONSTRAINT campaigns_key PRIMARY KEY,
    account_id uuid NOT NULL,
    account_name text NOT NULL,
    request_key uuid NOT NULL,
    -- of the platform's table sms_words
    template_id uuid NOT NULL,
    template_name text NOT NULL,
    text text NOT NULL,
    variables text[] NOT NULL,
    count integer NOT NULL,
    -- why the rest has not been sent yet, and when it is tried again
    waits text CONSTRAINT campaigns_waits CHECK (waits IN ('quiet', 'quota', 'carrier')),
    waits_until timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT campaigns_request UNIQUE (account_id, request_key)
);
CREATE INDEX campaigns_waits_idx ON campaigns (id) WHERE waits IS NOT NULL;

-- One message to one person. The number and the values are sealed under the tenant's key.
CREATE TABLE messages (
    id uuid CONSTRAINT messages_key PRIMARY KEY,
    campaign_id uuid NOT NULL CONSTRAINT messages_campaign REFERENCES campaigns (id),
    person_id uuid NOT NULL,
    person_name text NOT NULL,
    -- the branch at that time
    organisation_id uuid NOT NULL,
    mobile bytea NOT NULL,
    filled bytea NOT NULL,
    state text NOT NULL
        CONSTRAINT messages_state CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'cancelled')),
    parts smallint NOT NULL,
    fen bigint NOT NULL,
    carrier text,
    environment text CONSTRAINT messages_environment CHECK (environment IN ('live', 'sandbox')),
    detail text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    reported_at timestamptz,
    CONSTRAINT messages_once UNIQUE (campaign_id, person_id)
);
CREATE INDEX messages_open_idx ON messages (state, id) WHERE state IN ('queued', 'sending');
CREATE INDEX messages_place_idx ON messages (organisation_id, id DESC);
