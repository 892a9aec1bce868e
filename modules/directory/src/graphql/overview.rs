use async_graphql::{Context, Enum, Object, SimpleObject};
use zhibu_core::{OrganisationId, Result};
use zhibu_graphql::Request;

use crate::organisation::{self, Reach};
use crate::overview::{self, BranchCount, Count, Kind, Month};
use crate::{MEMBER_READ, ORG_READ};

/// Something that waits for somebody (待办提醒).
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum AttentionKind {
    /// 组织信息未完善
    OrganisationUnfinished,
    /// 半年内任期届满
    TermEnding,
    /// 任期已届满
    TermOver,
    /// 30天内预备期满
    ProbationEnding,
    /// 预备期已满未转正
    ProbationOver,
    /// 失联党员
    LostMembers,
}

/// How many of a kind wait.
#[derive(SimpleObject)]
pub struct Attention {
    kind: AttentionKind,
    count: i64,
}

/// Members in numbers.
#[derive(SimpleObject)]
pub struct MemberNumbers {
    total: i64,
    formal: i64,
    probationary: i64,
    women: i64,
    floating: i64,
    /// By age band: `≤30`, `31-40`, `41-50`, `51-60`, `>60`.
    ages: Vec<Count>,
    /// By organisation directly below, with everything below that.
    branches: Vec<BranchCount>,
    /// The last twelve months, oldest first.
    growth: Vec<Month>,
}

/// The home page in numbers (首页), within the caller's reach.
#[derive(SimpleObject)]
pub struct Overview {
    /// 党组织总数
    organisations: i64,
    /// By kind, dictionary `org_type`.
    kinds: Vec<Count>,
    /// Nothing for those who may not see members.
    members: Option<MemberNumbers>,
    /// What waits, without what does not.
    attention: Vec<Attention>,
}

/// 首页
#[derive(Default)]
pub struct OverviewQuery;

#[Object]
impl OverviewQuery {
    /// What there is inside the caller's reach, or below one organisation of it.
    async fn overview(&self, ctx: &Context<'_>, under: Option<OrganisationId>) -> Result<Overview> {
        let cx = ctx.cx()?;
        let today = cx.app.world.today();
        let sees_members = cx.allow(MEMBER_READ).is_ok_and(|scope| !scope.is_own_only());
        let mut read = cx.read(ORG_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let places = organisation::part(&reach, under, read.conn()?).await?;
        let kinds = overview::kinds(&places, today, read.conn()?).await?;
        let sum = |number: fn(&Kind) -> i64| kinds.iter().map(number).sum::<i64>();
        let mut attention = vec![
            (AttentionKind::OrganisationUnfinished, sum(|kind| kind.unfinished)),
            (AttentionKind::TermOver, sum(|kind| kind.over)),
            (AttentionKind::TermEnding, sum(|kind| kind.ending)),
        ];
        let mut members = None;
        if sees_members {
            let heads = overview::heads(&places, today, read.conn()?).await?;
            attention.push((AttentionKind::ProbationOver, heads.overdue));
            attention.push((AttentionKind::ProbationEnding, heads.due));
            attention.push((AttentionKind::LostMembers, heads.lost));
            let bands = [
                ("≤30", heads.to_30),
                ("31-40", heads.to_40),
                ("41-50", heads.to_50),
                ("51-60", heads.to_60),
                (">60", heads.over_60),
            ];
            let total = sum(|kind| kind.members);
            members = Some(MemberNumbers {
                total,
                formal: total - heads.probationary,
                probationary: heads.probationary,
                women: heads.women,
                floating: heads.floating,
                ages: bands.into_iter().map(|(key, count)| Count { key: key.to_owned(), count }).collect(),
                branches: overview::branches(&reach, under, read.conn()?).await?,
                growth: overview::growth(&places, total, today, read.conn()?).await?,
            });
        }
        Ok(Overview {
            organisations: sum(|kind| kind.count),
            kinds: kinds
                .into_iter()
                .filter(|kind| kind.count > 0)
                .map(|Kind { key, count, .. }| Count { key, count })
                .collect(),
            members,
            attention: attention
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .map(|(kind, count)| Attention { kind, count })
                .collect(),
        })
    }
}
