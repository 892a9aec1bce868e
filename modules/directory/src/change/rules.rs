//! What may be asked for (domain §1.5). Pure decisions: no database, no clock.

use chrono::{Days, NaiveDate};
use zhibu_core::{Error, OrganisationCommandId, OrganisationId, Result, check};

use super::model::{OrganisationCommandKind, Split};
use crate::organisation::OrgType;

/// Days that a command may lie ahead.
const AHEAD: u64 = 366;
/// Members that one split may take along.
const MOST: usize = 500;

/// What is to be done with an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What.
    pub kind: OrganisationCommandKind,
    /// With which.
    pub organisation: OrganisationId,
    /// The new superior, or the organisation that takes the members.
    pub into: Option<OrganisationId>,
    /// What a split makes.
    pub split: Option<Split>,
    /// 生效日期
    pub effective_on: NaiveDate,
    /// 批准文号
    pub approval_no: Option<String>,
    /// 原因
    pub reason: String,
    /// The command it stands in, once it was asked for.
    pub command: Option<OrganisationCommandId>,
}

/// Checks and tidies a request.
pub fn accept(mut plan: Plan, today: NaiveDate) -> Result<Plan> {
    use OrganisationCommandKind as K;
    if plan.effective_on < today {
        return Err(Error::invalid("effectiveOn", "生效日期不能早于今天"));
    }
    if plan.effective_on > today + Days::new(AHEAD) {
        return Err(Error::invalid("effectiveOn", "生效日期不能晚于一年以后"));
    }
    plan.reason = check::text("reason", "变更原因", &plan.reason, 2, 200)?;
    plan.approval_no = check::optional("approvalNo", "批准文号", plan.approval_no.as_deref(), 60)?;
    if plan.approval_no.is_none() && matches!(plan.kind, K::Merge | K::Split | K::Dissolve) {
        return Err(Error::invalid("approvalNo", "请填写上级党组织的批准文号"));
    }
    match (plan.kind, plan.into) {
        (K::Migrate, None) => return Err(Error::invalid("into", "请选择新的上级组织")),
        (K::Merge, None) => return Err(Error::invalid("into", "请选择接收组织")),
        (K::Migrate | K::Merge, Some(into)) if into == plan.organisation => {
            return Err(Error::invalid("into", "不能选择组织自身"));
        }
        (K::Migrate | K::Merge, Some(_)) => {}
        (K::Split | K::Dissolve | K::Delete, _) => plan.into = None,
    }
    plan.split = match (plan.kind, plan.split.take()) {
        (K::Split, Some(split)) => Some(accept_split(split)?),
        (K::Split, None) => return Err(Error::invalid("split", "请填写新组织的名称和转入的党员")),
        (K::Migrate | K::Merge | K::Dissolve | K::Delete, _) => None,
    };
    Ok(plan)
}

fn accept_split(mut split: Split) -> Result<Split> {
    split.full_name = check::text("split.fullName", "组织全称", &split.full_name, 2, 100)?;
    split.short_name = check::text("split.shortName", "组织简称", &split.short_name, 2, 30)?;
    split.members.sort_unstable();
    split.members.dedup();
    if !(1..=MOST).contains(&split.members.len()) {
        return Err(Error::invalid("split.members", "请选择1至500名转入新组织的党员"));
    }
    Ok(split)
}

/// Organisations of these kinds may become one.
pub fn merges(from: OrgType, into: OrgType) -> bool {
    use OrgType as T;
    let class = |kind| match kind {
        T::PartyCommittee | T::WorkCommittee => 1,
        T::GeneralBranch => 2,
        T::Branch | T::JointBranch | T::MobileBranch => 3,
        T::ProvisionalCommittee => 4,
        T::ProvisionalGeneralBranch => 5,
        T::ProvisionalBranch => 6,
        T::LeadingGroup => 7,
        T::PartyGroup => 8,
    };
    // Whoever is assigned to a group is a member of the branch: there is nothing to merge.
    class(from) == class(into) && from != T::PartyGroup
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn plan(kind: OrganisationCommandKind) -> Plan {
        Plan {
            kind,
            organisation: uuid::Uuid::from_u128(1).into(),
            into: Some(uuid::Uuid::from_u128(2).into()),
            split: Some(Split {
                full_name: "中共示例第三支部委员会".into(),
                short_name: "第三党支部".into(),
                members: vec![uuid::Uuid::from_u128(3).into()],
            }),
            effective_on: day("2026-11-26"),
            approval_no: Some("示例〔2026〕1号".into()),
            reason: "机构调整".into(),
            command: None,
        }
    }

    fn fault(kind: OrganisationCommandKind, change: impl FnOnce(&mut Plan)) -> String {
        let mut plan = plan(kind);
        change(&mut plan);
        accept(plan, day("2026-11-26")).err().and_then(|error| error.field).unwrap_or_default()
    }

    #[test]
    fn pc_3_1_1b_every_fault_names_its_field() {
        use OrganisationCommandKind as K;
        for kind in K::ALL {
            assert_eq!(fault(*kind, |_| {}), "", "{kind:?}");
            assert_eq!(fault(*kind, |p| p.reason = "略".into()), "reason");
            assert_eq!(fault(*kind, |p| p.effective_on = day("2026-11-25")), "effectiveOn");
            assert_eq!(fault(*kind, |p| p.effective_on = day("2027-11-28")), "effectiveOn");
        }
        for kind in [K::Migrate, K::Merge] {
            assert_eq!(fault(kind, |p| p.into = None), "into");
            assert_eq!(fault(kind, |p| p.into = Some(p.organisation)), "into");
        }
        for kind in [K::Merge, K::Split, K::Dissolve] {
            assert_eq!(fault(kind, |p| p.approval_no = Some(" ".into())), "approvalNo");
        }
        for kind in [K::Migrate, K::Delete] {
            assert_eq!(fault(kind, |p| p.approval_no = None), "");
        }
        assert_eq!(fault(K::Split, |p| p.split = None), "split");
        assert_eq!(fault(K::Split, |p| p.split.as_mut().unwrap().members.clear()), "split.members");
        assert_eq!(fault(K::Split, |p| p.split.as_mut().unwrap().short_name.clear()), "split.shortName");
        let kept = accept(plan(K::Delete), day("2026-11-26")).unwrap();
        assert_eq!((kept.into, kept.split), (None, None), "what does not belong to the kind is not kept");
    }

    #[test]
    fn pc_3_1_1c_only_like_merges_with_like() {
        use OrgType as T;
        assert!(merges(T::Branch, T::JointBranch) && merges(T::PartyCommittee, T::WorkCommittee));
        assert!(!merges(T::Branch, T::GeneralBranch) && !merges(T::ProvisionalBranch, T::Branch));
        assert!(!merges(T::PartyGroup, T::PartyGroup));
    }
}
