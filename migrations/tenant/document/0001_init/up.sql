-- Who has read or downloaded which sample text (范文示例). The texts themselves are in schema shared.
CREATE TABLE sample_uses (
    account_id uuid NOT NULL CONSTRAINT sample_uses_account REFERENCES accounts (id),
    sample_id uuid NOT NULL,
    read_at timestamptz NOT NULL,
    downloaded_at timestamptz,
    CONSTRAINT sample_uses_key PRIMARY KEY (account_id, sample_id)
);
