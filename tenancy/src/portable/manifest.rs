//! What is written about a tenant in its export, and the hash over all of it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Error, Result};

use super::carrier::Held;
use crate::keys::{hash, hex};

/// The form of the files this build writes; it reads no newer ones.
pub(crate) const FORMAT: u32 = 1;

/// The file `manifest.json` of an export.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// [`FORMAT`]
    pub(crate) format: u32,
    /// Version of the program that wrote it.
    pub(crate) product: String,
    pub(crate) made_at: DateTime<Utc>,
    /// The tenant's data key, base64. The file as a whole is sealed.
    pub(crate) data_key: String,
    pub(crate) contents: Contents,
    /// SHA-256 over `contents`.
    pub(crate) content_hash: String,
}

/// Everything that makes a tenant what it is. Two exports with the same hash hold the same tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contents {
    pub(crate) tenant: Facts,
    pub(crate) histories: Vec<Step>,
    pub(crate) tables: Vec<Held>,
    pub(crate) objects: Vec<Item>,
    /// The lines of `logins.jsonl`.
    pub(crate) logins: Item,
    /// Applications of password-free sign-in, as the platform's rows stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) applications: Vec<serde_json::Value>,
    /// Where the audit's chain ends: number and mark, hexadecimal.
    pub(crate) audit_head: Option<(i32, String)>,
}

/// The platform's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Facts {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) plan: String,
    pub(crate) modules: Vec<String>,
    pub(crate) seats: i32,
    pub(crate) demo: bool,
    pub(crate) timezone: String,
    pub(crate) administrator: Option<String>,
    /// What activation was asked for, in the open.
    pub(crate) request: serde_json::Value,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) activated_at: Option<DateTime<Utc>>,
    pub(crate) expires_on: Option<NaiveDate>,
    pub(crate) suspended_at: Option<DateTime<Utc>>,
    pub(crate) suspend_reason: Option<String>,
    pub(crate) closed_at: Option<DateTime<Utc>>,
    pub(crate) close_reason: Option<String>,
}

/// A migration that the schema has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) module: String,
    pub(crate) version: String,
    pub(crate) hash: String,
}

/// A file beside the tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Item {
    /// An object's key below the tenant.
    pub(crate) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    pub(crate) size: u64,
    pub(crate) sha256: String,
}

/// Who signs in by what: one line of `logins.jsonl`. The index itself is made anew under the key of the installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    pub(crate) kind: String,
    pub(crate) account: Uuid,
    pub(crate) value: String,
}

impl Contents {
    /// The hash over all.
    pub(crate) fn hash(&self) -> Result<String> {
        Ok(hex(&hash(&serde_json::to_vec(self).map_err(Error::bug)?)))
    }
}
