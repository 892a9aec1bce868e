ALTER TABLE outbox DROP environment;
DROP TABLE environment;
