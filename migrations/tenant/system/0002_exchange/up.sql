-- Imports of spreadsheets, what they wrote, and exports: for their history, for undoing and for resuming.

CREATE TABLE imports (
    id uuid CONSTRAINT imports_key PRIMARY KEY,
    template text NOT NULL,
    file_name text NOT NULL,
    file_size integer NOT NULL,
    state text NOT NULL CONSTRAINT imports_state CHECK (state IN (
        'uploading', 'checking', 'refused', 'checked', 'applying', 'done', 'undoing', 'undone', 'failed')),
    -- write the good rows although others have faults
    partial boolean NOT NULL DEFAULT false,
    percent smallint NOT NULL DEFAULT 0,
    row_count integer NOT NULL DEFAULT 0,
    bad_rows integer NOT NULL DEFAULT 0,
    done_rows integer NOT NULL DEFAULT 0,
    undone_rows integer NOT NULL DEFAULT 0,
    -- the first faults, for the page; all of them are in the marked workbook
    faults jsonb NOT NULL DEFAULT '[]',
    message text,
    account_id uuid NOT NULL,
    account_name text NOT NULL,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    files_gone boolean NOT NULL DEFAULT false
);
CREATE INDEX imports_account_idx ON imports (account_id, template, id DESC);
CREATE INDEX imports_template_idx ON imports (template, id DESC);
CREATE INDEX imports_files_idx ON imports (created_at) WHERE NOT files_gone;

CREATE TABLE import_items (
    import_id uuid NOT NULL CONSTRAINT import_items_import REFERENCES imports (id),
    row_number integer NOT NULL,
    object_id uuid NOT NULL,
    -- why undoing left it
    kept text,
    undone boolean NOT NULL DEFAULT false,
    CONSTRAINT import_items_key PRIMARY KEY (import_id, row_number)
);

CREATE TABLE exports (
    id uuid CONSTRAINT exports_key PRIMARY KEY,
    kind text NOT NULL,
    state text NOT NULL CONSTRAINT exports_state CHECK (state IN ('running', 'done', 'failed', 'expired')),
    percent smallint NOT NULL DEFAULT 0,
    row_count bigint NOT NULL DEFAULT 0,
    -- what was asked for, as the client sent it
    filter jsonb NOT NULL,
    filter_words text NOT NULL,
    chosen text[] NOT NULL,
    sensitive boolean NOT NULL,
    reason text,
    message text,
    account_id uuid NOT NULL,
    account_name text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX exports_account_idx ON exports (account_id, id DESC);
CREATE INDEX exports_expiry_idx ON exports (expires_at) WHERE state IN ('running', 'done');
