//! What a member took part in, by its days (党建足迹, M-9.4).

use serde_json::{Value, json};
use zhibu_tests::{PASSWORD, Town, Visitor};

use crate::contribution;
use crate::members::{enrol, member};
use crate::organisations::small_tree;

const FOOTPRINT: &str = "query($n: Int, $a: String) { directory { footprint(first: $n, after: $a) { totalCount pageInfo { hasNextPage \
    endCursor } nodes { on kind title text } } } }";

async fn page(by: &mut Visitor, first: i64, after: &Value) -> Value {
    by.ok(FOOTPRINT, json!({"n": first, "a": after})).await["directory"]["footprint"].clone()
}

/// All of it, a page of so many at a time: `day kind title`.
async fn walked(by: &mut Visitor, step: i64) -> Vec<String> {
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let found = page(by, step, &after).await;
        let word = |node: &Value, name: &str| node[name].as_str().unwrap().to_owned();
        let nodes = found["nodes"].as_array().unwrap();
        all.extend(
            nodes.iter().map(|node| format!("{} {} {}", word(node, "on"), word(node, "kind"), word(node, "title"))),
        );
        if found["pageInfo"]["hasNextPage"] == false {
            assert_eq!(found["totalCount"], all.len());
            return all;
        }
        assert_eq!(nodes.len(), usize::try_from(step).unwrap());
        after = found["pageInfo"]["endCursor"].clone();
    }
}

struct Way {
    t: Town,
    admin: Visitor,
    zhang: Visitor,
    li: Visitor,
    people: [String; 2],
    second: String,
}

impl Way {
    async fn start() -> Self {
        let t = Town::start().await;
        let mut admin = t.administrator().await;
        let (_, first, second) = small_tree(&t, &mut admin).await;
        let people =
            [enrol(&mut admin, member(&first, "张三", 1)).await, enrol(&mut admin, member(&second, "李四", 2)).await];
        let zhang = t.first_sign_in("13700000001", Some("13700000001")).await;
        let li = t.first_sign_in("13700000002", Some("13700000002")).await;
        let schema = t.home.schema();
        // Who came to the first branch in 2015 went on to the second in 2020.
        let moved = format!(
            "UPDATE {schema}.memberships SET since = '2015-06-20'; UPDATE {schema}.branch_assignments SET since = '2015-06-20'; \
             UPDATE {schema}.branch_assignments a SET until = '2020-01-01' FROM {schema}.memberships m WHERE m.id = a.membership_id \
             AND m.person_id = '{0}'; INSERT INTO {schema}.branch_assignments (id, membership_id, organisation_id, since) SELECT \
             gen_random_uuid(), id, '{second}', '2020-01-01' FROM {schema}.memberships WHERE person_id = '{0}'; INSERT INTO \
             {schema}.posts (id, person_id, organisation_id, post, since, until) VALUES (gen_random_uuid(), '{0}', '{first}', \
             'secretary', '2017-01-01', '2020-01-01')",
            people[0],
        );
        t.sql().await.rows(&moved).await;
        Self { t, admin, zhang, li, people, second }
    }

    async fn put(&self, sql: &str) {
        self.t
            .sql()
            .await
            .rows(&sql.replace("$S", &self.t.home.schema()).replace("$P", &self.people[0]).replace("$O", &self.second))
            .await;
    }

    /// Something of every module, of which some is not to be told.
    async fn fill(&mut self) {
        let made = json!({"p": self.people[0], "i": contribution::form("社区环境整治")});
        self.admin.ok(&contribution::record(), made).await;
        for (table, more, title) in [("pledges", "kind, year,", "亮身份"), ("study_notes", "", "学党章")] {
            let given = if more.is_empty() { "" } else { "'full', 2026," };
            let (bands, none) = if more.is_empty() { ("bands,", "'{}',") } else { ("", "") };
            self.put(&format!(
                "INSERT INTO $S.{table} (id, person_id, organisation_id, account_id, {more} title, grams, body, length, {bands} state, \
                 published_at, recommended_at, created_at, updated_at) VALUES \
                 (gen_random_uuid(), '$P', '$O', '$P', {given} '{title}', '{{}}', 'body', 4, {none} 'published', \
                 '2026-04-01T17:00:00Z', '2026-04-05T02:00:00Z', now(), now()), \
                 (gen_random_uuid(), '$P', '$O', '$P', {given} '草稿', '{{}}', 'body', 4, {none} 'draft', NULL, NULL, now(), now())"
            ))
            .await;
        }
        self.put(
            "INSERT INTO $S.flows (id, kind, status, person_id, name, search, id_number, id_index, mobile, mobile_index, organisation_id, \
             other_name, direction, reason, started_on, contacted_on, ended_on, closed_at, created_at, updated_at) VALUES (gen_random_uuid(), 'out', \
             'returned', '$P', '张三', '{}', '', '', '', '', '$O', '南方支部', '1', '1', '2022-03-01', '2022-03-01', '2022-09-01', now(), now(), now())",
        )
        .await;
        self.put(
            "INSERT INTO $S.transfers (id, kind, status, person_id, name, search, id_index, mobile_index, from_name, to_name, reason, \
             created_at, updated_at, closed_at) SELECT gen_random_uuid(), 'inbound', s, '$P', '张三', '{}', '', '', '外地支部', \
             '第一党支部', '1', now(), now(), '2015-06-25T02:00:00Z' FROM unnest(ARRAY['accepted', 'withdrawn']) s",
        )
        .await;
        self.put(
            "INSERT INTO $S.development_cases (id, organisation_id, person_id, name, pinyin, search, id_number, id_index, sex, birth_date, \
             ethnicity, education_level, work_post, mobile, mobile_index, outcome, stage, standing, due, created_at, updated_at, closed_at) \
             VALUES (gen_random_uuid(), '$O', '$P', '张三', '', '{}', '', '', '1', '1990-01-01', '01', '21', '121', '', '', 'converted', 5, \
             'done', '9999-12-31', now(), now(), now()); \
             INSERT INTO $S.development_records (id, case_id, step, happened_on, passed, counts, given, account_name, created_at, voided_at) \
             SELECT gen_random_uuid(), c.id, s.step, s.day::date, s.passed, s.counts, '{}', '', now(), s.voided::timestamptz FROM \
             $S.development_cases c, (VALUES (1, '2013-05-04', true, true, NULL), (2, '2013-06-04', false, false, NULL), \
             (3, '2013-07-04', true, true, '2013-08-01')) AS s(step, day, passed, counts, voided)",
        )
        .await;
    }
}

const ALL: [&str; 15] = [
    "2026-04-05 pledge_recommended 承诺《亮身份》被推荐",
    "2026-04-05 study_note_recommended 学习心得《学党章》被推荐",
    "2026-04-02 pledge 发布承诺《亮身份》",
    "2026-04-02 study_note 发布学习心得《学党章》",
    "2026-03-05 contribution 参加志愿服务（2.5小时）",
    "2022-09-01 flow_end 结束流动，返回党支部",
    "2022-03-01 flow 外出流动",
    "2020-01-01 branch 组织关系转到第二党支部",
    "2020-01-01 post_end 不再担任书记",
    "2017-01-01 post 担任书记",
    "2016-06-20 full_member 转为正式党员",
    "2015-06-25 transfer 组织关系转入第一党支部",
    "2015-06-20 branch 编入第一党支部",
    "2015-06-20 joined 加入中国共产党",
    "2013-05-04 development 递交入党申请书",
];

#[tokio::test]
async fn m_9_4_the_own_days_newest_first_page_by_page() {
    let mut w = Way::start().await;
    w.fill().await;
    let all = walked(&mut w.zhang, 50).await;
    assert_eq!(all, ALL);
    for step in [1, 2, 7] {
        assert_eq!(walked(&mut w.zhang, step).await, ALL, "pages of {step}");
    }
    // Another member has their own days, and who is no member has none.
    assert_eq!(
        walked(&mut w.li, 50).await,
        ["2016-06-20 full_member 转为正式党员", "2015-06-20 branch 编入第二党支部", "2015-06-20 joined 加入中国共产党"]
    );
    assert_eq!(walked(&mut w.admin, 50).await, Vec::<String>::new());
    assert_eq!(w.t.visitor().refused(FOOTPRINT, json!({})).await, "UNAUTHENTICATED");
    w.t.tenant("中共第二单位委员会", "boss", None, &["document"]).await;
    let mut boss = w.t.first_sign_in("boss", None).await;
    assert_eq!(walked(&mut boss, 50).await, Vec::<String>::new());
    assert_eq!(w.zhang.refused(FOOTPRINT, json!({"a": "nonsense"})).await.code, "INVALID");
}

#[tokio::test]
async fn m_9_4_a_module_that_is_off_tells_nothing_and_a_cursor_stays_good() {
    let mut w = Way::start().await;
    w.fill().await;
    let mut operator = w.t.operator().await;
    let end = page(&mut w.zhang, 2, &Value::Null).await["pageInfo"]["endCursor"].clone();
    let set = "mutation($t: ID!, $m: String!) { system { setTenantModule(tenant: $t, module: $m, on: false) { id } } }";
    for module in ["pledge", "mobility"] {
        let job = operator.ok(set, json!({"t": w.t.home.id, "m": module})).await;
        w.t.job(&mut operator, &job["system"]["setTenantModule"]["id"]).await;
    }
    let mut zhang = w.t.signed_in("13700000001", PASSWORD).await;
    let left: Vec<&str> =
        ALL.into_iter().filter(|line| !["pledge", "flow", "transfer"].iter().any(|off| line.contains(off))).collect();
    assert_eq!(walked(&mut zhang, 50).await, left);
    let rest = page(&mut zhang, 50, &end).await;
    let shown: Vec<_> = rest["nodes"].as_array().unwrap().iter().map(|node| node["kind"].as_str().unwrap()).collect();
    assert_eq!(shown.first(), Some(&"study_note"));
    assert_eq!(shown.len(), left.len() - 1);
}
