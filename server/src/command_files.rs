//! Commands that carry whole tenants: into files and out of them, back, away, and the proof of it.
#![expect(clippy::print_stdout, reason = "results of commands go to standard output")]

use std::path::{Path, PathBuf};

use clap::Subcommand;
use zhibu_core::{ANYONE, Error, Result, Secret};
use zhibu_tenancy::portable::certificate::Certificate;
use zhibu_tenancy::portable::import::Arrival;
use zhibu_tenancy::portable::{Moved, erase, export, import};
use zhibu_tenancy::{Cx, tenants};

use crate::command::print_rows;

#[derive(Subcommand)]
pub(crate) enum FileCommand {
    /// Write a tenant with its media into a file, sealed under a passphrase
    Export {
        /// Its id or short name
        tenant: String,
        /// The file, which must not be there yet
        #[arg(long)]
        out: PathBuf,
        /// File with the passphrase, at least twelve characters
        #[arg(long)]
        passphrase_file: PathBuf,
    },
    /// Read a tenant from a file; one that was cut off is taken over by doing it again
    Import {
        /// The file
        file: PathBuf,
        /// File with the passphrase
        #[arg(long)]
        passphrase_file: PathBuf,
        /// Another short name than it had
        #[arg(long = "as")]
        slug: Option<String>,
        /// Where its schema shall stand
        #[arg(long)]
        placement: Option<String>,
    },
    /// Erase a suspended or closed tenant for good, destroy its key and print a signed certificate
    Erase {
        /// Its id or short name
        tenant: String,
        /// Its short name again
        #[arg(long)]
        confirm: String,
        /// Write the certificate into a file too
        #[arg(long)]
        certificate: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
pub(crate) enum CertificateCommand {
    /// Verify a certificate of erasure; needs no installation
    Verify {
        /// The certificate
        file: PathBuf,
        /// Public key of the installation that must have signed it, hexadecimal
        #[arg(long)]
        key: Option<String>,
    },
    /// Print the public key of this installation, for those who verify
    Key,
}

/// Runs a command about one tenant as a whole.
pub(crate) async fn run(cx: &Cx, command: FileCommand, json: bool) -> Result<()> {
    match command {
        FileCommand::Export { tenant, out, passphrase_file } => {
            let (id, passphrase) = (find(cx, &tenant).await?, passphrase(&passphrase_file)?);
            told(json, export::export(cx, ANYONE, id, &out, &passphrase).await?)
        }
        FileCommand::Import { file, passphrase_file, slug, placement } => {
            let arrival = Arrival { slug, placement };
            told(json, import::import(cx, ANYONE, &file, &passphrase(&passphrase_file)?, &arrival).await?)
        }
        FileCommand::Erase { tenant, confirm, certificate } => {
            let id = find(cx, &tenant).await?;
            let made = erase::erase(cx, ANYONE, id, &confirm).await?;
            let text = serde_json::to_string_pretty(&made).map_err(Error::bug)?;
            println!("{text}");
            match certificate {
                Some(path) => std::fs::write(&path, text).map_err(|fault| unreadable(&path, &fault)),
                None => Ok(()),
            }
        }
    }
}

async fn find(cx: &Cx, word: &str) -> Result<zhibu_core::TenantId> {
    let id = tenants::find(cx, ANYONE, word).await?.id.into();
    cx.close().await;
    Ok(id)
}

fn told(json: bool, moved: Moved) -> Result<()> {
    print_rows(json, &[moved], |m| {
        let Moved { slug, name, tables, rows, objects, bytes, content_hash, .. } = m;
        format!("{slug}  {name}  {tables}张表 {rows}行，{objects}个附件 {bytes}字节\n内容摘要 {content_hash}")
    })
}

fn unreadable(path: &Path, fault: &std::io::Error) -> Error {
    Error::refuse("FILE", format!("{}: {fault}", path.display()))
}

/// The passphrase in a file, without the line's end.
fn passphrase(path: &Path) -> Result<Secret> {
    let text = std::fs::read_to_string(path).map_err(|fault| unreadable(path, &fault))?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

/// Verifies a certificate, with nothing but its text.
pub(crate) fn verify(path: &Path, key: Option<&str>, json: bool) -> Result<()> {
    let text = std::fs::read_to_string(path).map_err(|fault| unreadable(path, &fault))?;
    let statement = Certificate::verify(&text, key)?;
    print_rows(json, &[statement], |s| {
        let who = if key.is_some() { "与给定的一致" } else { "请与该系统公布的公钥核对" };
        format!(
            "证明有效：租户 {} 于 {} 销毁，{}张表 {}行，{}个附件，{}个登录名，密钥已销毁\n签发公钥 {}（{who}）",
            s.tenant, s.erased_at, s.tables, s.rows, s.objects, s.logins, s.public_key
        )
    })
}
