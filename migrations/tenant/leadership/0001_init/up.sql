-- Elections and terms of leadership teams (换届): what was asked for, replied, voted and confirmed. Who holds which post
-- stands in `posts`, since when and until when; a ballot is a number here and nobody's.

CREATE TABLE leadership_elections (
    id uuid CONSTRAINT leadership_elections_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    organisation_id uuid NOT NULL CONSTRAINT leadership_elections_organisation REFERENCES organisations (id),
    kind text NOT NULL CONSTRAINT leadership_elections_kind CHECK (kind IN (
        'general', 'by_election', 'mid_term', 'appointment', 'early', 'postponed')),
    state text NOT NULL CONSTRAINT leadership_elections_state CHECK (state IN (
        'draft', 'requested', 'replied', 'held', 'reported', 'confirmed', 'refused', 'withdrawn')),
    reason text,
    planned_on date,
    -- of a postponement: the day that is asked for
    postponed_to date,
    by_delegates boolean NOT NULL DEFAULT false,
    requested_on date,
    request_no text,
    replied_on date,
    reply_no text,
    reply_note text,
    assembly_on date,
    should integer,
    present integer,
    issued integer,
    returned integer,
    valid integer,
    -- the committee's own vote on who does what
    division jsonb,
    reported_on date,
    confirmed_on date,
    confirm_no text,
    -- the term that began, or the end that was put off
    term_start date,
    term_end date,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT leadership_elections_ended CHECK (
        (state IN ('confirmed', 'refused', 'withdrawn')) = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX leadership_elections_open ON leadership_elections (organisation_id) WHERE closed_at IS NULL;
CREATE INDEX leadership_elections_organisation_idx ON leadership_elections (organisation_id, created_at);
CREATE INDEX leadership_elections_state_idx ON leadership_elections (state, updated_at, id) WHERE closed_at IS NULL;

CREATE TABLE leadership_seats (
    election_id uuid NOT NULL CONSTRAINT leadership_seats_election REFERENCES leadership_elections (id),
    post text NOT NULL,
    position smallint NOT NULL,
    seats smallint NOT NULL CONSTRAINT leadership_seats_number CHECK (seats BETWEEN 1 AND 99),
    CONSTRAINT leadership_seats_key PRIMARY KEY (election_id, post)
);

CREATE TABLE leadership_candidates (
    id uuid CONSTRAINT leadership_candidates_key PRIMARY KEY,
    election_id uuid NOT NULL CONSTRAINT leadership_candidates_election REFERENCES leadership_elections (id),
    person_id uuid NOT NULL CONSTRAINT leadership_candidates_person REFERENCES people (id),
    post text NOT NULL,
    position smallint NOT NULL,
    yes integer,
    no integer,
    abstain integer,
    elected boolean,
    -- what the committee gave them to do, where that is not what they stood for
    duty text
);
CREATE UNIQUE INDEX leadership_candidates_once ON leadership_candidates (election_id, person_id, post);
CREATE INDEX leadership_candidates_person_idx ON leadership_candidates (person_id);

-- Who is not counted among those who should be there, and why.
CREATE TABLE leadership_excused (
    election_id uuid NOT NULL CONSTRAINT leadership_excused_election REFERENCES leadership_elections (id),
    person_id uuid NOT NULL CONSTRAINT leadership_excused_person REFERENCES people (id),
    reason text NOT NULL,
    CONSTRAINT leadership_excused_key PRIMARY KEY (election_id, person_id)
);
CREATE INDEX leadership_excused_person_idx ON leadership_excused (person_id);

-- Posts that end with it within a term.
CREATE TABLE leadership_endings (
    election_id uuid NOT NULL CONSTRAINT leadership_endings_election REFERENCES leadership_elections (id),
    post_id uuid NOT NULL CONSTRAINT leadership_endings_post REFERENCES posts (id),
    reason text NOT NULL,
    CONSTRAINT leadership_endings_key PRIMARY KEY (election_id, post_id)
);
CREATE INDEX leadership_endings_post_idx ON leadership_endings (post_id);

CREATE TABLE leadership_documents (
    id uuid CONSTRAINT leadership_documents_key PRIMARY KEY,
    election_id uuid NOT NULL CONSTRAINT leadership_documents_election REFERENCES leadership_elections (id),
    kind text NOT NULL,
    state text NOT NULL CONSTRAINT leadership_documents_state CHECK (state IN ('uploading', 'kept', 'removed')),
    file_name text NOT NULL,
    file_size integer NOT NULL,
    content_type text NOT NULL,
    account_name text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX leadership_documents_election_idx ON leadership_documents (election_id, created_at);

-- What was told to whom, once for each rung of the ladder.
CREATE TABLE leadership_reminders (
    id uuid CONSTRAINT leadership_reminders_key PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT leadership_reminders_organisation REFERENCES organisations (id),
    rule text NOT NULL,
    level text NOT NULL CONSTRAINT leadership_reminders_level CHECK (level IN ('blue', 'yellow', 'red')),
    -- the day of the rung, and the day it is about
    day date NOT NULL,
    about date NOT NULL,
    recipients uuid[] NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX leadership_reminders_once ON leadership_reminders (organisation_id, rule, day);
CREATE INDEX leadership_reminders_day_idx ON leadership_reminders (day);
CREATE INDEX leadership_reminders_recipients_idx ON leadership_reminders USING gin (recipients);
