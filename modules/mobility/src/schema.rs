//! Tables of the module, as diesel sees them. `own` stands for the schema of whoever's unit of work it is.
#![expect(missing_docs, reason = "columns are described where they are made, in migrations/")]

diesel::table! {
    own.transfers (id) {
        id -> Uuid, version -> Int4, kind -> Text, status -> Text, side -> Nullable<Text>, waits_at -> Nullable<Uuid>,
        person_id -> Nullable<Uuid>, name -> Text, search -> Array<Text>, id_index -> Binary, mobile_index -> Binary,
        from_id -> Nullable<Uuid>, from_name -> Text, to_id -> Nullable<Uuid>, to_name -> Text,
        source_id -> Nullable<Uuid>, target_id -> Nullable<Uuid>, reason -> Text, note -> Nullable<Text>,
        dues_paid_to -> Nullable<Text>, returns -> Int2, record -> Nullable<Binary>, receiver -> Nullable<Text>,
        letter_id -> Nullable<Uuid>, letter_no -> Nullable<Text>, issued_on -> Nullable<Date>,
        valid_until -> Nullable<Date>, created_at -> Timestamptz, updated_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>, source_agreed -> Bool, target_agreed -> Bool,
    }
}

diesel::table! {
    own.transfer_events (id) {
        id -> Uuid, transfer_id -> Uuid, event -> Text, organisation_name -> Text, note -> Text, account_name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    own.transfer_letters (id) {
        id -> Uuid, transfer_id -> Uuid, committee_id -> Uuid, committee_name -> Text, year -> Int2, seq -> Int4,
        number -> Text, issued_on -> Date, valid_until -> Date, issuer -> Text, address -> Text, phone -> Text,
        record -> Binary, document -> Nullable<Text>, receipt_no -> Nullable<Text>, receipt_on -> Nullable<Date>,
        receipt -> Nullable<Text>,
    }
}

diesel::table! {
    own.transfer_codes (id) {
        id -> Uuid, organisation_id -> Uuid, secret -> Nullable<Binary>, document -> Text, expires_on -> Date,
        account_name -> Text, created_at -> Timestamptz, closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    own.transfer_inbox (id) {
        id -> Uuid, code_id -> Uuid, organisation_id -> Uuid, state -> Text, name -> Text, number -> Text,
        from_tenant -> Uuid, from_name -> Text, signer -> Text, here -> Bool, issued_on -> Date, valid_until -> Date,
        record -> Binary, arrived_at -> Timestamptz, transfer_id -> Nullable<Uuid>, receipt -> Nullable<Text>,
        note -> Nullable<Text>, closed_at -> Nullable<Timestamptz>, digest -> Nullable<Text>, id_index -> Nullable<Binary>,
    }
}

diesel::table! {
    own.flows (id) {
        id -> Uuid, version -> Int4, kind -> Text, status -> Text, person_id -> Nullable<Uuid>, name -> Text,
        search -> Array<Text>, id_number -> Binary, id_index -> Binary, mobile -> Binary, mobile_index -> Binary,
        organisation_id -> Uuid, other_name -> Nullable<Text>, other_contact -> Nullable<Text>, direction -> Text,
        reason -> Text, started_on -> Date, expected_on -> Nullable<Date>, certificate_no -> Nullable<Text>,
        contacted_on -> Date, ended_on -> Nullable<Date>, note -> Nullable<Text>, created_at -> Timestamptz,
        updated_at -> Timestamptz, closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    own.lost_cases (id) {
        id -> Uuid, version -> Int4, person_id -> Uuid, name -> Text, search -> Array<Text>, organisation_id -> Uuid,
        state -> Text, lost_on -> Date, reason -> Text, suspended_on -> Nullable<Date>, created_at -> Timestamptz,
        updated_at -> Timestamptz, closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    own.mobility_contacts (id) {
        id -> Uuid, flow_id -> Nullable<Uuid>, lost_id -> Nullable<Uuid>, happened_on -> Date, way -> Text,
        words -> Text, account_name -> Text, created_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    transfers,
    transfer_events,
    transfer_letters,
    transfer_codes,
    transfer_inbox,
    flows,
    lost_cases,
    mobility_contacts
);
