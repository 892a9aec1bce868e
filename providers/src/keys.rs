//! What production demands of the settings of every service: keys of one's own, and the service's own address. A fault is
//! a sentence's end: whose setting it is stands before it.

use url::Url;
use zhibu_core::Secret;

use crate::sign::sha256;

/// SHA-256 beginnings of keys that stand in test data or in a server's manual: whoever uses one has copied an example.
const KNOWN: &[&str] = &[
    "924735e59056bbc0",
    "9a4806ad1b774860",
    "7bc2b577f92b6226",
    "cd54cf326d799e31",
    "18919d70c1ac6be1",
    "b225812788cecc2d",
    "e99cd6f9c57b85b1",
    "2bb80d537b1da3e3",
];
/// What every key made for a sandbox begins with.
const SANDBOX: &str = "sbx_";
/// Characters of its digest by which a key is told apart from another.
const FINGERPRINT: usize = 16;
/// Characters that nobody guesses.
const LONG: usize = 32;

/// By what a key is known again without being told.
pub(crate) fn fingerprint(key: &str) -> String {
    sha256(key.as_bytes()).chars().take(FINGERPRINT).collect()
}

/// Refuses a key that was made for a sandbox or has been published.
pub(crate) fn real(name: &str, key: Option<&str>) -> Result<(), String> {
    match key {
        Some(key) if key.starts_with(SANDBOX) => {
            Err(format!("{name} 是演示环境的密钥（{SANDBOX}…），正式环境不能使用"))
        }
        Some(key) if KNOWN.contains(&fingerprint(key).as_str()) => {
            Err(format!("{name} 是公开的测试密钥，正式环境不能使用"))
        }
        _ => Ok(()),
    }
}

/// Refuses a secret that is there but short.
pub(crate) fn long(name: &str, secret: Option<&Secret>) -> Result<(), String> {
    if secret.is_some_and(|secret| secret.expose().len() < LONG) {
        return Err(format!("{name} 至少 {LONG} 个字符"));
    }
    Ok(())
}

/// Refuses an address that is not one of the service's own, over TLS.
pub(crate) fn own_address(url: &Url, hosts: &[&str], whose: &str) -> Result<(), String> {
    let own = url.host_str().is_some_and(|host| hosts.contains(&host));
    let plain = url.username().is_empty() && url.port().is_none() && url.path() == "/" && url.query().is_none();
    if url.scheme() != "https" {
        return Err("base_url 须以 https:// 开头".to_owned());
    }
    if own && plain { Ok(()) } else { Err(format!("base_url 不是 {whose} 的服务地址")) }
}
