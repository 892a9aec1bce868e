DROP TABLE sso_flows;
DROP TABLE sso_issuers;
DROP TABLE sso_links;
DROP TABLE sso_tickets;
