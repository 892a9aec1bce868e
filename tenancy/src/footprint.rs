//! What somebody took part in, by its days (党建足迹): each module tells its own in one statement, and a page of all of them is
//! put together by one order.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Page, PageArgs, Result};

use crate::{Conn, Cx, tenants};

/// A module's part.
#[derive(Debug)]
pub struct Trail {
    /// SQL of a person's (`$1`) entries: `id`, `day`, `kind`, `title` and `text`; it sorts nothing.
    pub rows: &'static str,
    /// Says an entry in Chinese: the title, and what more there is to tell.
    pub tell: fn(Row) -> (String, Option<String>),
}

/// A row of a module.
#[derive(Debug, Clone, QueryableByName)]
pub struct Row {
    /// Of what it tells.
    #[diesel(sql_type = Id)]
    pub id: Uuid,
    /// When.
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    /// What kind of thing.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// What.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// More about it.
    #[diesel(sql_type = Nullable<Text>)]
    pub text: Option<String>,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    many: i64,
}

/// An entry.
#[derive(Debug, Clone)]
pub struct Step {
    /// When.
    pub on: NaiveDate,
    /// What kind of thing.
    pub kind: String,
    /// What.
    pub title: String,
    /// More about it.
    pub text: Option<String>,
    /// Its place among those of its day.
    place: (usize, String, Uuid),
}

/// Where a page ends: the day, the place of the module, kind and id.
type Mark = (NaiveDate, usize, String, Uuid);

/// What the modules of the caller's tenant tell, each with its place among all modules: it keeps it when others are switched
/// off, so that a cursor stays good.
async fn trails(cx: &Cx) -> Result<Vec<(usize, &'static Trail)>> {
    let tenant = tenants::info(&cx.app, cx.tenant()?).await?;
    let modules = cx.app.registry.modules.iter().enumerate();
    let on = modules.filter(|(_, module)| module.base || tenant.modules.iter().any(|key| key == module.key));
    Ok(on.filter_map(|(place, module)| Some((place, module.footprint?))).collect())
}

/// How many entries the modules of the caller's tenant have of a person.
pub async fn count(cx: &Cx, person: Uuid, conn: &mut Conn) -> Result<i64> {
    let mut sum = 0;
    for (_, trail) in trails(cx).await? {
        let sql = format!("SELECT count(*) AS many FROM ({}) s", trail.rows);
        let counted: Counted = diesel::sql_query(sql).bind::<Id, _>(person).get_result(&mut *conn).await?;
        sum += counted.many;
    }
    Ok(sum)
}

/// What the modules of the caller's tenant have of a person, newest first.
pub async fn of(cx: &Cx, person: Uuid, page: &PageArgs, conn: &mut Conn) -> Result<Page<Step>> {
    let after: Option<Mark> = page.after()?;
    let mut all = Vec::new();
    for (place, trail) in trails(cx).await? {
        let found = load(trail, person, before(after.as_ref(), place), page.limit(), &mut *conn).await?;
        all.extend(found.into_iter().map(|row| step(trail, place, row)));
    }
    all.sort_by(|a, b| b.on.cmp(&a.on).then_with(|| a.place.cmp(&b.place)));
    all.truncate(usize::try_from(page.limit()).unwrap_or(usize::MAX));
    Ok(page.page(all, |step| {
        let (place, kind, id) = step.place.clone();
        (step.on, place, kind, id)
    }))
}

/// What of a module comes after a mark: of its day whatever stands further down, and all days before.
fn before(mark: Option<&Mark>, place: usize) -> (NaiveDate, String, Uuid) {
    match mark {
        None => (NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default(), String::new(), Uuid::nil()),
        Some((day, at, kind, id)) if *at == place => (*day, kind.clone(), *id),
        // All of that day.
        Some((day, at, ..)) if *at < place => (*day, String::new(), Uuid::nil()),
        // Nothing of that day.
        Some((day, ..)) => (*day, "~".to_owned(), Uuid::max()),
    }
}

async fn load(
    trail: &Trail,
    person: Uuid,
    (day, kind, id): (NaiveDate, String, Uuid),
    most: i64,
    conn: &mut Conn,
) -> Result<Vec<Row>> {
    let sql = format!(
        "SELECT s.id, s.day, s.kind, s.title, s.text FROM ({}) s WHERE s.day < $2 OR (s.day = $2 AND (s.kind COLLATE \"C\", s.id) > ($3, $4)) \
         ORDER BY s.day DESC, s.kind COLLATE \"C\", s.id LIMIT $5",
        trail.rows
    );
    Ok(diesel::sql_query(sql)
        .bind::<Id, _>(person)
        .bind::<Date, _>(day)
        .bind::<Text, _>(kind)
        .bind::<Id, _>(id)
        .bind::<BigInt, _>(most)
        .load(conn)
        .await?)
}

fn step(trail: &Trail, place: usize, row: Row) -> Step {
    let (on, kind, id) = (row.day, row.kind.clone(), row.id);
    let (title, text) = (trail.tell)(row);
    Step { on, title, text, place: (place, kind.clone(), id), kind }
}
