use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use uuid::Uuid;
use zhibu_core::{AccountId, Error, OrganisationId, Page, PageArgs, Result, Secret, dictionary};
use zhibu_graphql::{Listed, Request, all_faults, batch};
use zhibu_tenancy::identity::NewAccount;
use zhibu_tenancy::{Conn, Cx};

use super::{ChangeConnection, OrganisationRef};
use crate::organisation::{
    self, Administrator, Candidate, Filter, Listing, OrgStatus, OrgType, OrganisationAttention, Reach, Row, Span, Unit,
    UnitRelation, Wanted, rules,
};
use crate::{ORG_ADMIN, ORG_EDIT, ORG_READ, ORG_REVEAL};

/// A Party organisation (党组织).
pub struct Organisation {
    listing: Listing,
    parent_type: Option<OrgType>,
    editable: Reach,
}

/// A node of the organisation tree (组织架构).
#[derive(SimpleObject)]
pub struct TreeNode {
    id: OrganisationId,
    parent_id: Option<OrganisationId>,
    short_name: String,
    #[graphql(name = "type")]
    kind: OrgType,
    depth: i16,
    child_count: i32,
    /// Names of its administrators.
    administrators: Vec<String>,
}

/// A superior during a time (上级沿革).
#[derive(SimpleObject)]
pub struct ParentSpan {
    parent: Option<OrganisationRef>,
    from: NaiveDate,
    to: Option<NaiveDate>,
}

#[Object]
impl Organisation {
    async fn id(&self) -> OrganisationId {
        self.listing.row.id.into()
    }
    /// Counts edits; give it back when editing.
    async fn version(&self) -> i32 {
        self.listing.row.version
    }
    /// 组织代码
    async fn code(&self) -> &str {
        &self.listing.row.code
    }
    /// Code of the national system.
    async fn external_code(&self) -> Option<&str> {
        self.listing.row.external_code.as_deref()
    }
    /// 组织全称
    async fn full_name(&self) -> &str {
        &self.listing.row.full_name
    }
    /// 组织简称
    async fn short_name(&self) -> &str {
        &self.listing.row.short_name
    }
    /// 组织类别
    #[graphql(name = "type")]
    async fn kind(&self) -> OrgType {
        self.listing.row.kind()
    }
    /// 组织状态
    async fn status(&self) -> OrgStatus {
        OrgStatus::from_code(&self.listing.row.status).unwrap_or(OrgStatus::Active)
    }
    /// The superior; hidden when it is outside the caller's reach is of no use, since its name is on the seal.
    async fn parent(&self) -> Option<OrganisationRef> {
        self.listing.path.last().cloned().map(Into::into)
    }
    /// From the root to the superior.
    async fn path(&self) -> Vec<OrganisationRef> {
        self.listing.path.iter().cloned().map(Into::into).collect()
    }
    /// 成立日期
    async fn founded_on(&self) -> Option<NaiveDate> {
        self.listing.row.founded_on
    }
    /// 批准成立文号
    async fn approval_no(&self) -> Option<&str> {
        self.listing.row.approval_no.as_deref()
    }
    /// 所在单位情况
    async fn unit_relation(&self) -> Option<UnitRelation> {
        self.listing.row.unit_relation.as_deref().and_then(UnitRelation::from_code)
    }
    /// 所在单位
    async fn units(&self) -> &[Unit] {
        &self.listing.units
    }
    /// 行政区划, six digits
    async fn division_code(&self) -> &str {
        self.listing.row.division_code.as_deref().unwrap_or_default()
    }
    /// Name of the province of the 行政区划.
    async fn division_name(&self) -> Option<&'static str> {
        let province = self.listing.row.division_code.as_deref().and_then(|code| code.get(..2))?;
        dictionary::label("province", &format!("{province}0000"))
    }
    /// 联系人
    async fn contact_name(&self) -> &str {
        self.listing.row.contact_name.as_deref().unwrap_or_default()
    }
    /// 联系电话, masked
    async fn contact_phone(&self) -> &str {
        &self.listing.phone
    }
    /// 届期, years
    async fn term_years(&self) -> Option<i16> {
        self.listing.row.term_years
    }
    /// 本届起始日期
    async fn term_start(&self) -> Option<NaiveDate> {
        self.listing.row.term_start
    }
    /// 排序号
    async fn sort(&self) -> i16 {
        self.listing.row.sort
    }
    /// May approve admissions.
    async fn can_approve_members(&self) -> bool {
        self.listing.row.can_approve_members
    }
    /// 直属党支部
    async fn is_direct(&self) -> bool {
        rules::is_direct(self.listing.row.kind(), self.parent_type)
    }
    /// 村、社区
    async fn village_or_community(&self) -> bool {
        self.listing.row.village_or_community
    }
    /// Into which organisation it was merged.
    async fn merged_into(&self, ctx: &Context<'_>) -> Result<Option<OrganisationRef>> {
        relative(ctx, self.listing.row.merged_into).await
    }
    /// From which organisation it was split.
    async fn split_from(&self, ctx: &Context<'_>) -> Result<Option<OrganisationRef>> {
        relative(ctx, self.listing.row.split_from).await
    }
    /// The day it was merged or dissolved.
    async fn closed_on(&self) -> Option<NaiveDate> {
        self.listing.row.closed_on
    }
    /// Direct subordinates.
    async fn child_count(&self) -> i32 {
        self.listing.row.child_count
    }
    /// 管理员
    async fn administrators(&self) -> &[Administrator] {
        &self.listing.administrators
    }
    /// The superiors it has had, newest first.
    async fn parents(&self, ctx: &Context<'_>) -> Result<Vec<ParentSpan>> {
        let spans = batch::<Superiors>(ctx)?.load_one(self.listing.row.id).await?;
        Ok(spans.unwrap_or_default().into_iter().map(Into::into).collect())
    }
    /// Hints that do not block.
    async fn hints(&self) -> Vec<String> {
        rules::hints(&self.listing.row.full_name, self.listing.row.kind(), self.parent_type)
    }
    /// The caller may edit it.
    async fn editable(&self) -> bool {
        self.listing.row.closed_on.is_none() && self.editable.covers(&self.listing.row.path)
    }
}

impl From<Span> for ParentSpan {
    fn from(Span { parent, since, until }: Span) -> Self {
        Self { parent: parent.map(Into::into), from: since, to: until }
    }
}

async fn relative(ctx: &Context<'_>, id: Option<Uuid>) -> Result<Option<OrganisationRef>> {
    let Some(id) = id else { return Ok(None) };
    let name = batch::<Names>(ctx)?.load_one(id).await?;
    Ok(name.map(|name| OrganisationRef { id: id.into(), short_name: name }))
}

/// Loads the names of many organisations at once.
struct Names(Arc<Cx>);

impl From<Arc<Cx>> for Names {
    fn from(cx: Arc<Cx>) -> Self {
        Self(cx)
    }
}

#[async_trait::async_trait]
impl Loader<Uuid> for Names {
    type Value = String;
    type Error = Error;

    async fn load(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
        organisation::names(ids, self.0.read(ORG_READ).await?.conn()?).await
    }
}

/// Loads the superiors of many organisations at once.
struct Superiors(Arc<Cx>);

impl From<Arc<Cx>> for Superiors {
    fn from(cx: Arc<Cx>) -> Self {
        Self(cx)
    }
}

#[async_trait::async_trait]
impl Loader<Uuid> for Superiors {
    type Value = Vec<Span>;
    type Error = Error;

    async fn load(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Span>>> {
        organisation::spans(ids, self.0.read(ORG_READ).await?.conn()?).await
    }
}

fn wanted(ctx: &Context<'_>, at: &[&str]) -> Wanted {
    let shows = |name: &'static str| ctx.shows(&[at, &[name]].concat());
    Wanted {
        administrators: shows("administrators"),
        units: shows("units"),
        path: shows("path") || shows("parent") || shows("isDirect") || shows("hints"),
    }
}

/// Everything of rows that a reply shows, each relation in one statement.
async fn show(cx: &Cx, rows: Vec<Row>, wanted: Wanted, conn: &mut Conn) -> Result<Vec<Organisation>> {
    let editable = match cx.allow(ORG_EDIT) {
        Ok(scope) => Reach::of(&scope, conn).await?,
        Err(_) => Reach::default(),
    };
    let above: Vec<Uuid> = if wanted.path { rows.iter().filter_map(|row| row.parent_id).collect() } else { Vec::new() };
    let kinds = organisation::kinds(&above, conn).await?;
    let listings = organisation::complete(cx, rows, wanted, conn).await?;
    Ok(listings
        .into_iter()
        .map(|listing| Organisation {
            parent_type: listing.row.parent_id.and_then(|id| kinds.get(&id).copied()),
            editable: editable.clone(),
            listing,
        })
        .collect())
}

/// One organisation, read anew, with what the reply shows.
async fn one(cx: &Cx, id: OrganisationId, wanted: Wanted) -> Result<Organisation> {
    let mut read = cx.read(ORG_READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let row = organisation::get(&reach, id, read.conn()?).await?;
    show(cx, vec![row], wanted, read.conn()?).await?.pop().ok_or_else(Error::missing)
}

/// Which organisations a list shows.
#[derive(InputObject)]
pub struct OrganisationFilter {
    /// Part of a name, or the start of a code.
    pub(crate) search: Option<String>,
    /// This organisation and everything below.
    pub(crate) under: Option<OrganisationId>,
    /// These kinds.
    pub(crate) types: Option<Vec<OrgType>>,
    /// Those that wait for this today.
    pub(crate) attention: Option<OrganisationAttention>,
    /// Those that were merged or dissolved, instead of those that work.
    pub(crate) closed: Option<bool>,
}

impl OrganisationFilter {
    /// What is looked for on a day.
    pub(crate) fn on(self, today: NaiveDate) -> Filter {
        Filter {
            search: self.search,
            under: self.under,
            types: self.types.unwrap_or_default(),
            attention: self.attention.map(|what| (what, today)),
            closed: self.closed.unwrap_or_default(),
        }
    }
}

/// 组织与党员
#[derive(Default)]
pub struct OrganisationQuery;

#[Object]
impl OrganisationQuery {
    /// Organisations inside the caller's scope, in tree order (PC-3.1.1a).
    async fn organisations(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        offset: Option<i32>,
        filter: Option<OrganisationFilter>,
    ) -> Result<Listed<Organisation>> {
        let args = PageArgs::new(first, after, offset)?;
        let cx = ctx.cx()?;
        let filter = filter.map(|filter| filter.on(cx.app.world.today())).unwrap_or_default();
        let mut read = cx.read(ORG_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let total = if ctx.shows(&["totalCount"]) {
            Some(organisation::count(&reach, &filter, read.conn()?).await?)
        } else {
            None
        };
        let page = organisation::list(&reach, &filter, &args, read.conn()?).await?;
        let nodes = show(cx, page.nodes, wanted(ctx, &["nodes"]), read.conn()?).await?;
        Ok(Listed::new(Page { nodes, info: page.info }, total))
    }

    /// One organisation.
    async fn organisation(&self, ctx: &Context<'_>, id: OrganisationId) -> Result<Organisation> {
        one(ctx.cx()?, id, wanted(ctx, &[])).await
    }

    /// What was changed of an organisation, by whom, newest first (变更记录).
    async fn organisation_changes(
        &self,
        ctx: &Context<'_>,
        id: OrganisationId,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<ChangeConnection> {
        let args = PageArgs::new(first, after, None)?;
        let mut read = ctx.cx()?.read(ORG_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        organisation::get(&reach, id, read.conn()?).await?;
        ChangeConnection::of("organisation", id.0, &args, read.conn()?).await
    }

    /// The tree below `root` (or below the tops of the caller's scope), at most 500 nodes (PC-3.1.1g).
    async fn tree(
        &self,
        ctx: &Context<'_>,
        root: Option<OrganisationId>,
        #[graphql(default = 2)] depth: i16,
    ) -> Result<Vec<TreeNode>> {
        let cx = ctx.cx()?;
        let mut read = cx.read(ORG_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let rows = organisation::tree(&reach, root, depth.clamp(0, rules::DEEPEST), read.conn()?).await?;
        let wanted = Wanted { administrators: ctx.shows(&["administrators"]), ..Wanted::default() };
        let listings = organisation::complete(cx, rows, wanted, read.conn()?).await?;
        Ok(listings.into_iter().map(TreeNode::from).collect())
    }

    /// The kinds a subordinate of `parent` may have.
    async fn allowed_types(&self, ctx: &Context<'_>, parent: OrganisationId) -> Result<Vec<OrgType>> {
        let mut read = ctx.cx()?.read(ORG_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        Ok(rules::children(organisation::get(&reach, parent, read.conn()?).await?.kind()).to_vec())
    }
}

impl From<Listing> for TreeNode {
    fn from(listing: Listing) -> Self {
        let row = listing.row;
        Self {
            id: row.id.into(),
            parent_id: row.parent_id.map(Into::into),
            kind: row.kind(),
            short_name: row.short_name,
            depth: row.depth,
            child_count: row.child_count,
            administrators: listing.administrators.into_iter().map(|a| a.display_name).collect(),
        }
    }
}

/// What a form gives about an organisation.
#[derive(InputObject)]
pub struct OrganisationInput {
    /// The superior; needed when adding, ignored when editing.
    parent: Option<OrganisationId>,
    full_name: String,
    short_name: String,
    #[graphql(name = "type")]
    kind: OrgType,
    external_code: Option<String>,
    founded_on: NaiveDate,
    approval_no: Option<String>,
    unit_relation: UnitRelation,
    units: Vec<UnitInput>,
    division_code: String,
    contact_name: String,
    /// Left out when editing: unchanged.
    contact_phone: Option<String>,
    term_years: Option<i16>,
    term_start: Option<NaiveDate>,
    sort: Option<i16>,
    can_approve_members: Option<bool>,
    village_or_community: Option<bool>,
}

/// A unit in a form.
#[derive(InputObject)]
pub struct UnitInput {
    name: String,
    uscc: Option<String>,
    nature: String,
    party_presence: Option<String>,
}

impl OrganisationInput {
    fn facts(self, ctx: &Context<'_>) -> Result<rules::Facts> {
        let unit =
            |u: UnitInput| Unit { name: u.name, uscc: u.uscc, nature: u.nature, party_presence: u.party_presence };
        let facts = rules::Facts {
            full_name: self.full_name,
            short_name: self.short_name,
            org_type: self.kind,
            external_code: self.external_code,
            founded_on: self.founded_on,
            approval_no: self.approval_no,
            unit_relation: self.unit_relation,
            units: self.units.into_iter().map(unit).collect(),
            division_code: self.division_code,
            contact_name: self.contact_name,
            contact_phone: self.contact_phone,
            term_years: self.term_years,
            term_start: self.term_start,
            sort: self.sort.unwrap_or_default(),
            can_approve_members: self.can_approve_members.unwrap_or_default(),
            village_or_community: self.village_or_community.unwrap_or_default(),
        };
        let today = ctx.cx()?.app.world.today();
        rules::accept(facts, today, &dictionary::has).map_err(|faults| all_faults(ctx, faults))
    }
}

/// Who is to administer which organisation: an account, or somebody new by name and user name or mobile number.
#[derive(InputObject)]
pub struct AdministratorInput {
    organisation: OrganisationId,
    account: Option<AccountId>,
    display_name: Option<String>,
    user_name: Option<String>,
    mobile: Option<String>,
}

/// The organisation with its new administrator.
#[derive(SimpleObject)]
pub struct AdministratorPayload {
    organisation: Organisation,
    /// An account was made; it has an initial password.
    created_account: bool,
    /// The initial password where it is random; it is told this once.
    one_time_password: Option<String>,
}

/// 组织与党员
#[derive(Default)]
pub struct OrganisationMutation;

#[Object]
impl OrganisationMutation {
    /// Adds a subordinate (新增下级, PC-3.1.1a).
    async fn create_organisation(&self, ctx: &Context<'_>, input: OrganisationInput) -> Result<Organisation> {
        let cx: &Arc<Cx> = ctx.cx()?;
        cx.allow(ORG_EDIT)?;
        let parent = input.parent.ok_or_else(|| Error::invalid("parent", "请选择上级组织"))?;
        if input.contact_phone.is_none() {
            return Err(Error::invalid("contactPhone", "联系电话不能为空"));
        }
        let facts = input.facts(ctx)?;
        let mut write = cx.write(ORG_EDIT).await?;
        let row = organisation::create(&mut write, parent, &facts).await?;
        write.commit().await?;
        one(cx, row.id.into(), wanted(ctx, &[])).await
    }

    /// Edits an organisation as it was at `version`.
    async fn update_organisation(
        &self,
        ctx: &Context<'_>,
        id: OrganisationId,
        version: i32,
        input: OrganisationInput,
    ) -> Result<Organisation> {
        let cx = ctx.cx()?;
        cx.allow(ORG_EDIT)?;
        let facts = input.facts(ctx)?;
        let mut write = cx.write(ORG_EDIT).await?;
        let row = organisation::update(&mut write, id, version, &facts).await?;
        if row.version == version {
            write.commit_quietly().await?
        } else {
            write.commit().await?
        }
        one(cx, id, wanted(ctx, &[])).await
    }

    /// Sets an administrator (设置管理员, PC-3.1.1e).
    async fn add_administrator(&self, ctx: &Context<'_>, input: AdministratorInput) -> Result<AdministratorPayload> {
        let cx = ctx.cx()?;
        let who = match (input.account, input.display_name) {
            (Some(account), _) => Candidate::Known(account),
            (None, Some(display_name)) => Candidate::New(NewAccount {
                display_name,
                user_name: input.user_name,
                mobile: input.mobile.map(Secret::new),
            }),
            (None, None) => return Err(Error::invalid("displayName", "请选择账号或填写姓名")),
        };
        let mut write = cx.write(ORG_ADMIN).await?;
        let (_, made) = organisation::add_administrator(&mut write, input.organisation, &who).await?;
        write.commit().await?;
        Ok(AdministratorPayload {
            organisation: one(cx, input.organisation, wanted(ctx, &["organisation"])).await?,
            created_account: made.is_some(),
            one_time_password: made
                .and_then(|made| made.one_time_password)
                .map(|password| password.expose().to_owned()),
        })
    }

    /// Takes an administrator's role away.
    async fn remove_administrator(
        &self,
        ctx: &Context<'_>,
        organisation: OrganisationId,
        account: AccountId,
    ) -> Result<Organisation> {
        let cx = ctx.cx()?;
        let mut write = cx.write(ORG_ADMIN).await?;
        organisation::remove_administrator(&mut write, organisation, account).await?;
        write.commit().await?;
        one(cx, organisation, wanted(ctx, &[])).await
    }

    /// A contact's telephone number in full; leaves an audit row.
    async fn reveal_contact_phone(&self, ctx: &Context<'_>, id: OrganisationId, reason: String) -> Result<String> {
        let mut write = ctx.cx()?.write(ORG_REVEAL).await?;
        let phone = organisation::reveal_phone(&mut write, id, &reason).await?;
        write.commit().await?;
        Ok(phone.expose().to_owned())
    }
}
