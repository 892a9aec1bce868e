-- Pages that somebody has put on the home page, in their order. Those that are no longer allowed stay, unseen.
CREATE TABLE favourites (
    account_id uuid NOT NULL CONSTRAINT favourites_account REFERENCES accounts (id),
    key text NOT NULL,
    sort smallint NOT NULL,
    CONSTRAINT favourites_key PRIMARY KEY (account_id, key)
);

-- One row: what the tenant has chosen about signing in; null is as the installation has it.
CREATE TABLE security (
    id smallint CONSTRAINT security_key PRIMARY KEY CONSTRAINT security_one CHECK (id = 1),
    forgiven_passwords smallint CONSTRAINT security_forgiven_passwords CHECK (forgiven_passwords BETWEEN 1 AND 10),
    session_days smallint CONSTRAINT security_session_days CHECK (session_days BETWEEN 1 AND 30),
    -- sessions a person may have at once; null is any number
    sessions_each smallint CONSTRAINT security_sessions_each CHECK (sessions_each BETWEEN 1 AND 20)
);
INSERT INTO security (id) VALUES (1);
