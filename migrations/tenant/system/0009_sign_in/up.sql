-- What else a tenant chooses about signing in, and a person's one-time passwords (TOTP).
ALTER TABLE security
    -- initial passwords are random and shown once, instead of the one everybody knows
    ADD COLUMN random_passwords boolean NOT NULL DEFAULT false,
    -- networks from which people may sign in, as CIDR; none is from anywhere
    ADD COLUMN networks text[] NOT NULL DEFAULT '{}';
ALTER TABLE accounts
    -- the sealed secret; asked for once the first code was shown to be right
    ADD COLUMN totp bytea,
    -- the step last used: a code works once; null until the first
    ADD COLUMN totp_step bigint;
