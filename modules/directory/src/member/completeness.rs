//! How complete records are (资料完整度, domain §2.1): required fields filled of the required fields there are. What no record
//! can do without is always filled; what a tenant requires besides is looked up in `people.filled`, one bit a field.

use std::collections::BTreeMap;

use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Uuid as Id};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{OrganisationId, Result, dictionary};
use zhibu_tenancy::audit::{Entry, Row, undo};
use zhibu_tenancy::{Conn, Write};

use super::store::{Filter, Sort};
use crate::organisation::{self, Reach};
use crate::schema::record_rules;

/// Required fields that every record has: name, identity number, sex, birth, ethnicity, education, kind, joining date,
/// conversion (where there is one), branch, work post, mobile, state, lost and floating.
pub const BASE: i32 = 15;
/// Branches that statistics name on a page.
pub const BRANCHES: usize = 500;

/// A field that may be empty, and that a tenant may require. Their order is that of the bits in `people.filled`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, async_graphql::Enum)]
#[graphql(name = "OptionalField")]
pub enum Optional {
    /// 籍贯
    NativePlace,
    /// 困难、退役等情况
    SpecialGroup,
    /// 工作单位及职务
    Employer,
    /// 职称
    ProfessionalTitle,
    /// 参加工作时间
    FirstWorkDate,
    /// 学位
    Degree,
    /// 毕业院校
    School,
    /// 专业
    Major,
    /// 固定电话
    Landline,
    /// 家庭住址
    HomeAddress,
}

impl Optional {
    /// All of them, in the order of their bits.
    pub const ALL: [Self; 10] = [
        Self::NativePlace,
        Self::SpecialGroup,
        Self::Employer,
        Self::ProfessionalTitle,
        Self::FirstWorkDate,
        Self::Degree,
        Self::School,
        Self::Major,
        Self::Landline,
        Self::HomeAddress,
    ];

    /// Its name in forms and in the audit.
    pub fn key(self) -> &'static str {
        match self {
            Self::NativePlace => "nativePlace",
            Self::SpecialGroup => "specialGroup",
            Self::Employer => "employer",
            Self::ProfessionalTitle => "professionalTitle",
            Self::FirstWorkDate => "firstWorkDate",
            Self::Degree => "degree",
            Self::School => "school",
            Self::Major => "major",
            Self::Landline => "landline",
            Self::HomeAddress => "homeAddress",
        }
    }

    /// What users call it.
    pub fn words(self) -> String {
        dictionary::words("audit_field", self.key())
    }

    fn bit(self) -> i32 {
        Self::ALL.iter().zip(0..).find(|(field, _)| **field == self).map_or(0, |(_, at): (_, u32)| 1 << at)
    }
}

/// What a tenant requires besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Completeness(i32);

impl Completeness {
    fn of_keys(keys: &[String]) -> Self {
        let chosen = Optional::ALL.into_iter().filter(|field| keys.iter().any(|key| key == field.key()));
        Self(chosen.fold(0, |mask, field| mask | field.bit()))
    }

    /// The fields.
    pub fn fields(self) -> Vec<Optional> {
        Optional::ALL.into_iter().filter(|field| self.0 & field.bit() != 0).collect()
    }

    /// The required fields that a record does not have.
    pub fn gaps(self, filled: i32) -> Vec<Optional> {
        Self(self.0 & !filled).fields()
    }

    /// Per cent, never more than there is: 99 of a hundred is not everything.
    pub fn per_cent(self, filled: i32) -> i32 {
        let required = BASE + count(self.0);
        (required - self.of(filled)) * 100 / required
    }

    /// How many required fields a record does not have.
    pub(super) fn of(self, filled: i32) -> i32 {
        count(self.0 & !filled)
    }

    /// The same as an expression on the table of people.
    pub(super) fn sql(self) -> SqlLiteral<Integer> {
        diesel::dsl::sql(&format!("bit_count(({} & ~people.filled)::bit(10))::integer", self.0))
    }
}

fn count(bits: i32) -> i32 {
    i32::try_from(bits.count_ones()).unwrap_or_default()
}

/// What the tenant requires.
pub async fn required(conn: &mut Conn) -> Result<Completeness> {
    let keys: Vec<String> = record_rules::table.find(1).select(record_rules::required).first(conn).await?;
    Ok(Completeness::of_keys(&keys))
}

/// What a list in this order has to know.
pub(super) async fn missing(sort: Sort, conn: &mut Conn) -> Result<Completeness> {
    if sort == Sort::Completeness { required(conn).await } else { Ok(Completeness::default()) }
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Nullable<Integer>)]
    filled: Option<i32>,
}

/// The values of `people.filled` that a filter means; nothing when it does not ask. There are few different ones, and the
/// index leads from each to the next.
pub(super) async fn lacking(filter: &Filter, conn: &mut Conn) -> Result<Option<Vec<i32>>> {
    if filter.incomplete.is_none() && filter.missing.is_none() {
        return Ok(None);
    }
    let required = required(conn).await?;
    let values: Vec<Value> = diesel::sql_query(
        "WITH RECURSIVE t AS ((SELECT filled FROM own.people WHERE left_at IS NULL ORDER BY filled LIMIT 1) UNION ALL \
         SELECT (SELECT p.filled FROM own.people p WHERE p.left_at IS NULL AND p.filled > t.filled ORDER BY p.filled LIMIT 1) \
         FROM t WHERE t.filled IS NOT NULL) SELECT filled FROM t WHERE filled IS NOT NULL",
    )
    .load(conn)
    .await?;
    let meant = |filled: &i32| {
        filter.incomplete.is_none_or(|incomplete| (required.of(*filled) > 0) == incomplete)
            && filter.missing.is_none_or(|field| filled & field.bit() == 0)
    };
    Ok(Some(values.into_iter().filter_map(|value| value.filled).filter(meant).collect()))
}

/// What the tenant requires, until the end of the transaction.
pub async fn hold_required(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(record_rules::table.find(1).select(record_rules::required).for_update().first(conn).await?)
}

/// Decides which fields count; false when it stands so already.
pub async fn set_required(write: &mut Write<'_>, fields: &[Optional]) -> Result<bool> {
    let keys = |fields: &[Optional]| {
        Optional::ALL.iter().filter(|field| fields.contains(field)).map(|field| field.key().to_owned()).collect()
    };
    choose(write, keys(fields)).await
}

async fn choose(write: &mut Write<'_>, after: Vec<String>) -> Result<bool> {
    let before = hold_required(write.conn()?).await?;
    if before == after {
        return Ok(false);
    }
    diesel::update(record_rules::table.find(1)).set(record_rules::required.eq(&after)).execute(write.conn()?).await?;
    write.audit(Entry::new("record_rules.changed", "record_rules", None).change("fields", before, after)).await?;
    Ok(true)
}

/// Takes a choice back.
pub async fn undo_required(write: &mut Write<'_>, row: &Row) -> Result<()> {
    #[derive(Serialize, Deserialize)]
    struct Choice {
        fields: Vec<String>,
    }
    let now = Choice { fields: hold_required(write.conn()?).await? };
    let before = undo::restored(&now, row, &[])?;
    choose(write, before.fields).await.map(drop)
}

/// How complete the records of an organisation are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gap {
    /// The organisation; none for all together.
    pub organisation: Option<(Uuid, String)>,
    /// Members.
    pub members: i64,
    /// Those whose record lacks something that is required.
    pub incomplete: i64,
    /// Required fields, of all members together.
    pub required: i64,
    /// Those that are filled.
    pub filled: i64,
    /// Members who lack each of the fields, required or not.
    pub lacking: BTreeMap<Optional, i64>,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Id)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Integer)]
    filled: i32,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Gap {
    /// 完整度, per cent of the required fields.
    pub fn percent(&self) -> i64 {
        (self.filled * 100).checked_div(self.required).unwrap_or(100)
    }

    /// Members who lack a field.
    pub fn lacks(&self, field: Optional) -> i64 {
        self.lacking.get(&field).copied().unwrap_or_default()
    }

    /// The required field that most members lack.
    pub fn most(&self, required: &[Optional]) -> Option<Optional> {
        let most = required.iter().copied().max_by_key(|field| self.lacks(*field));
        most.filter(|field| self.lacks(*field) > 0)
    }

    fn add(&mut self, rules: Completeness, filled: i32, count: i64) {
        let required = i64::from(BASE) + i64::from(self::count(rules.0));
        let gaps = i64::from(rules.of(filled));
        self.members += count;
        self.incomplete += if gaps > 0 { count } else { 0 };
        self.required += required * count;
        self.filled += (required - gaps) * count;
        for field in Optional::ALL.into_iter().filter(|field| filled & field.bit() == 0) {
            *self.lacking.entry(field).or_default() += count;
        }
    }
}

/// How complete the records are: in all, and in each branch, those with the most gaps first.
pub async fn completeness(
    reach: &Reach,
    under: Option<OrganisationId>,
    conn: &mut Conn,
) -> Result<(Completeness, Gap, Vec<Gap>)> {
    let rules = required(conn).await?;
    let places = organisation::part(reach, under, conn).await?;
    let rows: Vec<Counted> = diesel::sql_query(
        "SELECT o.id, o.short_name AS name, c.filled, c.count FROM (SELECT b.organisation_id, p.filled, count(*) AS count \
         FROM own.people p JOIN own.memberships m ON m.person_id = p.id AND m.until IS NULL \
         JOIN own.branch_assignments b ON b.membership_id = m.id AND b.until IS NULL \
         WHERE p.left_at IS NULL AND ($1 IS NULL OR b.organisation_id = ANY ($1)) GROUP BY 1, 2) c \
         JOIN own.organisations o ON o.id = c.organisation_id ORDER BY o.path",
    )
    .bind::<Nullable<Array<Id>>, _>(places)
    .load(conn)
    .await?;
    let (mut all, mut branches): (Gap, Vec<Gap>) = Default::default();
    for row in rows {
        all.add(rules, row.filled, row.count);
        let here = |gap: &Gap| gap.organisation.as_ref().is_some_and(|(id, _)| *id == row.id);
        if branches.last().is_none_or(|last| !here(last)) {
            branches.push(Gap { organisation: Some((row.id, row.name)), ..Gap::default() });
        }
        if let Some(last) = branches.last_mut() {
            last.add(rules, row.filled, row.count);
        }
    }
    branches.sort_by_key(|gap| std::cmp::Reverse(gap.required - gap.filled));
    Ok((rules, all, branches))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pc_3_2_1a_required_fields_filled_of_required_fields() {
        let rules = Completeness::of_keys(&["homeAddress".into(), "school".into(), "unknown".into()]);
        assert_eq!(rules.fields(), [Optional::School, Optional::HomeAddress]);
        let (school, address) = (Optional::School.bit(), Optional::HomeAddress.bit());
        for (filled, gaps, per_cent) in [(0, 2, 88), (school, 1, 94), (school | address, 0, 100), (address | 1, 1, 94)]
        {
            assert_eq!((rules.of(filled), rules.per_cent(filled)), (gaps, per_cent), "{filled:b}");
        }
        assert_eq!(Completeness::default().per_cent(0), 100, "nothing is required besides");
        let bits: Vec<i32> = Optional::ALL.iter().map(|field| field.bit()).collect();
        assert_eq!(bits, (0..10).map(|at| 1 << at).collect::<Vec<_>>(), "as the migration has them");
    }

    #[test]
    fn numbers_of_a_branch() {
        let rules = Completeness::of_keys(&["homeAddress".into()]);
        let mut gap = Gap::default();
        gap.add(rules, Optional::HomeAddress.bit(), 3);
        gap.add(rules, 0, 1);
        assert_eq!((gap.members, gap.incomplete, gap.required, gap.filled), (4, 1, 64, 63));
        assert_eq!(gap.lacking.get(&Optional::HomeAddress), Some(&1));
        assert_eq!(gap.lacking.get(&Optional::School), Some(&4));
    }
}
