//! What is decided about a request for a ticket and about a ticket: pure, in the order in which the server asks.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use zhibu_core::{Error, Result, Secret};
use zhibu_providers::sso::{Algorithm, Call};

/// Seconds by which an integrator's clock may differ.
const WINDOW: i64 = 300;
/// How long a nonce is remembered: as long as its timestamp could pass, and a minute.
pub const NONCE_LIFE: Duration = Duration::seconds(660);
/// The longest life of a ticket.
const LONGEST: i64 = 120;
/// The usual life of a ticket.
const USUAL: i64 = 60;

/// A request for a ticket as it came in.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query; there must be none.
    pub query: Option<String>,
    /// `X-Sso-App`
    pub app: String,
    /// `X-Sso-Timestamp`
    pub timestamp: String,
    /// `X-Sso-Nonce`
    pub nonce: String,
    /// `X-Sso-Algorithm`
    pub algorithm: String,
    /// `X-Sso-Signature`
    pub signature: String,
    /// The bytes of the body.
    pub body: Vec<u8>,
}

/// What is asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Who is to be signed in.
    pub subject: Subject,
    /// Where.
    pub client: Client,
    /// Where they are led to.
    pub target: String,
    /// Seconds the ticket lives.
    #[serde(default)]
    ttl: Option<i64>,
    /// The integrator's own mark; it comes back with the ticket.
    #[serde(default)]
    pub state: Option<String>,
}

/// Who is to be signed in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// How they are named.
    #[serde(rename = "type")]
    pub kind: SubjectKind,
    /// Their name of this kind.
    pub value: String,
}

/// How somebody is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// 手机号
    Mobile,
    /// 用户名
    Username,
    /// The integrator's own number, linked to an account by an administrator.
    ExternalId,
}

/// Where somebody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// The console.
    Pc,
    /// Pages for telephones.
    H5,
    /// The mini-program.
    Mini,
}

impl Order {
    /// How long the ticket lives.
    pub fn life(&self) -> Duration {
        Duration::seconds(self.ttl.unwrap_or(USUAL))
    }
}

/// A well-formed request.
#[derive(Debug, Clone)]
pub struct Formed {
    algorithm: Algorithm,
    at: i64,
    /// What is asked for.
    pub order: Order,
}

/// An application as these decisions need it.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// Secrets that are good now: the current one first.
    pub secrets: Vec<Secret>,
    /// Approved and not stopped.
    pub active: bool,
    /// Sign-ins that are left.
    pub quota_left: i32,
    /// Networks of the integrator's servers; empty: any.
    pub addresses: Vec<String>,
    /// Beginnings of local paths that people may be led to.
    pub targets: Vec<String>,
}

fn malformed(message: &'static str) -> Error {
    Error::refuse("REQUEST_FORMAT", message)
}

/// The form alone, before anybody is looked up.
pub fn formed(asked: &Asked) -> Result<Formed> {
    let nonce = asked.nonce.as_bytes();
    if !(16..=64).contains(&nonce.len())
        || !nonce.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte))
    {
        return Err(Error::refuse("NONCE_FORMAT", "X-Sso-Nonce 应为16至64位字母、数字、下划线或短横线"));
    }
    let at = Some(&asked.timestamp).filter(|text| text.len() <= 11 && text.bytes().all(|byte| byte.is_ascii_digit()));
    let at = at.and_then(|text| text.parse().ok()).ok_or_else(|| malformed("X-Sso-Timestamp 应为秒级时间戳"))?;
    let algorithm = Algorithm::named(&asked.algorithm)
        .ok_or_else(|| malformed("X-Sso-Algorithm 应为 SSO1-HMAC-SHA256 或 SSO1-HMAC-SM3"))?;
    if asked.query.as_ref().is_some_and(|query| !query.is_empty()) {
        return Err(malformed("请求地址不能带查询参数"));
    }
    let order: Order =
        serde_json::from_slice(&asked.body).map_err(|_| malformed("请求体应为约定的 JSON，见接入文档"))?;
    if order.ttl.is_some_and(|ttl| !(1..=LONGEST).contains(&ttl)) {
        return Err(malformed("ttl 应为1至120秒").at("ttl"));
    }
    if order.state.as_ref().is_some_and(|state| state.chars().count() > 256) {
        return Err(malformed("state 最多256个字符").at("state"));
    }
    if order.subject.value.is_empty() || order.subject.value.chars().count() > 128 {
        return Err(malformed("subject.value 应为1至128个字符").at("subject"));
    }
    Ok(Formed { algorithm, at, order })
}

/// Who asks. Somebody unknown hears what a wrong signature hears.
pub fn authentic(asked: &Asked, formed: &Formed, app: Option<&Judged>, now: DateTime<Utc>) -> Result<()> {
    let wrong = || Error::refuse("SIGNATURE_INVALID", "签名不正确，请核对应用标识、密钥和待签名文本");
    let app = app.ok_or_else(wrong)?;
    if (now.timestamp() - formed.at).abs() > WINDOW {
        return Err(Error::refuse("TIMESTAMP_OUT_OF_WINDOW", "时间戳与服务器时间相差超过5分钟，请校准时钟"));
    }
    let call = Call {
        algorithm: formed.algorithm,
        method: &asked.method,
        path: &asked.path,
        app: &asked.app,
        timestamp: &asked.timestamp,
        nonce: &asked.nonce,
        body: &asked.body,
    };
    let signed = app.secrets.iter().any(|secret| call.is_signed(secret, &asked.signature));
    if signed { Ok(()) } else { Err(wrong()) }
}

/// A nonce that was used before.
pub fn reused() -> Error {
    Error::refuse("NONCE_REUSED", "该请求已处理过，请换用新的 X-Sso-Nonce")
}

/// An application that is not approved, or stopped.
pub fn not_active() -> Error {
    Error::refuse("APP_NOT_ACTIVE", "该应用未通过审核或已停用")
}

/// No sign-in is left.
pub fn exhausted() -> Error {
    Error::refuse("QUOTA_EXHAUSTED", "免密登录次数已用完，请联系服务商")
}

/// Whether an application may ask, once it is known to be itself and the nonce is kept.
pub fn admissible(app: &Judged, address: Option<IpAddr>) -> Result<()> {
    if !app.active {
        return Err(not_active());
    }
    let inside = |network: &String| address.is_some_and(|address| contains(network, address));
    if !app.addresses.is_empty() && !app.addresses.iter().any(inside) {
        return Err(Error::refuse("IP_NOT_ALLOWED", "请求来自不在白名单内的地址"));
    }
    if app.quota_left <= 0 { Err(exhausted()) } else { Ok(()) }
}

/// Whether the ticket may lead there, once the subject is found.
pub fn targeted(app: &Judged, target: &str) -> Result<()> {
    if is_local(target) && app.targets.iter().any(|prefix| below(prefix, target)) {
        return Ok(());
    }
    Err(Error::refuse("TARGET_NOT_ALLOWED", "target 应为本系统内的路径，且在允许的范围内").at("target"))
}

/// A path of our own that no browser reads otherwise: nothing that an escape hides, no step upwards.
pub fn is_local(target: &str) -> bool {
    let plain = target.len() <= 500 && target.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let Some(rest) = path.strip_prefix('/') else { return false };
    let hidden = path.match_indices('%').any(|(at, _)| {
        let escape = path.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        escape.is_none_or(|byte| byte.is_ascii_control() || b"/\\.%".contains(&byte))
    });
    plain && !hidden && !rest.starts_with('/') && !rest.split('/').any(|step| step == "." || step == "..")
}

/// Whether a path lies below a prefix, counted in whole steps.
fn below(prefix: &str, target: &str) -> bool {
    target
        .strip_prefix(prefix)
        .is_some_and(|rest| prefix.ends_with('/') || rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

/// A network as an administrator writes it: `203.0.113.0/24` or one address.
fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let address: IpAddr = address.parse().ok()?;
    let all = if address.is_ipv4() { 32 } else { 128 };
    let length = length.map_or(Some(all), |length| length.parse().ok().filter(|length| *length <= all))?;
    Some((address, length))
}

/// Whether a text names a network.
pub fn is_network(text: &str) -> bool {
    network(text).is_some()
}

fn contains(text: &str, address: IpAddr) -> bool {
    let same = |ours: u128, theirs: u128, all: u32, length: u32| length == 0 || (ours ^ theirs) >> (all - length) == 0;
    match (network(text), address.to_canonical()) {
        (Some((IpAddr::V4(net), length)), IpAddr::V4(address)) => {
            same(net.to_bits().into(), address.to_bits().into(), 32, length)
        }
        (Some((IpAddr::V6(net), length)), IpAddr::V6(address)) => same(net.to_bits(), address.to_bits(), 128, length),
        _ => false,
    }
}

/// A ticket as it is kept.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was spent.
    pub used_at: Option<DateTime<Utc>>,
}

/// A ticket nobody knows, or one of somebody else.
pub fn unknown_ticket() -> Error {
    Error::refuse("TICKET_UNKNOWN", "登录凭证无效，请回到原系统重新进入")
}

/// A ticket that was spent.
pub fn used_ticket() -> Error {
    Error::refuse("TICKET_USED", "登录凭证已使用过，请回到原系统重新进入")
}

/// Whether a ticket can be spent.
pub fn redeemable(kept: Option<Kept>, now: DateTime<Utc>) -> Result<()> {
    let kept = kept.ok_or_else(unknown_ticket)?;
    if kept.used_at.is_some() {
        return Err(used_ticket());
    }
    if kept.expires_at <= now {
        return Err(Error::refuse("TICKET_EXPIRED", "登录凭证已过期，请回到原系统重新进入"));
    }
    Ok(())
}

/// Whether an account in this state may be signed in. An initial password does not matter: nobody types one.
pub fn enterable(state: &str) -> Result<()> {
    match state {
        "active" => Ok(()),
        "locked" => Err(Error::refuse("ACCOUNT_LOCKED", "账号已锁定。请用短信验证码登录，或联系管理员解锁")),
        _ => Err(Error::refuse("ACCOUNT_DISABLED", "账号已停用，请联系管理员")),
    }
}

/// The HTTP status that goes with a refusal.
pub fn status(code: &str) -> u16 {
    match code {
        "REQUEST_FORMAT" | "NONCE_FORMAT" | "TARGET_NOT_ALLOWED" | "CLIENT_NOT_AVAILABLE" => 400,
        "SIGNATURE_INVALID" | "TIMESTAMP_OUT_OF_WINDOW" => 401,
        "SUBJECT_UNKNOWN" | "TICKET_UNKNOWN" => 404,
        "NONCE_REUSED" => 409,
        "TICKET_USED" | "TICKET_EXPIRED" => 410,
        "TOO_MANY" => 429,
        "UNAVAILABLE" => 503,
        "INTERNAL" => 500,
        _ => 403,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use serde_json::Value;

    use super::*;

    fn text<'a>(value: &'a Value, name: &str) -> &'a str {
        value[name].as_str().unwrap_or_else(|| panic!("{name}"))
    }

    fn list(value: &Value) -> Vec<String> {
        value.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    }

    /// What the server does with a request, with a set for the table of nonces.
    fn mint(
        asked: &Asked,
        app: Option<&Judged>,
        kept: &mut HashSet<(String, String)>,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let formed = formed(asked)?;
        authentic(asked, &formed, app, now)?;
        if !kept.insert((asked.app.clone(), asked.nonce.clone())) {
            return Err(reused());
        }
        let app = app.unwrap();
        admissible(app, Some(address))?;
        targeted(app, &formed.order.target)
    }

    #[test]
    fn pc_2_6_every_example_is_decided_as_described() {
        let suite: Value = serde_json::from_str(include_str!("../../../providers/vectors/sso.json")).unwrap();
        let now = DateTime::from_timestamp(suite["test_clock_unix"].as_i64().unwrap(), 0).unwrap();
        let apps: HashMap<&str, Judged> = suite["config"]["apps"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, app)| {
                let judged = Judged {
                    secrets: vec![Secret::new(text(app, "secret"))],
                    active: app["status"] == "active",
                    quota_left: i32::try_from(app["quota_left"].as_i64().unwrap()).unwrap(),
                    addresses: list(&app["ip_allow"]),
                    targets: list(&app["targets"]),
                };
                (key.as_str(), judged)
            })
            .collect();
        let mut kept = HashSet::new();
        for case in suite["cases"].as_array().unwrap() {
            let (input, expect) = (&case["input"], &case["expect"]);
            let decided = if case["kind"] == "mint" {
                let headers = &input["headers"];
                let header = |name: &str| text(headers, name).to_owned();
                let asked = Asked {
                    method: text(input, "method").to_owned(),
                    path: text(input, "path").to_owned(),
                    query: None,
                    app: header("X-Sso-App"),
                    timestamp: header("X-Sso-Timestamp"),
                    nonce: header("X-Sso-Nonce"),
                    algorithm: header("X-Sso-Algorithm"),
                    signature: header("X-Sso-Signature"),
                    body: text(input, "body").as_bytes().to_vec(),
                };
                let address = text(input, "client_ip").parse().unwrap();
                let app = apps.get(asked.app.as_str());
                let times = input["repeat"].as_u64().unwrap();
                let mut answers: Vec<_> = (0..times).map(|_| mint(&asked, app, &mut kept, address, now)).collect();
                let last = answers.pop().unwrap();
                assert!(answers.iter().all(Result::is_ok), "{}", case["id"]);
                last
            } else {
                let seconds = |name: &str| Duration::seconds(input[name].as_i64().unwrap());
                let found = Kept {
                    expires_at: now - seconds("age_s") + seconds("ttl_s"),
                    used_at: input["used"].as_bool().unwrap().then_some(now),
                };
                // Tickets lie in their tenant's own tables, so that another tenant finds none.
                let found = (input["host_tenant"] == "t0007").then_some(found);
                let state = if input["member"] == "locked" { "locked" } else { "active" };
                redeemable(found, now).and_then(|()| enterable(state))
            };
            let expected = (expect["code"].as_str(), u16::try_from(expect["http"].as_u64().unwrap()).unwrap());
            let decided = decided.err();
            let good = if case["kind"] == "mint" { 200 } else { 303 };
            let code = decided.as_ref().map(|error| error.code);
            assert_eq!((code, code.map_or(good, status)), expected, "{}", case["id"]);
        }
    }

    #[test]
    fn pc_2_6_a_target_is_a_path_of_our_own() {
        for good in ["/home", "/m/meeting/42?x=1", "/home/%E5%85%9A", "/home?to=a/../b", "/home#x"] {
            assert!(is_local(good), "{good}");
        }
        for bad in [
            "",
            "home",
            "//evil",
            "/\\evil",
            "https://evil.test/",
            "javascript:alert(1)",
            "/home/..",
            "/home/./x",
            "/home/%2e%2e/x",
            "/home/%2E%2E/x",
            "/%2fevil",
            "/%5cevil",
            "/home%0d%0aX",
            "/home%252e",
            "/home%zz",
            "/home%2",
            "/home x",
            "/home\u{7f}",
            "/主页",
            "/home\t",
        ] {
            assert!(!is_local(bad), "{bad}");
        }
        let app = Judged { targets: vec!["/home".to_owned(), "/m/".to_owned()], ..Judged::default() };
        for (target, good) in [("/home", true), ("/homely", false), ("/home/x", true), ("/m", false), ("/m/x", true)] {
            assert_eq!(targeted(&app, target).is_ok(), good, "{target}");
        }
    }

    #[test]
    fn pc_2_6_networks_hold_their_addresses() {
        for (net, address, inside) in [
            ("203.0.113.0/24", "203.0.113.9", true),
            ("203.0.113.0/24", "203.0.114.9", false),
            ("203.0.113.9", "::ffff:203.0.113.9", true),
            ("0.0.0.0/0", "198.51.100.1", true),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "203.0.113.9", false),
        ] {
            assert_eq!(contains(net, address.parse().unwrap()), inside, "{net} {address}");
        }
        for bad in ["203.0.113.0/33", "203.0.113", "x", "203.0.113.0/", "::/129"] {
            assert!(!is_network(bad), "{bad}");
        }
    }

    #[test]
    fn pc_2_6_a_rotated_secret_serves_while_it_is_in_the_second_place() {
        let (old, new) = (Secret::new("old"), Secret::new("new"));
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut asked = Asked {
            timestamp: "1800000000".to_owned(),
            nonce: "0123456789abcdef".to_owned(),
            algorithm: "SSO1-HMAC-SM3".to_owned(),
            body: br#"{"subject":{"type":"username","value":"x"},"client":"pc","target":"/home"}"#.to_vec(),
            ..Asked::default()
        };
        let formed = formed(&asked).unwrap();
        let call = Call {
            algorithm: Algorithm::Sm3,
            method: "",
            path: "",
            app: "",
            timestamp: "1800000000",
            nonce: "0123456789abcdef",
            body: &asked.body,
        };
        asked.signature = call.signature(&old);
        let mut app = Judged { secrets: vec![new.clone(), old], ..Judged::default() };
        assert!(authentic(&asked, &formed, Some(&app), now).is_ok());
        app.secrets = vec![new];
        assert_eq!(authentic(&asked, &formed, Some(&app), now).unwrap_err().code, "SIGNATURE_INVALID");
    }
}
