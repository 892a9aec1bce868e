//! What the program `openssl` does for the emulator: RSA, AES and SHA-1 of another maker than the clients'.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::crypto::hex;

/// Runs it.
pub(crate) fn run(arguments: &[&str], input: &[u8]) -> io::Result<Vec<u8>> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        // A program that reads nothing may be gone already.
        let _ = pipe.write_all(input);
    }
    let output = child.wait_with_output()?;
    if output.status.success() { Ok(output.stdout) } else { Err(io::Error::other("openssl failed")) }
}

/// A file that is gone when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(content: &[u8]) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("zhibu-double-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content)?;
        Ok(Self(path))
    }

    fn name(&self) -> String {
        self.0.to_string_lossy().into_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A key, DER in base64.
pub(crate) enum Key<'a> {
    Private(&'a str),
    Public(&'a str),
}

impl Key<'_> {
    fn file(&self) -> io::Result<Scratch> {
        let (kind, body) = match self {
            Self::Private(body) => ("PRIVATE", body),
            Self::Public(body) => ("PUBLIC", body),
        };
        let lines: Vec<&[u8]> = body.as_bytes().chunks(64).collect();
        let body = lines.join(&b'\n');
        let dashes = "-----";
        let head = format!("{dashes}BEGIN {kind} KEY{dashes}\n");
        Scratch::new(&[head.as_bytes(), &body, format!("\n{dashes}END {kind} KEY{dashes}\n").as_bytes()].concat())
    }
}

/// SHA256withRSA
pub(crate) fn signed(key: &Key<'_>, text: &[u8]) -> io::Result<Vec<u8>> {
    let key = key.file()?;
    run(&["dgst", "-sha256", "-sign", &key.name()], text)
}

/// Whether a signature is good.
pub(crate) fn verified(key: &Key<'_>, text: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (key.file(), Scratch::new(signature)) else { return false };
    run(&["dgst", "-sha256", "-verify", &key.name(), "-signature", &signature.name()], text).is_ok()
}

/// AES-CBC of whole blocks.
pub(crate) fn cbc(encrypt: bool, key: &[u8], iv: &[u8], text: &[u8]) -> io::Result<Vec<u8>> {
    let cipher = format!("-aes-{}-cbc", key.len() * 8);
    let way = if encrypt { "-e" } else { "-d" };
    run(&["enc", &cipher, way, "-nopad", "-K", &hex(key), "-iv", &hex(iv)], text)
}

pub(crate) fn sha1(text: &[u8]) -> io::Result<Vec<u8>> {
    run(&["dgst", "-sha1", "-binary"], text)
}
