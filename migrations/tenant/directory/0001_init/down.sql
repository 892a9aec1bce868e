DROP TABLE organisation_units, organisation_parents, organisations;
