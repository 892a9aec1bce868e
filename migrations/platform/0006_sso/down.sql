DROP TABLE sso_uses;
DROP TABLE sso_nonces;
DROP TABLE sso_apps;
