//! The command line: results on standard output, everything else on standard error.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::signal::unix::{SignalKind, signal};
use zhibu_core::{ANYONE, Error, PageArgs, Result, World};
use zhibu_tenancy::audit::seal::{self, Verdict};
use zhibu_tenancy::life::{self, Spans};
use zhibu_tenancy::{Cx, Space, activation, codes, jobs, migrate, operator, tenants, terms};

use crate::command_files::{self, CertificateCommand, FileCommand, PlacementCommand};
use crate::command_fleet::{self, FleetCommand};
use crate::config::{Config, Flags, Profile};
use crate::installation::{Installation, Wanted};
use crate::say::say;
use crate::{demo, doctor, serve};

/// Where a server notes its address, for links that commands beside it print.
const ADDRESS: &str = "address";
/// Where it notes its profile, for commands that are not told it.
const PROFILE: &str = "profile";

/// 支部: Party work for organisations, as a service.
#[derive(Parser)]
#[command(name = "zhibu", version, about)]
pub struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Which installation is meant.
#[derive(Args)]
struct Place {
    /// What the installation is for; `serve` wants it said
    #[arg(long, global = true, value_enum)]
    profile: Option<Profile>,
    /// Folder of data, keys and the private database
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    /// Configuration file; default: zhibu.toml in the data folder
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Results as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the console, the API and the jobs
    Serve {
        /// Address to listen on
        #[arg(long)]
        listen: Option<SocketAddr>,
        /// Let the embedded profile listen beyond this machine
        #[arg(long)]
        i_understand_this_is_a_demo: bool,
        /// A file that says by how many seconds the clock is ahead, looked at all the time: for tests of what takes months
        #[cfg(feature = "sandbox")]
        #[arg(long, hide = true)]
        clock: Option<PathBuf>,
    },
    /// Have the running server do now what it does every hour
    Hourly,
    /// Print the GraphQL schema
    Sdl,
    /// Look at what the server needs
    Doctor,
    /// Bring the database up to date
    Migrate,
    /// Tenants
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Activation codes
    #[command(subcommand)]
    Code(CodeCommand),
    /// Operators
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// The audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Make a tenant with made-up data
    Demo {
        /// So many members more than the two hundred of the usual one, for measuring
        #[arg(long, default_value_t = 0)]
        members: usize,
    },
    /// Configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Databases that hold tenants
    #[command(subcommand)]
    Placement(PlacementCommand),
    /// Which tenants are at the newest version
    #[command(subcommand)]
    Fleet(FleetCommand),
    /// Certificates of erasure
    #[command(subcommand)]
    Certificate(CertificateCommand),
}

#[derive(Subcommand)]
enum TenantCommand {
    #[command(flatten)]
    File(FileCommand),
    /// List them, newest first
    List,
    /// Show one
    Show {
        /// Its id
        id: zhibu_core::TenantId,
    },
    /// Reset the first administrator to the initial password, when nobody can get in any more
    ResetAdmin {
        /// Its id
        id: zhibu_core::TenantId,
    },
    /// Change plan, places or last day of use
    Set {
        /// Its id
        id: zhibu_core::TenantId,
        /// Name of the plan
        #[arg(long)]
        plan: Option<String>,
        /// Places for members
        #[arg(long)]
        seats: Option<i32>,
        /// Last day of use, YYYY-MM-DD, or `never`
        #[arg(long, value_parser = last_day)]
        expires: Option<LastDay>,
        /// Why, for the audit
        #[arg(long, default_value = BY_HAND)]
        reason: String,
    },
    /// Let nobody of the tenant in until it is resumed
    Suspend {
        /// Its id
        id: zhibu_core::TenantId,
        /// Why, for the audit
        #[arg(long)]
        reason: String,
    },
    /// Take a suspension back
    Resume {
        /// Its id
        id: zhibu_core::TenantId,
        /// Why, for the audit
        #[arg(long, default_value = BY_HAND)]
        reason: String,
    },
}

/// A last day of use as it is typed.
#[derive(Clone, Copy)]
struct LastDay(Option<NaiveDate>);

fn last_day(text: &str) -> Result<LastDay, chrono::ParseError> {
    if text == "never" { Ok(LastDay(None)) } else { text.parse().map(|day| LastDay(Some(day))) }
}

/// The reason of a command that was given none.
const BY_HAND: &str = "命令行操作";

#[derive(Subcommand)]
enum AuditCommand {
    /// Prove that no audit row was removed, altered or slipped in: of the platform and every tenant, or of one
    Verify {
        /// Only this tenant
        #[arg(long)]
        tenant: Option<zhibu_core::TenantId>,
    },
    /// Seal what waits for it now, which the running server does every hour
    Seal,
}

#[derive(Subcommand)]
enum CodeCommand {
    /// Issue a batch and print the codes
    Issue {
        /// Name of the plan
        #[arg(long, default_value = "标准版")]
        plan: String,
        /// Module to entitle; may be repeated
        #[arg(long)]
        module: Vec<String>,
        /// Places
        #[arg(long, default_value_t = 200)]
        seats: i32,
        /// Last day of use, YYYY-MM-DD
        #[arg(long)]
        expires: NaiveDate,
        /// For how many months a tenant may be used from its activation; without end unless given
        #[arg(long)]
        months: Option<i16>,
        /// How many
        #[arg(long, default_value_t = 1)]
        count: i32,
        /// Remark
        #[arg(long)]
        note: Option<String>,
        /// Where the tenants' schemas shall stand
        #[arg(long)]
        placement: Option<String>,
    },
}

#[derive(Subcommand)]
enum OperatorCommand {
    /// Print a one-time enrolment link
    Invite {
        /// User name
        name: String,
        /// Also when enrolled already: password and authenticator start anew
        #[arg(long)]
        again: bool,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Print what is in force, secrets hidden
    Show,
}

impl Command {
    /// The one command about tenants that a new installation may begin with.
    fn brings_a_tenant(&self) -> bool {
        matches!(self, Self::Tenant(TenantCommand::File(FileCommand::Import { .. })))
    }
}

impl Cli {
    /// Runs the command.
    pub async fn run(self) -> Result<()> {
        if let Command::Sdl = self.command {
            say!("{}", zhibu_modules::schema(&zhibu_endpoint::Limits::default()).sdl().trim_end());
            return Ok(());
        }
        let mut flags = Flags { profile: self.place.profile, data: self.place.data.clone(), listen: None };
        if let Command::Serve { listen, .. } = &self.command {
            flags.listen = *listen;
        }
        // Only serving asks what the installation is for; the tools take the harmless answer when nothing is said.
        let serving = matches!(self.command, Command::Serve { .. });
        let otherwise = (!serving).then_some(Profile::Embedded);
        let mut config = Config::load(&flags, self.place.config.as_deref(), otherwise)?;
        if !serving && self.place.profile.is_none() && noted(&config, PROFILE).as_deref() == Some("production") {
            config.profile = Profile::Production;
        }
        if matches!(self.command, Command::Tenant(_) | Command::Audit(_) | Command::Fleet(_))
            && config.is_new()
            && !self.command.brings_a_tenant()
        {
            let words = format!("这里没有安装: {}", config.data.display());
            return Err(Error::refuse("NO_INSTALLATION", words));
        }
        match self.command {
            Command::Serve {
                i_understand_this_is_a_demo,
                #[cfg(feature = "sandbox")]
                clock,
                ..
            } => {
                #[cfg(feature = "sandbox")]
                let world = moved(&config, clock)?;
                #[cfg(not(feature = "sandbox"))]
                let world = World::default();
                Box::pin(run_server(config, i_understand_this_is_a_demo, world)).await
            }
            Command::Config(ConfigCommand::Show) => {
                say!("{}", config.show());
                Ok(())
            }
            Command::Sdl => Ok(()),
            Command::Certificate(CertificateCommand::Verify { file, key }) => {
                command_files::verify(&file, key.as_deref(), self.place.json)
            }
            command => Box::pin(with_installation(config, command, self.place.json)).await,
        }
    }
}

async fn with_installation(config: Config, command: Command, json: bool) -> Result<()> {
    let files = matches!(command, Command::Tenant(TenantCommand::File(_)));
    let store = if files { Wanted::Beside } else { Wanted::None };
    let installation = Installation::open_with(config, World::default(), store).await?;
    let done = Box::pin(work(&installation, command, json)).await;
    installation.close().await?;
    done
}

async fn work(installation: &Installation, command: Command, json: bool) -> Result<()> {
    let cx = Cx::system(installation.app.clone(), Space::Platform);
    match command {
        Command::Migrate => return migrated(installation, json).await,
        Command::Hourly => return jobs::hourly_now(&cx).await,
        Command::Doctor => {
            migrate::platform(&installation.app).await?;
            let findings = doctor::examine(installation).await?;
            let well = findings.iter().all(|f| f.ok);
            print_rows(json, &findings, |f| format!("{}  {:<10} {}", if f.ok { "✓" } else { "✗" }, f.what, f.detail))?;
            return if well { Ok(()) } else { Err(Error::refuse("DOCTOR", "有项目不可用")) };
        }
        Command::Tenant(TenantCommand::File(command)) => {
            migrate::platform(&installation.app).await?;
            return Box::pin(command_files::run(&cx, command, json)).await;
        }
        Command::Placement(command) => {
            migrate::platform(&installation.app).await?;
            return Box::pin(command_files::place(&cx, command, json)).await;
        }
        Command::Fleet(command) => {
            migrate::platform(&installation.app).await?;
            return Box::pin(command_fleet::run(&cx, command, json)).await;
        }
        Command::Tenant(command) => return tenant(&cx, command, json).await,
        Command::Certificate(_) => {
            say!("{}", zhibu_tenancy::portable::certificate::public_key(&installation.app)?);
            return Ok(());
        }
        Command::Audit(AuditCommand::Verify { tenant }) => return verify(&cx, tenant, json).await,
        Command::Audit(AuditCommand::Seal) => {
            for space in spaces(&all_tenants(&cx).await?) {
                seal::seal(&Cx::system(cx.app.clone(), space)).await?;
            }
            cx.close().await;
            return verify(&cx, None, json).await;
        }
        _ => migrate::platform(&installation.app).await?,
    }
    match command {
        Command::Code(CodeCommand::Issue { plan, module, seats, expires, months, count, note, placement }) => {
            let order = codes::Order {
                key: installation.app.world.id(),
                plan,
                modules: module,
                seats,
                expires_on: expires,
                months,
                count,
                note,
                placement,
            };
            let codes = codes::issue(&cx, ANYONE, &order).await?;
            print_rows(json, &codes, Clone::clone)
        }
        Command::Operator(OperatorCommand::Invite { name, again }) => {
            say!("{}", invitation(&cx, &origin(&installation.config)?, &name, again).await?);
            Ok(())
        }
        Command::Demo { members } => {
            if installation.config.profile == Profile::Production {
                return Err(Error::refuse("PRODUCTION", "正式环境不能创建演示租户"));
            }
            if members > 200_000 {
                return Err(Error::refuse("MEMBERS", "最多20万名党员"));
            }
            let bar = bar("党员", u64::try_from(members + 200).unwrap_or_default());
            let made = Box::pin(demo::make(&cx, members, |done| bar.set_position(done))).await?;
            bar.finish_and_clear();
            print_rows(json, &[made], |made| {
                format!("演示租户已就绪：用户名 {}，初始密码 {}（首次登录须修改）", made.user_name, made.password)
            })
        }
        _ => Ok(()),
    }
}

/// A progress bar on standard error.
pub(crate) fn bar(what: &'static str, length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar
}

async fn migrated(installation: &Installation, json: bool) -> Result<()> {
    let bar = bar("租户", 0);
    let report = installation
        .migrate(|done, due| {
            bar.set_length(u64::try_from(due).unwrap_or_default());
            bar.set_position(u64::try_from(done).unwrap_or_default());
        })
        .await?;
    bar.finish_and_clear();
    told(&report, json)
}

/// What a run did, with the exit status that follows.
pub(crate) fn told(report: &migrate::Report, json: bool) -> Result<()> {
    let words = |r: &migrate::Report| {
        let (migrated, failed, held) = (r.migrated.len(), r.failed.len(), r.held.len());
        let shut = r.shut.len();
        format!("已升级 {migrated}，已是最新 {}，失败 {failed}，等待先行租户 {held}，维护中 {shut}", r.current)
    };
    print_rows(json, std::slice::from_ref(report), words)?;
    for (tenant, why) in &report.failed {
        eprintln!("{tenant}: {why}");
    }
    for (tenant, name) in &report.shut {
        eprintln!("{tenant}: {name} 已是最新，但仍在维护状态；请重新执行或撤销未完成的恢复");
    }
    if report.failed.is_empty() && report.held.is_empty() {
        if report.shut.is_empty() {
            Ok(())
        } else {
            Err(Error::refuse("MAINTENANCE", "有租户仍在维护状态，无人能使用"))
        }
    } else {
        Err(Error::refuse("MIGRATION", "有租户没有升级：失败的已转入维护状态，等待的未改动"))
    }
}

async fn tenant(cx: &Cx, command: TenantCommand, json: bool) -> Result<()> {
    let words = |t: &Line| {
        let until = t.expires_on.map_or_else(|| "-".to_owned(), |day| day.to_string());
        let (state, modules) = (format!("{}/{}", t.state, t.life), t.modules.join(","));
        format!("{}  {state:<20} {:>4}%  {until:<10}  {}  [{modules}]", t.id, t.percent, t.name)
    };
    let line = |row: tenants::TenantRow| Line::of(cx, row);
    let rows = match command {
        TenantCommand::Set { id, plan, seats, expires, reason } => {
            let change = terms::Terms { plan, seats, expires_on: expires.map(|day| day.0) };
            vec![line(Box::pin(terms::change(cx, ANYONE, id, &change, &reason)).await?)]
        }
        TenantCommand::Suspend { id, reason } => vec![line(terms::suspend(cx, ANYONE, id, &reason).await?)],
        TenantCommand::Resume { id, reason } => vec![line(terms::resume(cx, ANYONE, id, &reason).await?)],
        TenantCommand::ResetAdmin { id } => {
            if let Some(password) = activation::reset_administrator(cx, ANYONE, id).await? {
                eprintln!("一次性初始密码（只显示一次）：{}", password.expose());
            }
            vec![line(tenants::get(cx, ANYONE, id).await?)]
        }
        TenantCommand::Show { id } => vec![line(tenants::get(cx, ANYONE, id).await?)],
        TenantCommand::File(_) => Vec::new(),
        TenantCommand::List => all_tenants(cx).await?.into_iter().map(line).collect(),
    };
    cx.close().await;
    print_rows(json, &rows, words)
}

/// A chain that was looked through.
#[derive(serde::Serialize)]
struct Chain {
    /// Nothing for the platform's own.
    tenant: Option<uuid::Uuid>,
    name: String,
    #[serde(flatten)]
    verdict: Verdict,
}

async fn verify(cx: &Cx, only: Option<zhibu_core::TenantId>, json: bool) -> Result<()> {
    let mut chains = Vec::new();
    let own = match only {
        Some(id) => vec![tenants::get(cx, ANYONE, id).await?],
        None => {
            let verdict = seal::verify(&Cx::system(cx.app.clone(), Space::Platform)).await?;
            chains.push(Chain { tenant: None, name: "平台".to_owned(), verdict });
            all_tenants(cx).await?
        }
    };
    cx.close().await;
    for row in own.into_iter().filter(|row| !["provisioning", "importing"].contains(&row.state.as_str())) {
        let inside = Cx::system(cx.app.clone(), Space::Tenant(row.id.into()));
        let verdict = seal::verify(&inside).await?;
        inside.close().await;
        chains.push(Chain { tenant: Some(row.id), name: row.name, verdict });
    }
    print_rows(json, &chains, |chain| {
        let Verdict { seals, rows, waiting, mark, faults } = &chain.verdict;
        let mark = mark.as_deref().unwrap_or("-");
        let state = if faults.is_empty() { "✓".to_owned() } else { format!("✗ {}处问题", faults.len()) };
        let head = format!("{state}  {}  封存{seals}批{rows}条，待封存{waiting}条，末批标记 {mark}", chain.name);
        std::iter::once(head).chain(faults.iter().map(|fault| format!("    {fault}"))).collect::<Vec<_>>().join("\n")
    })?;
    if chains.iter().all(|chain| chain.verdict.faults.is_empty()) {
        Ok(())
    } else {
        Err(Error::refuse("AUDIT", "审计日志与封存不符"))
    }
}

/// The platform, and the tenants that have a schema.
fn spaces(rows: &[tenants::TenantRow]) -> Vec<Space> {
    let there = rows
        .iter()
        .filter(|row| !["provisioning", "importing"].contains(&row.state.as_str()))
        .map(|row| Space::Tenant(row.id.into()));
    std::iter::once(Space::Platform).chain(there).collect()
}

async fn all_tenants(cx: &Cx) -> Result<Vec<tenants::TenantRow>> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let args = PageArgs::new(Some(100), after, None)?;
        let page = tenants::list(cx, ANYONE, &tenants::TenantFilter::default(), &args).await?;
        rows.extend(page.nodes);
        after = page.info.end_cursor.filter(|_| page.info.has_next_page);
        if after.is_none() {
            return Ok(rows);
        }
    }
}

/// A tenant in a listing.
#[derive(serde::Serialize)]
struct Line {
    id: uuid::Uuid,
    name: String,
    state: String,
    plan: String,
    modules: Vec<String>,
    seats: i32,
    percent: i16,
    error: Option<String>,
    life: &'static str,
    expires_on: Option<NaiveDate>,
}

impl Line {
    fn of(cx: &Cx, row: tenants::TenantRow) -> Self {
        let life = life::life(&row.term(), Spans::of(&cx.app.settings), cx.app.world.today());
        Self {
            life: life.key(),
            expires_on: row.expires_on,
            id: row.id,
            name: row.name,
            state: row.state,
            plan: row.plan,
            modules: row.modules,
            seats: row.seats,
            percent: row.percent,
            error: row.error,
        }
    }
}

pub(crate) fn print_rows<T: serde::Serialize>(json: bool, rows: &[T], words: impl Fn(&T) -> String) -> Result<()> {
    if json {
        say!("{}", serde_json::to_string_pretty(rows).map_err(Error::bug)?);
    } else {
        rows.iter().for_each(|row| say!("{}", words(row)));
    }
    Ok(())
}

/// What the running (or last) server noted in the data folder.
fn noted(config: &Config, what: &str) -> Option<String> {
    std::fs::read_to_string(config.data.join(what)).ok().map(|text| text.trim().to_owned())
}

/// The origin for links: as configured, else as the running (or last) server noted it.
fn origin(config: &Config) -> Result<String> {
    let noted = noted(config, ADDRESS).filter(|_| config.public_url.is_none());
    let origin = noted.map_or_else(|| config.public().map(String::from), Ok)?;
    Ok(origin.trim().trim_end_matches('/').to_owned())
}

/// A one-time enrolment link; the token stands behind `#`, so no server or log ever sees it in an address.
async fn invitation(cx: &Cx, origin: &str, name: &str, again: bool) -> Result<String> {
    Ok(format!("{origin}/operator/enrol#token={}", operator::invite(cx, name, again).await?))
}

/// While nobody operates this installation, how the first one gets in.
async fn greet(cx: &Cx, url: &str) -> Result<()> {
    if operator::none_yet(cx).await? {
        say!("  首位运营人员请打开（一次有效，3天内）：\n    {}", invitation(cx, url, "operator", false).await?);
    }
    Ok(())
}

/// A world whose clock is as far ahead as a file says, which tests write.
#[cfg(feature = "sandbox")]
fn moved(config: &Config, file: Option<PathBuf>) -> Result<World> {
    let Some(file) = file else { return Ok(World::default()) };
    if config.profile == Profile::Production {
        return Err(Error::refuse("SANDBOX", "正式环境的时钟不能拨动"));
    }
    let clock = zhibu_core::Clock::movable();
    let hand = clock.clone();
    tokio::spawn(async move {
        loop {
            let ahead = tokio::fs::read_to_string(&file).await.ok().and_then(|text| text.trim().parse().ok());
            hand.set_ahead(chrono::Duration::seconds(ahead.unwrap_or_default()));
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    });
    Ok(World { clock })
}

async fn run_server(config: Config, demo: bool, world: World) -> Result<()> {
    if config.profile == Profile::Embedded && !config.listen.ip().is_loopback() && !demo {
        return Err(Error::refuse("SANDBOX", "演示环境只监听本机；确需对外，请加 --i-understand-this-is-a-demo"));
    }
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::bug)?;
    let data = config.data.display().to_string();
    let installation = Installation::open(config, world, true).await?;
    let served = Box::pin(serve(installation)).await?;
    let (url, app) = (served.url(), served.installation.app.clone());
    let folder = &served.installation.config.data;
    std::fs::write(folder.join(ADDRESS), &url).map_err(Error::bug)?;
    let production = served.installation.config.profile == Profile::Production;
    std::fs::write(folder.join(PROFILE), if production { "production" } else { "embedded" }).map_err(Error::bug)?;
    say!("支部已启动");
    say!("  租户入口    {url}/portal/login");
    say!("  运营入口    {url}/operator/login");
    say!("  数据目录    {data}");
    if app.sms.is_sandbox() {
        say!("  演示环境    短信不会真正发出，见运营入口的“短信发件箱”");
    }
    // A database that goes away in this moment is no reason to stop serving.
    if let Err(error) = greet(&Cx::system(app, Space::Platform), &url).await {
        tracing::warn!(code = error.code, cause = ?error.cause, "no invitation of a first operator");
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    served.stop().await
}
