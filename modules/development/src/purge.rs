//! What goes when somebody's record is removed for ever (PC-3.2.5): the papers and whatever tells who it was. Steps with
//! their days and ballots stay for the numbers.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Error, Result};
use zhibu_tenancy::purge::{Gone, NAMELESS, Purge, Remains};
use zhibu_tenancy::{Conn, Write, tenants};

use crate::papers;
use crate::rules::Given;
use crate::schema::{
    development_cases as cases, development_documents as documents, development_events as events,
    development_records as records, development_reminders as reminders,
};

/// 发展档案
pub(crate) struct Cases;

#[async_trait]
impl Purge for Cases {
    async fn remains(&self, person: Uuid, conn: &mut Conn) -> Result<Vec<Remains>> {
        let own = cases::table.filter(cases::person_id.eq(person));
        let count: i64 = own.count().get_result(conn).await?;
        let of = documents::table.filter(documents::case_id.eq_any(own.select(cases::id)));
        let papers: i64 = of.count().get_result(conn).await?;
        let told = |title, count, goes, note| Remains { title, count: Some(count), goes, note };
        Ok(vec![
            told("发展材料", papers, true, "文件从存储中删除"),
            told("发展档案", count, false, "不含姓名，只保留步骤、日期和表决票数，用于发展党员统计"),
        ])
    }

    async fn purge(&self, write: &mut Write<'_>, person: Uuid) -> Result<Gone> {
        let own: Vec<Uuid> =
            cases::table.filter(cases::person_id.eq(person)).select(cases::id).for_update().load(write.conn()?).await?;
        let papers: Vec<Uuid> = diesel::delete(documents::table.filter(documents::case_id.eq_any(&own)))
            .returning(documents::id)
            .get_results(write.conn()?)
            .await?;
        diesel::update(events::table.filter(events::case_id.eq_any(&own)))
            .set((events::note.eq(""), events::people.eq(None::<Vec<Uuid>>)))
            .execute(write.conn()?)
            .await?;
        let steps: Vec<(Uuid, Value)> = records::table
            .filter(records::case_id.eq_any(&own))
            .select((records::id, records::given))
            .load(write.conn()?)
            .await?;
        for (id, given) in steps {
            diesel::update(records::table.find(id))
                .set((
                    records::given.eq(counted(given)?),
                    records::void_reason.eq(None::<String>),
                    records::form_no.eq(None::<String>),
                ))
                .execute(write.conn()?)
                .await?;
        }
        diesel::delete(reminders::table.filter(reminders::case_id.eq_any(&own))).execute(write.conn()?).await?;
        for id in &own {
            nameless(write, *id).await?;
        }
        let files = papers.into_iter().map(|id| (papers::FOLDER, id)).collect();
        Ok(Gone { files, told: own.into_iter().map(|id| ("development", id)).collect() })
    }
}

/// What is counted of a step: confirmations, ballots, days and hours, and whether it was done here.
fn counted(given: Value) -> Result<Value> {
    let Given { confirmed, ballot, days, hours, decision, months, elsewhere, .. } =
        serde_json::from_value(given).map_err(Error::bug)?;
    let kept = Given { confirmed, ballot, days, hours, decision, months, elsewhere, ..Given::default() };
    serde_json::to_value(kept).map_err(Error::bug)
}

async fn nameless(write: &mut Write<'_>, id: Uuid) -> Result<()> {
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let (nothing, nobody) = (vault.seal(b"")?, id.as_bytes().to_vec());
    let now = write.cx.now();
    diesel::update(cases::table.find(id))
        .set((
            (cases::name.eq(NAMELESS), cases::pinyin.eq(""), cases::search.eq(Vec::<String>::new())),
            (cases::id_number.eq(&nothing), cases::id_index.eq(&nobody)),
            (cases::mobile.eq(&nothing), cases::mobile_index.eq(&nobody)),
            (cases::sex.eq("9"), cases::birth_date.eq(chrono::NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default())),
            (cases::ethnicity.eq("97"), cases::education_level.eq("90"), cases::work_post.eq("709")),
            cases::employer.eq(None::<String>),
            (cases::helpers.eq(None::<Value>), cases::gap.eq(false)),
            (cases::version.eq(cases::version + 1), cases::updated_at.eq(now)),
        ))
        .execute(write.conn()?)
        .await?;
    // One that was still open ends with its person.
    diesel::update(cases::table.find(id).filter(cases::closed_at.is_null()))
        .set(cases::closed_at.eq(now))
        .execute(write.conn()?)
        .await?;
    Ok(())
}
