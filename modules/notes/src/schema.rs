//! Tables of the modules. The statements of `store.rs` are put together for either table, so they are not built of these,
//! which are compared with the database all the same.
#![expect(missing_docs, reason = "columns are described where they are made, in migrations/")]

diesel::table! {
    own.pledges (id) {
        id -> Uuid, version -> Int4, person_id -> Uuid, organisation_id -> Uuid, account_id -> Uuid, kind -> Text,
        year -> Int2, title -> Text, grams -> Array<Text>, body -> Text, length -> Int4, state -> Text,
        published_at -> Nullable<Timestamptz>, recommended_at -> Nullable<Timestamptz>, created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    own.pledge_events (id) {
        id -> Uuid, writing_id -> Uuid, person_id -> Uuid, event -> Text, account_name -> Text, at -> Timestamptz,
    }
}

diesel::table! {
    own.study_notes (id) {
        id -> Uuid, version -> Int4, person_id -> Uuid, organisation_id -> Uuid, account_id -> Uuid,
        source -> Nullable<Text>, bands -> Array<Int8>, likeness -> Nullable<Int2>, title -> Text, grams -> Array<Text>,
        body -> Text, length -> Int4, state -> Text, published_at -> Nullable<Timestamptz>,
        recommended_at -> Nullable<Timestamptz>, created_at -> Timestamptz, updated_at -> Timestamptz,
    }
}

diesel::table! {
    own.study_note_events (id) {
        id -> Uuid, writing_id -> Uuid, person_id -> Uuid, event -> Text, account_name -> Text, at -> Timestamptz,
    }
}
