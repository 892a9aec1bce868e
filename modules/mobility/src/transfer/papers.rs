//! The documents of the handshake between two tenants: the receiving code, the letter, the receipt.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Error, Result};
use zhibu_tenancy::letters::{self, Signed};

use super::model::Record;

/// What the documents are called, so that none passes for another.
pub const CODE: &str = "zhibu-receiving-1";
/// See [`CODE`].
pub const LETTER: &str = "zhibu-letter-1";
/// See [`CODE`].
pub const RECEIPT: &str = "zhibu-receipt-2";

/// For whom a letter is to be sealed (接收码). It names no person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// Its id.
    pub id: Uuid,
    /// The tenant that receives.
    pub tenant: Uuid,
    /// Its name.
    pub tenant_name: String,
    /// The committee that receives.
    pub organisation: Uuid,
    /// Its name.
    pub organisation_name: String,
    /// Where its installation is found; empty when it says nothing.
    pub address: String,
    /// The X25519 key to seal for, hexadecimal.
    pub seal: String,
    /// The last day on which letters may come.
    pub expires_on: NaiveDate,
}

/// A letter of introduction (电子介绍信). What concerns the person is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// Its id: a letter arrives once.
    pub id: Uuid,
    /// 编号
    pub number: String,
    /// By which receiving code it was sealed.
    pub code: Uuid,
    /// The tenant that receives.
    pub tenant: Uuid,
    /// The tenant that writes.
    pub from_tenant: Uuid,
    /// The committee that writes.
    pub from_name: String,
    /// 开具日期
    pub issued_on: NaiveDate,
    /// 有效期至
    pub valid_until: NaiveDate,
    /// The record, sealed for the receiver.
    pub sealed: String,
}

/// A receipt (回执). It names no person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Of which letter.
    pub letter: Uuid,
    /// Its number.
    pub number: String,
    /// SHA-256 of its text, hexadecimal: the receipt is for the letter as it was.
    pub digest: String,
    /// The receiving code it was sealed for.
    pub code: Uuid,
    /// The tenant that received it.
    pub tenant: Uuid,
    /// The tenant that wrote it.
    pub to_tenant: Uuid,
    /// The member was taken in; otherwise the letter was refused.
    pub accepted: bool,
    /// On which day.
    pub on: NaiveDate,
    /// The organisation that took the member in, or refused.
    pub organisation_name: String,
    /// Why it was refused; empty otherwise.
    pub note: String,
}

impl Letter {
    /// What stands in the open and is bound to what is sealed, with the key that signs: nobody else can sign the sealed
    /// part as theirs.
    fn about(&self, signer: &str) -> Result<Vec<u8>> {
        let open = (self.id, &self.number, self.code, self.tenant, self.from_tenant, self.issued_on, self.valid_until);
        serde_json::to_vec(&(open, signer)).map_err(Error::bug)
    }

    /// Puts the record in, sealed for a receiving code.
    pub fn seal(&mut self, code: &Code, signer: &str, record: &Record) -> Result<()> {
        let plain = serde_json::to_vec(record).map_err(Error::bug)?;
        self.sealed = letters::seal(&code.seal, &self.about(signer)?, &plain)?;
        Ok(())
    }

    /// Opens the record; nothing when it is for another key or was altered.
    pub fn open(&self, private: &[u8], signer: &str) -> Result<Option<Record>> {
        let plain = letters::unseal(private, &self.about(signer)?, &self.sealed);
        Ok(plain.and_then(|plain| serde_json::from_slice(&plain).ok()))
    }
}

/// Reads a receiving code that may be sealed for today.
pub fn code(text: &str, today: NaiveDate) -> Result<Signed<Code>> {
    let code = letters::read::<Code>(CODE, text)
        .ok_or_else(|| Error::refuse("CODE_INVALID", "接收码不完整或已被改动，请重新复制").at("receiver"))?;
    if today > code.body.expires_on {
        return Err(Error::refuse("CODE_EXPIRED", "接收码已过期，请让接收方重新出具").at("receiver"));
    }
    Ok(code)
}

/// The first letters of a key, in groups, as people compare them.
pub fn fingerprint(key: &str) -> String {
    let letters: Vec<char> = key.chars().take(16).collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
