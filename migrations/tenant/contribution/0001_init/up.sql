-- What members did for others (发挥作用情况), as their organisations record it.
CREATE TABLE contributions (
    id uuid CONSTRAINT contributions_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    person_id uuid NOT NULL CONSTRAINT contributions_person REFERENCES people (id),
    -- the branch of the member when it was recorded
    organisation_id uuid NOT NULL CONSTRAINT contributions_organisation REFERENCES organisations (id),
    kind text NOT NULL,
    served_on date NOT NULL,
    place text CONSTRAINT contributions_place CHECK (char_length(place) <= 60),
    -- 时长
    minutes integer CONSTRAINT contributions_minutes CHECK (minutes BETWEEN 1 AND 60000),
    body text NOT NULL CONSTRAINT contributions_body CHECK (char_length(body) <= 2000),
    account_name text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX contributions_served_idx ON contributions (served_on, id);
CREATE INDEX contributions_organisation_idx ON contributions (organisation_id, served_on, id) INCLUDE (kind, person_id, minutes);
CREATE INDEX contributions_person_idx ON contributions (person_id, served_on, id);
CREATE INDEX contributions_kind_idx ON contributions (kind, served_on, id);

-- Proofs (证明材料): pictures and files.
CREATE TABLE contribution_files (
    id uuid CONSTRAINT contribution_files_key PRIMARY KEY,
    contribution_id uuid NOT NULL CONSTRAINT contribution_files_of REFERENCES contributions (id) ON DELETE CASCADE,
    state text NOT NULL CONSTRAINT contribution_files_state CHECK (state IN ('uploading', 'kept')),
    file_name text NOT NULL,
    file_size integer NOT NULL,
    content_type text NOT NULL,
    account_name text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX contribution_files_of_idx ON contribution_files (contribution_id, id);
