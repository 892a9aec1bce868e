use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::NaiveDate;
use zhibu_core::{CertificateId, Error, PersonId, Result, SELF};
use zhibu_graphql::Request;
use zhibu_tenancy::{Cx, sections};

use super::member::show;
use super::{Member, OrganisationRef};
use crate::certificate::{self, Part, Verdict};
use crate::organisation::{self, Reach};
use crate::{MEMBER_EDIT, MEMBER_READ, member};

/// One thing in a section.
#[derive(SimpleObject)]
pub struct CertificateLine {
    on: NaiveDate,
    title: String,
    detail: Option<String>,
}

/// A part of the certificate.
#[derive(SimpleObject)]
pub struct CertificateSection {
    key: String,
    title: String,
    /// False where the organisation does not use what records it; then nothing is known, not even that there is nothing.
    available: bool,
    /// How many there are in all.
    count: Option<i64>,
    /// All of them in one sentence.
    words: Option<String>,
    /// The latest ones.
    lines: Vec<CertificateLine>,
}

/// A certificate that was issued and holds.
#[derive(SimpleObject)]
pub struct IssuedCertificate {
    id: CertificateId,
    /// 证号
    number: String,
    issued_on: NaiveDate,
    issued_by: String,
    /// The branch at that time.
    branch: OrganisationRef,
    /// What its code leads to, below the address of this installation.
    path: String,
}

/// A member's activity certificate (党员活动证).
#[derive(SimpleObject)]
pub struct ActivityCertificate {
    member: Member,
    sections: Vec<CertificateSection>,
    issued: Option<IssuedCertificate>,
    /// As of this day.
    today: NaiveDate,
}

/// What the code of a certificate says.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum CertificateState {
    /// 有效
    Valid,
    /// 已撤销
    Withdrawn,
    /// The code was altered, or is none of ours.
    Altered,
}

/// What anybody may know of a certificate.
#[derive(SimpleObject)]
pub struct CertificateVerdict {
    state: CertificateState,
    /// The name, masked.
    name: Option<String>,
    organisation: Option<String>,
    issued_on: Option<NaiveDate>,
}

fn section((key, title, found): Part) -> CertificateSection {
    let line = |line: sections::Line| CertificateLine { on: line.on, title: line.title, detail: line.detail };
    CertificateSection {
        key,
        title,
        available: found.is_some(),
        count: found.as_ref().map(|section| section.count),
        words: found.as_ref().and_then(|section| section.words.clone()),
        lines: found.into_iter().flat_map(|section| section.lines).map(line).collect(),
    }
}

/// The certificate of a member in the caller's scope, or the caller's own.
async fn shown(cx: &Cx, person: Option<PersonId>) -> Result<ActivityCertificate> {
    let mut read = cx.read(if person.is_some() { MEMBER_READ } else { SELF }).await?;
    let entry = match person {
        Some(person) => {
            let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
            member::get(&reach, person, read.conn()?).await?
        }
        None => member::own(cx.identity()?.account, read.conn()?).await?.ok_or_else(Error::missing)?,
    };
    let id = entry.person.id;
    let parts = certificate::parts(cx, id, person.is_none(), read.conn()?).await?;
    let issued = match certificate::current(id, read.conn()?).await? {
        Some(row) => {
            let at = row.organisation_id;
            let branch = organisation::names(&[at], read.conn()?).await?.remove(&at).unwrap_or_default();
            Some(IssuedCertificate {
                id: row.id.into(),
                number: row.number(),
                path: row.path(cx)?,
                issued_on: row.issued_on,
                issued_by: row.issued_by,
                branch: (at.into(), branch).into(),
            })
        }
        None => None,
    };
    let member = show(cx, vec![entry], true, read.conn()?).await?.pop().ok_or_else(Error::missing)?;
    let sections = parts.into_iter().map(section).collect();
    Ok(ActivityCertificate { member, sections, issued, today: cx.app.world.today() })
}

/// 党员活动证
#[derive(Default)]
pub struct CertificateQuery;

#[Object]
impl CertificateQuery {
    /// A member's activity certificate, or the caller's own when nobody is named (PC-3.2.1d, M-1.17).
    async fn certificate(&self, ctx: &Context<'_>, person: Option<PersonId>) -> Result<ActivityCertificate> {
        shown(ctx.cx()?, person).await
    }

    /// What the code of a certificate says, to anybody; so often from one network.
    async fn verify_certificate(&self, ctx: &Context<'_>, token: String) -> Result<CertificateVerdict> {
        let (state, told) = match certificate::verify(ctx.cx()?, &token).await? {
            Verdict::Valid(told) => (CertificateState::Valid, Some(told)),
            Verdict::Withdrawn(told) => (CertificateState::Withdrawn, Some(told)),
            Verdict::Altered => (CertificateState::Altered, None),
        };
        Ok(CertificateVerdict {
            state,
            name: told.as_ref().and_then(|told| told.name.clone()),
            organisation: told.as_ref().map(|told| told.organisation.clone()),
            issued_on: told.map(|told| told.issued_on),
        })
    }
}

/// 党员活动证
#[derive(Default)]
pub struct CertificateMutation;

#[Object]
impl CertificateMutation {
    /// Issues a member's certificate; the one before does not hold any more.
    async fn issue_certificate(&self, ctx: &Context<'_>, person: PersonId) -> Result<ActivityCertificate> {
        let cx = ctx.cx()?;
        let mut write = cx.write(MEMBER_EDIT).await?;
        certificate::issue(&mut write, person).await?;
        write.commit().await?;
        shown(cx, Some(person)).await
    }

    /// Withdraws a certificate: its code says so from now on.
    async fn withdraw_certificate(
        &self,
        ctx: &Context<'_>,
        id: CertificateId,
        reason: String,
    ) -> Result<ActivityCertificate> {
        let cx = ctx.cx()?;
        let mut write = cx.write(MEMBER_EDIT).await?;
        let person = certificate::withdraw(&mut write, id, &reason).await?;
        write.commit().await?;
        shown(cx, Some(person)).await
    }
}
