//! An OpenID provider that signs one person in without asking. Its keys and signatures are made by the program `openssl`.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::crypto::{decode, sha256};
use crate::openssl::run as openssl;

/// The name of its only client.
pub const CLIENT: &str = "rp-emulated";
/// The secret of its only client.
pub const CLIENT_SECRET: &str = "emulated-client-secret";

/// Who signs in there.
#[derive(Debug, Clone)]
pub struct Person {
    /// `sub`
    pub sub: String,
    /// `phone_number`
    pub phone: String,
    /// `phone_number_verified`
    pub verified: bool,
}

#[derive(Debug)]
struct Key {
    id: String,
    file: PathBuf,
    modulus: String,
}

#[derive(Debug)]
struct Given {
    challenge: String,
    nonce: String,
    redirect_uri: String,
}

#[derive(Debug, Default)]
struct Memory {
    issuer: String,
    person: Option<Person>,
    keys: Vec<Key>,
    codes: HashMap<String, Given>,
    made: usize,
    report: Vec<String>,
}

/// A running provider; it ends when dropped.
#[derive(Debug)]
pub struct Op {
    /// Where it listens.
    pub address: SocketAddr,
    folder: PathBuf,
    memory: Arc<Mutex<Memory>>,
    task: JoinHandle<()>,
}

impl Drop for Op {
    fn drop(&mut self) {
        self.task.abort();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn open(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Op {
    /// Starts on a free port of 127.0.0.1.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let folder = std::env::temp_dir().join(format!("zhibu-op-{}-{}", std::process::id(), address.port()));
        std::fs::create_dir_all(&folder)?;
        let memory = Arc::new(Mutex::new(Memory {
            issuer: format!("http://localhost:{}", address.port()),
            ..Memory::default()
        }));
        let shared = memory.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = shared.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| one(shared.clone(), request));
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        let op = Self { address, folder, memory, task };
        op.rotate()?;
        Ok(op)
    }

    /// How it calls itself.
    pub fn issuer(&self) -> String {
        open(&self.memory).issuer.clone()
    }

    /// Says who signs in from now on.
    pub fn person(&self, person: Person) {
        open(&self.memory).person = Some(person);
    }

    /// Signs with a new key from now on; the old ones are gone.
    pub fn rotate(&self) -> io::Result<()> {
        let mut memory = open(&self.memory);
        memory.made += 1;
        let id = format!("op-{}", memory.made);
        let file = self.folder.join(format!("{id}.pem"));
        let path = file.to_string_lossy().into_owned();
        openssl(&["genrsa", "-out", &path, "2048"], b"")?;
        let modulus =
            String::from_utf8_lossy(&openssl(&["rsa", "-in", &path, "-noout", "-modulus"], b"")?).into_owned();
        let digits = modulus.trim().trim_start_matches("Modulus=").to_owned();
        let bytes: Vec<u8> = digits
            .as_bytes()
            .chunks(2)
            .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        memory.keys = vec![Key { id, file, modulus: url64(&bytes) }];
        Ok(())
    }

    /// What clients must never do; empty at the end of a test.
    pub fn report(&self) -> Vec<String> {
        open(&self.memory).report.clone()
    }
}

/// Base64 for addresses, without padding.
fn url64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let byte = |at: usize| u32::from(part.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for shift in [18, 12, 6, 0].into_iter().take(part.len() + 1) {
            let at = usize::try_from(bits >> shift & 63).unwrap_or(0);
            text.extend(LETTERS.get(at).copied().map(char::from));
        }
    }
    text
}

type Answer = Response<Full<Bytes>>;

async fn one(memory: Arc<Mutex<Memory>>, request: Request<Incoming>) -> io::Result<Answer> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let mut memory = open(&memory);
    Ok(match (head.method.as_str(), head.uri.path()) {
        ("GET", "/.well-known/openid-configuration") => {
            let at = |path: &str| format!("{}{path}", memory.issuer);
            json_answer(
                200,
                &json!({
                    "issuer": memory.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
                    "jwks_uri": at("/jwks"),
                }),
            )
        }
        ("GET", "/jwks") => {
            let key = |key: &Key| json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key.id, "n": key.modulus, "e": "AQAB"});
            json_answer(200, &json!({"keys": memory.keys.iter().map(key).collect::<Vec<_>>()}))
        }
        ("GET", "/authorize") => authorize(&mut memory, &head),
        ("POST", "/token") => token(&mut memory, &body),
        _ => json_answer(404, &json!({"error": "not_found"})),
    })
}

fn json_answer(status: u16, body: &Value) -> Answer {
    let mut answer = Response::new(Full::from(body.to_string()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    answer.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    answer
}

pub(crate) fn fields(text: &str) -> HashMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter_map(|(name, value)| Some((decode(name)?, decode(&value.replace('+', "%20"))?))).collect()
}

fn wrong(memory: &mut Memory, what: &str) -> Answer {
    memory.report.push(what.to_owned());
    json_answer(400, &json!({"error": "invalid_request", "error_description": what}))
}

fn authorize(memory: &mut Memory, head: &Parts) -> Answer {
    let asked = fields(head.uri.query().unwrap_or_default());
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let good = of("response_type") == "code"
        && of("client_id") == CLIENT
        && of("code_challenge_method") == "S256"
        && of("code_challenge").len() == 43
        && of("scope").split(' ').any(|scope| scope == "openid")
        && of("nonce").len() >= 20
        && of("state").len() >= 20;
    if !good {
        return wrong(memory, "authorize: a parameter is missing or weak");
    }
    memory.made += 1;
    let code = format!("code-{}", memory.made);
    let given = Given { challenge: of("code_challenge"), nonce: of("nonce"), redirect_uri: of("redirect_uri") };
    let to = format!("{}?code={code}&state={}", given.redirect_uri, of("state"));
    memory.codes.insert(code, given);
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::FOUND;
    if let Ok(to) = to.parse() {
        answer.headers_mut().insert("location", to);
    }
    answer
}

fn token(memory: &mut Memory, body: &Bytes) -> Answer {
    let asked = fields(&String::from_utf8_lossy(body));
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    if of("client_id") != CLIENT || of("client_secret") != CLIENT_SECRET {
        return wrong(memory, "token: the client is not authentic");
    }
    let Some(given) = memory.codes.remove(&of("code")) else { return wrong(memory, "token: unknown or spent code") };
    if url64(&sha256(of("code_verifier").as_bytes())) != given.challenge {
        return wrong(memory, "token: the verifier is not the challenge's");
    }
    if of("redirect_uri") != given.redirect_uri || of("grant_type") != "authorization_code" {
        return wrong(memory, "token: another redirect address or grant");
    }
    match signed(memory, &given.nonce) {
        Ok(id_token) => {
            json_answer(200, &json!({"token_type": "Bearer", "access_token": "emulated", "id_token": id_token}))
        }
        Err(fault) => json_answer(500, &json!({"error": fault.to_string()})),
    }
}

fn signed(memory: &Memory, nonce: &str) -> io::Result<String> {
    let (Some(person), Some(key)) = (&memory.person, memory.keys.last()) else {
        return Err(io::Error::other("nobody"));
    };
    #[expect(clippy::disallowed_methods, reason = "a provider has a clock of its own")]
    let now = chrono::Utc::now().timestamp();
    let half = sha256(b"emulated");
    let claims = json!({
        "iss": memory.issuer, "sub": person.sub, "aud": CLIENT, "exp": now + 600, "iat": now, "nonce": nonce,
        "at_hash": url64(half.get(..16).unwrap_or_default()),
        "phone_number": person.phone, "phone_number_verified": person.verified,
    });
    let header = json!({"alg": "RS256", "kid": key.id, "typ": "JWT"});
    let text = format!("{}.{}", url64(header.to_string().as_bytes()), url64(claims.to_string().as_bytes()));
    let signature = openssl(&["dgst", "-sha256", "-sign", &key.file.to_string_lossy()], text.as_bytes())?;
    Ok(format!("{text}.{}", url64(&signature)))
}
