-- Video meetings: who came into the room, recordings on their way into the files. And in whose name a kind was limited.

ALTER TABLE meeting_people
    -- when they came into the room last, and went: inside as long as they have not gone since
    ADD COLUMN joined_at timestamptz,
    ADD COLUMN left_at timestamptz;

ALTER TABLE meeting_files
    -- the video server's number for a recording
    ADD COLUMN egress text,
    DROP CONSTRAINT meeting_files_state,
    ADD CONSTRAINT meeting_files_state CHECK (state IN ('uploading', 'recording', 'saving', 'kept'));

ALTER TABLE meeting_types
    -- organisations of allowed_at and forbidden_at for which a superior has decided, each with that superior
    ADD COLUMN deciders jsonb NOT NULL DEFAULT '{}';
