DROP TABLE bindings;
ALTER TABLE sessions DROP client;
