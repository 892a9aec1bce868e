-- When the present step of an import began, by which housekeeping knows one whose job is lost; and what was hinted at.

ALTER TABLE imports
    ADD COLUMN step_at timestamptz,
    ADD COLUMN hint_rows integer NOT NULL DEFAULT 0,
    -- the first hints, as faults are
    ADD COLUMN hints jsonb NOT NULL DEFAULT '[]';
