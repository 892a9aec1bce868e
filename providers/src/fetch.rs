//! Fetching an address that somebody else chose: news, images for the page editor, a tenant's webhook. The fetcher must
//! not become a way into our own network (SSRF), nor be held up or filled.
//!
//! Decided after parsing: scheme, port, no user-info, a name on the caller's list and never an address. The name is
//! resolved once, all its addresses must be public, and the connection goes to one of those. Redirects are followed by
//! hand and every hop is checked again.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use url::{Host, Url};
use zhibu_core::{Error, Result};

const WHOLE: Duration = Duration::from_secs(10);
const LARGEST: usize = 5 * 1024 * 1024;
const HOPS: usize = 3;
/// Pages, feeds and pictures.
const TYPES: &[&str] = &[
    "text/html",
    "text/xml",
    "application/xml",
    "application/rss+xml",
    "application/atom+xml",
    "application/xhtml+xml",
];

/// Looks names up.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// All addresses of a name.
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>>;
}

/// The machine's own resolver.
#[derive(Debug, Default)]
pub struct Machine;

#[async_trait]
impl Lookup for Machine {
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// What was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where it was found in the end.
    pub url: Url,
    /// Its content type as it was sent.
    pub content_type: String,
    /// The bytes as they were sent.
    pub body: Vec<u8>,
}

/// Fetches from hosts on a list.
pub struct Fetcher {
    client: reqwest::Client,
    hosts: Vec<String>,
    rules: Rules,
}

/// What may be reached, and how much of it; tests alone have others.
#[derive(Debug, Clone)]
struct Rules {
    ports: Vec<u16>,
    loopback: bool,
    whole: Duration,
    largest: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { ports: vec![80, 443], loopback: false, whole: WHOLE, largest: LARGEST }
    }
}

/// Why an address is not fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
struct Refusal(&'static str);

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::refuse("FETCH_REFUSED", refusal.0)
    }
}

enum Hop {
    Elsewhere(String),
    Here(Fetched),
}

impl Fetcher {
    /// A fetcher for these hosts; `*.example.org` stands for every name below it.
    pub fn new(hosts: &[String], lookup: Arc<dyn Lookup>) -> Result<Self> {
        Self::ruled(hosts, lookup, Rules::default())
    }

    /// The same for programs on this machine as well, at any port: for trying things out, never in production.
    pub fn with_loopback(hosts: &[String], lookup: Arc<dyn Lookup>, port: Option<u16>) -> Result<Self> {
        let mut rules = Rules { loopback: true, ..Rules::default() };
        rules.ports.extend(port);
        Self::ruled(hosts, lookup, rules)
    }

    fn ruled(hosts: &[String], lookup: Arc<dyn Lookup>, rules: Rules) -> Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(Pinned { lookup, loopback: rules.loopback }))
            .timeout(rules.whole)
            .user_agent("zhibu")
            .build()
            .map_err(Error::bug)?;
        Ok(Self { client, hosts: hosts.to_vec(), rules })
    }

    /// Fetches an address, following at most three redirects.
    pub async fn fetch(&self, address: &str) -> Result<Fetched> {
        let fetched = self.follow(address, |url| self.read(self.client.get(url.clone()), url, is_page));
        let fetched = tokio::time::timeout(self.rules.whole, fetched).await;
        fetched.unwrap_or_else(|_| Err(Error::unavailable("the whole took too long")))
    }

    /// Fetches JSON, following at most three redirects.
    pub async fn json(&self, address: &str) -> Result<Vec<u8>> {
        let fetched = self.follow(address, |url| self.read(self.client.get(url.clone()), url, is_json));
        let fetched = tokio::time::timeout(self.rules.whole, fetched).await;
        Ok(fetched.unwrap_or_else(|_| Err(Error::unavailable("the whole took too long")))?.body)
    }

    /// Posts a form whose answer is JSON. What it holds is for this host alone, so that no redirect is followed.
    pub async fn post_form(&self, address: &str, fields: &[(&str, &str)]) -> Result<Vec<u8>> {
        let url = Url::parse(address).map_err(|_| Refusal("网址格式不正确"))?;
        self.allow(&url)?;
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request =
            self.client.post(url.clone()).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        match self.read(request, url, is_json).await? {
            Hop::Here(fetched) => Ok(fetched.body),
            Hop::Elsewhere(_) => Err(Refusal("网址不能跳转").into()),
        }
    }

    async fn follow<F: Future<Output = Result<Hop>>>(&self, address: &str, get: impl Fn(Url) -> F) -> Result<Fetched> {
        let mut url = Url::parse(address).map_err(|_| Refusal("网址格式不正确"))?;
        for _ in 0..=HOPS {
            self.allow(&url)?;
            match get(url.clone()).await? {
                Hop::Here(fetched) => return Ok(fetched),
                Hop::Elsewhere(location) => {
                    url = url.join(&location).map_err(|_| Refusal("网址跳转到无效的地址"))?;
                }
            }
        }
        Err(Refusal("网址跳转次数过多").into())
    }

    /// Decides about the parsed address, never about its text.
    fn allow(&self, url: &Url) -> Result<(), Refusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal("只能抓取 http 和 https 网址"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal("网址不能带用户名"));
        }
        if !url.port_or_known_default().is_some_and(|port| self.rules.ports.contains(&port)) {
            return Err(Refusal("网址的端口不在允许范围内"));
        }
        match url.host() {
            Some(Host::Domain(name)) if self.hosts.iter().any(|host| covers(host, name)) => Ok(()),
            _ => Err(Refusal("网址的主机不在允许范围内")),
        }
    }

    async fn read(&self, request: reqwest::RequestBuilder, url: Url, wanted: fn(&str) -> bool) -> Result<Hop> {
        let mut answer = request.header(ACCEPT_ENCODING, "identity").send().await.map_err(|fault| lost(&fault))?;
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let status = answer.status();
        if let (true, Some(location)) = (status.is_redirection(), header(LOCATION)) {
            return Ok(Hop::Elsewhere(location));
        }
        if !status.is_success() {
            return Err(Error::unavailable(format!("status {status}")));
        }
        // Nothing packed is unpacked, so nothing can swell.
        if header(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(Refusal("网页内容经过压缩，不能读取").into());
        }
        let content_type = header(CONTENT_TYPE).unwrap_or_default();
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !wanted(&kind) {
            return Err(Refusal("网页内容的类型不在允许范围内").into());
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|fault| lost(&fault))? {
            if body.len() + part.len() > self.rules.largest {
                return Err(Refusal("网页内容过大").into());
            }
            body.extend_from_slice(&part);
        }
        Ok(Hop::Here(Fetched { url, content_type, body }))
    }
}

fn is_page(kind: &str) -> bool {
    TYPES.contains(&kind) || kind.starts_with("image/")
}

fn is_json(kind: &str) -> bool {
    kind == "application/json" || kind == "application/jwk-set+json"
}

/// A wildcard covers whole labels below its name, and not the name itself.
fn covers(host: &str, name: &str) -> bool {
    match host.strip_prefix("*.") {
        Some(parent) => name.strip_suffix(parent).is_some_and(|below| below.len() > 1 && below.ends_with('.')),
        None => host == name,
    }
}

/// A refusal of the resolver arrives wrapped.
fn lost(fault: &reqwest::Error) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(fault);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return (*refusal).into();
        }
        cause = error.source();
    }
    Error::unavailable(fault.to_string())
}

/// Resolves for the HTTP client, so that the addresses which were looked at are those it connects to.
struct Pinned {
    lookup: Arc<dyn Lookup>,
    loopback: bool,
}

impl Resolve for Pinned {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, loopback) = (self.lookup.clone(), self.loopback);
        Box::pin(async move {
            let addresses = lookup.addresses(name.as_str()).await?;
            public(&addresses, loopback)?;
            let addresses: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

/// One address of ours among them spoils all.
fn public(addresses: &[IpAddr], loopback: bool) -> Result<(), Refusal> {
    let fine = |address: &IpAddr| is_public(*address) || (loopback && address.is_loopback());
    if !addresses.is_empty() && addresses.iter().all(fine) { Ok(()) } else { Err(Refusal("网址指向内部网络")) }
}

/// Whether an address belongs to the public Internet.
fn is_public(address: IpAddr) -> bool {
    /// Network and length: what IANA lists as not globally reachable, and multicast.
    const CLOSED_V4: &[(Ipv4Addr, u32)] = &[
        (Ipv4Addr::new(0, 0, 0, 0), 8),
        (Ipv4Addr::new(10, 0, 0, 0), 8),
        (Ipv4Addr::new(100, 64, 0, 0), 10),
        (Ipv4Addr::new(127, 0, 0, 0), 8),
        (Ipv4Addr::new(169, 254, 0, 0), 16),
        (Ipv4Addr::new(172, 16, 0, 0), 12),
        (Ipv4Addr::new(192, 0, 0, 0), 24),
        (Ipv4Addr::new(192, 0, 2, 0), 24),
        (Ipv4Addr::new(192, 88, 99, 0), 24),
        (Ipv4Addr::new(192, 168, 0, 0), 16),
        (Ipv4Addr::new(198, 18, 0, 0), 15),
        (Ipv4Addr::new(198, 51, 100, 0), 24),
        (Ipv4Addr::new(203, 0, 113, 0), 24),
        (Ipv4Addr::new(224, 0, 0, 0), 3),
    ];
    /// Inside 2000::/3; everything outside is closed: mapped IPv4, NAT64, private, link-local, multicast.
    const CLOSED_V6: &[(Ipv6Addr, u32)] = &[
        (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
        (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
        (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
        (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    ];
    match address {
        IpAddr::V4(v4) => {
            let bits = v4.to_bits();
            !CLOSED_V4.iter().any(|(net, length)| (bits ^ net.to_bits()) >> (32 - length) == 0)
        }
        IpAddr::V6(v6) => {
            let bits = v6.to_bits();
            bits >> 125 == 1 && !CLOSED_V6.iter().any(|(net, length)| (bits ^ net.to_bits()) >> (128 - length) == 0)
        }
    }
}

#[cfg(test)]
mod tests;
