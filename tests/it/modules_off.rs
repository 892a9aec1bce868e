//! A module that was on and is switched off (OP-8): of it nothing is left for the tenant.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use zhibu_tests::{Tenant, Town, Visitor, until, words};

use crate::surface::{NOBODY, Surface, outcome};

const REACHED: &str = "{ __schema { queryType { name } mutationType { name } subscriptionType { name } types { name \
    fields { name type { ...T } args { type { ...T } } } inputFields { type { ...T } } possibleTypes { name } } } } \
    fragment T on __Type { name ofType { name ofType { name ofType { name } } } }";

/// The schema as somebody sees it: type to its fields, each with the types it leads to.
type Types = BTreeMap<String, Vec<(String, Vec<String>)>>;

fn named(kind: &Value) -> String {
    if kind["ofType"].is_null() { kind["name"].as_str().unwrap().to_owned() } else { named(&kind["ofType"]) }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

async fn types(visitor: &mut Visitor) -> Types {
    let schema = visitor.ok(REACHED, json!({})).await["__schema"].clone();
    let fields = |kind: &Value| {
        let fields = list(&kind["fields"]).map(|field| {
            let leads = list(&field["args"]).map(|arg| named(&arg["type"])).chain([named(&field["type"])]);
            (field["name"].as_str().unwrap().to_owned(), leads.collect())
        });
        let inputs = list(&kind["inputFields"]).map(|input| (String::new(), vec![named(&input["type"])]));
        let kinds = list(&kind["possibleTypes"]).map(|kind| (String::new(), vec![named(kind)]));
        fields.chain(inputs).chain(kinds).collect()
    };
    list(&schema["types"]).map(|kind| (kind["name"].as_str().unwrap().to_owned(), fields(kind))).collect()
}

/// What can be reached from the roots without going through a field of theirs.
fn reached(types: &Types, without: &str) -> BTreeSet<String> {
    let roots = ["Query", "Mutation", "Subscription"];
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut next: Vec<String> = roots.map(str::to_owned).to_vec();
    while let Some(name) = next.pop() {
        let fields = types.get(&name).into_iter().flatten();
        let open = fields.filter(|(field, _)| field != without || !roots.contains(&name.as_str()));
        next.extend(open.flat_map(|(_, leads)| leads).filter(|lead| !seen.contains(*lead)).cloned());
        seen.insert(name);
    }
    seen
}

async fn tables(t: &Town, tenant: &Tenant) -> Vec<String> {
    let tables = format!("SELECT tablename FROM pg_tables WHERE schemaname = '{}' ORDER BY 1", tenant.schema());
    t.sql().await.column(&tables).await
}

async fn switch(t: &Town, operator: &mut Visitor, tenant: &Tenant, on: bool) {
    let job = operator.ok(words::SET_MODULE, json!({"tenant": tenant.id, "on": on})).await;
    t.job(operator, &job["system"]["setTenantModule"]["id"]).await;
}

#[tokio::test]
async fn op_8_nothing_of_a_module_is_left_when_it_is_switched_off() {
    let t = Town::start().await;
    let others =
        ["contribution", "development", "leadership", "meeting", "messaging", "mobility", "pledge", "study_note"];
    let never = t.tenant("中共第二单位委员会", "boss", None, &others).await;
    let (mut operator, mut admin) = (t.operator().await, t.administrator().await);
    let whole = types(&mut admin).await;
    assert_eq!(whole.keys().collect::<Vec<_>>(), types(&mut operator).await.keys().collect::<Vec<_>>());
    let others = reached(&whole, "document");
    let own: BTreeSet<String> = reached(&whole, "").difference(&others).cloned().collect();
    assert!(own.contains("DocumentQuery") && own.contains("SampleConnection") && own.len() > 8, "{own:?}");
    let session = admin.ok(words::SESSION, json!({})).await.to_string();
    assert!(session.contains("document.samples.read") && session.contains("\"document.samples\""), "{session}");
    assert_ne!(tables(&t, &t.home).await, tables(&t, &never).await);

    switch(&t, &mut operator, &t.home, false).await;
    let gone = async || !types(&mut admin.clone()).await.contains_key("DocumentQuery");
    until("the module is gone from the schema", gone).await;
    let left = types(&mut admin).await;
    let fields = ["Query", "Mutation"].map(|root| left[root].iter().any(|(field, _)| field == "document"));
    assert_eq!(fields, [false, false]);
    let shown: Vec<&String> = left.keys().filter(|name| own.contains(*name)).collect();
    assert_eq!(shown, Vec::<&String>::new());
    for name in &own {
        let asked = admin.ok("query($n: String!) { __type(name: $n) { name } }", json!({"n": name})).await;
        assert_eq!(asked["__type"], Value::Null, "{name}");
    }
    let session = admin.ok(words::SESSION, json!({})).await["system"]["session"].clone();
    assert_ne!(session["permissions"], json!([]));
    assert!(!session.to_string().contains("document"), "{session}");

    let mut tried = 0;
    for operation in Surface::of(&t).await.operations(&|_| NOBODY.to_owned()) {
        if operation.name.contains(" document.") {
            assert_eq!(outcome(&admin, &operation).await.0, "NOT_FOUND", "{}", operation.name);
            tried += 1;
        }
    }
    assert!(tried > 5, "only {tried} operations");

    assert_eq!(tables(&t, &t.home).await, tables(&t, &never).await);
    let noted = format!("SELECT count(*) FROM {}.migration WHERE module = 'document'", t.home.schema());
    assert_eq!(t.sql().await.one(&noted).await, "0");
}
