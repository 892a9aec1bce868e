//! SSO1, the signature of password-free sign-in (免密登录): an integrator's server signs every request with the secret
//! that it shares with us. Pure: time and nonce come in as text.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use zhibu_core::Secret;

use crate::sign::Hash;

/// How a request is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// `SSO1-HMAC-SHA256`
    Sha256,
    /// `SSO1-HMAC-SM3` (国密)
    Sm3,
}

impl Algorithm {
    /// The algorithm of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sha256, Self::Sm3].into_iter().find(|one| one.name() == name)
    }

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SSO1-HMAC-SHA256",
            Self::Sm3 => "SSO1-HMAC-SM3",
        }
    }

    fn hash(self) -> Hash {
        match self {
            Self::Sha256 => Hash::Sha256,
            Self::Sm3 => Hash::Sm3,
        }
    }
}

/// A request as its signature covers it. It has no query.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// How it is signed.
    pub algorithm: Algorithm,
    /// `POST`
    pub method: &'a str,
    /// `/sso/v1/tickets`
    pub path: &'a str,
    /// The application's key.
    pub app: &'a str,
    /// Unix seconds, as they were sent.
    pub timestamp: &'a str,
    /// What makes it the only one.
    pub nonce: &'a str,
    /// The bytes as they were sent.
    pub body: &'a [u8],
}

impl Call<'_> {
    /// The text that is signed.
    pub fn string_to_sign(&self) -> String {
        let Self { algorithm, method, path, app, timestamp, nonce, body } = self;
        let body = algorithm.hash().hex(body);
        format!("{}\n{method}\n{path}\n\n{app}\n{timestamp}\n{nonce}\n{body}", algorithm.name())
    }

    /// The signature under a secret, in lower-case hexadecimal.
    pub fn signature(&self, secret: &Secret) -> String {
        self.algorithm.hash().mac(secret.expose().as_bytes(), &self.string_to_sign())
    }

    /// Whether a signature was made under a secret; the time it takes tells nothing.
    pub fn is_signed(&self, secret: &Secret, signature: &str) -> bool {
        verify_slices_are_equal(self.signature(secret).as_bytes(), signature.as_bytes()).is_ok()
    }
}
