ALTER TABLE meeting_types DROP COLUMN deciders;

DELETE FROM meeting_files WHERE state IN ('recording', 'saving');
ALTER TABLE meeting_files
    DROP CONSTRAINT meeting_files_state,
    ADD CONSTRAINT meeting_files_state CHECK (state IN ('uploading', 'kept')),
    DROP COLUMN egress;

ALTER TABLE meeting_people
    DROP COLUMN left_at,
    DROP COLUMN joined_at;
