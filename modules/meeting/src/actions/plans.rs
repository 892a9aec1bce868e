//! Yearly plans (年度计划): which meeting an organisation means to hold in which month.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, MeetingPlanId, OrganisationId, Result, check};
use zhibu_directory::organisation::{self, Reach};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Cx, Write};

use super::{Checked, kinds};
use crate::MANAGE;
use crate::schema::meeting_plans as plans;
use crate::store;

/// Lines of one plan.
const MOST: usize = 200;

/// What was filled in.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields of the form, as in the interface")]
pub struct PlanForm {
    pub organisation: OrganisationId,
    pub year: i16,
    pub month: i16,
    pub kind: String,
    pub topic: String,
}

/// Adds a line, or changes one as it was at a version.
pub async fn save(cx: &Cx, which: Option<(MeetingPlanId, i32)>, form: &PlanForm) -> Result<Checked<MeetingPlanId>> {
    let mut faults = Vec::new();
    let topic = check::text("topic", "主题", &form.topic, 2, 80).map_err(|fault| faults.push(fault));
    if !(2000..=2200).contains(&form.year) {
        faults.push(Error::invalid("year", "年度不正确"));
    }
    if !(1..=12).contains(&form.month) {
        faults.push(Error::invalid("month", "月份应在1至12之间"));
    }
    let (Ok(topic), true) = (topic, faults.is_empty()) else { return Ok(Err(faults)) };
    let mut write = cx.write(MANAGE).await?;
    let at = place(&mut write, form.organisation).await?;
    let before = match which {
        None => None,
        Some((id, version)) => {
            let row = store::held_plan(id, write.conn()?).await?;
            place(&mut write, row.organisation_id.into()).await?;
            if row.version != version {
                return Err(Error::conflict());
            }
            Some(row)
        }
    };
    let allowed = kinds::allowed(&at.path, &at.org_type, write.conn()?).await?;
    let kept = before.as_ref().is_some_and(|before| before.type_code == form.kind);
    if !kept && !allowed.iter().any(|kind| kind.code == form.kind) {
        return Ok(Err(vec![Error::invalid("kind", "该组织不能召开此类会议")]));
    }
    let columns = (
        plans::organisation_id.eq(form.organisation.0),
        plans::year.eq(form.year),
        plans::month.eq(form.month),
        plans::type_code.eq(&form.kind),
        plans::topic.eq(&topic),
    );
    let id = match &before {
        None => {
            if store::plans(at.id, form.year, write.conn()?).await?.len() >= MOST {
                return Err(Error::refuse("PLANS_MANY", "一个组织一年最多200条计划"));
            }
            let id: MeetingPlanId = cx.app.world.id();
            diesel::insert_into(plans::table)
                .values((plans::id.eq(id.0), plans::created_at.eq(cx.now()), columns))
                .execute(write.conn()?)
                .await?;
            id
        }
        Some(before) => {
            diesel::update(plans::table.find(before.id))
                .set((plans::version.eq(before.version + 1), columns))
                .execute(write.conn()?)
                .await?;
            before.id.into()
        }
    };
    let told = Entry::new("meeting_plan.saved", "organisation", at.id).note("name", at.short_name).note("topic", topic);
    write.audit(told).await?;
    write.commit().await?;
    Ok(Ok(id))
}

async fn place(write: &mut Write<'_>, id: OrganisationId) -> Result<organisation::Row> {
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    organisation::get(&reach, id, write.conn()?).await
}

/// Removes a line.
pub async fn remove(cx: &Cx, id: MeetingPlanId, version: i32) -> Result<()> {
    let mut write = cx.write(MANAGE).await?;
    let row = store::held_plan(id, write.conn()?).await?;
    let at = place(&mut write, row.organisation_id.into()).await?;
    if row.version != version {
        return Err(Error::conflict());
    }
    diesel::delete(plans::table.find(id.0)).execute(write.conn()?).await?;
    let told =
        Entry::new("meeting_plan.removed", "organisation", at.id).note("name", at.short_name).note("topic", row.topic);
    write.audit(told).await?;
    write.commit().await
}
