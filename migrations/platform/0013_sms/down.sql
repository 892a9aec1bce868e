ALTER TABLE outbox DROP word_id, DROP parts;
DROP TABLE sms_queues;
DROP TABLE sms_words;
