-- What members wrote about what they studied (学习心得).
CREATE TABLE study_notes (
    id uuid CONSTRAINT study_notes_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    person_id uuid NOT NULL CONSTRAINT study_notes_person REFERENCES people (id),
    -- the branch of the member when it was written
    organisation_id uuid NOT NULL CONSTRAINT study_notes_organisation REFERENCES organisations (id),
    -- who typed it in
    account_id uuid NOT NULL,
    -- what was studied
    source text CONSTRAINT study_notes_source CHECK (char_length(source) <= 200),
    -- a sketch of the text, by which similar ones are found; empty for short ones
    bands bigint[] NOT NULL,
    -- per cent in common with the most similar published text, from 50 on
    likeness smallint,
    title text NOT NULL CONSTRAINT study_notes_title CHECK (char_length(title) <= 80),
    -- pairs of neighbouring letters of the title, by which it is found
    grams text[] NOT NULL,
    body text NOT NULL CONSTRAINT study_notes_body CHECK (char_length(body) <= 20000),
    length integer NOT NULL,
    state text NOT NULL CONSTRAINT study_notes_state CHECK (state IN ('draft', 'published', 'withdrawn')),
    published_at timestamptz,
    recommended_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT study_notes_shown CHECK ((state = 'published') = (published_at IS NOT NULL)),
    CONSTRAINT study_notes_recommended CHECK (recommended_at IS NULL OR state = 'published')
);
CREATE INDEX study_notes_organisation_idx ON study_notes (organisation_id, id) INCLUDE (state, person_id, account_id);
CREATE INDEX study_notes_person_idx ON study_notes (person_id, id);
CREATE INDEX study_notes_published_idx ON study_notes (published_at, organisation_id, person_id) INCLUDE (recommended_at) WHERE state = 'published';
CREATE INDEX study_notes_recommended_idx ON study_notes (recommended_at) WHERE recommended_at IS NOT NULL;
CREATE INDEX study_notes_unpublished_idx ON study_notes (state, id) WHERE state <> 'published';
CREATE INDEX study_notes_grams_idx ON study_notes USING gin (grams);
CREATE INDEX study_notes_bands_idx ON study_notes USING gin (bands) WHERE state = 'published';
CREATE INDEX study_notes_likeness_idx ON study_notes (id) WHERE likeness IS NOT NULL;

-- what happened, for whoever listens: the portal, points
CREATE TABLE study_note_events (
    id uuid CONSTRAINT study_note_events_key PRIMARY KEY,
    -- no foreign key: what happened stays when the text is removed
    writing_id uuid NOT NULL,
    person_id uuid NOT NULL,
    event text NOT NULL CONSTRAINT study_note_events_event CHECK (event IN ('published', 'withdrawn', 'recommended', 'unrecommended')),
    account_name text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX study_note_events_writing_idx ON study_note_events (writing_id, id);
