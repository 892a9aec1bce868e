use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// Names and their addresses, one set for each time they are asked.
#[derive(Default)]
struct Names {
    known: HashMap<String, Vec<IpAddr>>,
    afterwards: Vec<IpAddr>,
    asked: Mutex<u32>,
}

#[async_trait]
impl Lookup for Names {
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        let mut asked = self.asked.lock().unwrap();
        *asked += 1;
        if *asked > 1 && !self.afterwards.is_empty() {
            return Ok(self.afterwards.clone());
        }
        self.known.get(name).cloned().ok_or_else(|| std::io::ErrorKind::NotFound.into())
    }
}

fn list(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn addresses(value: &Value) -> Vec<IpAddr> {
    list(value).iter().map(|text| text.parse().unwrap()).collect()
}

/// The published cases: the wire is replaced, everything that decides is not.
#[tokio::test]
async fn published_cases_are_decided_as_published() {
    let suite: Value = serde_json::from_str(include_str!("../../vectors/ssrf.json")).unwrap();
    let cases = suite["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 41);
    for case in cases {
        let input = &case["input"];
        let mut known: HashMap<String, Vec<IpAddr>> = HashMap::new();
        let mut afterwards = Vec::new();
        for (name, value) in input["dns"].as_object().unwrap() {
            if name == "#second" {
                afterwards = addresses(value);
            } else {
                known.insert(name.clone(), addresses(value));
            }
        }
        let names = Arc::new(Names { known, afterwards, asked: Mutex::default() });
        let fetcher = Fetcher::new(&list(&input["allow_hosts"]), names.clone()).unwrap();
        let pinned = Pinned { lookup: names.clone(), loopback: false };
        let connected = Mutex::new(Vec::new());
        let get = async |url: Url| {
            let name: Name = url.host_str().unwrap().parse().unwrap();
            let found = pinned.resolve(name).await.map_err(Error::unavailable)?;
            connected.lock().unwrap().extend(found);
            Ok(match input["redirects"].get(url.as_str()) {
                Some(location) => Hop::Elsewhere(location.as_str().unwrap().to_owned()),
                None => Hop::Here(Fetched { url, content_type: String::new(), body: Vec::new() }),
            })
        };
        let outcome = fetcher.follow(input["url"].as_str().unwrap(), get).await;
        assert_eq!(outcome.is_ok(), case["expect"]["allowed"].as_bool().unwrap(), "{} {outcome:?}", case["id"]);
        for address in connected.lock().unwrap().iter() {
            assert!(is_public(address.ip()), "{}: {address}", case["id"]);
        }
        if case["id"] == "ok.dns.rebind_pinned" {
            assert_eq!(*names.asked.lock().unwrap(), 1, "never asked twice");
        }
    }
}

#[tokio::test]
async fn a_listed_name_alone_is_not_enough() {
    let names = Arc::new(Names::default());
    let fetcher = Fetcher::new(&["www.12371.cn".to_owned(), "*.people.com.cn".to_owned()], names).unwrap();
    let allowed = |text: &str| fetcher.allow(&Url::parse(text).unwrap()).is_ok();
    assert!(allowed("https://www.12371.cn/") && allowed("http://cpc.people.com.cn:80/"));
    for text in [
        "http://user@www.12371.cn/",
        "http://:secret@www.12371.cn/",
        "https://www.12371.cn:8443/",
        "ftp://www.12371.cn/",
        "http://www.12371.cn./",
        "http://people.com.cn/",
        "http://.people.com.cn/",
    ] {
        assert!(!allowed(text), "{text}");
    }
}

#[tokio::test]
async fn three_redirects_are_followed_and_a_fourth_is_not() {
    let fetcher = Fetcher::new(&["www.12371.cn".to_owned()], Arc::new(Names::default())).unwrap();
    let get = async |url: Url| {
        Ok(match url.path().trim_start_matches('/').parse::<u32>().unwrap() {
            0 => Hop::Here(Fetched { url, content_type: String::new(), body: Vec::new() }),
            left => Hop::Elsewhere(format!("/{}", left - 1)),
        })
    };
    assert_eq!(fetcher.follow("https://www.12371.cn/3", get).await.unwrap().url.path(), "/0");
    assert_eq!(fetcher.follow("https://www.12371.cn/4", get).await.unwrap_err().message, "网址跳转次数过多");
}

/// Addresses that a name must not stand for, in forms that an address bar does not offer.
#[test]
fn closed_addresses_are_known() {
    let closed = "127.0.0.1 10.0.0.5 172.31.255.255 192.168.1.1 169.254.169.254 100.127.0.1 0.0.0.0 224.0.0.1 240.0.0.1 \
                  255.255.255.255 198.19.0.1 192.0.0.8 192.0.2.1 198.51.100.7 203.0.113.9 :: ::1 ::ffff:8.8.8.8 \
                  ::ffff:127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1:: fd00::1 fe80::1 ff02::1 2001:db8::1 \
                  2001::1 3fff::1 100::1";
    for text in closed.split_whitespace() {
        assert!(!is_public(text.parse().unwrap()), "{text}");
    }
    for text in "123.125.0.10 8.8.8.8 172.32.0.1 100.128.0.1 223.255.255.255 2400:3200::1 2606:4700::1111".split(' ') {
        assert!(is_public(text.parse().unwrap()), "{text}");
    }
}

/// Answers every request with the same bytes.
async fn site(answer: Vec<u8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                while stream.read(&mut [0; 4096]).await.is_ok_and(|bytes| bytes > 0) {
                    let _ = stream.write_all(&answer).await;
                }
            });
        }
    });
    port
}

fn page(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{head}\r\n{body}", body.len()).into_bytes()
}

/// Fetches `http://news.test:<port>/` where loopback is allowed, with small limits.
async fn from(port: u16, others: &[u16]) -> Result<Fetched> {
    let known = HashMap::from([("news.test".to_owned(), vec![IpAddr::from([127, 0, 0, 1])])]);
    let mut ports = vec![port];
    ports.extend(others);
    let rules = Rules { ports, loopback: true, whole: Duration::from_millis(800), largest: 1000 };
    let names = Arc::new(Names { known, ..Names::default() });
    let fetcher = Fetcher::ruled(&["news.test".to_owned()], names, rules).unwrap();
    fetcher.fetch(&format!("http://news.test:{port}/")).await
}

#[tokio::test]
async fn a_page_is_read_as_it_is() {
    let port = site(page("content-type: text/html; charset=gb2312\r\n", "党员")).await;
    let fetched = from(port, &[]).await.unwrap();
    assert_eq!(fetched.body, "党员".as_bytes());
    assert_eq!(fetched.content_type, "text/html; charset=gb2312");
}

#[tokio::test]
async fn a_name_for_this_machine_is_refused_without_a_connection() {
    let known = HashMap::from([("news.test".to_owned(), vec![IpAddr::from([127, 0, 0, 1])])]);
    let names = Arc::new(Names { known, ..Names::default() });
    let fetcher = Fetcher::new(&["news.test".to_owned()], names).unwrap();
    let error = fetcher.fetch("http://news.test/").await.unwrap_err();
    assert_eq!(error.code, "FETCH_REFUSED");
    assert_eq!(error.message, "网址指向内部网络");
}

#[tokio::test]
async fn redirects_are_looked_at_again() {
    let inside = site(page("content-type: text/html\r\n", "secret")).await;
    let moved = |to: String| format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into_bytes();
    let port = site(moved(format!("http://127.0.0.1:{inside}/"))).await;
    assert_eq!(from(port, &[inside]).await.unwrap_err().code, "FETCH_REFUSED", "an address");
    let port = site(moved(format!("http://news.test:{inside}/"))).await;
    assert_eq!(from(port, &[]).await.unwrap_err().code, "FETCH_REFUSED", "another port");
    assert_eq!(from(port, &[inside]).await.unwrap().body, b"secret", "a listed host");
    let port = site(moved("/again".to_owned())).await;
    assert_eq!(from(port, &[]).await.unwrap_err().message, "网址跳转次数过多");
}

#[tokio::test]
async fn size_type_packing_and_time_have_limits() {
    let refused = async |answer| {
        let port = site(answer).await;
        from(port, &[]).await.unwrap_err()
    };
    let html = "content-type: text/html\r\n";
    assert_eq!(refused(page(html, &"x".repeat(1001))).await.message, "网页内容过大");
    assert_eq!(refused(page("content-type: application/json\r\n", "{}")).await.message, "网页内容的类型不在允许范围内");
    assert_eq!(refused(page("", "x")).await.message, "网页内容的类型不在允许范围内");
    let packed = page(&format!("{html}content-encoding: gzip\r\n"), "x");
    assert_eq!(refused(packed).await.message, "网页内容经过压缩，不能读取");
    let start = Instant::now();
    let slow = format!("HTTP/1.1 200 OK\r\n{html}content-length: 100\r\n\r\nx").into_bytes();
    assert_eq!(refused(slow).await.code, "UNAVAILABLE");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
