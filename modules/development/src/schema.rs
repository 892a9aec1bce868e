//! Tables of the module, as diesel sees them. `own` stands for the schema of whoever's unit of work it is.
#![expect(missing_docs, reason = "columns are described where they are made, in migrations/")]

diesel::table! {
    own.development_cases (id) {
        id -> Uuid, version -> Int4, organisation_id -> Uuid, person_id -> Nullable<Uuid>, name -> Text, pinyin -> Text,
        search -> Array<Text>, id_number -> Binary, id_index -> Binary, sex -> Text, birth_date -> Date,
        ethnicity -> Text, education_level -> Text, work_post -> Text, employer -> Nullable<Text>, mobile -> Binary,
        mobile_index -> Binary, outcome -> Text, stage -> Int2, step -> Nullable<Int2>, standing -> Text,
        side -> Nullable<Text>, earliest -> Nullable<Date>, due -> Date, remind -> Nullable<Date>,
        turns_on -> Date, extended -> Nullable<Int2>, helpers -> Nullable<Jsonb>,
        gap -> Bool, created_at -> Timestamptz, updated_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    own.development_records (id) {
        id -> Uuid, case_id -> Uuid, step -> Int2, happened_on -> Date, passed -> Bool, counts -> Bool, given -> Jsonb,
        account_name -> Text, created_at -> Timestamptz, voided_at -> Nullable<Timestamptz>,
        void_reason -> Nullable<Text>, form_no -> Nullable<Text>,
    }
}

diesel::table! {
    own.development_events (id) {
        id -> Uuid, case_id -> Uuid, event -> Text, happened_on -> Date, step -> Nullable<Int2>, note -> Text,
        account_name -> Text, created_at -> Timestamptz, voided_at -> Nullable<Timestamptz>,
        people -> Nullable<Array<Uuid>>,
    }
}

diesel::table! {
    own.development_documents (id) {
        id -> Uuid, case_id -> Uuid, step -> Int2, kind -> Text, record_id -> Nullable<Uuid>, state -> Text,
        file_name -> Text, file_size -> Int4, content_type -> Text, account_name -> Text, created_at -> Timestamptz,
    }
}

diesel::table! {
    own.development_reminders (id) {
        id -> Uuid, case_id -> Uuid, step -> Int2, rule -> Text, level -> Text, day -> Date, about -> Date,
        recipients -> Array<Uuid>, created_at -> Timestamptz,
    }
}

diesel::table! {
    own.development_practices (since) {
        since -> Date, wait_months -> Int2, notice_step -> Nullable<Int2>, notice_days -> Int2, review_months -> Int2,
        deadlines -> Jsonb, quota -> Text, account_name -> Text, updated_at -> Timestamptz,
    }
}

diesel::table! {
    own.development_holidays (day) {
        day -> Date, works -> Bool, name -> Text, account_name -> Text, updated_at -> Timestamptz,
    }
}

diesel::table! {
    own.development_quotas (organisation_id, year) {
        organisation_id -> Uuid, year -> Int2, places -> Int4, account_name -> Text, updated_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    development_cases,
    development_records,
    development_events,
    development_documents,
    development_reminders
);
