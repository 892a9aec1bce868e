//! Tables of the module, as diesel sees them. `own` stands for the schema of whoever's unit of work it is.
#![expect(missing_docs, reason = "columns are described where they are made, in migrations/")]

diesel::table! {
    own.leadership_elections (id) {
        id -> Uuid, version -> Int4, organisation_id -> Uuid, kind -> Text, state -> Text, reason -> Nullable<Text>,
        planned_on -> Nullable<Date>, postponed_to -> Nullable<Date>, by_delegates -> Bool,
        requested_on -> Nullable<Date>, request_no -> Nullable<Text>, replied_on -> Nullable<Date>,
        reply_no -> Nullable<Text>, reply_note -> Nullable<Text>, assembly_on -> Nullable<Date>,
        should -> Nullable<Int4>, present -> Nullable<Int4>, issued -> Nullable<Int4>, returned -> Nullable<Int4>,
        valid -> Nullable<Int4>, division -> Nullable<Jsonb>, reported_on -> Nullable<Date>,
        confirmed_on -> Nullable<Date>, confirm_no -> Nullable<Text>, term_start -> Nullable<Date>,
        term_end -> Nullable<Date>, created_by -> Text, created_at -> Timestamptz, updated_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>, term_no -> Nullable<Int2>,
    }
}

diesel::table! {
    own.leadership_seats (election_id, post) {
        election_id -> Uuid, post -> Text, position -> Int2, seats -> Int2,
    }
}

diesel::table! {
    own.leadership_candidates (id) {
        id -> Uuid, election_id -> Uuid, person_id -> Uuid, post -> Text, position -> Int2, yes -> Nullable<Int4>,
        no -> Nullable<Int4>, abstain -> Nullable<Int4>, elected -> Nullable<Bool>, duty -> Nullable<Text>,
    }
}

diesel::table! {
    own.leadership_excused (election_id, person_id) {
        election_id -> Uuid, person_id -> Uuid, reason -> Text,
    }
}

diesel::table! {
    own.leadership_endings (election_id, post_id) {
        election_id -> Uuid, post_id -> Uuid, reason -> Text,
    }
}

diesel::table! {
    own.leadership_documents (id) {
        id -> Uuid, election_id -> Uuid, kind -> Text, state -> Text, file_name -> Text, file_size -> Int4,
        content_type -> Text, account_name -> Text, created_at -> Timestamptz,
    }
}

diesel::table! {
    own.leadership_reminders (id) {
        id -> Uuid, organisation_id -> Uuid, rule -> Text, level -> Text, day -> Date, about -> Date,
        recipients -> Array<Uuid>, created_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(leadership_candidates, leadership_elections);
