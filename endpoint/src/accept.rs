//! Media types: what the body is, and what the answer may be.

use http::{HeaderMap, HeaderName, StatusCode, header};

use crate::refusal::Refusal;

/// Media type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/graphql-response+json`
    GraphQl,
    /// `application/json`, for legacy clients
    Json,
}

impl Media {
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// Chooses the media type of the answer. Without a wish it is `application/json`; of two
/// equal wishes the newer type wins.
pub(crate) fn negotiate(headers: &HeaderMap) -> Result<Media, Refusal> {
    let wishes = list(headers, header::ACCEPT);
    if wishes.trim().is_empty() {
        return Ok(Media::Json);
    }
    let ranges: Vec<Range<'_>> = wishes.split(',').filter_map(Range::parse).collect();
    let new = quality(&ranges, "graphql-response+json", false);
    let old = quality(&ranges, "json", true);
    match (new, old) {
        (0, 0) => Err(Refusal::of_request(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            "只能以 application/graphql-response+json 或 application/json 应答",
        )),
        (new, old) if new >= old => Ok(Media::GraphQl),
        _ => Ok(Media::Json),
    }
}

/// Accepts `application/json` in UTF-8, unencoded, and nothing else: forms and plain text
/// need no preflight, and a compressed body would escape its limit.
pub(crate) fn check_body(headers: &HeaderMap) -> Result<(), Refusal> {
    let encoding = list(headers, header::CONTENT_ENCODING);
    if !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity") {
        return Err(unsupported("不接受压缩的请求体"));
    }
    let media = list(headers, header::CONTENT_TYPE);
    let mut parts = media.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    if is_json && parts.all(is_utf8) {
        Ok(())
    } else {
        Err(unsupported("请求体必须是 UTF-8 编码的 application/json"))
    }
}

fn unsupported(message: &str) -> Refusal {
    Refusal::of_request(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)
}

/// Any parameter but a foreign charset is fine.
fn is_utf8(parameter: &str) -> bool {
    match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let value = value.trim().trim_matches('"');
            value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    }
}

/// All lines of a header as one list; unreadable bytes make it match nothing.
fn list(headers: &HeaderMap, name: HeaderName) -> String {
    let lines: Vec<&str> = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or("?")).collect();
    lines.join(",")
}

struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// Thousandths.
    quality: u16,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let mut range = Self { kind, subtype, quality: 1000 };
        for parameter in parts {
            match parameter.split_once('=') {
                Some((name, value)) if name.trim().eq_ignore_ascii_case("q") => {
                    range.quality = thousandths(value.trim())?;
                }
                _ if is_utf8(parameter) => {}
                _ => return None,
            }
        }
        Some(range)
    }

    /// How exactly the range names `application/<subtype>`: 3 exact, 1 anything.
    fn precision(&self, subtype: &str, wild: bool) -> u8 {
        if self.kind == "*" && self.subtype == "*" {
            return u8::from(wild);
        }
        if !self.kind.eq_ignore_ascii_case("application") {
            return 0;
        }
        match self.subtype {
            "*" if wild => 2,
            own if own.eq_ignore_ascii_case(subtype) => 3,
            _ => 0,
        }
    }
}

fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: u16 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    match whole {
        "0" => Some(digits),
        "1" => Some(1000),
        _ => None,
    }
}

/// Quality of the most exact range; `*/*` and `application/*` stand for the legacy type.
fn quality(ranges: &[Range<'_>], subtype: &str, wild: bool) -> u16 {
    ranges
        .iter()
        .filter(|range| range.precision(subtype, wild) > 0)
        .max_by_key(|range| range.precision(subtype, wild))
        .map_or(0, |range| range.quality)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        negotiate(&headers).ok()
    }

    #[test]
    fn accept_table() {
        use Media::{GraphQl, Json};
        for (accept, media) in [
            ("", Some(Json)),
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json", Some(Json)),
            ("application/json; charset=utf-8", Some(Json)),
            ("application/json; charset=iso-8859-1", None),
            ("application/graphql-response+json", Some(GraphQl)),
            ("application/graphql-response+json, application/json;q=0.9", Some(GraphQl)),
            ("application/graphql-response+json;q=0.2, application/json", Some(Json)),
            ("application/json, application/graphql-response+json", Some(GraphQl)),
            ("application/graphql-response+json, */*;q=0.1", Some(GraphQl)),
            ("application/graphql-response+json;q=0, */*", Some(Json)),
            ("application/json;q=0, */*", None),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Some(Json)),
            ("text/html", None),
            ("image/*", None),
            ("nonsense", None),
        ] {
            assert_eq!(chosen(accept), media, "{accept}");
        }
        assert_eq!(negotiate(&HeaderMap::new()).unwrap(), Json);
    }

    #[test]
    fn body_table() {
        for (content_type, fine) in [
            ("application/json", true),
            ("Application/JSON; Charset=\"UTF-8\"", true),
            ("application/json; charset=gbk", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=x", false),
            ("application/jsonp", false),
            ("text/plain; application/json", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
            assert_eq!(check_body(&headers).is_ok(), fine, "{content_type}");
            headers.insert(header::CONTENT_ENCODING, "gzip".parse().unwrap());
            assert!(check_body(&headers).is_err());
        }
        assert!(check_body(&HeaderMap::new()).is_err());
    }
}
