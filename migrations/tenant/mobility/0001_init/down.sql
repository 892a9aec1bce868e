DROP TABLE mobility_contacts;
DROP TABLE lost_cases;
DROP TABLE flows;
DROP TABLE transfer_inbox;
DROP TABLE transfer_codes;
DROP TABLE transfer_letters;
DROP TABLE transfer_events;
DROP TABLE transfers;
