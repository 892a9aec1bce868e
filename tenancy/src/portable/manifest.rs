//! What is written about a tenant in its export, and the hash over all of it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Error, Result};

use super::carrier::Held;
use crate::keys::{hash, hex};

/// The form of the files this build writes; it reads no newer ones.
pub(super) const FORMAT: u32 = 1;

/// The file `manifest.json` of an export.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// [`FORMAT`]
    pub(super) format: u32,
    /// Version of the program that wrote it.
    pub(super) product: String,
    pub(super) made_at: DateTime<Utc>,
    /// The tenant's data key, base64. The file as a whole is sealed.
    pub(super) data_key: String,
    pub(super) contents: Contents,
    /// SHA-256 over `contents`.
    pub(super) content_hash: String,
}

/// Everything that makes a tenant what it is. Two exports with the same hash hold the same tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Contents {
    pub(super) tenant: Facts,
    pub(super) histories: Vec<Step>,
    pub(super) tables: Vec<Held>,
    pub(super) objects: Vec<Item>,
    /// The lines of `logins.jsonl`.
    pub(super) logins: Item,
    /// Where the audit's chain ends: number and mark, hexadecimal.
    pub(super) audit_head: Option<(i32, String)>,
}

/// The platform's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Facts {
    pub(super) id: Uuid,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) plan: String,
    pub(super) modules: Vec<String>,
    pub(super) seats: i32,
    pub(super) demo: bool,
    pub(super) timezone: String,
    pub(super) administrator: Option<String>,
    /// What activation was asked for, in the open.
    pub(super) request: serde_json::Value,
    pub(super) created_at: DateTime<Utc>,
    pub(super) activated_at: Option<DateTime<Utc>>,
    pub(super) expires_on: Option<NaiveDate>,
    pub(super) suspended_at: Option<DateTime<Utc>>,
    pub(super) suspend_reason: Option<String>,
    pub(super) closed_at: Option<DateTime<Utc>>,
    pub(super) close_reason: Option<String>,
}

/// A migration that the schema has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) module: String,
    pub(super) version: String,
    pub(super) hash: String,
}

/// A file beside the tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    /// An object's key below the tenant.
    pub(super) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<String>,
    pub(super) size: u64,
    pub(super) sha256: String,
}

/// Who signs in by what: one line of `logins.jsonl`. The index itself is made anew under the key of the installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    pub(super) kind: String,
    pub(super) account: Uuid,
    pub(super) value: String,
}

impl Contents {
    /// The hash over all.
    pub(super) fn hash(&self) -> Result<String> {
        Ok(hex(&hash(&serde_json::to_vec(self).map_err(Error::bug)?)))
    }
}
