//! Transfers and floating members when organisations change: what is open is told and handed over (组织变更).

use async_trait::async_trait;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::Result;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::holdings::{HandOver, Holding, Holdings, Regrouping, Rerouted};
use zhibu_tenancy::{Conn, Write};

use crate::schema::{
    flows, lost_cases, transfer_codes as codes, transfer_inbox as inbox, transfer_letters as letters, transfers,
};
use crate::transfer::{self, event, route};

/// 调动、流动、失联 of organisations.
pub(crate) struct Mobility;

type Told = (Uuid, String, Uuid, Option<Uuid>);

fn holding(kind: &'static str, title: &'static str) -> impl Fn(Told) -> Holding {
    move |(id, name, organisation, person)| Holding { kind, title, id, name, organisation, person }
}

#[async_trait]
impl Holdings for Mobility {
    async fn held(&self, at: &[Uuid], ever: bool, conn: &mut Conn) -> Result<Vec<Holding>> {
        let at = || at.to_vec();
        let mut all = Vec::new();
        let columns = (transfers::id, transfers::name, transfers::from_id.assume_not_null(), transfers::person_id);
        let mut leaving = transfers::table.filter(transfers::from_id.eq_any(at())).select(columns).into_boxed();
        let columns = (transfers::id, transfers::name, transfers::to_id.assume_not_null(), transfers::person_id);
        let mut coming = transfers::table.filter(transfers::to_id.eq_any(at())).select(columns).into_boxed();
        let columns = (flows::id, flows::name, flows::organisation_id, flows::person_id);
        let mut floating = flows::table.filter(flows::organisation_id.eq_any(at())).select(columns).into_boxed();
        let columns = (lost_cases::id, lost_cases::name, lost_cases::organisation_id, lost_cases::person_id.nullable());
        let mut lost = lost_cases::table.filter(lost_cases::organisation_id.eq_any(at())).select(columns).into_boxed();
        if !ever {
            leaving = leaving.filter(transfers::closed_at.is_null());
            coming = coming.filter(transfers::closed_at.is_null());
            floating = floating.filter(flows::closed_at.is_null());
            lost = lost.filter(lost_cases::closed_at.is_null());
        }
        let rows: Vec<Told> = leaving.order(transfers::id).load(&mut *conn).await?;
        all.extend(rows.into_iter().map(holding("transfer", "党员调动（转出）")));
        let rows: Vec<Told> = coming.order(transfers::id).load(&mut *conn).await?;
        all.extend(rows.into_iter().map(holding("transfer", "党员调动（接收）")));
        let rows: Vec<Told> = floating.order(flows::id).load(&mut *conn).await?;
        all.extend(rows.into_iter().map(holding("flow", "党员流动")));
        let rows: Vec<Told> = lost.order(lost_cases::id).load(&mut *conn).await?;
        all.extend(rows.into_iter().map(holding("lost", "失联党员")));
        if ever {
            all.extend(decided(&at(), conn).await?);
        }
        Ok(all)
    }

    async fn hand_over(&self, write: &mut Write<'_>, order: &HandOver) -> Result<()> {
        let mut told = self.transfers(write, order).await?;
        told.extend(self.people(write, order).await?);
        transfer::went_along(write, order).await?;
        if order.people.is_none() {
            told.extend(self.letters(write, order).await?);
        }
        if told.is_empty() { Ok(()) } else { write.audit_all(told).await }
    }

    async fn rerouted(&self, at: &[Uuid], change: &Regrouping, conn: &mut Conn) -> Result<Vec<Rerouted>> {
        route::rerouted(at, change, conn).await
    }

    async fn reroute(&self, write: &mut Write<'_>, at: &[Uuid]) -> Result<()> {
        route::reroute(write, at).await
    }
}

impl Mobility {
    /// Open transfers go on from the branch, or to the branch, that takes over.
    async fn transfers(&self, write: &mut Write<'_>, order: &HandOver) -> Result<Vec<Entry>> {
        let now = write.cx.now();
        let open = || transfers::table.filter(transfers::closed_at.is_null()).select(transfers::id);
        let mut leaving = open().filter(transfers::from_id.eq(order.from)).into_boxed();
        if let Some(people) = order.people.clone() {
            leaving = leaving.filter(transfers::person_id.eq_any(people));
        }
        let leaving: Vec<Uuid> = leaving.load(write.conn()?).await?;
        // Only a whole organisation receives in another's place.
        let coming: Vec<Uuid> = match order.people {
            Some(_) => Vec::new(),
            None => open().filter(transfers::to_id.eq(order.from)).load(write.conn()?).await?,
        };
        // Open still, for whoever ended one meanwhile held it.
        let leaving: Vec<Uuid> = diesel::update(transfers::table)
            .filter(transfers::id.eq_any(leaving).and(transfers::closed_at.is_null()))
            .set((
                transfers::from_id.eq(order.to),
                transfers::from_name.eq(&order.to_name),
                transfers::version.eq(transfers::version + 1),
                transfers::updated_at.eq(now),
            ))
            .returning(transfers::id)
            .get_results(write.conn()?)
            .await?;
        let coming: Vec<Uuid> = diesel::update(transfers::table)
            .filter(transfers::id.eq_any(coming).and(transfers::closed_at.is_null()))
            .set((
                transfers::to_id.eq(order.to),
                transfers::to_name.eq(&order.to_name),
                transfers::version.eq(transfers::version + 1),
                transfers::updated_at.eq(now),
            ))
            .returning(transfers::id)
            .get_results(write.conn()?)
            .await?;
        let mut told = together(write, &leaving, ("accepted", order)).await?;
        told.extend(together(write, &coming, ("withdrawn", order)).await?);
        let both: Vec<Uuid> = leaving.into_iter().chain(coming).collect();
        diesel::update(transfers::table.filter(transfers::id.eq_any(&both).and(transfers::waits_at.eq(order.from))))
            .set(transfers::waits_at.eq(order.to))
            .execute(write.conn()?)
            .await?;
        let entry =
            |id: Uuid| Entry::new("transfer.handed_over", "transfer", id).note("organisation", order.to_name.clone());
        Ok(both.into_iter().map(entry).chain(told).collect())
    }

    /// Receiving codes that still open, and electronic letters that nobody has answered, go to the committee that takes over.
    async fn letters(&self, write: &mut Write<'_>, order: &HandOver) -> Result<Vec<Entry>> {
        let given: Vec<Uuid> = diesel::update(codes::table)
            .filter(codes::organisation_id.eq(order.from).and(codes::closed_at.is_null()))
            .set(codes::organisation_id.eq(order.to))
            .returning(codes::id)
            .get_results(write.conn()?)
            .await?;
        let arrived: Vec<Uuid> = diesel::update(inbox::table)
            .filter(inbox::organisation_id.eq(order.from).and(inbox::closed_at.is_null()))
            .set(inbox::organisation_id.eq(order.to))
            .returning(inbox::id)
            .get_results(write.conn()?)
            .await?;
        let entry = |kind: &'static str, id: Uuid| {
            Entry::new("transfer.handed_over", kind, id).note("organisation", order.to_name.clone())
        };
        let told = given.into_iter().map(|id| entry("transfer_code", id));
        Ok(told.chain(arrived.into_iter().map(|id| entry("letter", id))).collect())
    }

    /// Floating members and those out of contact go with the people.
    async fn people(&self, write: &mut Write<'_>, order: &HandOver) -> Result<Vec<Entry>> {
        let now = write.cx.now();
        let mut floating = flows::table
            .filter(flows::organisation_id.eq(order.from).and(flows::closed_at.is_null()))
            .select(flows::id)
            .into_boxed();
        let mut lost = lost_cases::table
            .filter(lost_cases::organisation_id.eq(order.from).and(lost_cases::closed_at.is_null()))
            .select(lost_cases::id)
            .into_boxed();
        if let Some(people) = order.people.clone() {
            floating = floating.filter(flows::person_id.eq_any(people.clone()));
            lost = lost.filter(lost_cases::person_id.eq_any(people));
        }
        let floating: Vec<Uuid> = floating.load(write.conn()?).await?;
        let lost: Vec<Uuid> = lost.load(write.conn()?).await?;
        diesel::update(flows::table.filter(flows::id.eq_any(&floating)))
            .set((
                flows::organisation_id.eq(order.to),
                flows::version.eq(flows::version + 1),
                flows::updated_at.eq(now),
            ))
            .execute(write.conn()?)
            .await?;
        diesel::update(lost_cases::table.filter(lost_cases::id.eq_any(&lost)))
            .set((
                lost_cases::organisation_id.eq(order.to),
                lost_cases::version.eq(lost_cases::version + 1),
                lost_cases::updated_at.eq(now),
            ))
            .execute(write.conn()?)
            .await?;
        let to = || order.to_name.clone();
        let flow = |id: &Uuid| Entry::new("flow.handed_over", "flow", *id).note("organisation", to());
        let case = |id: &Uuid| Entry::new("lost.handed_over", "lost", *id).note("organisation", to());
        Ok(floating.iter().map(flow).chain(lost.iter().map(case)).collect())
    }
}

/// Ends those of some transfers whose two branches have become one: with the branch that was left the member is now where
/// they wanted to be; with the branch that was to receive it, where they were before.
async fn together(
    write: &mut Write<'_>,
    ids: &[Uuid],
    (status, order): (&'static str, &HandOver),
) -> Result<Vec<Entry>> {
    let now = write.cx.now();
    let ended: Vec<(Uuid, String)> = diesel::update(transfers::table)
        .filter(transfers::id.eq_any(ids).and(transfers::closed_at.is_null()))
        .filter(transfers::from_id.eq(transfers::to_id))
        .set((
            (transfers::side.eq(None::<String>), transfers::waits_at.eq(None::<Uuid>)),
            (transfers::status.eq(status), transfers::closed_at.eq(now), transfers::updated_at.eq(now)),
        ))
        .returning((transfers::id, transfers::name))
        .get_results(write.conn()?)
        .await?;
    let why = "两个党支部已合并";
    for (id, _) in &ended {
        event(write, *id, status, (&order.to_name, why)).await?;
    }
    let action = if status == "accepted" { "transfer.accepted" } else { "transfer.withdrawn" };
    let told = |(id, name)| Entry::new(action, "transfer", id).note("name", name).note("reason", why);
    Ok(ended.into_iter().map(told).collect())
}

/// What else stands in the way of deleting an organisation: transfers it decided on, codes, and letters both ways. A few of
/// each tell enough.
async fn decided(at: &[Uuid], conn: &mut Conn) -> Result<Vec<Holding>> {
    const FEW: i64 = 20;
    let columns = (transfers::id, transfers::name, transfers::source_id.assume_not_null(), transfers::person_id);
    let source = transfers::table.filter(transfers::source_id.eq_any(at)).order(transfers::id).limit(FEW);
    let source: Vec<Told> = source.select(columns).load(&mut *conn).await?;
    let columns = (transfers::id, transfers::name, transfers::target_id.assume_not_null(), transfers::person_id);
    let target = transfers::table.filter(transfers::target_id.eq_any(at)).order(transfers::id).limit(FEW);
    let target: Vec<Told> = target.select(columns).load(&mut *conn).await?;
    let issued: Vec<(Uuid, String, Uuid)> = letters::table
        .filter(letters::committee_id.eq_any(at))
        .order(letters::id)
        .limit(FEW)
        .select((letters::transfer_id, letters::number, letters::committee_id))
        .load(&mut *conn)
        .await?;
    let arrived: Vec<(Uuid, String, Uuid)> = inbox::table
        .filter(inbox::organisation_id.eq_any(at))
        .order(inbox::id)
        .limit(FEW)
        .select((inbox::id, inbox::number, inbox::organisation_id))
        .load(&mut *conn)
        .await?;
    let given: Vec<(Uuid, NaiveDate, Uuid)> = codes::table
        .filter(codes::organisation_id.eq_any(at))
        .order(codes::id)
        .limit(FEW)
        .select((codes::id, codes::expires_on, codes::organisation_id))
        .load(conn)
        .await?;
    let nobodys = |(id, name, organisation): (Uuid, String, Uuid)| (id, name, organisation, None);
    let mut all: Vec<Holding> = source.into_iter().chain(target).map(holding("transfer", "党员调动（审核）")).collect();
    all.extend(issued.into_iter().map(nobodys).map(holding("transfer", "介绍信（开具）")));
    all.extend(arrived.into_iter().map(nobodys).map(holding("letter", "电子介绍信（收到）")));
    let given = given.into_iter().map(|(id, until, at)| (id, format!("有效期至{until}"), at, None));
    all.extend(given.map(holding("transfer_code", "接收码")));
    Ok(all)
}
