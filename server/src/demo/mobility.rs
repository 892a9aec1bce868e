//! Who moves in the demo tenant: transfers in each state, members who live elsewhere, guests, and one who is lost.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use zhibu_core::{Error, OrganisationId, PersonId, Result, TransferId};
use zhibu_modules::directory::MEMBER_READ;
use zhibu_modules::directory::member::{self, Entry, Facts, Filter, MemberType, MembershipStatus, rules};
use zhibu_modules::directory::organisation::{self, Reach};
use zhibu_modules::mobility::flow::{self, FlowForm, Person};
use zhibu_modules::mobility::schema::{transfer_events, transfer_letters, transfers};
use zhibu_modules::mobility::transfer::{self, Inbound, Internal, LetterForm, Outbound};
use zhibu_modules::mobility::{TRANSFER_ACCEPT, TRANSFER_READ};
use zhibu_tenancy::Cx;
use zhibu_tenancy::audit::Entry as Told;

use super::members::{Branch, id_number};

/// Members that are read of a branch.
const MOST: i64 = 100;
/// Since how many days the members who live elsewhere are away, how many days ago they were heard of, and in how many days they
/// are expected back.
const AWAY: &[(u64, Option<u64>, Option<i64>)] = &[
    (400, Some(12), Some(60)),
    (130, Some(100), None),
    (45, None, Some(30)),
    (260, Some(200), Some(-9)),
    (95, Some(20), None),
];
/// Guests: name, sex, birth, branch.
const GUESTS: &[(&str, &str, &str, &str)] = &[
    ("万里程", "1", "1988-05-12", "机关第一党支部"),
    ("白露", "2", "1994-11-02", "机关第二党支部"),
    ("程致远", "1", "1979-01-23", "装配车间党支部"),
    ("易文竹", "2", "1990-08-30", "技术中心党支部"),
    ("池中岳", "1", "1985-03-17", "物流销售联合党支部"),
];

/// Makes it all, of the branches that are in every demo tenant.
pub(super) async fn fill(cx: &Cx, branches: &[Branch]) -> Result<()> {
    let mut here = Vec::new();
    for branch in branches.iter().take(super::HEADS.len()) {
        here.extend(of(cx, branch).await?);
    }
    for (n, one) in here.iter().filter(|one| one.membership.floating).enumerate() {
        away(cx, one, n).await?;
    }
    for one in &here {
        if let Some(on) = one.membership.lost_on {
            let words = (on, "3", "毕业后离开原单位，电话停机，家中也没有音信");
            flow::open_lost(cx, one.person.id.into(), words).await?;
        }
    }
    for (n, guest) in GUESTS.iter().enumerate() {
        come(cx, branches, n, guest).await?;
    }
    Box::pin(Desk::of(cx, branches, here).await?.work()).await
}

async fn of(cx: &Cx, branch: &Branch) -> Result<Vec<Entry>> {
    let mut read = cx.read(MEMBER_READ).await?;
    let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
    let filter = Filter { under: Some(branch.id), ..Filter::default() };
    let found = member::everyone(cx, &reach, &filter, MOST, read.conn()?).await?;
    drop(read);
    cx.close().await;
    Ok(found)
}

fn back(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_sub_days(Days::new(days)).unwrap_or(today)
}

fn pick(from: &[&str], n: usize) -> String {
    from.get(n % from.len().max(1)).copied().unwrap_or_default().to_owned()
}

async fn away(cx: &Cx, one: &Entry, n: usize) -> Result<()> {
    let today = cx.app.world.today();
    let Some((since, heard, expected)) = AWAY.get(n % AWAY.len()) else { return Ok(()) };
    let form = FlowForm {
        other_name: Some(pick(&["中共上海市某街道工作委员会", "中共苏州工业园区某社区支部委员会"], n)),
        other_contact: Some("刘主任 021-55550000".to_owned()),
        direction: one.membership.flow_direction.clone().unwrap_or_else(|| "1".to_owned()),
        reason: pick(&["work", "family", "secondment"], n),
        started_on: back(today, *since).max(one.membership.join_date),
        expected_on: expected.map(|days| today + chrono::Duration::days(days)),
        certificate_no: Some(format!("示流2026-{:03}", n + 1)),
        note: None,
    };
    let id = flow::start(cx, Person::Ours(one.person.id.into()), form).await?.map_err(super::first_fault)?;
    match heard {
        Some(days) => {
            flow::contact(cx, id, 1, (back(today, *days), "phone", "通过电话了解工作和生活情况，提醒按时交纳党费"))
                .await
        }
        None => Ok(()),
    }
}

async fn come(cx: &Cx, branches: &[Branch], n: usize, guest: &(&str, &str, &str, &str)) -> Result<()> {
    let (today, number) = (cx.app.world.today(), u32::try_from(n).map_err(Error::bug)?);
    let (name, sex, birth, branch) = guest;
    let person = Person::Theirs {
        branch: named(branches, branch)?,
        name: (*name).to_owned(),
        id_number: id_number(4_950_000 + number, sex, birth.parse().map_err(Error::bug)?, today)?,
        mobile: format!("197{number:08}"),
    };
    let form = FlowForm {
        other_name: Some("中共外地某公司支部委员会".to_owned()),
        other_contact: Some("王书记 0516-55550000".to_owned()),
        direction: "2".to_owned(),
        reason: "work".to_owned(),
        started_on: back(today, 30 + 40 * u64::from(number)),
        expected_on: None,
        certificate_no: None,
        note: None,
    };
    flow::start(cx, person, form).await?.map_err(super::first_fault).map(drop)
}

fn named(branches: &[Branch], name: &str) -> Result<OrganisationId> {
    let found = branches.iter().find(|branch| branch.name == name);
    found.map(|branch| branch.id).ok_or_else(|| Error::bug("demo branch"))
}

/// Works on transfers: who is free to go, and where.
struct Desk<'a> {
    cx: &'a Cx,
    branches: &'a [Branch],
    free: Vec<Entry>,
}

impl<'a> Desk<'a> {
    /// Members of full right who hold no post may go.
    async fn of(cx: &'a Cx, branches: &'a [Branch], mut here: Vec<Entry>) -> Result<Self> {
        let ids: Vec<Uuid> = branches.iter().map(|branch| branch.id.0).collect();
        let mut read = cx.read(MEMBER_READ).await?;
        let held = member::held_on(&ids, read.conn()?).await?;
        drop(read);
        cx.close().await;
        let held: HashSet<Uuid> = held.into_iter().map(|post| post.person).collect();
        here.retain(|one| {
            let terms = &one.membership;
            !held.contains(&one.person.id) && !terms.floating && terms.lost_on.is_none() && terms.status == "normal"
        });
        here.retain(|one| one.membership.member_type == "formal");
        Ok(Self { cx, branches, free: here })
    }

    /// The next one of a branch who is free.
    fn next(&mut self, branch: &str) -> Result<PersonId> {
        let at = named(self.branches, branch)?;
        let found = self.free.iter().position(|one| one.assignment.organisation_id == at.0);
        let found = found.ok_or_else(|| Error::bug("nobody is free"))?;
        Ok(self.free.remove(found).person.id.into())
    }

    async fn internal(&mut self, from: &str, to: &str) -> Result<TransferId> {
        let form = Internal {
            person: self.next(from)?,
            to: named(self.branches, to)?,
            reason: "job".to_owned(),
            note: Some("岗位调整".to_owned()),
            dues_paid_to: Some(self.cx.app.world.today().format("%Y-%m").to_string()),
        };
        transfer::start_internal(self.cx, form).await
    }

    async fn outbound(&mut self, from: &str) -> Result<TransferId> {
        let form = Outbound {
            person: self.next(from)?,
            to_name: Some("中共苏州市某局机关委员会".to_owned()),
            receiver: None,
            reason: "residence".to_owned(),
            note: None,
            dues_paid_to: None,
        };
        transfer::start_outbound(self.cx, form).await
    }

    async fn inbound(&self, n: u32, name: &str, to: &str) -> Result<TransferId> {
        let today = self.cx.app.world.today();
        let form = Inbound {
            branch: named(self.branches, to)?,
            facts: newcomer(n, name, today)?,
            from_name: "中共无锡市某集团委员会".to_owned(),
            letter_no: format!("{}-{:04}", today.format("%Y"), 120 + n),
            issued_on: back(today, 10),
            valid_days: 30,
            reason: "job".to_owned(),
            note: None,
            dues_paid_to: Some(today.format("%Y-%m").to_string()),
        };
        transfer::start_inbound(self.cx, form).await
    }

    async fn version(&self, id: TransferId) -> Result<i32> {
        let mut read = self.cx.read(TRANSFER_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let version = transfer::store::load(&reach, id, false, read.conn()?).await?.version;
        drop(read);
        self.cx.close().await;
        Ok(version)
    }

    async fn agree(&self, id: TransferId) -> Result<()> {
        transfer::approve(self.cx, id, self.version(id).await?, "同意", None).await
    }

    async fn issue(&self, id: TransferId) -> Result<()> {
        let form = LetterForm {
            valid_days: 30,
            address: "江苏省南京市玄武区示例路1号".to_owned(),
            phone: "025-55550000".to_owned(),
        };
        transfer::approve(self.cx, id, self.version(id).await?, "同意转出", Some(form)).await
    }

    /// One in each state.
    async fn work(mut self) -> Result<()> {
        let cx = self.cx;
        self.internal("装配车间党支部", "机加车间党支部").await?;
        self.internal("机关第一党支部", "技术中心党支部").await?;
        let id = self.internal("机关第二党支部", "装配车间党支部").await?;
        self.agree(id).await?;
        let id = self.internal("机加车间党支部", "物流销售联合党支部").await?;
        transfer::send_back(cx, id, self.version(id).await?, "请核对党费交至月份后重新提交").await?;
        let id = self.internal("技术中心党支部", "机加车间党支部").await?;
        self.agree(id).await?;
        let id = self.internal("机关第二党支部", "机关第一党支部").await?;
        transfer::withdraw(cx, id, self.version(id).await?, "本人岗位不再调整").await?;
        self.outbound("物流销售联合党支部").await?;
        let id = self.outbound("装配车间党支部").await?;
        self.issue(id).await?;
        let id = self.outbound("机关第一党支部").await?;
        self.issue(id).await?;
        long_ago(cx, id, 100).await?;
        let id = self.outbound("机加车间党支部").await?;
        self.issue(id).await?;
        let (today, version) = (cx.app.world.today(), self.version(id).await?);
        transfer::file_receipt(cx, id, version, (today, "苏机回〔2026〕8号", "")).await?;
        let id = self.inbound(1, "江一帆", "机加车间党支部").await?;
        self.agree(id).await?;
        self.agree(id).await?;
        let id = self.inbound(2, "顾长风", "技术中心党支部").await?;
        self.agree(id).await?;
        self.inbound(3, "沐清", "离退休党支部").await?;
        let mut read = cx.read(TRANSFER_READ).await?;
        let reach = Reach::of(&read.scope.clone(), read.conn()?).await?;
        let root = organisation::roots(&reach, read.conn()?).await?.pop().ok_or_else(|| Error::bug("no root"))?;
        drop(read);
        cx.close().await;
        transfer::new_code(cx, root.id.into(), 90).await.map(drop)
    }
}

/// Lets a letter be issued so many days ago, so that it has run out.
async fn long_ago(cx: &Cx, id: TransferId, days: u64) -> Result<()> {
    let today = cx.app.world.today();
    let (issued, until) = (back(today, days), back(today, days.saturating_sub(30)));
    let began = cx.now() - chrono::Duration::days(i64::try_from(days).map_err(Error::bug)?);
    let mut write = cx.write(TRANSFER_ACCEPT).await?;
    diesel::update(transfers::table.find(id.0))
        .set((transfers::issued_on.eq(issued), transfers::valid_until.eq(until), transfers::created_at.eq(began)))
        .execute(write.conn()?)
        .await?;
    diesel::update(transfer_letters::table.filter(transfer_letters::transfer_id.eq(id.0)))
        .set((transfer_letters::issued_on.eq(issued), transfer_letters::valid_until.eq(until)))
        .execute(write.conn()?)
        .await?;
    diesel::update(transfer_events::table.filter(transfer_events::transfer_id.eq(id.0)))
        .set(transfer_events::created_at.eq(began))
        .execute(write.conn()?)
        .await?;
    write.audit(Told::new("transfer.letter_issued", "transfer", id.0).note("validUntil", until.to_string())).await?;
    write.commit().await
}

/// Somebody whom a letter from outside introduces.
fn newcomer(n: u32, name: &str, today: NaiveDate) -> Result<Facts> {
    let birth_date = NaiveDate::from_ymd_opt(1991, 4, 4 + n).unwrap_or_default();
    let join_date = NaiveDate::from_ymd_opt(2014, 7, 1).unwrap_or_default();
    let facts = Facts {
        name: name.to_owned(),
        id_number: Some(id_number(4_960_000 + n, "1", birth_date, today)?),
        sex: "1".into(),
        birth_date,
        archive_birth_date: None,
        archive_birth_reason: None,
        ethnicity: "01".into(),
        native_place: Some("江苏省无锡市".into()),
        education_level: "21".into(),
        degree: None,
        school: None,
        major: None,
        first_work_date: None,
        work_post: "121".into(),
        employer: Some("示例集团".into()),
        professional_title: None,
        mobile: Some(format!("196{n:08}")),
        landline: None,
        home_address: None,
        special_group: None,
        remark: None,
        member_type: MemberType::Formal,
        join_date,
        conversion_date: join_date.checked_add_months(chrono::Months::new(12)),
        status: MembershipStatus::Normal,
        lost_on: None,
        lost_reason: None,
        floating: false,
        flow_direction: None,
    };
    rules::accept(facts, today, true).map_err(super::first_fault)
}
