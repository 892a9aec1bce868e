DROP TABLE leadership_reminders;
DROP TABLE leadership_documents;
DROP TABLE leadership_endings;
DROP TABLE leadership_excused;
DROP TABLE leadership_candidates;
DROP TABLE leadership_seats;
DROP TABLE leadership_elections;
