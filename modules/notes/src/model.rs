use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as Id};
use uuid::Uuid;
use zhibu_core::Permission;

/// What differs between the two modules.
#[derive(Debug, PartialEq, Eq)]
pub struct Shelf {
    /// Key of the module and of the export, kind of thing in the audit.
    pub key: &'static str,
    /// What users call one text.
    pub noun: &'static str,
    /// Where the texts are.
    pub(crate) table: &'static str,
    /// Where it is told what happened to them.
    pub(crate) events: &'static str,
    /// The columns that only one of the tables has, as both are read.
    pub(crate) own: &'static str,
    /// See texts.
    pub read: Permission,
    /// Write, publish, withdraw and remove.
    pub write: Permission,
    /// Recommend to the portal.
    pub recommend: Permission,
    /// Words for the audit, in the order of [`Deed`].
    deeds: [&'static str; 7],
}

/// What can be done with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// 新建
    Created,
    /// 修改
    Edited,
    /// 发布
    Published,
    /// 撤回
    Withdrawn,
    /// 推荐
    Recommended,
    /// 取消推荐
    Unrecommended,
    /// 删除
    Removed,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Created,
        Self::Edited,
        Self::Published,
        Self::Withdrawn,
        Self::Recommended,
        Self::Unrecommended,
        Self::Removed,
    ];

    /// The word in the table of events, for what others may listen to.
    pub fn event(self) -> Option<&'static str> {
        match self {
            Self::Published => Some("published"),
            Self::Withdrawn => Some("withdrawn"),
            Self::Recommended => Some("recommended"),
            Self::Unrecommended => Some("unrecommended"),
            Self::Created | Self::Edited | Self::Removed => None,
        }
    }
}

macro_rules! deeds {
    ($key:literal) => {
        [
            concat!($key, ".created"),
            concat!($key, ".edited"),
            concat!($key, ".published"),
            concat!($key, ".withdrawn"),
            concat!($key, ".recommended"),
            concat!($key, ".unrecommended"),
            concat!($key, ".removed"),
        ]
    };
}

/// 党员承诺
pub static PLEDGES: Shelf = Shelf {
    key: "pledge",
    noun: "承诺",
    table: "own.pledges",
    events: "own.pledge_events",
    own: "w.kind, w.year, NULL::text AS source, NULL::smallint AS likeness",
    read: Permission::of("member.pledge", "member.pledge.read"),
    write: Permission::of("member.pledge", "pledge.write"),
    recommend: Permission::of("member.pledge", "pledge.recommend"),
    deeds: deeds!("pledge"),
};

/// 学习心得
pub static NOTES: Shelf = Shelf {
    key: "study_note",
    noun: "学习心得",
    table: "own.study_notes",
    events: "own.study_note_events",
    own: "NULL::text AS kind, NULL::smallint AS year, w.source, w.likeness",
    read: Permission::of("member.study_note", "member.study_note.read"),
    write: Permission::of("member.study_note", "study_note.write"),
    recommend: Permission::of("member.study_note", "study_note.recommend"),
    deeds: deeds!("study_note"),
};

impl Shelf {
    /// The audit's word.
    pub fn deed(&self, deed: Deed) -> &'static str {
        let [created, edited, published, withdrawn, recommended, unrecommended, removed] = self.deeds;
        match deed {
            Deed::Created => created,
            Deed::Edited => edited,
            Deed::Published => published,
            Deed::Withdrawn => withdrawn,
            Deed::Recommended => recommended,
            Deed::Unrecommended => unrecommended,
            Deed::Removed => removed,
        }
    }

    /// What users call the module.
    pub fn title(&self) -> &'static str {
        if self.yearly() { "党员承诺" } else { "学习心得" }
    }

    /// True for pledges, which have a kind and a year.
    pub fn yearly(&self) -> bool {
        self.key == PLEDGES.key
    }
}

/// 承诺类型 (dictionary `pledge_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum PledgeType {
    /// 一句话承诺
    OneLine,
    /// 全方位承诺
    Full,
}

impl PledgeType {
    /// The dictionary's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::OneLine => "one_line",
            Self::Full => "full",
        }
    }

    /// The kind of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::OneLine, Self::Full].into_iter().find(|kind| kind.code() == code)
    }
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum WritingState {
    /// 草稿
    Draft,
    /// 已发布
    Published,
    /// 已撤回
    Withdrawn,
}

impl WritingState {
    /// The code in the column.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Draft, Self::Published, Self::Withdrawn].into_iter().find(|state| state.code() == code)
    }

    /// What users call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::Published => "已发布",
            Self::Withdrawn => "已撤回",
        }
    }
}

/// A text as it is stored, with whose it is.
#[derive(Debug, Clone, QueryableByName)]
pub struct Row {
    /// Its id.
    #[diesel(sql_type = Id)]
    pub id: Uuid,
    /// Counts edits.
    #[diesel(sql_type = Integer)]
    pub version: i32,
    /// Whose it is.
    #[diesel(sql_type = Id)]
    pub person_id: Uuid,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// The branch they were in when it was written.
    #[diesel(sql_type = Id)]
    pub organisation_id: Uuid,
    /// Its short name.
    #[diesel(sql_type = Text)]
    pub branch: String,
    /// Where it stands in the tree.
    #[diesel(sql_type = Text)]
    pub path: String,
    /// Who typed it in.
    #[diesel(sql_type = Id)]
    pub account_id: Uuid,
    /// 承诺类型
    #[diesel(sql_type = Nullable<Text>)]
    pub kind: Option<String>,
    /// 承诺年度
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub year: Option<i16>,
    /// 标题
    #[diesel(sql_type = Text)]
    pub title: String,
    /// 正文, in lists its beginning
    #[diesel(sql_type = Text)]
    pub body: String,
    /// Characters of the whole text.
    #[diesel(sql_type = Integer)]
    pub length: i32,
    /// 学习内容
    #[diesel(sql_type = Nullable<Text>)]
    pub source: Option<String>,
    /// Where it stands.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// Since when it is recommended.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub recommended_at: Option<DateTime<Utc>>,
    /// Per cent that the most similar published text had in common when this one was published.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub likeness: Option<i16>,
    /// Since when it is published.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub published_at: Option<DateTime<Utc>>,
    /// When it was begun.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// Last edit.
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
}

impl Row {
    /// Where it stands.
    pub fn state(&self) -> WritingState {
        WritingState::from_code(&self.state).unwrap_or(WritingState::Draft)
    }
}

/// A year in one sum.
#[derive(Debug, Clone, QueryableByName)]
pub struct Sum {
    /// Texts.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// Their writers.
    #[diesel(sql_type = BigInt)]
    pub people: i64,
    /// Recommended ones.
    #[diesel(sql_type = BigInt)]
    pub recommended: i64,
}

/// One month.
#[derive(Debug, Clone, QueryableByName)]
pub struct Month {
    /// 1 to 12
    #[diesel(sql_type = Integer)]
    pub month: i32,
    /// Texts.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

/// One branch in a year.
#[derive(Debug, Clone, QueryableByName)]
pub struct Branch {
    /// Its id.
    #[diesel(sql_type = Id)]
    pub id: Uuid,
    /// Its short name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Its members today.
    #[diesel(sql_type = Integer)]
    pub members: i32,
    /// Texts.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// Their writers.
    #[diesel(sql_type = BigInt)]
    pub people: i64,
    /// Recommended ones.
    #[diesel(sql_type = BigInt)]
    pub recommended: i64,
}

#[cfg(test)]
mod tests {
    use zhibu_core::dictionary;

    use super::*;

    #[test]
    fn every_deed_has_its_words() {
        for shelf in [&PLEDGES, &NOTES] {
            assert!(dictionary::has("audit_object", shelf.key), "{}", shelf.key);
            for deed in Deed::ALL {
                assert!(dictionary::has("audit_action", shelf.deed(deed)), "{}", shelf.deed(deed));
            }
            for permission in [shelf.read, shelf.write, shelf.recommend] {
                assert!(dictionary::has("permission", permission.key), "{}", permission.key);
            }
        }
    }
}
