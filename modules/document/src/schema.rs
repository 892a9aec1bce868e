//! Tables of the module, as diesel sees them. `own` stands for the schema of whoever's unit of work it is.
#![expect(missing_docs, reason = "columns are described where they are made, in migrations/")]

diesel::table! {
    shared.sample_texts (id) {
        id -> Uuid, version -> Int4, kind -> Text, title -> Text, summary -> Text, body -> Text, state -> Text,
        file_key -> Nullable<Text>, published_at -> Nullable<Timestamptz>, updated_at -> Timestamptz,
    }
}

diesel::table! {
    own.sample_uses (account_id, sample_id) {
        account_id -> Uuid, sample_id -> Uuid, read_at -> Timestamptz, downloaded_at -> Nullable<Timestamptz>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(sample_texts, sample_uses);
