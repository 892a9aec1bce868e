use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, Page, PageArgs, Permission, PersonId, Result, Secret, check, mask};
use zhibu_graphql::{Listed, Request, all_faults};
use zhibu_tenancy::keys::Vault;
use zhibu_tenancy::{Conn, Cx, tenants};

use super::{ChangeConnection, OrganisationRef};
use crate::member::{self, EndReason, Entry, Facts, MemberType, MembershipStatus, Optional, Place, PostRow, rules};
use crate::organisation::{self, Reach};
use crate::{HISTORY_READ, MEMBER_EDIT, MEMBER_READ, MEMBER_REVEAL};

/// A member (党员), present or former. What is sensitive is masked.
pub struct Member {
    entry: Entry,
    vault: Arc<Vault>,
    today: NaiveDate,
    branch: OrganisationRef,
    group: Option<OrganisationRef>,
    posts: Vec<Post>,
    rules: member::Completeness,
    editable: bool,
}

/// A post in an organisation (党内职务).
#[derive(SimpleObject, Clone)]
pub struct Post {
    /// Dictionary `post`.
    post: String,
    organisation: OrganisationRef,
    from: NaiveDate,
    to: Option<NaiveDate>,
}

/// A time in a branch, within a membership.
#[derive(SimpleObject)]
pub struct Episode {
    branch: OrganisationRef,
    group: Option<OrganisationRef>,
    from: NaiveDate,
    to: Option<NaiveDate>,
    member_type: MemberType,
    /// Why the membership ended, when it did with this.
    end_reason: Option<EndReason>,
    end_note: Option<String>,
}

/// Where somebody was a member, and which posts they held (履历).
#[derive(SimpleObject)]
pub struct Timeline {
    episodes: Vec<Episode>,
    posts: Vec<Post>,
}

/// What is masked of a member, in full.
#[derive(SimpleObject)]
pub struct RevealedMember {
    id_number: Option<String>,
    mobile: Option<String>,
    landline: Option<String>,
    home_address: Option<String>,
}

impl Member {
    fn masked(&self, sealed: &[u8], mask: fn(&str) -> String) -> Result<String> {
        Ok(mask(self.vault.open_text(sealed)?.expose()))
    }
}

#[Object]
impl Member {
    async fn id(&self) -> PersonId {
        self.entry.person.id.into()
    }
    /// Counts edits; give it back when editing.
    async fn version(&self) -> i32 {
        self.entry.person.version
    }
    /// 姓名
    async fn name(&self) -> &str {
        &self.entry.person.name
    }
    /// 公民身份号码, masked
    async fn id_number(&self) -> Result<String> {
        self.masked(&self.entry.person.id_number, mask::id_number)
    }
    /// 性别, dictionary `sex`
    async fn sex(&self) -> &str {
        &self.entry.person.sex
    }
    /// 出生日期
    async fn birth_date(&self) -> NaiveDate {
        self.entry.person.birth_date
    }
    /// 年龄, full years today
    async fn age(&self) -> Option<u32> {
        self.today.years_since(self.entry.person.birth_date)
    }
    /// 档案出生日期, where it differs
    async fn archive_birth_date(&self) -> Option<NaiveDate> {
        self.entry.person.archive_birth_date
    }
    /// Why it differs.
    async fn archive_birth_reason(&self) -> Option<&str> {
        self.entry.person.archive_birth_reason.as_deref()
    }
    /// 民族, dictionary `ethnicity`
    async fn ethnicity(&self) -> &str {
        &self.entry.person.ethnicity
    }
    /// 籍贯
    async fn native_place(&self) -> Option<&str> {
        self.entry.person.native_place.as_deref()
    }
    /// 学历, dictionary `education_level`
    async fn education_level(&self) -> &str {
        &self.entry.person.education_level
    }
    /// 学位, dictionary `degree`
    async fn degree(&self) -> Option<&str> {
        self.entry.person.degree.as_deref()
    }
    /// 毕业院校
    async fn school(&self) -> Option<&str> {
        self.entry.person.school.as_deref()
    }
    /// 专业
    async fn major(&self) -> Option<&str> {
        self.entry.person.major.as_deref()
    }
    /// 参加工作时间
    async fn first_work_date(&self) -> Option<NaiveDate> {
        self.entry.person.first_work_date
    }
    /// 工作岗位, dictionary `work_post`
    async fn work_post(&self) -> &str {
        &self.entry.person.work_post
    }
    /// 工作单位及职务
    async fn employer(&self) -> Option<&str> {
        self.entry.person.employer.as_deref()
    }
    /// 职称
    async fn professional_title(&self) -> Option<&str> {
        self.entry.person.professional_title.as_deref()
    }
    /// 手机号, masked
    async fn mobile(&self) -> Result<String> {
        self.masked(&self.entry.person.mobile, mask::phone)
    }
    /// 固定电话, masked
    async fn landline(&self) -> Result<Option<String>> {
        self.entry.person.landline.as_ref().map(|sealed| self.masked(sealed, mask::phone)).transpose()
    }
    /// 家庭住址, masked
    async fn home_address(&self) -> Result<Option<String>> {
        self.entry.person.home_address.as_ref().map(|sealed| self.masked(sealed, mask::address)).transpose()
    }
    /// 困难、退役等情况, dictionary `special_group`
    async fn special_group(&self) -> Option<&str> {
        self.entry.person.special_group.as_deref()
    }
    /// 备注
    async fn remark(&self) -> Option<&str> {
        self.entry.person.remark.as_deref()
    }
    /// 所在党支部; of a former member the last one
    async fn branch(&self) -> &OrganisationRef {
        &self.branch
    }
    /// 党小组
    async fn group(&self) -> Option<&OrganisationRef> {
        self.group.as_ref()
    }
    /// 人员类别
    async fn member_type(&self) -> MemberType {
        self.entry.membership.kind()
    }
    /// 加入党组织日期
    async fn join_date(&self) -> NaiveDate {
        self.entry.membership.join_date
    }
    /// 转为正式党员日期
    async fn conversion_date(&self) -> Option<NaiveDate> {
        self.entry.membership.conversion_date
    }
    /// 党龄, full years today; none for probationary members
    async fn party_age(&self) -> Option<u32> {
        let terms = &self.entry.membership;
        rules::party_age(terms.join_date, terms.conversion_date, terms.kind(), self.today)
    }
    /// 党籍状态
    async fn status(&self) -> MembershipStatus {
        MembershipStatus::from_code(&self.entry.membership.status).unwrap_or(MembershipStatus::Normal)
    }
    /// 失去联系日期, when lost
    async fn lost_on(&self) -> Option<NaiveDate> {
        self.entry.membership.lost_on
    }
    /// 失联原因, dictionary `lost_contact_reason`
    async fn lost_reason(&self) -> Option<&str> {
        self.entry.membership.lost_reason.as_deref()
    }
    /// 是否流动党员
    async fn floating(&self) -> bool {
        self.entry.membership.floating
    }
    /// 外出流向, dictionary `flow_direction`
    async fn flow_direction(&self) -> Option<&str> {
        self.entry.membership.flow_direction.as_deref()
    }
    /// 现任党内职务
    async fn posts(&self) -> &[Post] {
        &self.posts
    }
    /// 移入历史库的时间
    async fn left_at(&self) -> Option<DateTime<Utc>> {
        self.entry.person.left_at
    }
    /// 减少原因
    async fn end_reason(&self) -> Option<EndReason> {
        self.entry.membership.end_reason.as_deref().and_then(EndReason::from_code)
    }
    /// 说明
    async fn end_note(&self) -> Option<&str> {
        self.entry.membership.end_note.as_deref()
    }
    /// 资料完整度, per cent of the required fields
    async fn completeness(&self) -> i32 {
        self.rules.per_cent(self.entry.person.filled)
    }
    /// Required fields that are not filled
    async fn gaps(&self) -> Vec<Optional> {
        self.rules.gaps(self.entry.person.filled)
    }
    /// The caller may edit it.
    async fn editable(&self) -> bool {
        self.editable
    }
}

/// Members with everything a reply shows, each relation in one statement.
pub(super) async fn show(cx: &Cx, entries: Vec<Entry>, with_posts: bool, conn: &mut Conn) -> Result<Vec<Member>> {
    let editable = match cx.allow(MEMBER_EDIT) {
        Ok(scope) if !scope.is_own_only() => Reach::of(&scope, conn).await?,
        Ok(_) | Err(_) => Reach::default(),
    };
    let people: Vec<Uuid> = entries.iter().map(|entry| entry.person.id).collect();
    let mut posts = if with_posts { member::posts_of(&people, true, conn).await? } else { Default::default() };
    let held = posts.values().flatten().map(|post| post.organisation);
    let mut at: Vec<Uuid> = entries.iter().map(|entry| entry.assignment.organisation_id).chain(held).collect();
    at.extend(entries.iter().filter_map(|entry| entry.assignment.group_id));
    let places = organisation::places(&at, conn).await?;
    let named = |id: Uuid| OrganisationRef {
        id: id.into(),
        short_name: places.get(&id).map(|(name, _)| name.clone()).unwrap_or_default(),
    };
    let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
    let rules = member::required(conn).await?;
    Ok(entries
        .into_iter()
        .map(|entry| Member {
            branch: named(entry.assignment.organisation_id),
            group: entry.assignment.group_id.map(named),
            posts: posts.remove(&entry.person.id).unwrap_or_default().into_iter().map(|p| post(p, &named)).collect(),
            editable: places.get(&entry.assignment.organisation_id).is_some_and(|(_, path)| editable.covers(path)),
            vault: vault.clone(),
            rules,
            today: cx.app.world.today(),
            entry,
        })
        .collect())
}

fn post(row: PostRow, named: &impl Fn(Uuid) -> OrganisationRef) -> Post {
    Post { organisation: named(row.organisation), post: row.post, from: row.since, to: row.until }
}

async fn one(cx: &Cx, id: PersonId, with_posts: bool) -> Result<Member> {
    let mut read = cx.read(MEMBER_READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let entry = member::get(&reach, id, read.conn()?).await?;
    show(cx, vec![entry], with_posts, read.conn()?).await?.pop().ok_or_else(Error::missing)
}

/// The caller's own record, whatever else the caller may see; none for who is no member.
pub async fn own_member(cx: &Cx, permission: Permission) -> Result<Option<Member>> {
    let account = cx.identity()?.account;
    let mut read = cx.read(permission).await?;
    let Some(entry) = member::own(account, read.conn()?).await? else { return Ok(None) };
    Ok(show(cx, vec![entry], true, read.conn()?).await?.pop())
}

/// Order of the members.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::member::Sort")]
pub enum MemberSort {
    /// By pinyin.
    Name,
    /// Oldest first.
    BirthDate,
    /// Longest in the Party first.
    JoinDate,
    /// 资料完整度, the least complete first.
    Completeness,
}

/// Which members a list shows.
#[derive(InputObject, Default)]
pub struct MemberFilter {
    /// Part of the name or its pinyin, a whole mobile or identity number.
    search: Option<String>,
    /// This organisation and everything below.
    under: Option<OrganisationId>,
    member_type: Option<MemberType>,
    status: Option<MembershipStatus>,
    sex: Option<String>,
    ethnicities: Option<Vec<String>>,
    education_levels: Option<Vec<String>>,
    work_posts: Option<Vec<String>>,
    born_from: Option<NaiveDate>,
    born_to: Option<NaiveDate>,
    joined_from: Option<NaiveDate>,
    joined_to: Option<NaiveDate>,
    floating: Option<bool>,
    lost: Option<bool>,
    /// 资料是否不完整
    incomplete: Option<bool>,
    /// A field that is not filled.
    missing: Option<Optional>,
}

impl TryFrom<MemberFilter> for member::Filter {
    type Error = Error;

    fn try_from(f: MemberFilter) -> Result<Self> {
        let days = [
            ("bornFrom", f.born_from),
            ("bornTo", f.born_to),
            ("joinedFrom", f.joined_from),
            ("joinedTo", f.joined_to),
        ];
        for (field, day) in days {
            day.map_or(Ok(()), |day| check::day(field, day))?;
        }
        Ok(Self {
            search: f.search,
            under: f.under,
            member_type: f.member_type,
            status: f.status,
            sex: f.sex,
            ethnicities: f.ethnicities.unwrap_or_default(),
            education_levels: f.education_levels.unwrap_or_default(),
            work_posts: f.work_posts.unwrap_or_default(),
            born_from: f.born_from,
            born_to: f.born_to,
            joined_from: f.joined_from,
            joined_to: f.joined_to,
            floating: f.floating,
            lost: f.lost,
            incomplete: f.incomplete,
            missing: f.missing,
        })
    }
}

/// Which former members a list shows.
#[derive(InputObject)]
pub struct FormerFilter {
    /// Part of the name or its pinyin, a whole mobile or identity number.
    search: Option<String>,
    /// Last in this organisation or below.
    under: Option<OrganisationId>,
    reason: Option<EndReason>,
}

impl From<FormerFilter> for member::FormerFilter {
    fn from(FormerFilter { search, under, reason }: FormerFilter) -> Self {
        Self { search, under, reason }
    }
}

/// 党员
#[derive(Default)]
pub struct MemberQuery;

#[Object]
impl MemberQuery {
    /// The present members inside the caller's scope (PC-3.2.1a).
    async fn members(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<MemberFilter>,
        #[graphql(default_with = "MemberSort::Name")] sort: MemberSort,
    ) -> Result<Listed<Member>> {
        let (cx, args) = (ctx.cx()?, PageArgs::new(first, after, offset)?);
        let filter = filter.unwrap_or_default().try_into()?;
        let mut read = cx.read(MEMBER_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let total = if ctx.shows(&["totalCount"]) {
            Some(member::count(cx, &reach, &filter, read.conn()?).await?)
        } else {
            None
        };
        let page = member::list(cx, &reach, &filter, sort.into(), &args, read.conn()?).await?;
        let nodes = show(cx, page.nodes, ctx.shows(&["nodes", "posts"]), read.conn()?).await?;
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }

    /// One present member.
    async fn member(&self, ctx: &Context<'_>, id: PersonId) -> Result<Member> {
        one(ctx.cx()?, id, ctx.shows(&["posts"])).await
    }

    /// Where somebody was a member and which posts they held, newest first.
    async fn member_timeline(&self, ctx: &Context<'_>, id: PersonId) -> Result<Timeline> {
        let mut read = ctx.cx()?.read(MEMBER_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        member::latest(&reach, id, read.conn()?).await?;
        let rows = member::episodes(id.0, read.conn()?).await?;
        let posts = member::posts_of(&[id.0], false, read.conn()?).await?.remove(&id.0).unwrap_or_default();
        let mut at: Vec<Uuid> =
            rows.iter().flat_map(|(_, a)| [Some(a.organisation_id), a.group_id]).flatten().collect();
        at.extend(posts.iter().map(|post| post.organisation));
        let names = organisation::names(&at, read.conn()?).await?;
        let named =
            |id: Uuid| OrganisationRef { id: id.into(), short_name: names.get(&id).cloned().unwrap_or_default() };
        let episodes = rows.into_iter().map(|(terms, at)| Episode {
            branch: named(at.organisation_id),
            group: at.group_id.map(named),
            from: at.since,
            to: at.until,
            member_type: terms.kind(),
            end_reason: terms.end_reason.as_deref().and_then(EndReason::from_code).filter(|_| at.until == terms.until),
            end_note: terms.end_note.filter(|_| at.until == terms.until),
        });
        Ok(Timeline { episodes: episodes.collect(), posts: posts.into_iter().map(|row| post(row, &named)).collect() })
    }

    /// What was changed of a member's record, newest first.
    async fn member_changes(
        &self,
        ctx: &Context<'_>,
        id: PersonId,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<ChangeConnection> {
        let args = PageArgs::new(first, after, None)?;
        let mut read = ctx.cx()?.read(MEMBER_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        member::latest(&reach, id, read.conn()?).await?;
        ChangeConnection::of("person", id.0, &args, read.conn()?).await
    }

    /// The history library (党员历史库, PC-3.2.5), latest departure first.
    async fn former_members(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<FormerFilter>,
    ) -> Result<Listed<Member>> {
        let (cx, args) = (ctx.cx()?, PageArgs::new(first, after, offset)?);
        let filter = filter.map(Into::into).unwrap_or_default();
        let mut read = cx.read(HISTORY_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let total = if ctx.shows(&["totalCount"]) {
            Some(member::count_former(cx, &reach, &filter, read.conn()?).await?)
        } else {
            None
        };
        let page = member::former(cx, &reach, &filter, &args, read.conn()?).await?;
        let nodes = show(cx, page.nodes, false, read.conn()?).await?;
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }
}

/// What a form gives about a member. Sensitive fields may be left out when editing: they stay as they are.
#[derive(InputObject)]
pub struct MemberInput {
    name: String,
    id_number: Option<String>,
    sex: String,
    birth_date: NaiveDate,
    archive_birth_date: Option<NaiveDate>,
    archive_birth_reason: Option<String>,
    ethnicity: String,
    native_place: Option<String>,
    education_level: String,
    degree: Option<String>,
    school: Option<String>,
    major: Option<String>,
    first_work_date: Option<NaiveDate>,
    work_post: String,
    employer: Option<String>,
    professional_title: Option<String>,
    mobile: Option<String>,
    /// Empty takes it away.
    landline: Option<String>,
    /// Empty takes it away.
    home_address: Option<String>,
    special_group: Option<String>,
    remark: Option<String>,
    branch: OrganisationId,
    group: Option<OrganisationId>,
    member_type: MemberType,
    join_date: NaiveDate,
    conversion_date: Option<NaiveDate>,
    /// When adding; later it changes by a decision only.
    status: Option<MembershipStatus>,
    lost_on: Option<NaiveDate>,
    lost_reason: Option<String>,
    #[graphql(default)]
    floating: bool,
    flow_direction: Option<String>,
}

impl MemberInput {
    /// The checked facts; all faults but the first go beside the answer, so a form shows every one.
    pub fn accept(self, ctx: &Context<'_>) -> Result<(Place, Facts)> {
        let cx = ctx.cx()?;
        let place = Place { branch: self.branch, group: self.group };
        let facts = Facts {
            name: self.name,
            id_number: self.id_number,
            sex: self.sex,
            birth_date: self.birth_date,
            archive_birth_date: self.archive_birth_date,
            archive_birth_reason: self.archive_birth_reason,
            ethnicity: self.ethnicity,
            native_place: self.native_place,
            education_level: self.education_level,
            degree: self.degree,
            school: self.school,
            major: self.major,
            first_work_date: self.first_work_date,
            work_post: self.work_post,
            employer: self.employer,
            professional_title: self.professional_title,
            mobile: self.mobile,
            landline: self.landline,
            home_address: self.home_address,
            special_group: self.special_group,
            remark: self.remark,
            member_type: self.member_type,
            join_date: self.join_date,
            conversion_date: self.conversion_date,
            status: self.status.unwrap_or(MembershipStatus::Normal),
            lost_on: self.lost_on,
            lost_reason: self.lost_reason,
            floating: self.floating,
            flow_direction: self.flow_direction,
        };
        let demo = cx.identity()?.tenant.demo;
        let facts = rules::accept(facts, cx.app.world.today(), demo).map_err(|faults| all_faults(ctx, faults))?;
        Ok((place, facts))
    }
}

/// 党员
#[derive(Default)]
pub struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Adds a member (PC-3.2.1a); the account that goes with it has the initial password.
    async fn create_member(&self, ctx: &Context<'_>, input: MemberInput) -> Result<Member> {
        let cx = ctx.cx()?;
        cx.allow(MEMBER_EDIT)?;
        let (place, facts) = input.accept(ctx)?;
        let mut write = cx.write(MEMBER_EDIT).await?;
        let id = member::create(&mut write, place, &facts).await?;
        write.commit().await?;
        one(cx, id, ctx.shows(&["posts"])).await
    }

    /// Edits a member as it was at `version`.
    async fn update_member(&self, ctx: &Context<'_>, id: PersonId, version: i32, input: MemberInput) -> Result<Member> {
        let cx = ctx.cx()?;
        cx.allow(MEMBER_EDIT)?;
        let (place, facts) = input.accept(ctx)?;
        let mut write = cx.write(MEMBER_EDIT).await?;
        let row = member::update(&mut write, id, version, place, &facts).await?;
        if row.version == version {
            write.commit_quietly().await?
        } else {
            write.commit().await?
        }
        one(cx, id, ctx.shows(&["posts"])).await
    }

    /// Moves members to the history library (PC-3.2.5): all of them, or none. The result is their number.
    async fn delete_members(
        &self,
        ctx: &Context<'_>,
        ids: Vec<PersonId>,
        reason: EndReason,
        note: String,
    ) -> Result<usize> {
        let mut write = ctx.cx()?.write(MEMBER_EDIT).await?;
        let count = member::leave(&mut write, &ids, reason, &note).await?;
        write.commit().await?;
        Ok(count)
    }

    /// Takes a former member back (还原, PC-3.2.5), to the last branch or to the one that is named.
    async fn restore_member(
        &self,
        ctx: &Context<'_>,
        id: PersonId,
        branch: Option<OrganisationId>,
        group: Option<OrganisationId>,
    ) -> Result<Member> {
        let cx = ctx.cx()?;
        let mut write = cx.write(MEMBER_EDIT).await?;
        member::restore(&mut write, id, branch.map(|branch| Place { branch, group })).await?;
        write.commit().await?;
        one(cx, id, ctx.shows(&["posts"])).await
    }

    /// What is masked of a member, in full, to somebody who says why; leaves an audit row.
    async fn reveal_member(&self, ctx: &Context<'_>, id: PersonId, reason: String) -> Result<RevealedMember> {
        let mut write = ctx.cx()?.write(MEMBER_REVEAL).await?;
        let revealed = member::reveal(&mut write, id, &reason).await?;
        write.commit().await?;
        let text = |secret: Option<Secret>| secret.map(|secret| secret.expose().to_owned());
        Ok(RevealedMember {
            id_number: text(revealed.id_number),
            mobile: text(revealed.mobile),
            landline: text(revealed.landline),
            home_address: text(revealed.home_address),
        })
    }
}
