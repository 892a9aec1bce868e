-- Sample texts (范文) of the operator, read by every tenant that has the module.
CREATE TABLE shared.sample_texts (
    id uuid CONSTRAINT sample_texts_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    kind text NOT NULL CONSTRAINT sample_texts_kind CHECK (kind IN ('pledge', 'study_note', 'lecture', 'work_plan')),
    title text NOT NULL,
    summary text NOT NULL,
    body text NOT NULL,
    state text NOT NULL CONSTRAINT sample_texts_state CHECK (state IN ('draft', 'published', 'withdrawn')),
    -- key of the rendered .docx in the object store
    file_key text,
    published_at timestamptz,
    updated_at timestamptz NOT NULL
);
CREATE INDEX sample_texts_published_idx ON shared.sample_texts (published_at DESC, id DESC) WHERE state = 'published';
