//! The store from outside. Against the embedded one, or against any other:
//! `ZHIBU_TEST_S3_ENDPOINT`, `…_ACCESS_KEY`, `…_SECRET_KEY`.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and is pointed at another store by environment"
)]

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use chrono::Utc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;
use uuid::Uuid;
use zhibu_core::{Secret, TenantId};
use zhibu_storage::{Embedded, Head, Key, Settings, Store};

const MINUTE: Duration = Duration::from_secs(60);

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("zhibu-test-s3-{}", Uuid::now_v7()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    /// Every file below, with its path.
    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    found.push(entry.path().strip_prefix(&self.0).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found.sort();
        found
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn tenant() -> TenantId {
    Uuid::now_v7().into()
}

fn key(tenant: TenantId, name: &str) -> Key {
    Key::tenant(tenant, ["2026", name]).unwrap()
}

fn settings(endpoint: Url) -> Settings {
    Settings {
        public_endpoint: endpoint.clone(),
        endpoint,
        region: "us-east-1".to_owned(),
        bucket: "media".to_owned(),
        access_key: Secret::new("zhibu"),
        secret_key: Secret::new("a-secret-of-the-test"),
        path_style: true,
        relative_links: false,
    }
}

async fn embedded(folder: &Folder) -> (Embedded, Store) {
    let wanted = settings("http://localhost".parse().unwrap());
    let embedded = Embedded::start(&folder.0, &wanted.access_key, &wanted.secret_key).await.unwrap();
    let store = Store::new(&settings(embedded.endpoint().clone()));
    store.ensure_bucket().await.unwrap();
    (embedded, store)
}

/// The store under test and its settings; the embedded one is given back to be stopped.
async fn any(folder: &Folder) -> (Option<Embedded>, Settings) {
    let Ok(endpoint) = std::env::var("ZHIBU_TEST_S3_ENDPOINT") else {
        let (embedded, _) = embedded(folder).await;
        let wanted = settings(embedded.endpoint().clone());
        return (Some(embedded), wanted);
    };
    let mut wanted = settings(endpoint.parse().unwrap());
    wanted.access_key = Secret::new(std::env::var("ZHIBU_TEST_S3_ACCESS_KEY").unwrap());
    wanted.secret_key = Secret::new(std::env::var("ZHIBU_TEST_S3_SECRET_KEY").unwrap());
    Store::new(&wanted).ensure_bucket().await.unwrap();
    (None, wanted)
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

/// A request as it is written, without a client that would tidy the path.
async fn raw(address: &Url, method: &str, target: &str, host: &str, body: &str) -> Answer {
    let mut stream = TcpStream::connect(address.socket_addrs(|| None).unwrap().as_slice()).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.unwrap();
    let text = String::from_utf8_lossy(&text).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_lowercase(), body: body.to_owned() }
}

fn target(url: &Url) -> String {
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

async fn read(url: &Url) -> Answer {
    raw(url, "GET", &target(url), url.authority(), "").await
}

#[tokio::test]
async fn what_is_put_is_read_back_and_gone_after_a_delete() {
    let folder = Folder::new();
    let (embedded, settings) = any(&folder).await;
    let store = Store::new(&settings);
    let key = key(tenant(), "党员 + 1.txt");
    let bytes = Bytes::from("支部".repeat(100_000));
    assert_eq!(store.get(&key).await.unwrap_err().code, "NOT_FOUND");
    store.put(&key, bytes.clone(), "text/plain; charset=utf-8").await.unwrap();
    assert_eq!(store.get(&key).await.unwrap(), bytes);
    let content_type = Some("text/plain; charset=utf-8".to_owned());
    assert_eq!(store.head(&key).await.unwrap(), Head { length: 600_000, content_type });
    store.put(&key, Bytes::from("second"), "text/plain").await.unwrap();
    assert_eq!(store.get(&key).await.unwrap(), "second");
    store.delete(&key).await.unwrap();
    store.delete(&key).await.unwrap();
    assert_eq!(store.head(&key).await.unwrap_err().code, "NOT_FOUND");
    assert_eq!(store.get(&key).await.unwrap_err().code, "NOT_FOUND");
    if let Some(embedded) = embedded {
        assert_eq!(folder.files(), ["lock"], "a delete leaves something");
        embedded.stop().await;
    }
}

#[tokio::test]
async fn a_signed_link_reads_its_object_until_it_expires_and_nothing_else() {
    let folder = Folder::new();
    let (embedded, settings) = any(&folder).await;
    let store = Store::new(&settings);
    let ours = tenant();
    let (mine, other) = (key(ours, "mine.txt"), key(tenant(), "theirs.txt"));
    store.put(&mine, Bytes::from("mine"), "text/html").await.unwrap();
    store.put(&other, Bytes::from("theirs"), "text/html").await.unwrap();

    let link = store.presign_get(&mine, "党员名册.txt", MINUTE).await.unwrap();
    let answer = read(&link).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "mine"));
    assert!(answer.head.contains("filename*=utf-8''%e5%85%9a%e5%91%98%e5%90%8d%e5%86%8c.txt"), "{}", answer.head);

    let text = link.as_str();
    let swapped = text.replace(mine.as_str(), other.as_str());
    let tampered = [
        swapped.clone(),
        text.replace("/media/", "/other/"),
        text.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
        text.replace("attachment", "inline"),
        format!("{text}&response-content-type=text%2Fhtml"),
        text.split('?').next().unwrap().to_owned(),
    ];
    for link in tampered {
        assert_ne!(link, text);
        let answer = read(&link.parse().unwrap()).await;
        assert_eq!(answer.status, 403, "{link}");
    }
    assert_eq!(raw(&link, "DELETE", &target(&link), link.authority(), "").await.status, 403);
    assert_eq!(raw(&link, "PUT", &target(&link), link.authority(), "x").await.status, 403);

    let mut stranger = settings.clone();
    stranger.secret_key = Secret::new("guessed");
    let forged = Store::new(&stranger).presign_get(&mine, "a.txt", MINUTE).await.unwrap();
    assert_eq!(read(&forged).await.status, 403);

    let short = store.presign_get(&mine, "a.txt", Duration::from_secs(1)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(read(&short).await.status, 403);
    assert_eq!(read(&link).await.status, 200);
    for key in [&mine, &other] {
        store.delete(key).await.unwrap();
    }
    if let Some(embedded) = embedded {
        embedded.stop().await;
    }
}

#[tokio::test]
async fn an_upload_link_allows_its_object_of_its_type_and_length_for_a_while_and_nothing_else() {
    let folder = Folder::new();
    let (_keep, settings) = any(&folder).await;
    let store = Store::new(&settings);
    let mine = key(tenant(), "photo.jpg");
    let link = store.upload_link(&mine, "image/jpeg", 5, MINUTE).await.unwrap();
    let now = Utc::now();
    assert_eq!(store.allowed_by(&link, "image/jpeg", 5, now).await.unwrap(), Some(mine.clone()));
    assert_eq!(store.allowed_by(&link, "image/jpeg", 6, now).await.unwrap(), None, "another length");
    assert_eq!(store.allowed_by(&link, "text/html", 5, now).await.unwrap(), None, "another type");
    let other = link.replace("photo.jpg", "other.jpg");
    assert_eq!(store.allowed_by(&other, "image/jpeg", 5, now).await.unwrap(), None, "another object");
    let longer = link.replace("X-Amz-Expires=60", "X-Amz-Expires=6000");
    assert_eq!(store.allowed_by(&longer, "image/jpeg", 5, now).await.unwrap(), None, "a longer life");
    let elsewhere = link.replacen("http://", "http://evil.", 1);
    assert_eq!(store.allowed_by(&elsewhere, "image/jpeg", 5, now).await.unwrap(), None, "another host");
    let read = store.link(&mine, "photo.jpg", MINUTE).await.unwrap();
    assert_eq!(store.allowed_by(&read, "image/jpeg", 5, now).await.unwrap(), None, "a link to read");
    for nonsense in ["", "/", "x", "/uploads?X-Amz-Date=1", "http://["] {
        assert_eq!(store.allowed_by(nonsense, "image/jpeg", 5, now).await.unwrap(), None, "{nonsense}");
    }
    let later = now + MINUTE + Duration::from_secs(1);
    assert_eq!(store.allowed_by(&link, "image/jpeg", 5, later).await.unwrap(), None, "its time is over");
}

#[tokio::test]
async fn a_key_that_leads_out_of_its_bucket_is_refused_and_nothing_is_written() {
    use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
    let folder = Folder::new();
    let (embedded, store) = embedded(&folder).await;
    store.put(&key(tenant(), "a.txt"), Bytes::from("mine"), "text/plain").await.unwrap();
    std::fs::write(folder.0.join("outside.txt"), "outside").unwrap();
    let before = folder.files();

    // With the right signature, as a fault of ours would send it.
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .endpoint_url(embedded.endpoint().as_str())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("zhibu", "a-secret-of-the-test", None, None, "test"))
        .force_path_style(true)
        .build();
    let client = aws_sdk_s3::Client::from_conf(config);
    let evil = [
        "../../evil.txt",
        "../evil.txt",
        "../other/evil.txt",
        "a/../../evil.txt",
        "a/./b",
        "a//b",
        "/etc/evil",
        "a/",
        "a/..",
        "a\0b",
        "a\nb",
        "..\\evil",
        "../../outside.txt",
    ];
    for key in evil {
        let put = client.put_object().bucket("media").key(key).body(Bytes::from("evil").into()).send().await;
        let status = put.unwrap_err().raw_response().map(|answer| answer.status().as_u16());
        assert!(matches!(status, Some(400 | 403)), "put {key:?}: {status:?}");
        assert!(client.get_object().bucket("media").key(key).send().await.is_err(), "get {key:?}");
        assert!(client.head_object().bucket("media").key(key).send().await.is_err(), "head {key:?}");
        assert!(client.delete_object().bucket("media").key(key).send().await.is_err(), "delete {key:?}");
    }
    let long = "a".repeat(200);
    let put = client.put_object().bucket("media").key(&long).body(Bytes::from("evil").into()).send().await;
    assert_eq!(put.unwrap_err().raw_response().map(|answer| answer.status().as_u16()), Some(400));
    assert!(client.copy_object().bucket("media").key("b").copy_source("media/../x").send().await.is_err());
    assert!(client.list_buckets().send().await.is_err(), "what nothing uses is switched off");
    for (bucket, prefix) in [("media", "../"), ("media", "/"), ("media", "../../outside"), ("..", "")] {
        let listed = client.list_objects_v2().bucket(bucket).prefix(prefix).send().await;
        let keys = listed.map(|listed| listed.contents().iter().map(|o| o.key().map(str::to_owned)).collect());
        let keys: Vec<Option<String>> = keys.unwrap_or_default();
        assert!(keys.iter().flatten().all(|key| key.starts_with("t/")), "{bucket} {prefix}: {keys:?}");
    }

    // By hand, with and without encoding, without a signature.
    for path in [
        "/media/../evil.txt",
        "/media/%2e%2e/%2e%2e/evil.txt",
        "/media/..%2fevil.txt",
        "/media/a%2f..%2f..%2fevil.txt",
        "//media/evil.txt",
        "/../evil.txt",
        "/media?list-type=2",
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            let answer = raw(embedded.endpoint(), method, path, embedded.endpoint().authority(), "evil").await;
            assert!(matches!(answer.status, 400 | 403 | 405), "{method} {path}: {}", answer.status);
        }
    }
    assert_eq!(folder.files(), before);
    embedded.stop().await;
}

#[tokio::test]
async fn on_our_own_origin_a_signed_link_reads_and_is_fenced() {
    let folder = Folder::new();
    let (embedded, inner) = embedded(&folder).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let mut wanted = settings(embedded.endpoint().clone());
    wanted.public_endpoint = "https://zhibu.example:8443".parse().unwrap();
    let router = embedded.router(&wanted.public_endpoint, &wanted.bucket).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let store = Store::new(&wanted);
    let key = key(tenant(), "页 面.html");
    store.put(&key, Bytes::from("<script>alert(1)</script>"), "text/html").await.unwrap();

    let link = store.presign_get(&key, "页面.html", MINUTE).await.unwrap();
    assert!(link.as_str().starts_with("https://zhibu.example:8443/media/t/"), "{link}");
    // Behind another name and a proxy that changes the host, it is still the same link.
    for host in ["zhibu.example:8443", "10.0.0.7", "localhost"] {
        let answer = raw(&origin, "GET", &target(&link), host, "").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "<script>alert(1)</script>"), "{host}");
        for fence in [
            "content-disposition: attachment; filename=",
            "x-content-type-options: nosniff",
            "content-security-policy: default-src 'none'; frame-ancestors 'none'; sandbox",
            "cache-control: private",
        ] {
            assert!(answer.head.contains(fence), "{fence} in {}", answer.head);
        }
    }

    let path = target(&link);
    for (method, path, status) in [
        ("GET", path.split('?').next().unwrap().to_owned(), 403),
        ("GET", path.replace("attachment", "inline"), 403),
        ("GET", path.replace("2026", "2027"), 403),
        ("GET", path.replace("/media/", "/other/"), 404),
        ("GET", path.replace("/media/t/", "/media/../media/t/"), 403),
        ("HEAD", path.clone(), 403),
        // A link to read puts nothing there.
        ("PUT", path.clone(), 403),
        ("DELETE", path.clone(), 405),
        ("POST", path.clone(), 405),
    ] {
        let answer = raw(&origin, method, &path, "zhibu.example:8443", "").await;
        assert_eq!((answer.status, answer.body.as_str()), (status, ""), "{method} {path}");
        if status == 403 {
            assert!(answer.head.contains("nosniff") && answer.head.contains("sandbox"), "{}", answer.head);
        }
    }
    // A link for the inner address is none for the origin.
    let inner = inner.presign_get(&key, "a", MINUTE).await.unwrap();
    assert_eq!(raw(&origin, "GET", &target(&inner), "zhibu.example:8443", "").await.status, 403);
    // An object that is gone.
    store.delete(&key).await.unwrap();
    assert_eq!(raw(&origin, "GET", &path, "zhibu.example:8443", "").await.status, 404);
    embedded.stop().await;
}

#[tokio::test]
async fn a_store_has_one_process_and_keeps_its_objects_over_a_restart() {
    let folder = Folder::new();
    let (first, store) = embedded(&folder).await;
    let key = key(tenant(), "a.txt");
    store.put(&key, Bytes::from("kept"), "text/plain").await.unwrap();
    let wanted = settings(first.endpoint().clone());
    let second = Embedded::start(&folder.0, &wanted.access_key, &wanted.secret_key).await;
    assert!(second.unwrap_err().cause.unwrap().to_string().contains("in use"));
    first.stop().await;
    assert_eq!(store.ping().await.unwrap_err().code, "UNAVAILABLE");
    let (again, store) = embedded(&folder).await;
    assert_eq!(store.get(&key).await.unwrap(), "kept");
    again.stop().await;
}

#[test]
fn settings_never_show_their_keys() {
    let text = format!("{:?}", settings("http://localhost".parse().unwrap()));
    assert!(!text.contains("a-secret-of-the-test"), "{text}");
}
