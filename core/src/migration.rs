/// One step of a module's schema history.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// `0001_init`: sorts in the order of application.
    pub version: &'static str,
    /// Applies the step.
    pub up: &'static str,
    /// Takes it back.
    pub down: &'static str,
}

/// Reads `<folder>/<version>/{up,down}.sql` at compile time; the folder is named from the crate's own.
#[macro_export]
macro_rules! migration {
    ($folder:literal, $version:literal) => {
        $crate::Migration {
            version: $version,
            up: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder, "/", $version, "/up.sql")),
            down: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder, "/", $version, "/down.sql")),
        }
    };
}

/// Lets tables of different crates stand in one query: diesel's own macro breaks the orphan rule there.
#[macro_export]
macro_rules! links {
    ($($left:ident <-> $right:path),+ $(,)?) => {$(
        impl $crate::diesel::query_source::TableNotEqual<$right> for $left::table {}
        impl $crate::diesel::query_source::TableNotEqual<$left::table> for $right {}
    )+};
}
