DROP INDEX development_records_reviewed_idx;
DROP TABLE development_quotas;
DROP TABLE development_holidays;
DROP TABLE development_practices;
