//! Activity certificates as PDF (PC-3.2.1d): that of one member, or those of a list.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;
use zhibu_core::{Page, PageArgs, Permission, PersonId, Result, dictionary, mask};
use zhibu_office::paper::{Block, Field, Paper, Table};
use zhibu_tenancy::exchange::export::{ExportColumn, Records, column, sensitive};
use zhibu_tenancy::keys::Vault;
use zhibu_tenancy::{Cx, Read, tenants};

use super::{Part, Row, current_of, parts};
use crate::graphql::MemberFilter;
use crate::member::rules::party_age;
use crate::member::{self, Entry, Filter, Sort};
use crate::organisation::{self, Reach};
use crate::{MEMBER_READ, MEMBER_REVEAL};

const COLUMNS: &[ExportColumn] = &[column("form", "党员活动证", 20), sensitive("idNumber", "公民身份号码", 22)];

/// Activity certificates.
pub(crate) struct Certificates;

/// A filter: that of the list of members, or one member.
#[derive(async_graphql::InputObject)]
struct Wanted {
    person: Option<PersonId>,
    #[graphql(flatten)]
    list: MemberFilter,
}

#[async_trait]
impl Records for Certificates {
    type Id = PersonId;
    type Filter = Filter;
    type Row = Entry;

    fn kind(&self) -> &'static str {
        "certificate"
    }

    fn title(&self) -> &'static str {
        "党员活动证"
    }

    fn permission(&self) -> Permission {
        MEMBER_READ
    }

    fn reveals(&self) -> Option<Permission> {
        Some(MEMBER_REVEAL)
    }

    fn columns(&self) -> &'static [ExportColumn] {
        COLUMNS
    }

    fn asked(&self, value: &Value, _: NaiveDate) -> Result<(Option<PersonId>, Filter)> {
        let wanted = zhibu_graphql::filter::<Wanted>(value)?;
        Ok((wanted.person, wanted.list.try_into()?))
    }

    async fn one_in_words(&self, person: PersonId, read: &mut Read<'_>) -> Result<String> {
        Ok(format!("党员：{}", self.one(person, read).await?.person.name))
    }

    async fn in_words(&self, filter: Filter, read: &mut Read<'_>) -> Result<String> {
        member::filter_words(&filter, read).await
    }

    async fn count(&self, cx: &Cx, filter: &Filter, read: &mut Read<'_>) -> Result<i64> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        member::count(cx, &reach, filter, read.conn()?).await
    }

    async fn one(&self, person: PersonId, read: &mut Read<'_>) -> Result<Entry> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        member::get(&reach, person, read.conn()?).await
    }

    async fn page(&self, cx: &Cx, filter: &Filter, args: &PageArgs, read: &mut Read<'_>) -> Result<Page<Entry>> {
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        member::list(cx, &reach, filter, Sort::Name, args, read.conn()?).await
    }

    async fn papers(
        &self,
        cx: &Cx,
        entries: &[Entry],
        columns: &[&'static ExportColumn],
        read: &mut Read<'_>,
    ) -> Result<Vec<Paper>> {
        let vault = tenants::vault(&cx.app, cx.tenant()?).await?;
        let whole = columns.iter().any(|column| column.key == "idNumber");
        let ids: Vec<_> = entries.iter().map(|entry| entry.person.id).collect();
        let posts = member::posts_of(&ids, true, read.conn()?).await?;
        let mut issued = current_of(&ids, read.conn()?).await?;
        let places = entries.iter().flat_map(|entry| {
            let assigned = &entry.assignment;
            [Some(assigned.organisation_id), assigned.group_id].into_iter().flatten()
        });
        let held = posts.values().flatten().map(|post| post.organisation);
        let names = organisation::names(&places.chain(held).collect::<Vec<_>>(), read.conn()?).await?;
        let mut papers = Vec::new();
        for entry in entries {
            let id = entry.person.id;
            let posts: Vec<String> = posts
                .get(&id)
                .into_iter()
                .flatten()
                .map(|post| {
                    let at = names.get(&post.organisation).map_or("", String::as_str);
                    format!("{}（{at}）", dictionary::words("post", &post.post))
                })
                .collect();
            let known = Known { entry, posts: posts.join("、"), names: &names, vault: &vault, whole };
            papers.push(paper(cx, &known, issued.remove(&id).as_ref(), parts(cx, id, false, read.conn()?).await?)?);
        }
        Ok(papers)
    }
}

/// What a certificate is written with.
struct Known<'k> {
    entry: &'k Entry,
    posts: String,
    names: &'k HashMap<Uuid, String>,
    vault: &'k Vault,
    /// The identity number may be shown as it is.
    whole: bool,
}

/// The same as the page that is printed.
fn paper(cx: &Cx, known: &Known<'_>, issued: Option<&Row>, parts: Vec<Part>) -> Result<Paper> {
    let today = cx.app.world.today();
    let facts = Block::Table(Table { widths: vec![4, 6, 4, 6], heads: 0, rows: facts(known, today)? });
    let mut blocks = vec![facts];
    blocks.extend(parts.into_iter().map(section));
    blocks.push(match issued {
        Some(row) => Block::Code {
            text: format!("{}{}", cx.app.settings.public_url, row.path(cx)?),
            beside: vec![
                format!("证号：{}", row.number()),
                format!("签发日期：{}", row.issued_on),
                format!("签发人：{}", row.issued_by),
                format!("数据截至：{today}"),
                "扫码可核验是否有效".to_owned(),
            ],
        },
        None => Block::Text(format!("尚未签发，不作为凭证使用。数据截至{today}。")),
    });
    Ok(Paper { title: "党员活动证".to_owned(), blocks, foot: String::new() })
}

fn facts(known: &Known<'_>, today: NaiveDate) -> Result<Vec<Vec<Field>>> {
    let (person, terms, assigned) = (&known.entry.person, &known.entry.membership, &known.entry.assignment);
    let number = known.vault.open_text(&person.id_number)?;
    let number = if known.whole { number.expose().to_owned() } else { mask::id_number(number.expose()) };
    let at = |id: Uuid| known.names.get(&id).cloned().unwrap_or_default();
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let age = party_age(terms.join_date, terms.conversion_date, terms.kind(), today);
    let all = [
        ("姓名", person.name.clone()),
        ("性别", dictionary::words("sex", &person.sex)),
        ("民族", dictionary::words("ethnicity", &person.ethnicity)),
        ("出生日期", person.birth_date.to_string()),
        ("学历", dictionary::words("education_level", &person.education_level)),
        ("公民身份号码", number),
        ("所在党支部", at(assigned.organisation_id)),
        ("党小组", assigned.group_id.map(at).unwrap_or_default()),
        ("人员类别", dictionary::words("member_type", &terms.member_type)),
        ("入党日期", terms.join_date.to_string()),
        ("转正日期", day(terms.conversion_date)),
        ("党龄", age.map(|years| format!("{years}年")).unwrap_or_default()),
        ("党内职务", known.posts.clone()),
        ("工作单位及职务", person.employer.clone().unwrap_or_default()),
    ];
    let pairs = all
        .chunks(2)
        .map(|pair| pair.iter().flat_map(|(name, value)| [Field::label(*name), Field::value(value.clone())]).collect());
    Ok(pairs.collect())
}

fn section((_, title, found): Part) -> Block {
    let mut rows = Vec::new();
    let mut say = |words: &str| rows.push(vec![Field::value(words).over(2)]);
    let mut heading = title;
    match found {
        None => say("本单位未启用此项记录"),
        Some(section) if section.count == 0 => say("暂无记录"),
        Some(section) => {
            let words = section.words.map(|words| format!("，{words}")).unwrap_or_default();
            heading = format!("{heading}（共{}项{words}）", section.count);
            let shown = section.lines.len();
            for line in section.lines {
                let detail = line.detail.map(|detail| format!("（{detail}）")).unwrap_or_default();
                rows.push(vec![Field::value(line.on.to_string()), Field::value(format!("{}{detail}", line.title))]);
            }
            if i64::try_from(shown).is_ok_and(|shown| shown < section.count) {
                rows.push(vec![Field::value(format!("仅列出最近{shown}项")).over(2)]);
            }
        }
    }
    rows.insert(0, vec![Field::label(heading).over(2)]);
    Block::Table(Table { widths: vec![3, 13], heads: 1, rows })
}
