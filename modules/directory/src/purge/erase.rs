//! What confirming does: personal data, files, blind indexes and sealed values go; what statistics need stays without saying
//! whose it was.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zhibu_core::{AccountId, Error, PurgeId, Result};
use zhibu_storage::Key;
use zhibu_tenancy::purge::NAMELESS;
use zhibu_tenancy::{Cx, Job, Write, audit, identity, paper, tenants};

use crate::member::Entry;
use crate::schema::{activity_certificates, memberships, people, record_requests};

/// Removes files from the store after the record that had them is gone; it is tried until they are.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RemoveFiles {
    files: Vec<(String, Uuid)>,
}

impl Job for RemoveFiles {
    const NAME: &'static str = "purge_files";

    async fn run(self, cx: &Cx) -> Result<()> {
        for (folder, id) in &self.files {
            let key = Key::tenant(cx.tenant()?, [folder.as_str(), &id.simple().to_string()])?;
            cx.app.store.delete(&key).await?;
            paper::discard(cx, *id).await?;
        }
        Ok(())
    }
}

/// Removes everything of a former member; how many audit rows tell nothing any more.
pub(super) async fn erase(write: &mut Write<'_>, entry: &Entry, purge: PurgeId) -> Result<i64> {
    let id = entry.person.id;
    let gone = zhibu_tenancy::purge::purge(write, id).await?;
    let mut told = gone.told;
    told.push(("person", id));
    let requests: Vec<Uuid> = diesel::delete(record_requests::table.filter(record_requests::person_id.eq(id)))
        .returning(record_requests::id)
        .get_results(write.conn()?)
        .await?;
    told.extend(requests.into_iter().map(|id| ("record_request", id)));
    let issued: Vec<Uuid> = activity_certificates::table
        .filter(activity_certificates::person_id.eq(id))
        .select(activity_certificates::id)
        .load(write.conn()?)
        .await?;
    told.extend(issued.into_iter().map(|id| ("certificate", id)));
    let open = activity_certificates::person_id.eq(id).and(activity_certificates::withdrawn_at.is_null());
    diesel::update(activity_certificates::table.filter(open))
        .set((
            activity_certificates::withdrawn_at.eq(write.cx.now()),
            activity_certificates::withdrawn_reason.eq("资料已彻底删除"),
        ))
        .execute(write.conn()?)
        .await?;
    if let Some(account) = account(write, entry).await?
        && identity::forget_person(write, account).await?
    {
        told.push(("account", account.0));
    }
    person(write, id).await?;
    terms(write, id).await?;
    if !gone.files.is_empty() {
        let files = gone.files.into_iter().map(|(folder, id)| (folder.to_owned(), id)).collect();
        write.enqueue(&RemoveFiles { files }).await?;
    }
    i64::try_from(audit::redact(write, &told, purge.0).await?).map_err(Error::bug)
}

/// The account that was the person's, unless it has become somebody else's.
async fn account(write: &mut Write<'_>, entry: &Entry) -> Result<Option<AccountId>> {
    let Some(account) = entry.person.account_id else { return Ok(None) };
    let others = people::account_id.eq(account).and(people::id.ne(entry.person.id));
    let others: i64 = people::table.filter(others).count().get_result(write.conn()?).await?;
    Ok((others == 0).then(|| account.into()))
}

/// Empties the row of the person; it stays for what refers to it.
async fn person(write: &mut Write<'_>, id: Uuid) -> Result<()> {
    let vault = tenants::vault(&write.cx.app, write.cx.tenant()?).await?;
    let (nothing, nobody) = (vault.seal(b"")?, id.as_bytes().to_vec());
    let none = None::<String>;
    let birth_date = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default();
    diesel::update(people::table.find(id))
        .set((
            (people::name.eq(NAMELESS), people::pinyin.eq(""), people::search.eq(Vec::<String>::new())),
            (people::id_number.eq(&nothing), people::id_index.eq(&nobody)),
            (people::mobile.eq(&nothing), people::mobile_index.eq(&nobody)),
            (people::landline.eq(None::<Vec<u8>>), people::home_address.eq(None::<Vec<u8>>)),
            (people::sex.eq("9"), people::birth_date.eq(birth_date), people::archive_birth_date.eq(None::<NaiveDate>)),
            (people::archive_birth_reason.eq(&none), people::ethnicity.eq("97"), people::native_place.eq(&none)),
            (people::education_level.eq("90"), people::degree.eq(&none), people::school.eq(&none)),
            (people::major.eq(&none), people::first_work_date.eq(None::<NaiveDate>), people::work_post.eq("709")),
            (people::employer.eq(&none), people::professional_title.eq(&none), people::special_group.eq(&none)),
            (people::remark.eq(&none), people::account_id.eq(None::<Uuid>)),
            (people::version.eq(people::version + 1), people::purged_at.eq(write.cx.now())),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(())
}

/// Leaves of the memberships what is counted: kind, from when until when, and why they ended. The day of joining tells the
/// person and becomes that of the record.
async fn terms(write: &mut Write<'_>, id: Uuid) -> Result<()> {
    diesel::update(memberships::table.filter(memberships::person_id.eq(id)))
        .set((
            memberships::join_date.eq(memberships::since),
            memberships::conversion_date.eq(None::<NaiveDate>),
            memberships::lost_on.eq(None::<NaiveDate>),
            memberships::lost_reason.eq(None::<String>),
            memberships::floating.eq(false),
            memberships::flow_direction.eq(None::<String>),
            memberships::end_note.eq(None::<String>),
        ))
        .execute(write.conn()?)
        .await?;
    Ok(())
}
