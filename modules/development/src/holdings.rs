//! Cases when organisations change: open ones are told and handed over (组织变更).

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Result, dictionary};
use zhibu_directory::organisation;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::holdings::{Along, Arrival, HandOver, Holding, Holdings, Left, Parcel};
use zhibu_tenancy::{Conn, Write};

use crate::carry;
use crate::ending;
use crate::graphql::named;
use crate::model::{CaseRow, EventRow, RecordRow};
use crate::rules::Event;
use crate::rules::plan::step_of;
use crate::schema::{development_cases as cases, development_events as events, development_records};
use crate::store::{self, no};

/// 发展档案 of organisations.
pub(crate) struct Cases;

#[async_trait]
impl Holdings for Cases {
    async fn held(&self, at: &[Uuid], ever: bool, conn: &mut Conn) -> Result<Vec<Holding>> {
        let mut query = cases::table
            .filter(cases::organisation_id.eq_any(at.to_vec()))
            .order((cases::due, cases::id))
            .select((cases::id, cases::name, cases::organisation_id, cases::person_id))
            .into_boxed();
        if !ever {
            query = query.filter(cases::closed_at.is_null());
        }
        let rows: Vec<(Uuid, String, Uuid, Option<Uuid>)> = query.load(conn).await?;
        let told = |(id, name, organisation, person)| Holding {
            kind: "development",
            title: "发展档案",
            id,
            name,
            organisation,
            person,
        };
        Ok(rows.into_iter().map(told).collect())
    }

    async fn goes_along(&self, person: Uuid, conn: &mut Conn) -> Result<Vec<Along>> {
        let rows: Vec<CaseRow> = cases::table
            .filter(cases::person_id.eq(person))
            .order(cases::created_at.desc())
            .limit(1)
            .select(CaseRow::as_select())
            .load(&mut *conn)
            .await?;
        let Some(case) = rows.into_iter().next() else { return Ok(Vec::new()) };
        let records: Vec<RecordRow> = development_records::table
            .filter(development_records::case_id.eq(case.id).and(development_records::voided_at.is_null()))
            .filter(development_records::counts)
            .order(development_records::step)
            .select(RecordRow::as_select())
            .load(&mut *conn)
            .await?;
        let label = dictionary::label("development_outcome", &case.outcome).unwrap_or(&case.outcome);
        let mut lines = vec![format!("状态：{label}")];
        lines.extend(records.iter().filter_map(|record| {
            let step = step_of(no(record.step))?;
            Some(format!("第{}步 {}：{}", step.no, step.title, record.happened_on))
        }));
        let happened: Vec<EventRow> = events::table
            .filter(events::case_id.eq(case.id))
            .order((events::created_at, events::id))
            .select(EventRow::as_select())
            .load(&mut *conn)
            .await?;
        let instead = happened.iter().filter_map(|event| event.people.clone()).flatten();
        let named: Vec<Uuid> = records.iter().flat_map(named).chain(instead).collect();
        let names = store::people_names(&named, conn).await?;
        let parcel = carry::pack(&case, &records, &happened, &names)?;
        Ok(vec![Along { title: "发展档案".to_owned(), lines, parcel }])
    }

    async fn arrives(&self, write: &mut Write<'_>, arrival: &Arrival, parcel: Option<&Parcel>) -> Result<()> {
        carry::arrives(write, arrival, parcel).await
    }

    async fn left(&self, write: &mut Write<'_>, left: &Left) -> Result<()> {
        ending::left(write, left).await
    }

    async fn returned(&self, write: &mut Write<'_>, person: Uuid) -> Result<()> {
        ending::returned(write, person).await
    }

    async fn hand_over(&self, write: &mut Write<'_>, order: &HandOver) -> Result<()> {
        // Only these are held: whoever is at another case of the branch waits for nothing.
        let meant = order
            .people
            .is_none()
            .into_sql::<Bool>()
            .or(cases::person_id.eq_any(order.people.clone().unwrap_or_default()).assume_not_null());
        let ids: Vec<Uuid> = cases::table
            .filter(cases::organisation_id.eq(order.from).and(cases::closed_at.is_null()).and(meant))
            .order(cases::id)
            .select(cases::id)
            .for_update()
            .load(write.conn()?)
            .await?;
        if ids.is_empty() {
            return Ok(());
        }
        let before = organisation::names(&[order.from], write.conn()?).await?.remove(&order.from).unwrap_or_default();
        let now = write.cx.now();
        diesel::update(cases::table.filter(cases::id.eq_any(&ids)))
            .set((
                cases::organisation_id.eq(order.to),
                cases::version.eq(cases::version + 1),
                cases::updated_at.eq(now),
            ))
            .execute(write.conn()?)
            .await?;
        let (app, today) = (write.cx.app.clone(), write.cx.app.world.today());
        // Of a transfer the member is meant, and only members are transferred: probation goes on elsewhere.
        let transferred = order.people.is_some() && order.moved.is_empty();
        let (event, why, by) = if transferred {
            (Event::Transfer, "党员调动", write.cx.actor())
        } else {
            (Event::Relocate, "组织变更", "组织变更".to_owned())
        };
        let told = format!("{before} → {}：{why}", order.to_name);
        let noted: Vec<_> = ids
            .iter()
            .map(|id| {
                (
                    events::id.eq(app.world.id::<Uuid>()),
                    events::case_id.eq(*id),
                    events::event.eq(event.code()),
                    events::happened_on.eq(today),
                    events::note.eq(&told),
                    events::account_name.eq(&by),
                    events::created_at.eq(now),
                )
            })
            .collect();
        diesel::insert_into(events::table).values(noted).execute(write.conn()?).await?;
        let entry = |id: &Uuid| {
            Entry::new("development.handed_over", "development", *id).change(
                "branch",
                before.clone(),
                order.to_name.clone(),
            )
        };
        write.audit_all(ids.iter().map(entry).collect()).await
    }
}
