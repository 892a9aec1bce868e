-- Calls that read a text aloud (语音电话) go the way of text messages: templates, outbox, receipts.
ALTER TABLE sms_words DROP CONSTRAINT sms_words_kind;
ALTER TABLE sms_words ADD CONSTRAINT sms_words_kind CHECK (kind IN ('signature', 'template', 'voice'));
ALTER TABLE outbox
    ADD channel text NOT NULL DEFAULT 'sms' CONSTRAINT outbox_channel CHECK (channel IN ('sms', 'voice')),
    -- how long a call was listened to
    ADD seconds integer;
-- The hour asks about calls without a receipt.
CREATE INDEX outbox_calls_idx ON outbox (sent_at) WHERE channel = 'voice' AND state = 'sent';

-- Tenants in which a module has something to do at a certain time.
CREATE TABLE wakes (
    tenant_id uuid NOT NULL,
    module text NOT NULL,
    due_at timestamptz NOT NULL,
    CONSTRAINT wakes_key PRIMARY KEY (tenant_id, module)
);
CREATE INDEX wakes_due_idx ON wakes (due_at);

-- The number of our app in an organisation of DingTalk (agentId), which notices name.
ALTER TABLE dingtalk_corps ADD agent bigint;
