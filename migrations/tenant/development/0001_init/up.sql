-- Development of Party members (党员发展): a case for each person on the way into the Party, what was done in it, its
-- papers, and what happened beside the steps. Rows are voided, not deleted.
CREATE TABLE development_cases (
    id uuid CONSTRAINT development_cases_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    organisation_id uuid NOT NULL CONSTRAINT development_cases_organisation REFERENCES organisations (id),
    -- the member that came of it
    person_id uuid CONSTRAINT development_cases_person REFERENCES people (id),
    name text NOT NULL,
    pinyin text COLLATE "C" NOT NULL,
    search text[] NOT NULL,
    id_number bytea NOT NULL,
    id_index bytea NOT NULL,
    sex text NOT NULL,
    birth_date date NOT NULL,
    ethnicity text NOT NULL,
    education_level text NOT NULL,
    work_post text NOT NULL,
    employer text,
    mobile bytea NOT NULL,
    mobile_index bytea NOT NULL,
    outcome text NOT NULL CONSTRAINT development_cases_outcome CHECK (outcome IN (
        'in_progress', 'suspended', 'converted', 'extended', 'cancelled', 'rejected', 'withdrawn', 'moved')),
    -- what lists need to know, as the rules told it when something was last written
    stage smallint NOT NULL CONSTRAINT development_cases_stage CHECK (stage BETWEEN 1 AND 5),
    step smallint CONSTRAINT development_cases_step CHECK (step BETWEEN 1 AND 25),
    standing text NOT NULL,
    side text,
    earliest date,
    -- 9999-12-31 stands for no deadline, so that one index orders all
    due date NOT NULL,
    remind date,
    extended smallint CONSTRAINT development_cases_extended CHECK (extended BETWEEN 6 AND 12),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE UNIQUE INDEX development_cases_open ON development_cases (id_index) WHERE closed_at IS NULL;
CREATE INDEX development_cases_due_idx ON development_cases (due, id);
CREATE INDEX development_cases_stage_idx ON development_cases (stage, due, id) WHERE closed_at IS NULL;
CREATE INDEX development_cases_side_idx ON development_cases (side, due, id) WHERE closed_at IS NULL;
CREATE INDEX development_cases_organisation_idx ON development_cases (organisation_id, due, id);
CREATE INDEX development_cases_person_idx ON development_cases (person_id);
CREATE INDEX development_cases_search_idx ON development_cases USING gin (search);
CREATE INDEX development_cases_mobile_idx ON development_cases (mobile_index);
CREATE INDEX development_cases_number_idx ON development_cases (id_index);

CREATE TABLE development_records (
    id uuid CONSTRAINT development_records_key PRIMARY KEY,
    case_id uuid NOT NULL CONSTRAINT development_records_case REFERENCES development_cases (id),
    step smallint NOT NULL CONSTRAINT development_records_step CHECK (step BETWEEN 1 AND 25),
    happened_on date NOT NULL,
    passed boolean NOT NULL,
    -- it leads on to the steps after it
    counts boolean NOT NULL,
    given jsonb NOT NULL,
    account_name text NOT NULL,
    created_at timestamptz NOT NULL,
    voided_at timestamptz,
    void_reason text
);
CREATE UNIQUE INDEX development_records_current ON development_records (case_id, step)
    WHERE counts AND voided_at IS NULL;
CREATE INDEX development_records_case_idx ON development_records (case_id, created_at);

CREATE TABLE development_events (
    id uuid CONSTRAINT development_events_key PRIMARY KEY,
    case_id uuid NOT NULL CONSTRAINT development_events_case REFERENCES development_cases (id),
    event text NOT NULL,
    happened_on date NOT NULL,
    -- the assembly that was reported, with what is sent upwards
    step smallint CONSTRAINT development_events_step CHECK (step BETWEEN 1 AND 25),
    note text NOT NULL,
    account_name text NOT NULL,
    created_at timestamptz NOT NULL,
    voided_at timestamptz
);
CREATE INDEX development_events_case_idx ON development_events (case_id, created_at);

CREATE TABLE development_documents (
    id uuid CONSTRAINT development_documents_key PRIMARY KEY,
    case_id uuid NOT NULL CONSTRAINT development_documents_case REFERENCES development_cases (id),
    step smallint NOT NULL CONSTRAINT development_documents_step CHECK (step BETWEEN 1 AND 25),
    kind text NOT NULL,
    -- the record it belongs to; none while it waits for its step
    record_id uuid CONSTRAINT development_documents_record REFERENCES development_records (id),
    state text NOT NULL CONSTRAINT development_documents_state CHECK (state IN ('uploading', 'kept', 'removed')),
    file_name text NOT NULL,
    file_size integer NOT NULL,
    content_type text NOT NULL,
    account_name text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX development_documents_case_idx ON development_documents (case_id, state);
CREATE INDEX development_documents_record_idx ON development_documents (record_id);
CREATE INDEX development_documents_uploading_idx ON development_documents (created_at) WHERE state = 'uploading';
