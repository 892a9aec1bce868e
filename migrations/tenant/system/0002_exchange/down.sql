DROP TABLE exports;
DROP TABLE import_items;
DROP TABLE imports;
