-- Transfers of memberships (党员调动) with their letters of introduction, electronic letters between tenants, floating members
-- (党员流动) and members out of contact (失联). Rows are closed, not deleted.
CREATE TABLE transfers (
    id uuid CONSTRAINT transfers_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    kind text NOT NULL CONSTRAINT transfers_kind CHECK (kind IN ('internal', 'inbound', 'outbound')),
    status text NOT NULL CONSTRAINT transfers_status CHECK (status IN (
        'source_review', 'letter_issued', 'target_review', 'returned', 'accepted', 'receipt_filed', 'withdrawn', 'expired')),
    -- whose turn it is, and the organisation that this is
    side text CONSTRAINT transfers_side CHECK (side IN ('starter', 'source', 'target_committee', 'target_branch', 'receipt')),
    waits_at uuid CONSTRAINT transfers_waits REFERENCES organisations (id),
    -- none while the person comes from outside
    person_id uuid CONSTRAINT transfers_person REFERENCES people (id),
    name text NOT NULL,
    search text[] NOT NULL,
    id_index bytea NOT NULL,
    mobile_index bytea NOT NULL,
    from_id uuid CONSTRAINT transfers_from REFERENCES organisations (id),
    from_name text NOT NULL,
    to_id uuid CONSTRAINT transfers_to REFERENCES organisations (id),
    to_name text NOT NULL,
    -- the committees that decide
    source_id uuid CONSTRAINT transfers_source REFERENCES organisations (id),
    target_id uuid CONSTRAINT transfers_target REFERENCES organisations (id),
    reason text NOT NULL,
    note text,
    dues_paid_to text,
    returns smallint NOT NULL DEFAULT 0,
    -- what a letter says of somebody who comes from outside, sealed
    record bytea,
    -- for whom the letter is sealed: the receiving code as it was given
    receiver text,
    -- the letter that is in force
    letter_id uuid,
    letter_no text,
    issued_on date,
    valid_until date,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT transfers_side_open CHECK ((closed_at IS NULL) = (side IS NOT NULL))
);
-- One open transfer for each person.
CREATE UNIQUE INDEX transfers_open ON transfers (id_index) WHERE closed_at IS NULL;
CREATE INDEX transfers_from_idx ON transfers (from_id, id DESC);
CREATE INDEX transfers_to_idx ON transfers (to_id, id DESC);
CREATE INDEX transfers_source_idx ON transfers (source_id, id DESC);
CREATE INDEX transfers_target_idx ON transfers (target_id, id DESC);
CREATE INDEX transfers_waits_idx ON transfers (waits_at, side);
CREATE INDEX transfers_person_idx ON transfers (person_id);
CREATE INDEX transfers_status_idx ON transfers (status, id DESC);
CREATE INDEX transfers_kind_idx ON transfers (kind, id DESC);
CREATE INDEX transfers_issued_idx ON transfers (issued_on) WHERE status IN ('letter_issued', 'expired');
CREATE INDEX transfers_search_idx ON transfers USING gin (search);
CREATE INDEX transfers_number_idx ON transfers (id_index);
CREATE INDEX transfers_mobile_idx ON transfers (mobile_index);

CREATE TABLE transfer_events (
    id uuid CONSTRAINT transfer_events_key PRIMARY KEY,
    transfer_id uuid NOT NULL CONSTRAINT transfer_events_transfer REFERENCES transfers (id),
    event text NOT NULL,
    organisation_name text NOT NULL,
    note text NOT NULL,
    account_name text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX transfer_events_transfer_idx ON transfer_events (transfer_id, id);

-- Letters of introduction that were issued here (介绍信).
CREATE TABLE transfer_letters (
    id uuid CONSTRAINT transfer_letters_key PRIMARY KEY,
    transfer_id uuid NOT NULL CONSTRAINT transfer_letters_transfer REFERENCES transfers (id),
    committee_id uuid NOT NULL CONSTRAINT transfer_letters_committee REFERENCES organisations (id),
    committee_name text NOT NULL,
    year smallint NOT NULL,
    seq integer NOT NULL,
    number text NOT NULL,
    issued_on date NOT NULL,
    valid_until date NOT NULL,
    issuer text NOT NULL,
    address text NOT NULL,
    phone text NOT NULL,
    -- what the letter says of the member, sealed
    record bytea NOT NULL,
    -- the signed text, of an electronic letter
    document text,
    -- what came back
    receipt_no text,
    receipt_on date,
    receipt text
);
CREATE UNIQUE INDEX transfer_letters_serial ON transfer_letters (committee_id, year, seq);
CREATE INDEX transfer_letters_transfer_idx ON transfer_letters (transfer_id, id);

-- Codes by which others seal letters for a committee here (接收码). The key is destroyed when the code has run out.
CREATE TABLE transfer_codes (
    id uuid CONSTRAINT transfer_codes_key PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT transfer_codes_organisation REFERENCES organisations (id),
    secret bytea,
    document text NOT NULL,
    expires_on date NOT NULL,
    account_name text NOT NULL,
    created_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE INDEX transfer_codes_organisation_idx ON transfer_codes (organisation_id, id DESC);
CREATE INDEX transfer_codes_open_idx ON transfer_codes (expires_on) WHERE secret IS NOT NULL;

-- Electronic letters that have arrived. The key is the letter's own id: it arrives once.
CREATE TABLE transfer_inbox (
    id uuid CONSTRAINT transfer_inbox_key PRIMARY KEY,
    code_id uuid NOT NULL CONSTRAINT transfer_inbox_code REFERENCES transfer_codes (id),
    organisation_id uuid NOT NULL CONSTRAINT transfer_inbox_organisation REFERENCES organisations (id),
    state text NOT NULL CONSTRAINT transfer_inbox_state CHECK (state IN ('waiting', 'taken', 'accepted', 'refused')),
    name text NOT NULL,
    number text NOT NULL,
    from_tenant uuid NOT NULL,
    from_name text NOT NULL,
    -- the key of the installation that signed it, and whether that is this one
    signer text NOT NULL,
    here boolean NOT NULL,
    issued_on date NOT NULL,
    valid_until date NOT NULL,
    record bytea NOT NULL,
    arrived_at timestamptz NOT NULL,
    transfer_id uuid CONSTRAINT transfer_inbox_transfer REFERENCES transfers (id),
    -- the signed receipt
    receipt text,
    note text,
    closed_at timestamptz
);
CREATE INDEX transfer_inbox_organisation_idx ON transfer_inbox (organisation_id, state, id DESC);
CREATE INDEX transfer_inbox_code_idx ON transfer_inbox (code_id);
CREATE INDEX transfer_inbox_transfer_idx ON transfer_inbox (transfer_id);

CREATE TABLE flows (
    id uuid CONSTRAINT flows_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    kind text NOT NULL CONSTRAINT flows_kind CHECK (kind IN ('out', 'in')),
    status text NOT NULL CONSTRAINT flows_status CHECK (status IN ('active', 'returned', 'converted', 'lost')),
    -- of a member of ours; who flows in belongs elsewhere and is counted nowhere here
    person_id uuid CONSTRAINT flows_person REFERENCES people (id),
    name text NOT NULL,
    search text[] NOT NULL,
    id_number bytea NOT NULL,
    id_index bytea NOT NULL,
    mobile bytea NOT NULL,
    mobile_index bytea NOT NULL,
    organisation_id uuid NOT NULL CONSTRAINT flows_organisation REFERENCES organisations (id),
    other_name text,
    other_contact text,
    direction text NOT NULL,
    reason text NOT NULL,
    started_on date NOT NULL,
    expected_on date,
    certificate_no text,
    -- the last time they were heard of; the start when never
    contacted_on date NOT NULL,
    ended_on date,
    note text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT flows_who CHECK ((kind = 'out') = (person_id IS NOT NULL))
);
CREATE UNIQUE INDEX flows_open ON flows (id_index, kind) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX flows_certificate ON flows (certificate_no) WHERE closed_at IS NULL;
CREATE INDEX flows_contact_idx ON flows (contacted_on, id) WHERE closed_at IS NULL;
CREATE INDEX flows_organisation_idx ON flows (organisation_id, contacted_on, id);
CREATE INDEX flows_kind_idx ON flows (kind, status, contacted_on, id);
CREATE INDEX flows_closed_idx ON flows (contacted_on, id) WHERE closed_at IS NOT NULL;
CREATE INDEX flows_person_idx ON flows (person_id);
CREATE INDEX flows_search_idx ON flows USING gin (search);
CREATE INDEX flows_number_idx ON flows (id_index);
CREATE INDEX flows_mobile_idx ON flows (mobile_index);

CREATE TABLE lost_cases (
    id uuid CONSTRAINT lost_cases_key PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    person_id uuid NOT NULL CONSTRAINT lost_cases_person REFERENCES people (id),
    name text NOT NULL,
    search text[] NOT NULL,
    organisation_id uuid NOT NULL CONSTRAINT lost_cases_organisation REFERENCES organisations (id),
    state text NOT NULL CONSTRAINT lost_cases_state CHECK (state IN ('open', 'suspended', 'found', 'struck')),
    lost_on date NOT NULL,
    reason text NOT NULL,
    suspended_on date,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE UNIQUE INDEX lost_cases_open ON lost_cases (person_id) WHERE closed_at IS NULL;
CREATE INDEX lost_cases_person_idx ON lost_cases (person_id);
CREATE INDEX lost_cases_lost_idx ON lost_cases (lost_on, id);
CREATE INDEX lost_cases_organisation_idx ON lost_cases (organisation_id, lost_on, id);
CREATE INDEX lost_cases_search_idx ON lost_cases USING gin (search);

-- How floating members were kept in contact with, and what was tried and decided about those who were lost.
CREATE TABLE mobility_contacts (
    id uuid CONSTRAINT mobility_contacts_key PRIMARY KEY,
    flow_id uuid CONSTRAINT mobility_contacts_flow REFERENCES flows (id),
    lost_id uuid CONSTRAINT mobility_contacts_lost REFERENCES lost_cases (id),
    happened_on date NOT NULL,
    way text NOT NULL,
    words text NOT NULL,
    account_name text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT mobility_contacts_of CHECK ((flow_id IS NULL) <> (lost_id IS NULL))
);
CREATE INDEX mobility_contacts_flow_idx ON mobility_contacts (flow_id, id);
CREATE INDEX mobility_contacts_lost_idx ON mobility_contacts (lost_id, id);
