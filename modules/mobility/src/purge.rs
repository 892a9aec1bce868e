//! What goes when somebody's record is removed for ever (PC-3.2.5): names, numbers, letters and words. That there was a
//! transfer, with its organisations and days, stays for the numbers of letters and of members.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_directory::schema::people;
use zhibu_tenancy::purge::{Gone, NAMELESS, Purge, Remains};
use zhibu_tenancy::{Conn, Write, tenants};

use crate::schema::{
    flows, lost_cases as lost, mobility_contacts as contacts, transfer_events as events, transfer_inbox as inbox,
    transfer_letters as letters, transfers,
};

/// 调动、流动和失联记录
pub(crate) struct Moves;

/// What is somebody's: transfers, flows, cases.
struct Own {
    transfers: Vec<Uuid>,
    flows: Vec<Uuid>,
    lost: Vec<Uuid>,
    /// Electronic letters that never became a transfer.
    arrived: Vec<Uuid>,
}

impl Own {
    /// Rows of the person. Rows of the same number from before they were a member belong to them too, when they are over;
    /// who comes anew has open ones.
    async fn of(person: Uuid, hold: bool, conn: &mut Conn) -> Result<Self> {
        let number: Vec<u8> = people::table.find(person).select(people::id_index).first(&mut *conn).await?;
        let before = transfers::person_id.is_null().and(transfers::id_index.eq(&number));
        let mine = transfers::person_id.eq(person).or(before.and(transfers::closed_at.is_not_null()));
        let moved = transfers::table.filter(mine).order(transfers::id).select(transfers::id);
        let before = flows::person_id.is_null().and(flows::id_index.eq(&number)).and(flows::closed_at.is_not_null());
        let floated = flows::table.filter(flows::person_id.eq(person).or(before)).order(flows::id).select(flows::id);
        let gone = lost::table.filter(lost::person_id.eq(person)).order(lost::id).select(lost::id);
        let came = inbox::transfer_id.is_null().and(inbox::id_index.eq(&number));
        let arrived = inbox::table.filter(came).order(inbox::id).select(inbox::id);
        Ok(if hold {
            Self {
                transfers: moved.for_update().load(&mut *conn).await?,
                flows: floated.for_update().load(&mut *conn).await?,
                lost: gone.for_update().load(&mut *conn).await?,
                arrived: arrived.for_update().load(conn).await?,
            }
        } else {
            Self {
                transfers: moved.load(&mut *conn).await?,
                flows: floated.load(&mut *conn).await?,
                lost: gone.load(&mut *conn).await?,
                arrived: arrived.load(conn).await?,
            }
        })
    }
}

#[async_trait]
impl Purge for Moves {
    async fn remains(&self, person: Uuid, conn: &mut Conn) -> Result<Vec<Remains>> {
        let own = Own::of(person, false, conn).await?;
        let out: i64 =
            letters::table.filter(letters::transfer_id.eq_any(&own.transfers)).count().get_result(&mut *conn).await?;
        let arrived: i64 =
            inbox::table.filter(inbox::transfer_id.eq_any(&own.transfers)).count().get_result(&mut *conn).await?;
        let about = contacts::flow_id.eq_any(&own.flows).or(contacts::lost_id.eq_any(&own.lost));
        let words: i64 = contacts::table.filter(about).count().get_result(conn).await?;
        let count = |rows: &[Uuid]| i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let told = |title, count, goes, note| Remains { title, count: Some(count), goes, note };
        Ok(vec![
            told("组织关系介绍信", out + arrived + count(&own.arrived), true, "内容和电子文本清除，只保留编号和日期"),
            told("联系和查找情况", words, true, "内容清除，只保留日期和方式"),
            told("党员调动记录", count(&own.transfers), false, "不含姓名和说明，只保留组织、日期和结果"),
            told("党员流动记录", count(&own.flows), false, "不含姓名、号码和联系人，只保留组织、流向和日期"),
            told("失联记录", count(&own.lost), false, "不含姓名，只保留组织、日期和处置结果"),
        ])
    }

    async fn purge(&self, write: &mut Write<'_>, person: Uuid) -> Result<Gone> {
        let own = Own::of(person, true, write.conn()?).await?;
        for id in &own.transfers {
            transfer(write, *id).await?;
        }
        let arrived = papers(write, &own).await?;
        for id in &own.flows {
            flow(write, *id).await?;
        }
        cases(write, &own.lost).await?;
        let about = contacts::flow_id.eq_any(&own.flows).or(contacts::lost_id.eq_any(&own.lost));
        diesel::update(contacts::table.filter(about)).set(contacts::words.eq("")).execute(write.conn()?).await?;
        let told = own.transfers.into_iter().map(|id| ("transfer", id));
        let told = told.chain(own.flows.into_iter().map(|id| ("flow", id)));
        let told = told.chain(own.lost.into_iter().map(|id| ("lost", id)));
        Ok(Gone { files: Vec::new(), told: told.chain(arrived.into_iter().map(|id| ("letter", id))).collect() })
    }
}

/// Empties a transfer; one that was still open ends with its person.
async fn transfer(write: &mut Write<'_>, id: Uuid) -> Result<()> {
    let (now, none, nobody) = (write.cx.now(), None::<String>, id.as_bytes().to_vec());
    diesel::update(transfers::table.find(id))
        .set((
            (transfers::name.eq(NAMELESS), transfers::search.eq(Vec::<String>::new())),
            (transfers::id_index.eq(&nobody), transfers::mobile_index.eq(&nobody)),
            (transfers::record.eq(None::<Vec<u8>>), transfers::note.eq(&none), transfers::dues_paid_to.eq(&none)),
            (transfers::version.eq(transfers::version + 1), transfers::updated_at.eq(now)),
        ))
        .execute(write.conn()?)
        .await?;
    diesel::update(transfers::table.find(id).filter(transfers::closed_at.is_null()))
        .set((
            (transfers::side.eq(&none), transfers::waits_at.eq(None::<Uuid>)),
            (transfers::status.eq("withdrawn"), transfers::closed_at.eq(now)),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Empties the letters of transfers, issued here or arrived, and what was said on the way; the arrived ones.
async fn papers(write: &mut Write<'_>, own: &Own) -> Result<Vec<Uuid>> {
    let (none, transfers) = (None::<String>, &own.transfers);
    diesel::update(events::table.filter(events::transfer_id.eq_any(transfers)))
        .set(events::note.eq(""))
        .execute(write.conn()?)
        .await?;
    diesel::update(letters::table.filter(letters::transfer_id.eq_any(transfers)))
        .set((
            (letters::record.eq(Vec::<u8>::new()), letters::document.eq(&none), letters::receipt.eq(&none)),
            (letters::address.eq(""), letters::phone.eq("")),
        ))
        .execute(write.conn()?)
        .await?;
    // A receipt that accepts names nobody and may still be on its way back; one that refuses gives the reason.
    let theirs = || inbox::transfer_id.eq_any(transfers).or(inbox::id.eq_any(&own.arrived));
    let refused = inbox::table.filter(theirs()).filter(inbox::state.eq("refused"));
    diesel::update(refused).set(inbox::receipt.eq(&none)).execute(write.conn()?).await?;
    // One that still waited has nothing any more that could be taken in.
    let waited = inbox::table.filter(inbox::id.eq_any(&own.arrived).and(inbox::state.eq("waiting")));
    let lapsed = (inbox::state.eq("lapsed"), inbox::closed_at.eq(write.cx.now()));
    diesel::update(waited).set(lapsed).execute(write.conn()?).await?;
    Ok(diesel::update(inbox::table.filter(theirs()))
        .set((inbox::name.eq(NAMELESS), inbox::record.eq(Vec::<u8>::new()), inbox::note.eq(&none)))
        .returning(inbox::id)
        .get_results(write.conn()?)
        .await?)
}

/// Empties a record of floating; one that was still open ends with its person.
async fn flow(write: &mut Write<'_>, id: Uuid) -> Result<()> {
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let (nothing, nobody) = (vault.seal(b"")?, id.as_bytes().to_vec());
    let (now, none) = (write.cx.now(), None::<String>);
    diesel::update(flows::table.find(id))
        .set((
            (flows::name.eq(NAMELESS), flows::search.eq(Vec::<String>::new())),
            (flows::id_number.eq(&nothing), flows::id_index.eq(&nobody)),
            (flows::mobile.eq(&nothing), flows::mobile_index.eq(&nobody)),
            (flows::other_contact.eq(&none), flows::certificate_no.eq(&none), flows::note.eq(&none)),
            (flows::version.eq(flows::version + 1), flows::updated_at.eq(now)),
        ))
        .execute(write.conn()?)
        .await?;
    diesel::update(flows::table.find(id).filter(flows::closed_at.is_null()))
        .set((flows::status.eq("returned"), flows::ended_on.eq(write.cx.app.world.today()), flows::closed_at.eq(now)))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Empties cases of somebody lost. One that was still open ends as it stands: nobody was found and nothing was decided.
async fn cases(write: &mut Write<'_>, ids: &[Uuid]) -> Result<()> {
    let now = write.cx.now();
    diesel::update(lost::table.filter(lost::id.eq_any(ids)))
        .set((
            (lost::name.eq(NAMELESS), lost::search.eq(Vec::<String>::new())),
            (lost::version.eq(lost::version + 1), lost::updated_at.eq(now)),
        ))
        .execute(write.conn()?)
        .await?;
    diesel::update(lost::table.filter(lost::id.eq_any(ids).and(lost::closed_at.is_null())))
        .set(lost::closed_at.eq(now))
        .execute(write.conn()?)
        .await?;
    Ok(())
}
