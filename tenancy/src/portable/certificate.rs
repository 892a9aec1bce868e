//! Certificates of erasure (销毁证明): signed by the installation, verified by anybody without it.

use aws_lc_rs::signature::{ED25519, KeyPair, UnparsedPublicKey};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Error, Result};

use crate::activation::unhex;
use crate::app::App;
use crate::keys::hex;

/// What these documents are called.
const KIND: &str = "zhibu-erasure-1";

/// What was erased. It names no person and no organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// `zhibu-erasure-1`
    pub kind: String,
    /// Number of the certificate.
    pub id: Uuid,
    /// The tenant that is gone.
    pub tenant: Uuid,
    /// When its key was destroyed.
    pub erased_at: DateTime<Utc>,
    /// Tables that were dropped.
    pub tables: usize,
    /// Rows that were in them.
    pub rows: u64,
    /// Media objects that were removed.
    pub objects: usize,
    /// Entries of the sign-in index that were removed.
    pub logins: usize,
    /// SHA-256 of the wrapped data key that was destroyed.
    pub key_sha256: String,
    /// SHA-256 over every table as it was last, in the form of exports.
    pub tables_sha256: String,
    /// Ed25519 key of the installation, hexadecimal.
    pub public_key: String,
}

/// A statement with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// What is certified.
    pub statement: Statement,
    /// Ed25519 over the statement as compact JSON, hexadecimal.
    pub signature: String,
}

fn signed(statement: &Statement) -> Result<Vec<u8>> {
    serde_json::to_vec(statement).map_err(Error::bug)
}

/// The key that this installation's certificates are verified with, hexadecimal.
pub fn public_key(app: &App) -> Result<String> {
    Ok(hex(app.keys.certificates()?.public_key().as_ref()))
}

impl Certificate {
    /// Signs a statement.
    pub(super) fn sign(app: &App, statement: Statement) -> Result<Self> {
        let signature = hex(app.keys.certificates()?.sign(&signed(&statement)?).as_ref());
        Ok(Self { statement, signature })
    }

    /// Verifies a certificate's text, needing nothing else; with a key only that installation's count. Without one it
    /// says that the text is whole, and the reader compares the key.
    pub fn verify(text: &str, key: Option<&str>) -> Result<Statement> {
        let false_one = || Error::refuse("CERTIFICATE", "证明无效：内容已被改动，或不是销毁证明");
        let found: Self = serde_json::from_str(text).map_err(|_| false_one())?;
        if found.statement.kind != KIND {
            return Err(false_one());
        }
        if key.is_some_and(|key| !key.trim().eq_ignore_ascii_case(&found.statement.public_key)) {
            return Err(Error::refuse("CERTIFICATE", "证明不是由该公钥的系统签发的"));
        }
        let public = unhex(&found.statement.public_key).map_err(|_| false_one())?;
        let signature = unhex(&found.signature).map_err(|_| false_one())?;
        UnparsedPublicKey::new(&ED25519, public)
            .verify(&signed(&found.statement)?, &signature)
            .map_err(|_| false_one())?;
        Ok(found.statement)
    }
}

impl Statement {
    pub(super) fn kind() -> String {
        KIND.to_owned()
    }
}
