//! The envelope of an export: everything in it is encrypted under a passphrase, piece by piece, so that a file of any
//! size is written and read in little memory and neither an altered nor a shortened one opens.

use std::io::{BufRead, BufReader, Error, Read, Result, Write};

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;
use zhibu_core::{Secret, World};

/// What every export begins with.
const MAGIC: &[u8; 16] = b"ZHIBU TENANT 1\n\0";
const SALT: usize = 16;
/// Memory (KiB) and passes of the key's derivation.
const COST: (u32, u32) = (64 * 1024, 3);
/// A file from outside may not ask for more than this.
const LIMIT: (u32, u32) = (1024 * 1024, 16);
const PIECE: usize = 64 * 1024;
const TAG: usize = 16;

/// The head of a file and the key that follows from it and the passphrase.
struct Key {
    head: Vec<u8>,
    key: LessSafeKey,
    number: u64,
}

impl Key {
    fn new(head: Vec<u8>, passphrase: &Secret, (memory, passes): (u32, u32)) -> Result<Self> {
        let params = Params::new(memory, passes, 1, Some(32)).map_err(other)?;
        let mut key = Zeroizing::new([0; 32]);
        let salt = head.get(MAGIC.len()..MAGIC.len() + SALT).unwrap_or_default();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut())
            .map_err(other)?;
        let key = UnboundKey::new(&AES_256_GCM, key.as_ref()).map_err(other)?;
        Ok(Self { head, key: LessSafeKey::new(key), number: 0 })
    }

    /// Of each piece another one; the last piece's says that it is the last.
    fn nonce(&mut self, last: bool) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        for (to, from) in nonce.iter_mut().skip(3).zip(self.number.to_be_bytes()) {
            *to = from;
        }
        if let Some(end) = nonce.last_mut() {
            *end = u8::from(last);
        }
        self.number += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

fn other(fault: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::other(fault)
}

/// Encrypts what is written to it.
pub(super) struct Sealer<W: Write> {
    out: W,
    key: Key,
    piece: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    /// Begins a file.
    pub(super) fn new(mut out: W, passphrase: &Secret, world: &World) -> Result<Self> {
        let mut head = MAGIC.to_vec();
        head.extend(world.bytes::<SALT>());
        head.extend(COST.0.to_be_bytes());
        head.extend(COST.1.to_be_bytes());
        out.write_all(&head)?;
        Ok(Self { out, key: Key::new(head, passphrase, COST)?, piece: Vec::with_capacity(PIECE + TAG) })
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> Result<W> {
        self.put(true)?;
        Ok(self.out)
    }

    fn put(&mut self, last: bool) -> Result<()> {
        let nonce = self.key.nonce(last);
        self.key.key.seal_in_place_append_tag(nonce, Aad::from(&self.key.head), &mut self.piece).map_err(other)?;
        self.out.write_all(&self.piece)?;
        self.piece.clear();
        Ok(())
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        // Only when more follows: the last piece must be known as such.
        if self.piece.len() == PIECE {
            self.put(false)?;
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}

/// Decrypts what is read from it.
pub(super) struct Opener<R: Read> {
    from: BufReader<R>,
    key: Key,
    piece: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Opener<R> {
    /// Reads the head of a file.
    pub(super) fn new(from: R, passphrase: &Secret) -> Result<Self> {
        let mut from = BufReader::with_capacity(PIECE + TAG, from);
        let mut head = vec![0; MAGIC.len() + SALT + 8];
        from.read_exact(&mut head).map_err(|_| other("不是租户导出文件"))?;
        if !head.starts_with(MAGIC) {
            return Err(other("不是租户导出文件，或版本不受支持"));
        }
        let number = |at: usize| {
            let bytes = head.get(at..at + 4).and_then(|four| four.try_into().ok()).unwrap_or_default();
            u32::from_be_bytes(bytes)
        };
        let cost = (number(MAGIC.len() + SALT), number(MAGIC.len() + SALT + 4));
        if cost.0 > LIMIT.0 || cost.1 > LIMIT.1 {
            return Err(other("文件头不可信"));
        }
        Ok(Self { from, key: Key::new(head, passphrase, cost)?, piece: Vec::new(), at: 0, ended: false })
    }

    fn next(&mut self) -> Result<()> {
        let full = u64::try_from(PIECE + TAG).map_err(other)?;
        self.piece.clear();
        self.at = 0;
        (&mut self.from).take(full).read_to_end(&mut self.piece)?;
        self.ended = self.from.fill_buf()?.is_empty();
        let nonce = self.key.nonce(self.ended);
        let opened = self.key.key.open_in_place(nonce, Aad::from(&self.key.head), &mut self.piece);
        let length = opened.map_err(|_| other("口令不对，或文件已被改动"))?.len();
        self.piece.truncate(length);
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        while self.at == self.piece.len() && !self.ended {
            self.next()?;
        }
        let rest = self.piece.get(self.at..).unwrap_or_default();
        let count = rest.len().min(into.len());
        for (to, from) in into.iter_mut().zip(rest) {
            *to = *from;
        }
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut sealer = Sealer::new(Vec::new(), &Secret::new("correct horse"), &World::default()).unwrap();
        sealer.write_all(plain).unwrap();
        sealer.finish().unwrap()
    }

    fn opened(sealed: &[u8], passphrase: &str) -> Option<Vec<u8>> {
        let mut plain = Vec::new();
        Opener::new(sealed, &Secret::new(passphrase)).ok()?.read_to_end(&mut plain).ok()?;
        Some(plain)
    }

    #[test]
    fn op_12_what_is_sealed_opens_whole_or_not_at_all() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE] {
            let plain: Vec<u8> = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect();
            let file = sealed(&plain);
            assert_eq!(opened(&file, "correct horse").as_deref(), Some(&plain[..]), "{length}");
            assert_eq!(opened(&file, "correct hors"), None);
            // Cut between two pieces, where every one that is left is whole.
            let head = MAGIC.len() + SALT + 8;
            assert_eq!(opened(&file[..head], "correct horse"), None);
            if length > PIECE {
                assert_eq!(opened(&file[..head + PIECE + TAG], "correct horse"), None, "{length}");
            }
        }
    }

    #[test]
    fn op_12_every_byte_of_a_sealed_file_counts() {
        let file = sealed(b"a tenant");
        for at in (0..file.len()).step_by(7) {
            let mut bad = file.clone();
            bad[at] ^= 1;
            assert_eq!(opened(&bad, "correct horse"), None, "byte {at}");
        }
    }
}
