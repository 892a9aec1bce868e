//! Keys: one master key per installation, one data key per tenant wrapped by it.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use zeroize::Zeroizing;
use zhibu_core::{Error, Result, Secret, World};

/// First byte of every sealed value: algorithm and key generation, so both can change.
const SCHEME: u8 = 1;

/// Seals columns (AES-256-GCM) and makes their blind indexes (HMAC-SHA-256) under one key.
pub struct Vault {
    seal: LessSafeKey,
    blind: hmac::Key,
    world: World,
}

/// The installation's keys, all derived from the master key.
pub struct Keys {
    /// Seals what belongs to no tenant: mobile numbers in the sign-in index and outbox, TOTP secrets, tenant keys.
    pub platform: Arc<Vault>,
    tokens: hmac::Key,
    codes: hmac::Key,
    macs: hmac::Key,
    certificates: Zeroizing<[u8; 32]>,
    world: World,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    fn new(key: &[u8; 32], world: &World) -> Result<Self> {
        let seal = UnboundKey::new(&AES_256_GCM, &derive(key, "seal")).map_err(|_| Error::bug("sealing key"))?;
        let blind = hmac::Key::new(hmac::HMAC_SHA256, &derive(key, "blind"));
        Ok(Self { seal: LessSafeKey::new(seal), blind, world: world.clone() })
    }

    /// Encrypts a value; equal values give different results.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>> {
        self.seal_for(b"", plain)
    }

    /// Encrypts a value for one owner, whose name opens it again and no other's.
    pub fn seal_for(&self, owner: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = self.world.bytes();
        let mut body = plain.to_vec();
        self.seal
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound(SCHEME, owner)), &mut body)
            .map_err(|_| Error::bug("sealing"))?;
        Ok([&[SCHEME][..], &nonce, &body].concat())
    }

    /// Decrypts a value; an altered one or one of another tenant is refused.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>> {
        self.open_for(b"", sealed)
    }

    /// Decrypts a value that was sealed for an owner.
    pub fn open_for(&self, owner: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let fault = || Error::bug("a sealed value does not open");
        let (head, body) = sealed.split_at_checked(1 + NONCE_LEN).ok_or_else(fault)?;
        let (scheme, nonce) = head.split_first().ok_or_else(fault)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| fault())?;
        let mut body = body.to_vec();
        let plain = self.seal.open_in_place(nonce, Aad::from(bound(*scheme, owner)), &mut body).map_err(|_| fault())?;
        Ok(plain.to_vec())
    }

    /// Decrypts a text.
    pub fn open_text(&self, sealed: &[u8]) -> Result<Secret> {
        String::from_utf8(self.open(sealed)?).map(Secret::new).map_err(Error::bug)
    }

    /// A keyed index for equality search on a sealed value.
    pub fn blind(&self, value: &str) -> Vec<u8> {
        hmac::sign(&self.blind, value.as_bytes()).as_ref().to_vec()
    }
}

impl Keys {
    /// Derives the installation's keys from its master key.
    pub fn new(master: &[u8; 32], world: &World) -> Result<Self> {
        Ok(Self {
            platform: Arc::new(Vault::new(&derive(master, "platform"), world)?),
            tokens: hmac::Key::new(hmac::HMAC_SHA256, &derive(master, "tokens")),
            codes: hmac::Key::new(hmac::HMAC_SHA256, &derive(master, "codes")),
            macs: hmac::Key::new(hmac::HMAC_SHA256, &derive(master, "macs")),
            certificates: Zeroizing::new(derive(master, "certificates")),
            world: world.clone(),
        })
    }

    /// A new tenant's data key, wrapped by the master key.
    pub fn new_tenant_key(&self) -> Result<Vec<u8>> {
        self.platform.seal(&self.world.bytes::<32>())
    }

    /// Unwraps a tenant's data key.
    pub fn tenant(&self, wrapped: &[u8]) -> Result<Vault> {
        let key: [u8; 32] = self.platform.open(wrapped)?.try_into().map_err(|_| Error::bug("tenant key length"))?;
        Vault::new(&key, &self.world)
    }

    /// A tenant's data key in the open, for taking it along.
    pub(crate) fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        self.platform.open(wrapped).map(Zeroizing::new)
    }

    /// Wraps a data key that was brought along.
    pub(crate) fn wrap(&self, key: &[u8]) -> Result<Vec<u8>> {
        if key.len() != 32 {
            return Err(Error::bug("tenant key length"));
        }
        self.platform.seal(key)
    }

    /// The pair of keys that signs certificates of this installation.
    pub(crate) fn certificates(&self) -> Result<Ed25519KeyPair> {
        Ed25519KeyPair::from_seed_unchecked(self.certificates.as_ref()).map_err(|_| Error::bug("certificate key"))
    }

    /// The n-th signing key of our own access tokens.
    pub(crate) fn token(&self, n: i64) -> Vec<u8> {
        hmac::sign(&self.tokens, &n.to_be_bytes()).as_ref().to_vec()
    }

    /// A keyed digest: proof that a value came from us.
    pub(crate) fn mac(&self, label: &str, value: &[u8]) -> Vec<u8> {
        hmac::sign(&self.macs, &[label.as_bytes(), &[0], value].concat()).as_ref().to_vec()
    }

    /// The n-th activation code of a batch: the same batch always gives the same codes, so a repeated request
    /// can be answered although only hashes are stored. 16 characters of Crockford's alphabet, in fours.
    pub fn code(&self, batch: uuid::Uuid, n: u32) -> String {
        const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let mac = hmac::sign(&self.codes, &[batch.as_bytes().as_slice(), &n.to_be_bytes()].concat());
        let letters =
            mac.as_ref().iter().take(16).filter_map(|b| ALPHABET.get(usize::from(b % 32)).copied().map(char::from));
        let mut code = String::new();
        for (i, letter) in letters.enumerate() {
            if i > 0 && i % 4 == 0 {
                code.push('-');
            }
            code.push(letter);
        }
        code
    }
}

/// What a sealed value is bound to beside its key.
fn bound(scheme: u8, owner: &[u8]) -> Vec<u8> {
    [&[scheme], owner].concat()
}

fn derive(key: &[u8; 32], label: &str) -> [u8; 32] {
    let mut derived = [0; 32];
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), label.as_bytes());
    for (to, from) in derived.iter_mut().zip(mac.as_ref()) {
        *to = *from;
    }
    derived
}

/// SHA-256, for tokens and codes that are random enough to need no salt.
pub fn hash(value: &[u8]) -> Vec<u8> {
    use sha2::Digest;
    sha2::Sha256::digest(value).to_vec()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_values_open_only_under_their_key() {
        let world = World::default();
        let keys = Keys::new(&[7; 32], &world).unwrap();
        let ours = keys.tenant(&keys.new_tenant_key().unwrap()).unwrap();
        let other = keys.tenant(&keys.new_tenant_key().unwrap()).unwrap();
        let sealed = ours.seal("13800000000".as_bytes()).unwrap();
        assert_ne!(sealed, ours.seal("13800000000".as_bytes()).unwrap());
        assert_eq!(ours.open_text(&sealed).unwrap().expose(), "13800000000");
        assert!(other.open(&sealed).is_err());
        for at in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert!(ours.open(&bad).is_err(), "byte {at}");
        }
        assert!(ours.open(&[]).is_err());
        let sealed = ours.seal_for(b"app", b"secret").unwrap();
        assert_eq!(ours.open_for(b"app", &sealed).unwrap(), b"secret");
        assert!(ours.open_for(b"other", &sealed).is_err());
        assert!(ours.open(&sealed).is_err());
        assert_ne!(ours.blind("a"), other.blind("a"));
    }

    #[test]
    fn op_1_codes_are_stable_and_distinct() {
        let keys = Keys::new(&[7; 32], &World::default()).unwrap();
        let batch = uuid::Uuid::nil();
        let codes: std::collections::HashSet<_> = (0..200).map(|n| keys.code(batch, n)).collect();
        assert_eq!(codes.len(), 200);
        assert_eq!(keys.code(batch, 3), keys.code(batch, 3));
        assert_eq!(keys.code(batch, 3).len(), 19);
    }
}
