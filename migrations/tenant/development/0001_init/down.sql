DROP TABLE development_documents;
DROP TABLE development_events;
DROP TABLE development_records;
DROP TABLE development_cases;
