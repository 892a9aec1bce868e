//! Companies that open the product from DingTalk (钉钉激活, M-0.3): their administrator authorises the app there, and a tenant is
//! made by the same core as with an activation code.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{Error, Result, Secret};
use zhibu_providers::mini::Event;

use crate::activation;
use crate::app::App;
use crate::audit::Entry;
use crate::codes::Won;
use crate::cx::Cx;
use crate::db::{Mode, Space};
use crate::jobs::Job;
use crate::mini::refused;
use crate::schema::{dingtalk_corps as corps, pushed};

const TICKET: &str = "dingtalk.suite_ticket";

/// What a company gets that comes from DingTalk.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// The name of the plan.
    pub plan: String,
    /// Keys of optional modules; none means all that this build has.
    pub modules: Vec<String>,
    /// Places of members.
    pub seats: i32,
    /// Months of use.
    pub months: i16,
}

impl Offer {
    fn won(&self, app: &App) -> Won {
        let modules = if self.modules.is_empty() {
            app.registry.modules.iter().filter(|one| !one.base).map(|one| one.key.to_owned()).collect()
        } else {
            self.modules.clone()
        };
        Won { plan: self.plan.clone(), modules, seats: self.seats, months: Some(self.months), placement: None }
    }
}

/// The suite ticket that DingTalk pushed last.
pub(crate) async fn ticket(cx: &Cx) -> Result<Secret> {
    let mut unit = cx.app.db.begin(Space::Platform, Mode::Read).await?;
    let sealed: Option<Vec<u8>> =
        pushed::table.find(TICKET).select(pushed::value).first(unit.conn()?).await.optional()?;
    unit.commit().await?;
    let sealed = sealed.ok_or_else(|| Error::unavailable("DingTalk has pushed no suite ticket yet"))?;
    cx.app.keys.platform.open_text(&sealed)
}

/// Refuses a company that has not authorised the app: whoever asks may name any.
pub(crate) async fn must_be_ours(cx: &Cx, corp: &str) -> Result<()> {
    let mut unit = cx.app.db.begin(Space::Platform, Mode::Read).await?;
    let known: i64 = corps::table
        .filter(corps::corp_id.eq(corp).and(corps::relieved_at.is_null()))
        .count()
        .get_result(unit.conn()?)
        .await?;
    unit.commit().await?;
    if known > 0 {
        Ok(())
    } else {
        Err(Error::refuse("CORP_UNKNOWN", "贵单位尚未在钉钉中授权本应用，请联系单位的钉钉管理员"))
    }
}

/// Writes down what DingTalk pushed; what takes longer is done afterwards, since it waits for the answer.
pub async fn received(cx: &Cx, events: &[Event]) -> Result<()> {
    for event in events {
        match event {
            Event::SuiteTicket { ticket, at } => keep(cx, ticket, *at).await?,
            Event::Authorised { corp, name, admin, agent, at } => {
                authorised(cx, corp, (name, admin), *agent, *at).await?
            }
            Event::Relieved { corp, at } => relieved(cx, corp, *at).await?,
            Event::Check | Event::Other => {}
        }
    }
    Ok(())
}

/// Pushes may come late and twice: the newest counts.
async fn keep(cx: &Cx, ticket: &Secret, at: DateTime<Utc>) -> Result<()> {
    let values = (pushed::value.eq(cx.app.keys.platform.seal(ticket.expose().as_bytes())?), pushed::at.eq(at));
    let mut write = cx.beside(Space::Platform).await?;
    let new = diesel::insert_into(pushed::table)
        .values((pushed::key.eq(TICKET), values.clone()))
        .on_conflict_do_nothing()
        .execute(write.conn()?)
        .await?;
    if new == 0 {
        diesel::update(pushed::table.find(TICKET).filter(pushed::at.lt(at))).set(values).execute(write.conn()?).await?;
    }
    write.commit_quietly().await
}

/// DingTalk repeats what it pushed, and a company may authorise again after it took that back: one tenant comes of it.
async fn authorised(
    cx: &Cx,
    corp: &str,
    (name, admin): (&str, &str),
    agent: Option<i64>,
    at: DateTime<Utc>,
) -> Result<()> {
    let values = (
        corps::name.eq(name),
        corps::admin.eq(admin),
        corps::authorised_at.eq(at),
        corps::relieved_at.eq(None::<DateTime<Utc>>),
        // One that is known stays when a push does not tell it.
        agent.map(|agent| corps::agent.eq(agent)),
    );
    let mut write = cx.beside(Space::Platform).await?;
    let new = diesel::insert_into(corps::table)
        .values((corps::corp_id.eq(corp), values))
        .on_conflict_do_nothing()
        .execute(write.conn()?)
        .await?;
    let tenant: Option<Option<Uuid>> = if new > 0 {
        Some(None)
    } else {
        let later = corps::authorised_at.lt(at).and(corps::relieved_at.is_null().or(corps::relieved_at.lt(at)));
        diesel::update(corps::table.find(corp).filter(later))
            .set(values)
            .returning(corps::tenant_id)
            .get_result(write.conn()?)
            .await
            .optional()?
    };
    // One that is known, or that was taken back since.
    let Some(tenant) = tenant else { return Ok(()) };
    write.audit(Entry::new("dingtalk.authorised", "dingtalk", None).note("corp", corp).note("name", name)).await?;
    if tenant.is_none() {
        write.enqueue(&Open { corp: corp.to_owned() }).await?;
    }
    write.commit().await
}

/// The company took its authorisation back: nobody signs in from its DingTalk any more; the tenant stays.
async fn relieved(cx: &Cx, corp: &str, at: DateTime<Utc>) -> Result<()> {
    let mut write = cx.beside(Space::Platform).await?;
    let known =
        diesel::update(corps::table.find(corp).filter(corps::relieved_at.is_null().and(corps::authorised_at.le(at))))
            .set(corps::relieved_at.eq(at))
            .execute(write.conn()?)
            .await?;
    // It may overtake the authorisation that it takes back.
    let row = (corps::corp_id.eq(corp), corps::name.eq(""), corps::admin.eq(""), corps::authorised_at.eq(at));
    let new = diesel::insert_into(corps::table)
        .values((row, corps::relieved_at.eq(at)))
        .on_conflict_do_nothing()
        .execute(write.conn()?)
        .await?;
    if known + new == 0 {
        return Ok(());
    }
    write.audit(Entry::new("dingtalk.relieved", "dingtalk", None).note("corp", corp)).await?;
    write.commit().await
}

/// Opens a tenant for a company.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Open {
    corp: String,
}

impl Job for Open {
    const NAME: &'static str = "dingtalk_open";

    async fn run(self, cx: &Cx) -> Result<()> {
        open(cx, &self.corp).await
    }
}

/// Asks DingTalk for the number of who authorised, who becomes the administrator.
async fn open(cx: &Cx, corp: &str) -> Result<()> {
    let dingtalk = cx.app.mini.dingtalk.as_ref().ok_or_else(|| Error::bug("DingTalk is not configured"))?;
    let mut unit = cx.app.db.begin(Space::Platform, Mode::Read).await?;
    let row: (String, String, Option<Uuid>) =
        corps::table.find(corp).select((corps::name, corps::admin, corps::tenant_id)).first(unit.conn()?).await?;
    unit.commit().await?;
    let (name, admin, tenant) = row;
    if tenant.is_some() {
        return Ok(());
    }
    let mobile = dingtalk.number(corp, &admin, &ticket(cx).await?).await.map_err(refused)?;
    let mobile = mobile.ok_or_else(|| Error::unavailable("DingTalk does not tell the administrator's number"))?;
    let mut write = cx.beside(Space::Platform).await?;
    // One at a time, whoever tries.
    let open: Option<Uuid> = corps::table.find(corp).select(corps::tenant_id).for_update().first(write.conn()?).await?;
    if open.is_some() {
        return Ok(());
    }
    let won = cx.app.settings.dingtalk.won(&cx.app);
    let id = activation::activate_for(&mut write, &name, &mobile, won).await?;
    diesel::update(corps::table.find(corp)).set(corps::tenant_id.eq(Some(id.0))).execute(write.conn()?).await?;
    write.commit().await
}
