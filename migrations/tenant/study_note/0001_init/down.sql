DROP TABLE study_note_events;
DROP TABLE study_notes;
