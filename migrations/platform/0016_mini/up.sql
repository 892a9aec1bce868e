-- Sign-in by a mini-program (小程序登录): to which account somebody of WeChat, Alipay or DingTalk goes; the index is of the app and
-- the id that the person has there.
ALTER TABLE logins DROP CONSTRAINT logins_kind;
ALTER TABLE logins ADD CONSTRAINT logins_kind CHECK (kind IN ('name', 'mobile', 'wechat', 'alipay', 'dingtalk'));
CREATE UNIQUE INDEX logins_mini ON logins (kind, blind_index) WHERE kind IN ('wechat', 'alipay', 'dingtalk');

-- Between the steps of a first sign-in: who the platform says it is, then the proven number and the consent.
CREATE TABLE mini_tickets (
    ticket_hash bytea CONSTRAINT mini_tickets_key PRIMARY KEY,
    client text NOT NULL CONSTRAINT mini_tickets_client CHECK (client IN ('wechat', 'alipay', 'dingtalk', 'h5')),
    app text NOT NULL,
    -- Sealed: the person's id, and the number that the platform told.
    subject bytea,
    mobile bytea,
    -- Another tenant is to be chosen, whatever the person is bound to.
    again boolean NOT NULL,
    tries smallint NOT NULL DEFAULT 0,
    mobile_index bytea,
    consent text,
    consented_at timestamptz,
    expires_at timestamptz NOT NULL,
    CONSTRAINT mini_tickets_proven CHECK ((mobile_index IS NULL) = (consent IS NULL) AND (consent IS NULL) = (consented_at IS NULL))
);

-- What a platform pushes to us and wants to see again, sealed; the newest only.
CREATE TABLE pushed (
    key text CONSTRAINT pushed_key PRIMARY KEY,
    value bytea NOT NULL,
    at timestamptz NOT NULL
);

-- Companies that have authorised the app at DingTalk (钉钉激活, M-0.3), each with the tenant that was made for it.
CREATE TABLE dingtalk_corps (
    corp_id text CONSTRAINT dingtalk_corps_key PRIMARY KEY,
    name text NOT NULL,
    -- The administrator who authorised it, by the id there.
    admin text NOT NULL,
    tenant_id uuid CONSTRAINT dingtalk_corps_tenant REFERENCES tenants (id) CONSTRAINT dingtalk_corps_one UNIQUE,
    authorised_at timestamptz NOT NULL,
    relieved_at timestamptz
);
