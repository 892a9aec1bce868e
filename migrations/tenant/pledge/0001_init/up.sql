-- Pledges of members (党员承诺): one of a kind in a year is published.
CREATE TABLE pledges (
    id uuid CONSTRAINT pledges_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    person_id uuid NOT NULL CONSTRAINT pledges_person REFERENCES people (id),
    -- the branch of the member when it was written
    organisation_id uuid NOT NULL CONSTRAINT pledges_organisation REFERENCES organisations (id),
    -- who typed it in
    account_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT pledges_kind CHECK (kind IN ('one_line', 'full')),
    year smallint NOT NULL,
    title text NOT NULL CONSTRAINT pledges_title CHECK (char_length(title) <= 80),
    -- pairs of neighbouring letters of the title, by which it is found
    grams text[] NOT NULL,
    body text NOT NULL CONSTRAINT pledges_body CHECK (char_length(body) <= 20000),
    length integer NOT NULL,
    state text NOT NULL CONSTRAINT pledges_state CHECK (state IN ('draft', 'published', 'withdrawn')),
    published_at timestamptz,
    recommended_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pledges_shown CHECK ((state = 'published') = (published_at IS NOT NULL)),
    CONSTRAINT pledges_recommended CHECK (recommended_at IS NULL OR state = 'published')
);
CREATE INDEX pledges_organisation_idx ON pledges (organisation_id, id) INCLUDE (state, person_id, account_id);
CREATE INDEX pledges_person_idx ON pledges (person_id, id);
CREATE INDEX pledges_published_idx ON pledges (published_at, organisation_id, person_id) INCLUDE (recommended_at) WHERE state = 'published';
CREATE INDEX pledges_recommended_idx ON pledges (recommended_at) WHERE recommended_at IS NOT NULL;
CREATE INDEX pledges_unpublished_idx ON pledges (state, id) WHERE state <> 'published';
CREATE INDEX pledges_grams_idx ON pledges USING gin (grams);
CREATE INDEX pledges_year_idx ON pledges (year, kind, id);
-- one of a kind in a year
CREATE UNIQUE INDEX pledges_yearly ON pledges (person_id, year, kind) WHERE state = 'published';

-- what happened, for whoever listens: the portal, points
CREATE TABLE pledge_events (
    id uuid CONSTRAINT pledge_events_key PRIMARY KEY,
    -- no foreign key: what happened stays when the text is removed
    writing_id uuid NOT NULL,
    person_id uuid NOT NULL,
    event text NOT NULL CONSTRAINT pledge_events_event CHECK (event IN ('published', 'withdrawn', 'recommended', 'unrecommended')),
    account_name text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX pledge_events_writing_idx ON pledge_events (writing_id, id);
