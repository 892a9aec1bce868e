ALTER TABLE accounts DROP COLUMN totp, DROP COLUMN totp_step;
ALTER TABLE security DROP COLUMN random_passwords, DROP COLUMN networks;
