DROP INDEX messages_own_idx;
DROP INDEX messages_created_idx;
ALTER TABLE messages DROP COLUMN channel, DROP COLUMN own, DROP COLUMN seconds;
ALTER TABLE campaigns DROP COLUMN channel;
