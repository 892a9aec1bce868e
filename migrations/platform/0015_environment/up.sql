-- Whether text messages here are made up or reach people. Every message tried refers to the one word, so that no database
-- holds both kinds whatever writes them.
CREATE TABLE environment (
    name text CONSTRAINT environment_key PRIMARY KEY CONSTRAINT environment_name CHECK (name IN ('sandbox', 'real')),
    one boolean NOT NULL DEFAULT true CONSTRAINT environment_one UNIQUE CONSTRAINT environment_only CHECK (one)
);
INSERT INTO environment (name)
SELECT DISTINCT CASE carrier WHEN 'sandbox' THEN 'sandbox' ELSE 'real' END FROM outbox WHERE carrier IS NOT NULL;
ALTER TABLE outbox ADD environment text
    GENERATED ALWAYS AS (CASE WHEN carrier = 'sandbox' THEN 'sandbox' WHEN carrier IS NOT NULL THEN 'real' END) STORED
    CONSTRAINT outbox_environment REFERENCES environment (name);
CREATE INDEX outbox_environment_idx ON outbox (environment);
