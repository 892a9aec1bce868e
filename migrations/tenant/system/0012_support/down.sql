DROP TABLE support;
