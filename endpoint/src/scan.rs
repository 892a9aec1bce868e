//! A lexical look at a document before it is parsed: cheap, linear, without recursion.
//! The parser recurses on brackets and takes seconds for junk, so nothing reaches it
//! that is not short, flat and clean.

use crate::{Limits, refusal::Refusal};

/// Refuses documents that are too long, have too many tokens or brackets inside brackets,
/// or carry characters that no input may have.
pub(crate) fn scan(document: &str, limits: &Limits) -> Result<(), Refusal> {
    if document.len() > limits.document {
        return Err(too_large());
    }
    check_text(document)?;
    let mut scanner = Scanner { rest: document, tokens: 0, open: 0, directives: 0 };
    while scanner.token()? {
        if scanner.tokens > limits.tokens {
            return Err(too_large());
        }
        if scanner.open > limits.nesting {
            return Err(too_complex("查询的嵌套过深"));
        }
        if scanner.directives > limits.directives {
            return Err(too_complex("查询中的指令过多"));
        }
    }
    Ok(())
}

fn too_large() -> Refusal {
    Refusal::of_document("TOO_LARGE", "查询文档过长")
}

pub(crate) fn too_complex(message: &str) -> Refusal {
    Refusal::of_document("TOO_COMPLEX", message)
}

/// Refuses control characters (NUL above all), except tabs and line ends.
pub(crate) fn check_text(text: &str) -> Result<(), Refusal> {
    if text.chars().any(is_forbidden) { Err(bad_text()) } else { Ok(()) }
}

fn is_forbidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

pub(crate) fn bad_text() -> Refusal {
    Refusal::of_document("BAD_INPUT", "输入含有不允许的字符")
}

struct Scanner<'a> {
    rest: &'a str,
    tokens: usize,
    open: usize,
    directives: usize,
}

impl Scanner<'_> {
    /// Consumes one token or ignored stretch; `false` at the end.
    fn token(&mut self) -> Result<bool, Refusal> {
        let Some(first) = self.rest.chars().next() else {
            return Ok(false);
        };
        match first {
            ' ' | '\t' | '\n' | '\r' | ',' | '\u{feff}' => {
                self.skip(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | ',' | '\u{feff}'));
                return Ok(true);
            }
            '#' => {
                self.skip(|c| !matches!(c, '\n' | '\r'));
                return Ok(true);
            }
            '"' => self.string()?,
            c if c.is_ascii_alphanumeric() || c == '_' => {
                self.skip(|c| c.is_ascii_alphanumeric() || c == '_');
            }
            c => self.punctuator(c),
        }
        self.tokens += 1;
        Ok(true)
    }

    fn punctuator(&mut self, c: char) {
        match c {
            '{' | '[' | '(' => self.open += 1,
            '}' | ']' | ')' => self.open = self.open.saturating_sub(1),
            '@' => self.directives += 1,
            _ => {}
        }
        self.rest = match self.rest.strip_prefix("...") {
            Some(rest) => rest,
            None => self.rest.get(c.len_utf8()..).unwrap_or_default(),
        };
    }

    fn skip(&mut self, while_: impl Fn(char) -> bool) {
        self.rest = self.rest.trim_start_matches(while_);
    }

    fn string(&mut self) -> Result<(), Refusal> {
        if let Some(block) = self.rest.strip_prefix("\"\"\"") {
            self.rest = after_block(block);
            return Ok(());
        }
        let mut chars = self.rest.strip_prefix('"').unwrap_or_default().chars();
        while let Some(c) = chars.next() {
            match c {
                '"' | '\n' | '\r' => break,
                '\\' => check_escape(&mut chars)?,
                _ => {}
            }
        }
        self.rest = chars.as_str();
        Ok(())
    }
}

fn after_block(mut text: &str) -> &str {
    while let Some((before, after)) = text.split_once("\"\"\"") {
        if !before.ends_with('\\') {
            return after;
        }
        text = after;
    }
    ""
}

/// Looks at what follows a backslash. Malformed escapes are left to the parser.
fn check_escape(chars: &mut std::str::Chars<'_>) -> Result<(), Refusal> {
    match chars.next() {
        Some('b' | 'f') => Err(bad_text()),
        Some('u') => match hex(chars) {
            Some(0xD800..=0xDBFF) => low_surrogate(chars),
            Some(0xDC00..=0xDFFF) => Err(bad_text()),
            Some(code) if char::from_u32(code).is_some_and(is_forbidden) => Err(bad_text()),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn low_surrogate(chars: &mut std::str::Chars<'_>) -> Result<(), Refusal> {
    let mut ahead = chars.clone();
    let paired =
        ahead.next() == Some('\\') && ahead.next() == Some('u') && matches!(hex(&mut ahead), Some(0xDC00..=0xDFFF));
    if !paired {
        return Err(bad_text());
    }
    *chars = ahead;
    Ok(())
}

fn hex(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    let digits = chars.as_str().get(..4)?;
    let code = u32::from_str_radix(digits, 16).ok()?;
    chars.nth(3);
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(document: &str) -> Option<&'static str> {
        scan(document, &Limits::default()).err().map(|refusal| refusal.code)
    }

    #[test]
    fn plain_documents_pass() {
        for document in [
            "{ a }",
            "query Q($a: Int = -1.5e3) { a(b: \"x\\\"y\", c: \"\"\"z \\\"\"\" \"\"\") @include(if: true) }",
            "# comment \" with { quotes\n{ a }",
            r#"{ a(s: "\u4e2d\ud83d\ude00") }"#,
            "\u{feff}{ a }",
            "{ a(s: \"中文\t\") }",
        ] {
            assert_eq!(code(document), None, "{document}");
        }
    }

    #[test]
    fn tokens_are_counted_as_the_language_counts_them() {
        let count = |document: &str| {
            let mut scanner = Scanner { rest: document, tokens: 0, open: 0, directives: 0 };
            while scanner.token().unwrap() {}
            scanner.tokens
        };
        assert_eq!(count("query Q($a:[Int!]!){...F a:b(c:\"d e\",f:1)@g}"), 29);
        assert_eq!(count("# a b c\n , \t"), 0);
        assert_eq!(count("\"\"\"a \\\"\"\" b\"\"\" c"), 2);
        assert_eq!(count("é é"), 2);
    }

    #[test]
    fn caps_hold_at_the_edge() {
        let limits = Limits::default();
        assert!(scan(&format!("{{{}}}", " a".repeat(limits.tokens - 2)), &limits).is_ok());
        assert_eq!(code(&format!("{{{}}}", " a".repeat(limits.tokens - 1))), Some("TOO_LARGE"));
        assert_eq!(code(&" ".repeat(limits.document + 1)), Some("TOO_LARGE"));
        assert_eq!(code(&" ".repeat(limits.document)), None);
        assert_eq!(code(&"{".repeat(limits.nesting)), None);
        assert_eq!(code(&"[".repeat(limits.nesting + 1)), Some("TOO_COMPLEX"));
        assert_eq!(code(&"@a".repeat(limits.directives)), None);
        assert_eq!(code(&"@a".repeat(limits.directives + 1)), Some("TOO_COMPLEX"));
    }

    #[test]
    fn bad_characters_are_input_errors() {
        for document in [
            "{ a(s: \"\0\") }",
            r#"{ a(s: "\u0000") }"#,
            r#"{ a(s: "\ud800") }"#,
            r#"{ a(s: "\ud800\u0041") }"#,
            r#"{ a(s: "\udc00") }"#,
            r#"{ a(s: "\u001b") }"#,
            r#"{ a(s: "\b") }"#,
            "{ a } # \u{7f}",
        ] {
            assert_eq!(code(document), Some("BAD_INPUT"), "{document:?}");
        }
    }

    #[test]
    fn unfinished_text_does_not_hang_or_panic() {
        for document in ["\"", "\"\\", "\"\\u", "\"\\u12", "\"\"\"", "\"\"\"\\\"\"\"", "\"\\u中文", "..", "\"\\ud800\\"]
        {
            let _ = code(document);
        }
    }
}
