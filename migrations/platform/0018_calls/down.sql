ALTER TABLE dingtalk_corps DROP COLUMN agent;
DROP TABLE wakes;
DROP INDEX outbox_calls_idx;
ALTER TABLE outbox DROP COLUMN channel, DROP COLUMN seconds;
DELETE FROM sms_words WHERE kind = 'voice';
ALTER TABLE sms_words DROP CONSTRAINT sms_words_kind;
ALTER TABLE sms_words ADD CONSTRAINT sms_words_kind CHECK (kind IN ('signature', 'template'));
