//! AES-CBC as the platforms use it. The padding is ours to check: its block is not always the cipher's.

use aws_lc_rs::cipher::{AES_128, AES_256, Algorithm, DecryptingKey, DecryptionContext, EncryptingKey};
use aws_lc_rs::cipher::{EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;

fn algorithm(key: &[u8]) -> Option<&'static Algorithm> {
    match key.len() {
        16 => Some(&AES_128),
        32 => Some(&AES_256),
        _ => None,
    }
}

/// Decrypts and takes the padding (PKCS#7) off.
pub(crate) fn open(key: &[u8], iv: [u8; 16], cipher: &[u8], block: usize) -> Option<Vec<u8>> {
    let key = UnboundCipherKey::new(algorithm(key)?, key).ok()?;
    let mut plain = cipher.to_vec();
    let context = DecryptionContext::Iv128(FixedLength::from(iv));
    DecryptingKey::cbc(key).ok()?.decrypt(&mut plain, context).ok()?;
    let pad = *plain.last()?;
    let rest = plain.len().checked_sub(usize::from(pad))?;
    let (_, padding) = plain.split_at_checked(rest)?;
    let good = pad >= 1 && usize::from(pad) <= block && padding.iter().all(|byte| *byte == pad);
    plain.truncate(rest);
    good.then_some(plain)
}

/// Pads and encrypts.
pub(crate) fn seal(key: &[u8], iv: [u8; 16], plain: &[u8], block: usize) -> Option<Vec<u8>> {
    let bound = UnboundCipherKey::new(algorithm(key)?, key).ok()?;
    let pad = block.checked_sub(plain.len().checked_rem(block)?)?;
    let mut cipher = plain.to_vec();
    cipher.resize(plain.len() + pad, u8::try_from(pad).ok()?);
    let context = EncryptionContext::Iv128(FixedLength::from(iv));
    EncryptingKey::cbc(bound).ok()?.less_safe_encrypt(&mut cipher, context).ok()?;
    Some(cipher)
}
