-- An operator's way into this tenant (服务商支持): asked for, then granted for a time or refused, and its one session.
CREATE TABLE support (
    id uuid CONSTRAINT support_key PRIMARY KEY,
    operator_id uuid NOT NULL,
    operator_name text NOT NULL,
    reason text NOT NULL,
    asked_at timestamptz NOT NULL,
    -- Asked for, until it is decided; then what was granted.
    write boolean NOT NULL,
    hours smallint NOT NULL CONSTRAINT support_hours CHECK (hours BETWEEN 1 AND 72),
    state text NOT NULL CONSTRAINT support_state CHECK (state IN ('asked', 'granted', 'refused', 'ended')),
    decided_by text,
    decided_at timestamptz,
    until timestamptz,
    ended_by text,
    ended_at timestamptz,
    -- The way in: a ticket for a minute, then the session it opened.
    ticket_hash bytea,
    ticket_expires_at timestamptz,
    session_id uuid CONSTRAINT support_session UNIQUE,
    refresh_hash bytea,
    previous_hash bytea,
    refreshed_at timestamptz,
    CONSTRAINT support_granted CHECK (state <> 'granted' OR until IS NOT NULL),
    CONSTRAINT support_over CHECK (state = 'granted' OR session_id IS NULL)
);
CREATE INDEX support_open_idx ON support (id) WHERE state IN ('asked', 'granted');
