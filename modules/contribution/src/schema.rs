//! Tables of the module, as diesel sees them. `own` stands for the schema of whoever's unit of work it is.
#![expect(missing_docs, reason = "columns are described where they are made, in migrations/")]

diesel::table! {
    own.contributions (id) {
        id -> Uuid, version -> Int4, person_id -> Uuid, organisation_id -> Uuid, kind -> Text, served_on -> Date,
        place -> Nullable<Text>, minutes -> Nullable<Int4>, body -> Text, account_name -> Text,
        created_at -> Timestamptz, updated_at -> Timestamptz,
    }
}

diesel::table! {
    own.contribution_files (id) {
        id -> Uuid, contribution_id -> Uuid, state -> Text, file_name -> Text, file_size -> Int4,
        content_type -> Text, account_name -> Text, created_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(contributions, contribution_files);

zhibu_core::links!(contributions <-> zhibu_directory::schema::people::table);
