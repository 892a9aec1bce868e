use async_graphql::{OutputType, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, Result};

/// The most rows one page may hold.
const MOST: i64 = 100;
/// How far a numbered page may be.
const FARTHEST: i64 = 100_000;

/// Which part of a list is wanted: after a cursor, or from a row number.
#[derive(Debug, Clone, Default)]
pub struct PageArgs {
    first: i64,
    after: Option<String>,
    offset: i64,
}

/// Whether there is more, and where to go on.
#[derive(Debug, Clone, Default, SimpleObject)]
pub struct PageInfo {
    /// There are more rows after these.
    pub has_next_page: bool,
    /// Cursor of the last row.
    pub end_cursor: Option<String>,
}

/// One page of rows.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub nodes: Vec<T>,
    /// Where they stand in the list.
    pub info: PageInfo,
}

/// The position of a row in its list, as an opaque text for clients.
pub trait Cursor: Serialize + DeserializeOwned {
    /// The opaque text.
    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads the text back.
    fn decode(text: &str) -> Result<Self> {
        let fault = || Error::invalid("after", "分页游标无效");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| fault())?;
        // Ours hold no escapes: a made-up one must not bring control characters to the database.
        if bytes.windows(2).any(|pair| pair == b"\\u") {
            return Err(fault());
        }
        serde_json::from_slice(&bytes).map_err(|_| fault())
    }
}

impl<T: Serialize + DeserializeOwned> Cursor for T {}

impl PageArgs {
    /// Checks what a client asked for: 1 to 100 rows, by cursor or by row number.
    pub fn new(first: Option<i32>, after: Option<String>, offset: Option<i32>) -> Result<Self> {
        let first = i64::from(first.unwrap_or(20));
        if !(1..=MOST).contains(&first) {
            return Err(Error::invalid("first", "每页条数应为1至100"));
        }
        let offset = i64::from(offset.unwrap_or(0));
        if !(0..=FARTHEST).contains(&offset) {
            return Err(Error::invalid("offset", "页码超出范围，请用筛选条件缩小范围"));
        }
        Ok(Self { first, after, offset })
    }

    /// A batch of a thousand after a cursor, for work that goes through everything.
    pub fn batch(after: Option<String>) -> Self {
        Self { first: 1000, after, offset: 0 }
    }

    /// The cursor to go on after.
    pub fn after<C: Cursor>(&self) -> Result<Option<C>> {
        self.after.as_deref().map(C::decode).transpose()
    }

    /// How many rows to fetch: one more than wanted tells whether there is a next page.
    pub fn limit(&self) -> i64 {
        self.first + 1
    }

    /// Rows to skip.
    pub fn offset(&self) -> i64 {
        self.offset
    }

    /// Makes the page of the fetched rows.
    pub fn page<T, C: Cursor>(&self, mut rows: Vec<T>, cursor: impl Fn(&T) -> C) -> Page<T> {
        let wanted = usize::try_from(self.first).unwrap_or_default();
        let has_next_page = rows.len() > wanted;
        rows.truncate(wanted);
        let end_cursor = rows.last().map(|row| cursor(row).encode());
        Page { nodes: rows, info: PageInfo { has_next_page, end_cursor } }
    }
}

impl<T> Page<T> {
    /// The same page with other rows.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U>
    where
        U: OutputType,
    {
        Page { nodes: self.nodes.into_iter().map(f).collect(), info: self.info }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_knows_whether_more_follows() {
        let args = PageArgs::new(Some(2), None, None).unwrap();
        let page = args.page(vec![1, 2, 3], |n| *n);
        assert_eq!((page.nodes, page.info.has_next_page), (vec![1, 2], true));
        assert_eq!(i32::decode(&page.info.end_cursor.unwrap()).unwrap(), 2);
    }

    #[test]
    fn size_and_cursor_are_checked() {
        assert_eq!(PageArgs::new(Some(101), None, None).unwrap_err().field.as_deref(), Some("first"));
        assert_eq!(PageArgs::new(None, None, Some(-1)).unwrap_err().field.as_deref(), Some("offset"));
        assert!(i32::decode("???").is_err());
        assert!(String::decode(&"001.002".to_owned().encode()).is_ok());
        assert_eq!(String::decode(&"a\u{0}".to_owned().encode()).unwrap_err().code, "INVALID");
    }
}
