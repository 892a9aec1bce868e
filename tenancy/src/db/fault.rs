//! What the server refuses, in diesel's words.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind as Kind, Error};
use tokio_postgres::error::{DbError, ErrorPosition, SqlState};

/// Diesel's error for one of the driver.
pub(super) fn fault(error: tokio_postgres::Error) -> Error {
    let Some(said) = error.as_db_error() else {
        return Error::DatabaseError(Kind::UnableToSendCommand, Box::new(error.to_string()));
    };
    Error::DatabaseError(kind(said.code()), Box::new(Said(said.clone())))
}

/// The server no longer knows the statement, or its tables have changed under it: it has to be prepared anew.
pub(super) fn is_stale(error: &tokio_postgres::Error) -> bool {
    error
        .code()
        .is_some_and(|code| [SqlState::FEATURE_NOT_SUPPORTED, SqlState::INVALID_SQL_STATEMENT_NAME].contains(code))
}

fn kind(code: &SqlState) -> Kind {
    match *code {
        SqlState::UNIQUE_VIOLATION => Kind::UniqueViolation,
        SqlState::FOREIGN_KEY_VIOLATION => Kind::ForeignKeyViolation,
        SqlState::RESTRICT_VIOLATION => Kind::RestrictViolation,
        SqlState::EXCLUSION_VIOLATION => Kind::ExclusionViolation,
        SqlState::NOT_NULL_VIOLATION => Kind::NotNullViolation,
        SqlState::CHECK_VIOLATION => Kind::CheckViolation,
        SqlState::T_R_SERIALIZATION_FAILURE => Kind::SerializationFailure,
        SqlState::READ_ONLY_SQL_TRANSACTION => Kind::ReadOnlyTransaction,
        _ => Kind::Unknown,
    }
}

struct Said(DbError);

impl DatabaseErrorInformation for Said {
    fn message(&self) -> &str {
        self.0.message()
    }

    fn details(&self) -> Option<&str> {
        self.0.detail()
    }

    fn hint(&self) -> Option<&str> {
        self.0.hint()
    }

    fn table_name(&self) -> Option<&str> {
        self.0.table()
    }

    fn column_name(&self) -> Option<&str> {
        self.0.column()
    }

    fn constraint_name(&self) -> Option<&str> {
        self.0.constraint()
    }

    fn statement_position(&self) -> Option<i32> {
        match self.0.position()? {
            ErrorPosition::Original(position) | ErrorPosition::Internal { position, .. } => {
                i32::try_from(*position).ok()
            }
        }
    }
}
