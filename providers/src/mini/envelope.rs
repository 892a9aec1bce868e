//! The envelope in which WeChat and DingTalk push events: a signature of four sorted texts over an AES-256-CBC cipher.

use aws_lc_rs::{constant_time, digest, rand};
use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use serde::Serialize;
use zhibu_core::{Error, Secret};

use super::aes;
use crate::sign::hex;

/// The padding counts blocks of twice the cipher's.
const BLOCK: usize = 32;
/// Random bytes and the length in front of a message.
const HEAD: usize = 20;
/// The platforms' keys end in spare bits that a strict decoder refuses.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// The secrets of a push channel.
#[derive(Debug, Clone)]
pub struct Envelope {
    token: Secret,
    key: Key,
    owner: String,
}

#[derive(Clone)]
struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// What is answered to a push, sealed as the push was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sealed {
    /// Over the other three and the token.
    pub msg_signature: String,
    /// As it was signed.
    #[serde(rename = "timeStamp")]
    pub timestamp: String,
    /// As it was signed.
    pub nonce: String,
    /// The cipher.
    pub encrypt: String,
}

impl Envelope {
    /// For one channel: its token, its key of 43 characters, and who events are addressed to (appid, suiteKey).
    pub fn new(token: Secret, aes_key: &Secret, owner: impl Into<String>) -> Result<Self, Error> {
        let wrong = || Error::bug("the key of a push channel has 43 characters");
        let bytes = LENIENT.decode(format!("{}=", aes_key.expose())).map_err(|_| wrong())?;
        let key = Key(bytes.try_into().map_err(|_| wrong())?);
        Ok(Self { token, key, owner: owner.into() })
    }

    /// Whether the platform asks for an echo (WeChat's check of an address).
    pub fn is_signed(&self, signature: &str, timestamp: &str, nonce: &str) -> bool {
        same(signature, &self.signature(&[timestamp, nonce]))
    }

    /// The message of a push; `None` for whatever reason, so that nobody learns which.
    pub fn open(&self, signature: &str, timestamp: &str, nonce: &str, encrypt: &str) -> Option<Vec<u8>> {
        if !same(signature, &self.signature(&[timestamp, nonce, encrypt])) {
            return None;
        }
        let cipher = STANDARD.decode(encrypt).ok()?;
        let plain = aes::open(&self.key.0, self.iv(), &cipher, BLOCK)?;
        let length: [u8; 4] = plain.get(16..HEAD)?.try_into().ok()?;
        let length = usize::try_from(u32::from_be_bytes(length)).ok()?;
        let (message, owner) = plain.get(HEAD..)?.split_at_checked(length)?;
        (owner == self.owner.as_bytes()).then(|| message.to_vec())
    }

    /// Seals an answer.
    pub fn seal(&self, message: &str, timestamp: &str) -> Result<Sealed, Error> {
        let (mut random, mut nonce) = ([0; 16], [0; 8]);
        rand::fill(&mut random).map_err(Error::bug)?;
        rand::fill(&mut nonce).map_err(Error::bug)?;
        self.sealed(message, timestamp, &hex(&nonce), random).ok_or_else(|| Error::bug("an answer could not be sealed"))
    }

    pub(crate) fn sealed(&self, message: &str, timestamp: &str, nonce: &str, random: [u8; 16]) -> Option<Sealed> {
        let length = u32::try_from(message.len()).ok()?.to_be_bytes();
        let plain = [&random[..], &length, message.as_bytes(), self.owner.as_bytes()].concat();
        let encrypt = STANDARD.encode(aes::seal(&self.key.0, self.iv(), &plain, BLOCK)?);
        let msg_signature = self.signature(&[timestamp, nonce, &encrypt]);
        Some(Sealed { msg_signature, timestamp: timestamp.to_owned(), nonce: nonce.to_owned(), encrypt })
    }

    fn iv(&self) -> [u8; 16] {
        let mut iv = [0; 16];
        iv.iter_mut().zip(self.key.0).for_each(|(to, from)| *to = from);
        iv
    }

    fn signature(&self, texts: &[&str]) -> String {
        let mut all = [&[self.token.expose()], texts].concat();
        all.sort_unstable();
        hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, all.concat().as_bytes()).as_ref())
    }
}

fn same(given: &str, ours: &str) -> bool {
    constant_time::verify_slices_are_equal(given.as_bytes(), ours.as_bytes()).is_ok()
}
