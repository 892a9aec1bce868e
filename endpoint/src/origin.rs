//! Who may speak with a browser's cookies.

use http::{HeaderMap, HeaderName, StatusCode, header};
use url::Url;

use crate::refusal::Refusal;

const CSRF: HeaderName = HeaderName::from_static("x-zhibu-csrf");

/// A request with cookies must carry `x-zhibu-csrf: 1`, which a foreign page cannot send
/// without a preflight, and an `Origin`, if any, that is ours.
pub(crate) fn check_request(headers: &HeaderMap, origins: &[String]) -> Result<(), Refusal> {
    if !headers.contains_key(header::COOKIE) {
        return Ok(());
    }
    if headers.contains_key(header::ORIGIN) && !is_ours(headers, origins) {
        return Err(foreign());
    }
    has_csrf_header(headers)
}

/// A browser always names the origin of a socket and cannot add headers: the origin must
/// be ours, with or without cookies. Other clients with cookies send the header instead.
pub(crate) fn check_socket(headers: &HeaderMap, origins: &[String]) -> Result<(), Refusal> {
    if headers.contains_key(header::ORIGIN) {
        return if is_ours(headers, origins) { Ok(()) } else { Err(foreign()) };
    }
    check_request(headers, origins)
}

fn has_csrf_header(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.get(CSRF).is_some_and(|value| value == "1") { Ok(()) } else { Err(foreign()) }
}

fn foreign() -> Refusal {
    Refusal::of_request(StatusCode::FORBIDDEN, "FORBIDDEN_ORIGIN", "请求来源不被允许")
}

fn is_ours(headers: &HeaderMap, origins: &[String]) -> bool {
    let mut all = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (all.next(), all.next()) else {
        return false;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    origins.iter().any(|known| known.trim_end_matches('/').eq_ignore_ascii_case(origin)) || is_own_host(origin, headers)
}

/// The scheme is not compared: TLS usually ends before us.
fn is_own_host(origin: &str, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let Some((scheme @ ("http" | "https"), _)) = origin.split_once("://") else {
        return false;
    };
    match (Url::parse(origin), Url::parse(&format!("{scheme}://{host}"))) {
        (Ok(origin), Ok(own)) => origin.has_host() && origin.origin() == own.origin() && own.username().is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn request_table() {
        let origins = ["https://console.example.org".to_owned()];
        for (pairs, fine) in [
            (&[("origin", "https://evil.example")][..], true),
            (&[("cookie", "a=b")][..], false),
            (&[("cookie", "a=b"), ("x-zhibu-csrf", "0")][..], false),
            (&[("cookie", "a=b"), ("x-zhibu-csrf", "1")][..], true),
            (&[("cookie", "a=b"), ("x-zhibu-csrf", "1"), ("origin", "https://CONSOLE.example.org")][..], true),
            (
                &[
                    ("cookie", "a=b"),
                    ("x-zhibu-csrf", "1"),
                    ("origin", "https://own.example:8443"),
                    ("host", "own.example:8443"),
                ][..],
                true,
            ),
            (
                &[
                    ("cookie", "a=b"),
                    ("x-zhibu-csrf", "1"),
                    ("origin", "https://own.example"),
                    ("host", "own.example:443"),
                ][..],
                true,
            ),
            (
                &[
                    ("cookie", "a=b"),
                    ("x-zhibu-csrf", "1"),
                    ("origin", "https://own.example:8444"),
                    ("host", "own.example:8443"),
                ][..],
                false,
            ),
            (&[("cookie", "a=b"), ("x-zhibu-csrf", "1"), ("origin", "null"), ("host", "null")][..], false),
            (
                &[
                    ("cookie", "a=b"),
                    ("x-zhibu-csrf", "1"),
                    ("origin", "https://evil.example"),
                    ("host", "own.example"),
                ][..],
                false,
            ),
            (&[("cookie", "a=b"), ("origin", "https://own.example"), ("host", "own.example")][..], false),
        ] {
            assert_eq!(check_request(&headers(pairs), &origins).is_ok(), fine, "{pairs:?}");
        }
    }

    #[test]
    fn socket_table() {
        for (pairs, fine) in [
            (&[][..], true),
            (&[("cookie", "a=b")][..], false),
            (&[("origin", "https://evil.example"), ("host", "own.example")][..], false),
            (&[("origin", "https://own.example"), ("host", "own.example"), ("cookie", "a=b")][..], true),
        ] {
            assert_eq!(check_socket(&headers(pairs), &[]).is_ok(), fine, "{pairs:?}");
        }
    }

    #[test]
    fn two_origins_are_nobodys() {
        let mut two = headers(&[("host", "own.example")]);
        two.append(header::ORIGIN, "https://own.example".parse().unwrap());
        assert!(check_socket(&two, &[]).is_ok());
        two.append(header::ORIGIN, "https://own.example".parse().unwrap());
        assert!(check_socket(&two, &[]).is_err());
    }
}
