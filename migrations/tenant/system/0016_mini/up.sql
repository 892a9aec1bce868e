-- Where a session is used: by a browser's cookies, or in a mini-program.
ALTER TABLE sessions ADD COLUMN client text NOT NULL DEFAULT 'console'
    CONSTRAINT sessions_client CHECK (client IN ('console', 'wechat', 'alipay', 'dingtalk', 'h5'));

-- Accounts of mini-program platforms that people have bound (账号绑定), each with the consent it rests on.
CREATE TABLE bindings (
    account_id uuid NOT NULL CONSTRAINT bindings_account REFERENCES accounts (id),
    client text NOT NULL CONSTRAINT bindings_client CHECK (client IN ('wechat', 'alipay', 'dingtalk', 'h5')),
    app text NOT NULL,
    -- The person's id there, sealed; the web page knows none.
    subject bytea,
    -- Version of the privacy policy, and when it was agreed to.
    consent text NOT NULL,
    consented_at timestamptz NOT NULL,
    bound_at timestamptz NOT NULL,
    CONSTRAINT bindings_key PRIMARY KEY (account_id, client)
);
