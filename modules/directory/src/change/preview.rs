//! What a command would do and what is in its way, by name. The same look decides when it is carried out.

use std::collections::HashMap;

use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, Result, dictionary};
use zhibu_tenancy::holdings::{self, Holding, Regrouping};
use zhibu_tenancy::{Conn, Cx, identity};

use super::model::{Finding, Item, OrganisationCommandKind as Kind, Preview};
use super::rules::{self, Plan};
use super::store::{self, Mover};
use crate::organisation::{self, Reach, Row};

/// A branch beyond so many full members ought to become a general branch.
const LARGE: usize = 50;
/// A branch needs so many full members.
const SMALL: usize = 3;

/// What a command concerns, and what was found.
#[derive(Debug, Clone)]
pub(super) struct Looked {
    /// The organisation.
    pub(super) subject: Row,
    /// The new superior, or the one that takes the members.
    pub(super) into: Option<Row>,
    /// The members that go elsewhere.
    pub(super) members: Vec<Mover>,
    /// The subordinates that go along.
    pub(super) children: Vec<Row>,
    /// What was found.
    pub(super) preview: Preview,
}

/// What a command would do, for whoever may ask for it.
pub async fn preview(cx: &Cx, reach: &Reach, plan: &Plan, conn: &mut Conn) -> Result<Preview> {
    look(cx, reach, plan, conn).await.map(|looked| looked.preview)
}

/// Looks at everything a command concerns. The organisation is inside the reach, the receiving one anywhere.
pub(super) async fn look(cx: &Cx, reach: &Reach, plan: &Plan, conn: &mut Conn) -> Result<Looked> {
    let subject = organisation::get(reach, plan.organisation, conn).await?;
    let into = match plan.into {
        Some(into) => Some(store::anywhere(into, conn).await.map_err(|error| error.at("into"))?),
        None => None,
    };
    let members = store::movers(subject.id, conn).await?;
    let children = store::children(subject.id, plan.kind == Kind::Delete, conn).await?;
    let needs_confirmation = into.as_ref().is_some_and(|into| !reach.covers_below(&into.path));
    let mut looked = Looked { subject, into, members, children, preview: Preview::default() };
    looked.preview.needs_confirmation = needs_confirmation;
    looked.general(plan, conn).await?;
    match plan.kind {
        Kind::Migrate => looked.migrate(cx, conn).await?,
        Kind::Merge => looked.merge(cx, conn).await?,
        Kind::Split => looked.split(cx, plan, conn).await?,
        Kind::Dissolve => looked.dissolve(cx, conn).await?,
        Kind::Delete => looked.delete(cx, conn).await?,
    }
    Ok(looked)
}

fn named(rows: &[Row]) -> Vec<Item> {
    rows.iter().map(|row| Item { id: row.id.to_string(), name: row.short_name.clone() }).collect()
}

impl Looked {
    fn follows(&mut self, finding: Finding) {
        if finding.kind == "hint" || finding.count > 0 {
            self.preview.consequences.push(finding);
        }
    }

    fn blocks(&mut self, finding: Finding) {
        self.preview.blockers.push(finding);
    }

    /// What is in the way of every command.
    async fn general(&mut self, plan: &Plan, conn: &mut Conn) -> Result<()> {
        let name = self.subject.short_name.clone();
        if self.subject.parent_id.is_none() {
            self.blocks(Finding::hint("根组织代表整个单位，不能迁移、合并、分立、撤销或删除"));
        }
        if self.subject.closed_on.is_some() {
            self.blocks(Finding::hint(format!("{name}已合并或撤销")));
        }
        if let Some(into) = self.into.clone().filter(|into| into.status != "active" && into.status != "preparing") {
            self.blocks(Finding::of("organisation", "接收组织已合并或撤销", named(&[into])));
        }
        let ids: Vec<Uuid> =
            [Some(self.subject.id), self.into.as_ref().map(|into| into.id)].into_iter().flatten().collect();
        let others = store::under_way(&ids, plan.command.map(|id| id.0), conn).await?;
        if !others.is_empty() {
            let items = others.iter().map(|row| {
                let kind = dictionary::label("organisation_command", &row.kind).unwrap_or_default();
                Item { id: row.id.to_string(), name: format!("{}：{kind}", row.organisation_name) }
            });
            self.blocks(Finding::of("command", "还有未完成的组织变更，请先完成或撤回", items.collect()));
        }
        Ok(())
    }

    async fn migrate(&mut self, cx: &Cx, conn: &mut Conn) -> Result<()> {
        let Some(into) = self.into.clone() else { return Err(Error::bug("no receiver")) };
        let subject = self.subject.clone();
        if subject.parent_id == Some(into.id) {
            self.blocks(Finding::hint(format!("{}已经是{}的下级", subject.short_name, into.short_name)));
        }
        if into.path.starts_with(&format!("{}.", subject.path)) {
            self.blocks(Finding::of(
                "organisation",
                "不能迁移到自己的下级组织之下",
                named(std::slice::from_ref(&into)),
            ));
        }
        if !organisation::rules::children(into.kind()).contains(&subject.kind()) {
            let kind = dictionary::label("org_type", &subject.org_type).unwrap_or_default();
            self.blocks(Finding::of(
                "organisation",
                format!("{}不能设置{kind}为下级", into.short_name),
                named(std::slice::from_ref(&into)),
            ));
        }
        let grouped = store::grouped(subject.id, conn).await?;
        if !grouped.is_empty() {
            self.blocks(Finding::of("member", "党小组内还有党员，请先把他们调整到其他党小组", grouped));
        }
        let below = store::subtree(&subject.path, conn).await?;
        let deepest = below.iter().map(|(_, _, depth, _)| *depth).max().unwrap_or(subject.depth);
        if deepest - subject.depth + into.depth >= organisation::rules::DEEPEST {
            self.blocks(Finding::hint("迁移后组织层级超过9级"));
        }
        self.names_clash(std::slice::from_ref(&subject), into.id, conn).await?;
        let items = below.iter().map(|(id, name, ..)| Item { id: id.to_string(), name: name.clone() }).collect();
        self.follows(Finding::of("organisation", format!("改隶{}，组织代码随之改变", into.short_name), items));
        let members: i32 = below.iter().map(|(.., count)| *count).sum();
        let with = Finding::of("member", "组织关系不变，随组织迁移", Vec::new());
        self.follows(Finding { count: members, ..with });
        let ids: Vec<Uuid> = below.iter().map(|(id, ..)| *id).collect();
        let open = self.rerouted(cx, &ids, (&into, false), conn).await?;
        for (kind, title, items) in by_title(open) {
            self.follows(Finding::of(kind, format!("{title}改由新的上级审批"), items));
        }
        let above: Vec<Uuid> = subject.parent_id.into_iter().collect();
        let above = organisation::names(&above, conn).await?.into_values().next().unwrap_or_default();
        self.follows(Finding::hint(format!(
            "{above}及其上级的管理员不再管理这些组织，{}的管理员开始管理",
            into.short_name
        )));
        Ok(())
    }

    async fn merge(&mut self, cx: &Cx, conn: &mut Conn) -> Result<()> {
        let Some(into) = self.into.clone() else { return Err(Error::bug("no receiver")) };
        let name = into.short_name.clone();
        if !rules::merges(self.subject.kind(), into.kind()) {
            self.blocks(Finding::of(
                "organisation",
                "两个组织的类别不同，不能合并",
                named(std::slice::from_ref(&into)),
            ));
        }
        if into.path.starts_with(&format!("{}.", self.subject.path)) {
            self.blocks(Finding::of("organisation", "不能合并到自己的下级组织", named(std::slice::from_ref(&into))));
        }
        let fits = organisation::rules::children(into.kind());
        let misfits: Vec<Row> = self.children.iter().filter(|child| !fits.contains(&child.kind())).cloned().collect();
        if !misfits.is_empty() {
            self.blocks(Finding::of("organisation", format!("这些下级组织不能隶属于{name}"), named(&misfits)));
        }
        let mut deepest = into.depth;
        for child in self.children.clone() {
            let below = store::subtree(&child.path, conn).await?;
            let levels = below.iter().map(|(_, _, depth, _)| *depth - child.depth + 1).max().unwrap_or(1);
            deepest = deepest.max(into.depth + levels);
        }
        if deepest > organisation::rules::DEEPEST {
            self.blocks(Finding::hint("合并后组织层级超过9级"));
        }
        let children = self.children.clone();
        self.names_clash(&children, into.id, conn).await?;
        let items = self.members.iter().map(Item::from).collect();
        self.follows(Finding::of("member", format!("组织关系转入{name}"), items));
        self.follows(Finding::of("organisation", format!("改隶{name}，组织代码随之改变"), named(&children)));
        self.ends(cx, conn).await?;
        let below = store::subtree(&self.subject.path, conn).await?;
        let ids: Vec<Uuid> = below.into_iter().map(|(id, ..)| id).collect();
        let mut open = self.rerouted(cx, &ids, (&into, true), conn).await?;
        open.retain(|one| one.organisation == self.subject.id);
        for (kind, title, items) in by_title(open) {
            self.follows(Finding::of(kind, format!("{title}移交{name}"), items));
        }
        let full = |members: &[Mover]| members.iter().filter(|one| one.member_type == "formal").count();
        let together = full(&self.members) + full(&store::movers(into.id, conn).await?);
        if together > LARGE {
            self.follows(Finding::hint(format!("合并后有正式党员{together}名，超过{LARGE}名，应考虑设立党总支")));
        }
        self.follows(Finding::hint(format!("{}的状态变为“已合并”，名称和历史记录保留", self.subject.short_name)));
        Ok(())
    }

    async fn split(&mut self, cx: &Cx, plan: &Plan, conn: &mut Conn) -> Result<()> {
        let Some(split) = &plan.split else { return Err(Error::bug("no split")) };
        let name = split.short_name.clone();
        if !crate::member::rules::has_members(self.subject.kind()) {
            self.blocks(Finding::hint("只有直接管理党员的党支部可以分立"));
        }
        let (going, staying): (Vec<Mover>, Vec<Mover>) = std::mem::take(&mut self.members)
            .into_iter()
            .partition(|one| split.members.iter().any(|id| id.0 == one.person));
        if going.len() != split.members.len() {
            return Err(Error::missing().at("split.members"));
        }
        if staying.is_empty() {
            self.blocks(Finding::hint("原组织至少要保留一名党员；全部党员一起变动请用迁移或合并"));
        }
        let names =
            organisation::taken_names(&split.full_name, &split.short_name, self.subject.parent_id, conn).await?;
        if !names.is_empty() {
            self.blocks(Finding::of("organisation", "新组织的名称与现有组织重复", items(names)));
        }
        self.follows(Finding::hint(format!(
            "新设{name}，与{}同级同类，所在单位和联系人先照原组织登记",
            self.subject.short_name
        )));
        self.follows(Finding::of("member", format!("组织关系转入{name}"), going.iter().map(Item::from).collect()));
        let posts = store::held_posts(self.subject.id, cx.app.world.today(), conn).await?;
        let posts = posts.into_iter().filter(|(person, ..)| going.iter().any(|one| one.person == *person));
        self.follows(Finding::of("post", "转出党员在原组织的职务终止", told_posts(posts.collect())));
        let open = holdings::held(cx, &[self.subject.id], false, conn).await?;
        let theirs =
            open.into_iter().filter(|one| one.person.is_some_and(|id| going.iter().any(|who| who.person == id)));
        for (kind, title, items) in by_title(theirs.collect()) {
            self.follows(Finding::of(kind, format!("{title}移交{name}"), items));
        }
        let full = |members: &[Mover]| members.iter().filter(|one| one.member_type == "formal").count();
        for (who, count) in [(name.as_str(), full(&going)), (self.subject.short_name.clone().as_str(), full(&staying))]
        {
            if count < SMALL {
                self.follows(Finding::hint(format!("分立后{who}只有正式党员{count}名，少于{SMALL}名")));
            }
        }
        self.follows(Finding::hint(format!("{name}的班子需要重新选举，管理员需要另行设置")));
        self.members = going;
        Ok(())
    }

    async fn dissolve(&mut self, cx: &Cx, conn: &mut Conn) -> Result<()> {
        let members: Vec<Item> = self.members.iter().map(Item::from).collect();
        if !members.is_empty() {
            self.blocks(Finding::of("member", "还有党员，每名党员都要先转到其他党支部", members));
        }
        let grouped = store::grouped(self.subject.id, conn).await?;
        if !grouped.is_empty() {
            self.blocks(Finding::of("member", "党小组内还有党员，请先把他们调整到其他党小组", grouped));
        }
        let children = named(&self.children);
        if !children.is_empty() {
            self.blocks(Finding::of("organisation", "还有下级组织，请先迁移、合并或撤销", children));
        }
        let open = holdings::held(cx, &[self.subject.id], false, conn).await?;
        for (kind, title, items) in by_title(open) {
            self.blocks(Finding::of(kind, format!("还有未办结的{title}，请先办结或移交"), items));
        }
        self.ends(cx, conn).await?;
        self.follows(Finding::hint(format!(
            "{}的状态变为“已撤销”，不再供选择，名称和历史记录保留",
            self.subject.short_name
        )));
        Ok(())
    }

    async fn delete(&mut self, cx: &Cx, conn: &mut Conn) -> Result<()> {
        let children = named(&self.children);
        if !children.is_empty() {
            self.blocks(Finding::of("organisation", "有过下级组织，只能撤销，不能删除", children));
        }
        if store::ever(self.subject.id, conn).await? > 0 {
            let members = self.members.iter().map(Item::from).collect();
            self.blocks(Finding::of("member", "有过党员或任职，只能撤销，不能删除", members));
        }
        for (kind, title, items) in by_title(holdings::held(cx, &[self.subject.id], true, conn).await?) {
            self.blocks(Finding::of(kind, format!("有过{title}，只能撤销，不能删除"), items));
        }
        if self.subject.split_from.is_some() || store::has_kin(self.subject.id, conn).await? {
            self.blocks(Finding::hint("参与过合并或分立，只能撤销，不能删除"));
        }
        self.ends(cx, conn).await?;
        self.follows(Finding::hint(format!("{}从组织树中删除，名称可以重新使用", self.subject.short_name)));
        Ok(())
    }

    /// Tells what is open and goes to whom by the tree as it will be; what else is open there.
    async fn rerouted(
        &mut self,
        cx: &Cx,
        at: &[Uuid],
        (into, merged): (&Row, bool),
        conn: &mut Conn,
    ) -> Result<Vec<Holding>> {
        let change = Regrouping {
            from: self.subject.path.clone(),
            into: into.path.clone(),
            into_name: into.short_name.clone(),
            merged,
        };
        let told = holdings::rerouted(cx, at, &change, conn).await?;
        let mut open = holdings::held(cx, at, false, conn).await?;
        open.retain(|one| !told.iter().any(|other| (other.kind, other.id) == (one.kind, one.id)));
        let mut words: Vec<(&'static str, String, Vec<Item>)> = Vec::new();
        for one in told {
            let item = Item { id: one.id.to_string(), name: one.name };
            match words.iter_mut().find(|(kind, words, _)| *kind == one.kind && *words == one.words) {
                Some((.., items)) => items.push(item),
                None => words.push((one.kind, one.words, vec![item])),
            }
        }
        for (kind, words, items) in words {
            self.follows(Finding::of(kind, words, items));
        }
        Ok(open)
    }

    /// Posts and rights that end when the organisation closes.
    async fn ends(&mut self, cx: &Cx, conn: &mut Conn) -> Result<()> {
        let posts = store::held_posts(self.subject.id, cx.app.world.today(), conn).await?;
        self.follows(Finding::of("post", "党内职务终止", told_posts(posts)));
        let held = identity::assignments(&cx.app, None, Some(&[self.subject.id]), conn).await?;
        let mut who: Vec<Uuid> =
            held.iter().filter(|one| !one.by_post && one.role != "member").map(|one| one.account).collect();
        who.sort_unstable();
        who.dedup();
        let accounts = identity::accounts_by_ids(cx, &who, conn).await?;
        let administrators =
            accounts.into_iter().map(|one| Item { id: one.id.to_string(), name: one.display_name }).collect();
        self.follows(Finding::of("administrator", "在该组织的管理权限终止", administrators));
        Ok(())
    }

    async fn names_clash(&mut self, coming: &[Row], below: Uuid, conn: &mut Conn) -> Result<()> {
        let there = store::children(below, true, conn).await?;
        let same = |row: &Row| there.iter().any(|other| other.full_name == row.full_name && other.id != row.id);
        let clash: Vec<Row> = coming.iter().filter(|row| same(row)).cloned().collect();
        if !clash.is_empty() {
            self.blocks(Finding::of("organisation", "与接收组织的下级同名，请先改名", named(&clash)));
        }
        Ok(())
    }
}

fn items(names: Vec<(OrganisationId, String)>) -> Vec<Item> {
    names.into_iter().map(|(id, name)| Item { id: id.to_string(), name }).collect()
}

fn told_posts(posts: Vec<(Uuid, String, String)>) -> Vec<Item> {
    let told = |post: &str| dictionary::label("post", post).unwrap_or(post).to_owned();
    posts
        .into_iter()
        .map(|(id, name, post)| Item { id: id.to_string(), name: format!("{name}（{}）", told(&post)) })
        .collect()
}

/// What modules hold, gathered by what it is called.
fn by_title(held: Vec<Holding>) -> Vec<(&'static str, &'static str, Vec<Item>)> {
    let mut order: Vec<(&'static str, &'static str)> = Vec::new();
    let mut found: HashMap<&'static str, Vec<Item>> = HashMap::new();
    for one in held {
        if !order.contains(&(one.kind, one.title)) {
            order.push((one.kind, one.title));
        }
        found.entry(one.title).or_default().push(Item { id: one.id.to_string(), name: one.name });
    }
    order.into_iter().map(|(kind, title)| (kind, title, found.remove(title).unwrap_or_default())).collect()
}
