//! Commands about the versions of tenants.

use clap::{Subcommand, ValueEnum};
use zhibu_core::{ANYONE, Result};
use zhibu_tenancy::fleet::{self, Filter, Ring, Ship, Standing};
use zhibu_tenancy::migrate::{self, Chosen};
use zhibu_tenancy::{Cx, tenants};

use crate::command::{bar, print_rows, told};

#[derive(Subcommand)]
pub(crate) enum FleetCommand {
    /// Where every tenant stands, and what the last try stopped at
    Status,
    /// Bring tenants up to date: the canary ring, then, unless one of it fails, the others
    Migrate {
        /// Only tell which steps each would get
        #[arg(long)]
        dry_run: bool,
        /// Only one ring
        #[arg(long, value_enum)]
        ring: Option<RingName>,
    },
    /// Try one tenant again
    Retry {
        /// Its id or short name
        tenant: String,
    },
    /// Move a tenant to a ring
    Ring {
        /// Its id or short name
        tenant: String,
        /// Which
        ring: RingName,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum RingName {
    /// Before all others
    Canary,
    /// After them
    Stable,
}

impl From<RingName> for Ring {
    fn from(name: RingName) -> Self {
        match name {
            RingName::Canary => Self::Canary,
            RingName::Stable => Self::Stable,
        }
    }
}

pub(crate) async fn run(cx: &Cx, command: FleetCommand, json: bool) -> Result<()> {
    match command {
        FleetCommand::Status => print_rows(json, &ships(cx, None).await?, words),
        FleetCommand::Migrate { dry_run: true, ring } => {
            let mut due = ships(cx, ring.map(Into::into)).await?;
            due.retain(|ship| ship.standing != Standing::Current);
            print_rows(json, &due, words)
        }
        FleetCommand::Migrate { dry_run: false, ring } => {
            bring_up(cx, ring.map_or(Chosen::All, |ring| Chosen::Ring(ring.into())), json).await
        }
        FleetCommand::Retry { tenant } => {
            let row = tenants::find(cx, ANYONE, &tenant).await?;
            cx.close().await;
            bring_up(cx, Chosen::One(row.id.into()), json).await
        }
        FleetCommand::Ring { tenant, ring } => {
            let row = tenants::find(cx, ANYONE, &tenant).await?;
            fleet::set_ring(cx, ANYONE, row.id.into(), ring.into()).await?;
            let mut all = ships(cx, None).await?;
            all.retain(|ship| ship.id == row.id);
            print_rows(json, &all, words)
        }
    }
}

async fn ships(cx: &Cx, ring: Option<Ring>) -> Result<Vec<Ship>> {
    let filter = Filter { ring, standing: None };
    Ok(fleet::look(cx, ANYONE, filter, 0, usize::MAX).await?.0)
}

async fn bring_up(cx: &Cx, chosen: Chosen, json: bool) -> Result<()> {
    let bar = bar("租户", 0);
    let tell = |done: usize, due: usize| {
        bar.set_length(u64::try_from(due).unwrap_or_default());
        bar.set_position(u64::try_from(done).unwrap_or_default());
    };
    let report = migrate::over(&cx.app, chosen, tell).await?;
    bar.finish_and_clear();
    told(&report, json)
}

fn words(ship: &Ship) -> String {
    let standing = match ship.standing {
        Standing::Current => "最新",
        Standing::Behind => "待升级",
        Standing::Failed => "失败",
    };
    let head = format!("{}  {:<6}  {standing}  {}", ship.id, ship.ring.name(), ship.name);
    let missing = ship.modules.iter().filter(|one| !one.missing.is_empty());
    let mut lines: Vec<String> = missing.map(|one| format!("    {}: {}", one.module, one.missing.join(", "))).collect();
    lines.insert(0, head);
    if let Some(error) = &ship.error {
        lines.push(format!("    {}: {error}", ship.failed_step.as_deref().unwrap_or("-")));
    }
    lines.join("\n")
}
