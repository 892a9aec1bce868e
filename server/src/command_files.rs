//! Commands that carry whole tenants: into files and out of them, back, away, and the proof of it.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use zhibu_core::{ANYONE, Error, Result, Secret};
use zhibu_tenancy::placements::{self, Kind, Registration};
use zhibu_tenancy::portable::certificate::Certificate;
use zhibu_tenancy::portable::import::Arrival;
use zhibu_tenancy::portable::{Moved, erase, export, import, restore};
use zhibu_tenancy::{Cx, relocate, tenants};

use crate::command::print_rows;
use crate::say::say;

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
    /// Put a tenant back to an earlier export; what was written since is gone, and everybody signs in anew
    Restore {
        /// Its id or short name
        tenant: String,
        /// The export
        #[arg(required_unless_present = "abort", conflicts_with = "abort")]
        file: Option<PathBuf>,
        /// File with the passphrase
        #[arg(long, required_unless_present = "abort", conflicts_with = "abort")]
        passphrase_file: Option<PathBuf>,
        /// Take back a restoration that was cut off before the data changed places
        #[arg(long)]
        abort: bool,
    },
    /// Move a tenant to another placement; nothing can be changed for some seconds. Done again, it goes on where it was cut off
    Move {
        /// Its id or short name
        tenant: String,
        /// The placement
        #[arg(long, required_unless_present = "abort")]
        to: Option<String>,
        /// Take back a move that was cut off before the switch
        #[arg(long, conflicts_with = "to")]
        abort: bool,
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
        FileCommand::Restore { tenant, file, passphrase_file, .. } => {
            let id = find(cx, &tenant).await?;
            let (Some(file), Some(passphrase_file)) = (file, passphrase_file) else {
                return restore::abort(cx, ANYONE, id).await;
            };
            let passphrase = passphrase(&passphrase_file)?;
            told(json, Box::pin(restore::restore(cx, ANYONE, id, &file, &passphrase)).await?)
        }
        FileCommand::Move { tenant, to, .. } => {
            let id = find(cx, &tenant).await?;
            let Some(to) = to else { return relocate::abort(cx, ANYONE, id).await };
            print_rows(json, &[relocate::relocate(cx, ANYONE, id, &to).await?], |m| {
                let rows = m.rows.map_or_else(|| "已在先前完成复制".to_owned(), |rows| format!("{rows}行"));
                format!("{}  {} → {}  {rows}，只读{}毫秒", m.tenant, m.from, m.to, m.read_only_ms)
            })
        }
        FileCommand::Erase { tenant, confirm, certificate } => {
            let id = find(cx, &tenant).await?;
            let made = erase::erase(cx, ANYONE, id, &confirm).await?;
            let text = serde_json::to_string_pretty(&made).map_err(Error::bug)?;
            say!("{text}");
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

#[derive(Subcommand)]
pub(crate) enum PlacementCommand {
    /// Register a database for tenants; its queue, roles and catalogues are made
    Add {
        /// Its name
        id: String,
        /// What it is
        #[arg(long, value_enum, default_value = "postgres")]
        kind: KindArg,
        /// Address for requests and jobs, as the login zhibu_app; `@file` reads it from a file
        #[arg(long)]
        query_url: String,
        /// Address where schemas are made; `@file` reads it from a file
        #[arg(long)]
        ddl_url: String,
    },
    /// List them
    List,
    /// Look at every one; fails when something is wrong
    Check,
}

/// Kind of a placement as it is typed.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum KindArg {
    /// One PostgreSQL server
    Postgres,
    /// A Citus cluster
    Citus,
}

/// Runs a command about placements.
pub(crate) async fn place(cx: &Cx, command: PlacementCommand, json: bool) -> Result<()> {
    let strict = matches!(command, PlacementCommand::Check);
    if let PlacementCommand::Add { id, kind, query_url, ddl_url } = command {
        let kind = match kind {
            KindArg::Postgres => Kind::Postgres,
            KindArg::Citus => Kind::Citus,
        };
        let new = Registration { id, kind, query_url: address(&query_url)?, ddl_url: address(&ddl_url)? };
        placements::add(cx, ANYONE, &new).await?;
    }
    let all = placements::standing(cx, ANYONE).await?;
    print_rows(json, &all, |p| {
        let state = if p.faults.is_empty() { "✓".to_owned() } else { format!("✗ {}", p.faults.join("；")) };
        let dead = p.dead_jobs.map_or_else(|| "-".to_owned(), |dead| dead.to_string());
        format!("{:<16} {:<8} 租户{} 失败任务{dead}  {state}", p.id, p.kind.key(), p.tenants)
    })?;
    let well = all.iter().all(|p| p.faults.is_empty());
    if well || !strict { Ok(()) } else { Err(Error::refuse("PLACEMENT", "有数据库节点不正常")) }
}

/// An address from the command line or from a file.
fn address(text: &str) -> Result<Secret> {
    match text.strip_prefix('@') {
        Some(path) => passphrase(Path::new(path)),
        None => Ok(Secret::new(text)),
    }
}
