-- What was told to whom, once for each rung of a case's ladder (节点提醒).
CREATE TABLE development_reminders (
    id uuid CONSTRAINT development_reminders_key PRIMARY KEY,
    case_id uuid NOT NULL CONSTRAINT development_reminders_case REFERENCES development_cases (id),
    step smallint NOT NULL CONSTRAINT development_reminders_step CHECK (step BETWEEN 1 AND 25),
    rule text NOT NULL,
    level text NOT NULL CONSTRAINT development_reminders_level CHECK (level IN ('blue', 'yellow', 'red')),
    -- the day of the rung, and the day it is about
    day date NOT NULL,
    about date NOT NULL,
    recipients uuid[] NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX development_reminders_once ON development_reminders (case_id, step, rule, day);
CREATE INDEX development_reminders_recipients_idx ON development_reminders USING gin (recipients);
-- What waits today is told once more to those whom it concerns.
UPDATE development_cases SET turns_on = '1970-01-01' WHERE closed_at IS NULL;
