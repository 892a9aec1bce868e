//! 党员活动证 (PC-3.2.1d, M-1.17): what modules have recorded of a member, read together; and certificates that were issued of
//! it, whose code tells anybody whether they still hold.

pub(crate) mod export;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{ANYONE, CertificateId, Error, PersonId, Result, check};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::sections::Section;
use zhibu_tenancy::{Conn, Cx, Write, attest, identity, sections};

use crate::member;
use crate::organisation::Reach;
use crate::schema::{activity_certificates as certificates, organisations, people};

/// What its tokens are made for.
const KIND: &str = "activity certificate";
/// Lines of one section.
const LINES: i64 = 20;

/// The sections that a certificate has where all modules are there; one that is not there says so.
const EXPECTED: [(&str, &str); 7] = [
    ("meeting", "参加组织生活"),
    ("dues", "交纳党费"),
    ("honor", "奖惩情况"),
    ("appraisal", "民主评议"),
    ("contribution", "发挥作用情况"),
    ("pledge", "党员承诺"),
    ("study_note", "学习心得"),
];

/// A stored certificate.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = certificates)]
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub person_id: Uuid,
    /// The branch at that time.
    pub organisation_id: Uuid,
    /// 签发日期
    pub issued_on: NaiveDate,
    /// Who issued it.
    pub issued_by: String,
    /// Since when it does not hold any more.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Why.
    pub withdrawn_reason: Option<String>,
}

impl Row {
    /// 证号
    pub fn number(&self) -> String {
        let tail: String = self.id.simple().to_string().chars().skip(20).collect();
        format!("{}-{}", self.issued_on.format("%Y"), tail.to_uppercase())
    }

    /// What its code leads to.
    pub fn path(&self, cx: &Cx) -> Result<String> {
        Ok(format!("/verify/{}", attest::token(cx, KIND, self.id)?))
    }
}

/// What the code of a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// 有效
    Valid(Told),
    /// 已撤销
    Withdrawn(Told),
    /// The code was altered, or is none of ours.
    Altered,
}

/// What may be told to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The name, masked; none once the record is gone.
    pub name: Option<String>,
    /// 组织全称 of the branch at that time
    pub organisation: String,
    /// 签发日期
    pub issued_on: NaiveDate,
}

/// A section, or that there is none: the key, the heading, and what is recorded.
pub type Part = (String, String, Option<Section>);

/// All sections of a member, in one order; those that are not there say so.
pub async fn parts(cx: &Cx, person: Uuid, own: bool, conn: &mut Conn) -> Result<Vec<Part>> {
    let mut found = sections::of(cx, person, own, LINES, conn).await?;
    let mut all: Vec<Part> = Vec::new();
    for (key, title) in EXPECTED {
        let at = found.iter().position(|section| section.key == key);
        all.push((key.to_owned(), title.to_owned(), at.map(|at| found.remove(at))));
    }
    all.extend(found.into_iter().map(|section| (section.key.to_owned(), section.title.to_owned(), Some(section))));
    Ok(all)
}

/// The certificate of a member that holds.
pub async fn current(person: Uuid, conn: &mut Conn) -> Result<Option<Row>> {
    Ok(current_of(&[person], conn).await?.remove(&person))
}

/// Those of several members that hold, by member; of each there is one at most.
pub(crate) async fn current_of(people: &[Uuid], conn: &mut Conn) -> Result<HashMap<Uuid, Row>> {
    let theirs = certificates::person_id.eq_any(people.to_vec()).and(certificates::withdrawn_at.is_null());
    let rows: Vec<Row> = certificates::table.filter(theirs).select(Row::as_select()).load(conn).await?;
    Ok(rows.into_iter().map(|row| (row.person_id, row)).collect())
}

/// Issues a certificate; the one before does not hold any more.
pub async fn issue(write: &mut Write<'_>, person: PersonId) -> Result<CertificateId> {
    let by = identity::must_be_account(write.cx)?.clone();
    let held = people::table.find(person.0).select(people::id).for_update();
    held.first::<Uuid>(write.conn()?).await.optional()?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let entry = member::get(&reach, person, write.conn()?).await?;
    if let Some(before) = current(person.0, write.conn()?).await? {
        end(write, before.id, "已重新签发").await?;
    }
    let id: CertificateId = write.cx.app.world.id();
    diesel::insert_into(certificates::table)
        .values((
            certificates::id.eq(id.0),
            certificates::person_id.eq(person.0),
            certificates::organisation_id.eq(entry.assignment.organisation_id),
            certificates::issued_on.eq(write.cx.app.world.today()),
            certificates::issued_by.eq(&by.display_name),
        ))
        .execute(write.conn()?)
        .await?;
    write.audit(Entry::new("certificate.issued", "certificate", id.0).note("name", entry.person.name)).await?;
    Ok(id)
}

async fn end(write: &mut Write<'_>, id: Uuid, reason: &str) -> Result<()> {
    let by = identity::must_be_account(write.cx)?.display_name.clone();
    diesel::update(certificates::table.find(id))
        .set((
            certificates::withdrawn_at.eq(write.cx.now()),
            certificates::withdrawn_by.eq(by),
            certificates::withdrawn_reason.eq(reason),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Withdraws a certificate; the person, whose page goes on.
pub async fn withdraw(write: &mut Write<'_>, id: CertificateId, reason: &str) -> Result<PersonId> {
    let reason = check::text("reason", "原因", reason, 2, 200)?;
    let found = certificates::table.find(id.0).select(Row::as_select()).for_update();
    let row: Option<Row> = found.first(write.conn()?).await.optional()?;
    let reach = Reach::of(&write.scope.clone(), write.conn()?).await?;
    let of = row.as_ref().map(|row| row.person_id).unwrap_or_default();
    let entry = member::latest(&reach, of.into(), write.conn()?).await?;
    let row = row.ok_or_else(Error::missing)?;
    if row.withdrawn_at.is_some() {
        return Err(Error::refuse("ALREADY_WITHDRAWN", "该活动证已撤销"));
    }
    end(write, id.0, &reason).await?;
    let told = Entry::new("certificate.withdrawn", "certificate", id.0).note("name", entry.person.name);
    write.audit(told.note("reason", reason)).await?;
    Ok(of.into())
}

/// The first letter of a name, and that there are others.
fn masked(name: &str) -> String {
    let mut letters = name.chars();
    let first: String = letters.next().into_iter().collect();
    format!("{first}{}", "*".repeat(letters.count().clamp(1, 3)))
}

/// Looks up a code for anybody.
pub async fn verify(cx: &Cx, token: &str) -> Result<Verdict> {
    let Some((there, id)) = attest::open(cx, KIND, token).await? else { return Ok(Verdict::Altered) };
    let mut read = there.read(ANYONE).await?;
    let found = certificates::table.find(id).select(Row::as_select());
    let Some(row) = found.first::<Row>(read.conn()?).await.optional()? else { return Ok(Verdict::Altered) };
    let of = people::table.find(row.person_id).select((
        people::name,
        people::left_at.is_null(),
        people::purged_at.is_null(),
    ));
    let (name, present, known): (String, bool, bool) = of.first(read.conn()?).await?;
    let organisation = organisations::table.find(row.organisation_id).select(organisations::full_name);
    let told = Told {
        name: known.then(|| masked(&name)),
        organisation: organisation.first(read.conn()?).await?,
        issued_on: row.issued_on,
    };
    drop(read);
    there.close().await;
    // Whoever has left is no member, whatever the paper says.
    Ok(if row.withdrawn_at.is_none() && present { Verdict::Valid(told) } else { Verdict::Withdrawn(told) })
}

#[cfg(test)]
mod tests {
    #[test]
    fn pc_3_2_1d_names_are_masked_for_the_public() {
        for (name, told) in [("张三", "张*"), ("欧阳小明", "欧***"), ("阿依·买买提", "阿***"), ("张", "张*")]
        {
            assert_eq!(super::masked(name), told);
        }
    }
}
