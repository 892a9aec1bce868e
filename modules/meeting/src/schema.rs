//! Tables of the module, as diesel sees them. `own` stands for the schema of whoever's unit of work it is.
#![expect(missing_docs, reason = "columns are described where they are made, in migrations/")]

diesel::table! {
    own.meeting_types (code) {
        code -> Text, name -> Text, sort -> Int2, attend -> Text, every -> Nullable<Text>, quorum -> Text,
        held_by -> Array<Text>, required_of -> Array<Text>, allowed_at -> Array<Uuid>,
        forbidden_at -> Array<Uuid>, deciders -> Jsonb, own -> Bool, active -> Bool, version -> Int4,
    }
}

diesel::table! {
    own.meetings (id) {
        id -> Uuid, version -> Int4, request_key -> Nullable<Uuid>, organisation_id -> Uuid, types -> Array<Text>, title -> Text, grams -> Array<Text>,
        mode -> Text, state -> Text, starts_at -> Timestamptz, ends_at -> Timestamptz, place -> Nullable<Text>,
        link -> Nullable<Text>, agenda -> Text, speaker -> Nullable<Text>, observers -> Nullable<Text>,
        attend -> Text, host_id -> Nullable<Uuid>, recorder_id -> Nullable<Uuid>, late_minutes -> Int2, latitude -> Nullable<Float8>,
        longitude -> Nullable<Float8>, radius -> Nullable<Int2>, sign_round -> Int2, sign_open -> Bool,
        started_at -> Nullable<Timestamptz>, ended_at -> Nullable<Timestamptz>, account_name -> Text,
        cancelled_reason -> Nullable<Text>, created_at -> Timestamptz, updated_at -> Timestamptz,
    }
}

diesel::table! {
    own.meeting_people (meeting_id, person_id) {
        meeting_id -> Uuid, person_id -> Uuid, name -> Text, pinyin -> Text, organisation_id -> Uuid, part -> Text,
        part_reason -> Nullable<Text>, chosen -> Bool, votes -> Bool, attendance -> Nullable<Text>, signed_at -> Nullable<Timestamptz>,
        way -> Nullable<Text>, sign_note -> Nullable<Text>, latitude -> Nullable<Float8>, longitude -> Nullable<Float8>,
        distance -> Nullable<Int4>, leave_state -> Nullable<Text>, leave_kind -> Nullable<Text>,
        leave_reason -> Nullable<Text>, leave_at -> Nullable<Timestamptz>, leave_answer -> Nullable<Text>,
        leave_by -> Nullable<Text>, makeup -> Bool, note -> Nullable<Text>, note_version -> Int4,
        noted_at -> Nullable<Timestamptz>, joined_at -> Nullable<Timestamptz>, left_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    own.meeting_votes (id) {
        id -> Uuid, version -> Int4, meeting_id -> Uuid, title -> Text, options -> Array<Text>, most -> Int2,
        secret -> Bool, rule -> Text, state -> Text, should -> Nullable<Int4>, roll -> Nullable<Int4>,
        voted -> Nullable<Int4>, counts -> Nullable<Array<Int4>>, opened_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>, ended_by -> Nullable<Text>, created_at -> Timestamptz,
    }
}

diesel::table! {
    own.meeting_voters (vote_id, person_id) {
        vote_id -> Uuid, person_id -> Uuid, name -> Text, voted -> Bool, choices -> Nullable<Array<Int2>>,
    }
}

diesel::table! { own.meeting_ballots (id) { id -> Uuid, vote_id -> Uuid, sealed -> Binary, } }

diesel::table! {
    own.meeting_files (id) {
        id -> Uuid, meeting_id -> Uuid, kind -> Text, state -> Text, file_name -> Text, file_size -> Int8,
        content_type -> Text, upload -> Nullable<Text>, egress -> Nullable<Text>, library -> Bool, account_name -> Text, created_at -> Timestamptz,
    }
}

diesel::table! {
    own.meeting_minutes (meeting_id, number) {
        meeting_id -> Uuid, number -> Int2, body -> Text, resolutions -> Nullable<Text>, tasks -> Nullable<Text>,
        reason -> Nullable<Text>, should -> Int4, present -> Int4, late -> Int4, on_leave -> Int4, absent -> Int4,
        account_name -> Text, created_at -> Timestamptz,
    }
}

diesel::table! {
    own.meeting_plans (id) {
        id -> Uuid, version -> Int4, organisation_id -> Uuid, year -> Int2, month -> Int2, type_code -> Text,
        topic -> Text, created_at -> Timestamptz,
    }
}

diesel::joinable!(meeting_people -> meetings (meeting_id));
diesel::allow_tables_to_appear_in_same_query!(
    meeting_types,
    meetings,
    meeting_people,
    meeting_votes,
    meeting_voters,
    meeting_ballots,
    meeting_files,
    meeting_minutes,
    meeting_plans
);
