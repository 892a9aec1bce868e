//! Electronic letters between tenants (电子介绍信): a text that is signed by the installation, sealed for its receiver, and
//! carried by people or, within one installation, through a letter box on the control plane.
//!
//! Signing is that of the erasure certificates; sealing is HPKE (RFC 9180: X25519, HKDF-SHA-256, AES-256-GCM) of the TLS
//! library. See `docs/adr/0023-electronic-letters.md`.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_256;
use rustls::crypto::hpke::{EncapsulatedSecret, Hpke, HpkePrivateKey, HpkePublicKey};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use zeroize::Zeroizing;
use zhibu_core::{Error, Result};

use crate::app::App;
use crate::cx::{Caller, Cx};
use crate::db::{Mode, Space};
use crate::jobs::Job;
use crate::keys::hex;
use crate::portable::certificate::public_key;
use crate::schema::{letters, tenants};

/// What HPKE binds its keys to.
const INFO: &[u8] = b"zhibu letter 1";
/// Bytes of the sender's part of a key agreement.
const ENCAPSULATED: usize = 32;
/// No document is longer.
const MOST: usize = 64 * 1024;

/// A document that was signed: what it says, and by which installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<T> {
    /// What it says.
    pub body: T,
    /// The Ed25519 key of the installation, hexadecimal.
    pub key: String,
}

/// Something on its way to a tenant of this installation.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = letters)]
pub struct Mail {
    /// Which letter.
    pub id: Uuid,
    /// `letter` or `receipt`.
    pub kind: String,
    /// For whom.
    pub tenant_id: Uuid,
    /// The document.
    pub body: String,
    /// Since when it lies there.
    pub posted_at: chrono::DateTime<chrono::Utc>,
}

/// Signs a document of a kind: `<kind>.<key>.<body>.<signature>`, in one line that survives being copied.
pub fn sign<T: Serialize>(app: &App, kind: &str, body: &T) -> Result<String> {
    let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(body).map_err(Error::bug)?);
    let text = format!("{kind}.{}.{body}", public_key(app)?);
    let signature = URL_SAFE_NO_PAD.encode(app.keys.certificates()?.sign(text.as_bytes()).as_ref());
    Ok(format!("{text}.{signature}"))
}

/// Reads a document of a kind and verifies that it is as it was signed; nothing when it is not. White space that
/// copying brought in does not matter.
pub fn read<T: DeserializeOwned>(kind: &str, text: &str) -> Option<Signed<T>> {
    if text.len() > MOST {
        return None;
    }
    let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let (signed, signature) = text.rsplit_once('.')?;
    let (key, body) = signed.strip_prefix(kind)?.strip_prefix('.')?.split_once('.')?;
    let public = crate::activation::unhex(key).ok()?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    UnparsedPublicKey::new(&ED25519, public).verify(signed.as_bytes(), &signature).ok()?;
    let body = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
    Some(Signed { body, key: key.to_owned() })
}

/// SHA-256 of a document, hexadecimal; white space that copying brought in does not matter.
pub fn digest(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()).as_ref())
}

/// True when this installation has signed it.
pub fn ours(app: &App, key: &str) -> Result<bool> {
    Ok(public_key(app)? == key)
}

/// The key that documents of this installation are verified with.
pub fn own_key(app: &App) -> Result<String> {
    public_key(app)
}

/// A new pair of keys to seal for: the public one, hexadecimal, and the private one.
pub fn new_pair() -> Result<(String, Zeroizing<Vec<u8>>)> {
    let (public, private) = DH_KEM_X25519_HKDF_SHA256_AES_256.generate_key_pair().map_err(Error::bug)?;
    Ok((hex(&public.0), Zeroizing::new(private.secret_bytes().to_vec())))
}

/// Seals for whoever holds the private key; `about` stands in the open beside it and may not change either.
pub fn seal(public: &str, about: &[u8], plain: &[u8]) -> Result<String> {
    let public = HpkePublicKey(crate::activation::unhex(public).map_err(|_| Error::bug("public key"))?);
    let (encapsulated, sealed) =
        DH_KEM_X25519_HKDF_SHA256_AES_256.seal(INFO, about, plain, &public).map_err(Error::bug)?;
    Ok(URL_SAFE_NO_PAD.encode([encapsulated.0, sealed].concat()))
}

/// Opens what was sealed; nothing when it is for somebody else or was altered.
pub fn unseal(private: &[u8], about: &[u8], sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (encapsulated, sealed) = bytes.split_at_checked(ENCAPSULATED)?;
    let (encapsulated, private) = (EncapsulatedSecret(encapsulated.to_vec()), HpkePrivateKey::from(private.to_vec()));
    let opened = DH_KEM_X25519_HKDF_SHA256_AES_256.open(&encapsulated, INFO, about, sealed, &private);
    opened.ok().map(Zeroizing::new)
}

fn only_the_system(cx: &Cx) -> Result<()> {
    // A session never reaches into another tenant's letter box; jobs do.
    if matches!(cx.caller(), Caller::System(_)) { Ok(()) } else { Err(Error::denied()) }
}

/// Puts something into the letter box of a tenant of this installation and has it taken in there by a job of the
/// tenant's own. Twice is once. False when there is no such tenant with the module.
pub async fn post<J: Job>(cx: &Cx, mail: &Mail, module: &str, taking: &J) -> Result<bool> {
    only_the_system(cx)?;
    let mut unit = cx.app.begin(Space::Platform, Mode::Write).await?;
    let modules: Option<Vec<String>> = tenants::table
        .find(mail.tenant_id)
        .filter(tenants::state.eq("active"))
        .select(tenants::modules)
        .first(unit.conn()?)
        .await
        .optional()?;
    if !modules.is_some_and(|modules| modules.iter().any(|one| one == module)) {
        return Ok(false);
    }
    diesel::insert_into(letters::table).values(mail).on_conflict_do_nothing().execute(unit.conn()?).await?;
    unit.commit().await?;
    let mut unit = cx.app.begin(Space::Tenant(mail.tenant_id.into()), Mode::Write).await?;
    crate::jobs::enqueue(taking, None, unit.conn()?).await?;
    unit.commit().await?;
    Ok(true)
}

/// What lies in the letter box of the tenant, oldest first.
pub async fn waiting(cx: &Cx) -> Result<Vec<Mail>> {
    only_the_system(cx)?;
    let mut unit = cx.app.begin(Space::Platform, Mode::Read).await?;
    let found = letters::table.filter(letters::tenant_id.eq(cx.tenant()?.0)).order((letters::posted_at, letters::id));
    let found = found.limit(200).select(Mail::as_select()).load(unit.conn()?).await?;
    unit.commit().await?;
    Ok(found)
}

/// Takes something out of the tenant's letter box, once it is taken in.
pub async fn taken(cx: &Cx, mail: &Mail) -> Result<()> {
    only_the_system(cx)?;
    let mut unit = cx.app.begin(Space::Platform, Mode::Write).await?;
    let own = letters::tenant_id.eq(cx.tenant()?.0).and(letters::id.eq(mail.id)).and(letters::kind.eq(&mail.kind));
    diesel::delete(letters::table.filter(own)).execute(unit.conn()?).await?;
    unit.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pc_3_2_3_what_is_sealed_opens_for_its_receiver_and_unaltered_only() {
        let ((public, private), (_, other)) = (new_pair().unwrap(), new_pair().unwrap());
        let sealed = seal(&public, b"about", "张三".as_bytes()).unwrap();
        assert!(!sealed.contains("张三"));
        assert_eq!(unseal(&private, b"about", &sealed).unwrap().as_slice(), "张三".as_bytes());
        assert!(unseal(&other, b"about", &sealed).is_none(), "another receiver");
        assert!(unseal(&private, b"About", &sealed).is_none(), "another header");
        for at in (0..sealed.len()).step_by(5) {
            let mut bad = sealed.clone().into_bytes();
            bad[at] = if bad[at] == b'A' { b'B' } else { b'A' };
            assert!(unseal(&private, b"about", &String::from_utf8(bad).unwrap()).is_none(), "letter {at}");
        }
        assert!(unseal(&private, b"about", "").is_none());
        assert_ne!(seal(&public, b"about", b"x").unwrap(), seal(&public, b"about", b"x").unwrap());
    }
}
