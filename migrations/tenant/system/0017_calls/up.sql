-- An order is of text messages or of calls that read a text aloud.
ALTER TABLE campaigns ADD channel text NOT NULL DEFAULT 'sms' CONSTRAINT campaigns_channel CHECK (channel IN ('sms', 'voice'));
ALTER TABLE messages
    ADD channel text NOT NULL DEFAULT 'sms' CONSTRAINT messages_channel CHECK (channel IN ('sms', 'voice')),
    -- asked for by whom it goes to, who has chosen the hour: quiet hours do not hold it back
    ADD own boolean NOT NULL DEFAULT false,
    -- how long a call was listened to
    ADD seconds integer;
CREATE INDEX messages_created_idx ON messages (created_at);
CREATE INDEX messages_own_idx ON messages (id) WHERE own AND state = 'queued';
