use async_graphql::{Context, Object, SimpleObject};
use zhibu_core::{OrganisationId, Result};
use zhibu_graphql::Request;
use zhibu_tenancy::Cx;

use super::OrganisationRef;
use crate::member::{self, Optional};
use crate::organisation::Reach;
use crate::{MEMBER_READ, TENANT_SETTINGS};

/// Members who lack a field.
#[derive(SimpleObject)]
pub struct FieldGap {
    field: Optional,
    /// Members without it.
    count: i64,
    /// It counts for completeness.
    required: bool,
}

/// How complete the records of a branch are.
#[derive(SimpleObject)]
pub struct BranchGap {
    branch: OrganisationRef,
    members: i64,
    /// Members whose record lacks something that is required.
    incomplete: i64,
    /// 完整度, per cent of the required fields
    percent: i64,
    /// The required field that most members lack.
    most: Option<Optional>,
}

/// How complete the records are (资料完整度).
#[derive(SimpleObject)]
pub struct RecordCompleteness {
    members: i64,
    incomplete: i64,
    percent: i64,
    /// Fields that count besides those that no record can do without.
    required: Vec<Optional>,
    /// What is missing, most first.
    fields: Vec<FieldGap>,
    /// Branches, those with the most gaps first.
    branches: Vec<BranchGap>,
}

async fn shown(cx: &Cx, under: Option<OrganisationId>) -> Result<RecordCompleteness> {
    let mut read = cx.read(MEMBER_READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let (rules, all, branches) = member::completeness(&reach, under, read.conn()?).await?;
    let required = rules.fields();
    let mut fields: Vec<FieldGap> = Optional::ALL
        .into_iter()
        .map(|field| FieldGap { field, count: all.lacks(field), required: required.contains(&field) })
        .collect();
    fields.sort_by_key(|gap| (!gap.required, std::cmp::Reverse(gap.count)));
    let branches = branches.into_iter().take(member::BRANCHES).filter_map(|gap| {
        let (id, name) = gap.organisation.clone()?;
        Some(BranchGap {
            members: gap.members,
            incomplete: gap.incomplete,
            percent: gap.percent(),
            most: gap.most(&required),
            branch: (id.into(), name).into(),
        })
    });
    Ok(RecordCompleteness {
        members: all.members,
        incomplete: all.incomplete,
        percent: all.percent(),
        branches: branches.collect(),
        required,
        fields,
    })
}

/// 资料完整度
#[derive(Default)]
pub struct CompletenessQuery;

#[Object]
impl CompletenessQuery {
    /// How complete the records are, and what is missing most.
    async fn record_completeness(
        &self,
        ctx: &Context<'_>,
        under: Option<OrganisationId>,
    ) -> Result<RecordCompleteness> {
        shown(ctx.cx()?, under).await
    }
}

/// 资料完整度
#[derive(Default)]
pub struct CompletenessMutation;

#[Object]
impl CompletenessMutation {
    /// Decides which fields count for completeness in the whole tenant.
    async fn set_required_fields(&self, ctx: &Context<'_>, fields: Vec<Optional>) -> Result<RecordCompleteness> {
        let cx = ctx.cx()?;
        cx.allow(TENANT_SETTINGS)?;
        // Operators hold that one too, and no records.
        let mut write = cx.write(MEMBER_READ).await?;
        if member::set_required(&mut write, &fields).await? {
            write.commit().await?;
        }
        shown(cx, None).await
    }
}
