ALTER TABLE imports DROP COLUMN step_at, DROP COLUMN hint_rows, DROP COLUMN hints;
