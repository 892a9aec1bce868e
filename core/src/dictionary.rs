//! The dictionaries (字典): kind, code, Chinese label (`config/enums.csv`).

use std::sync::LazyLock;

/// One value of a dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The dictionary.
    pub kind: String,
    /// Stable code.
    pub code: String,
    /// Chinese label.
    pub label: String,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_str!("../../config/enums.csv").as_bytes());
    let rows = reader.records().filter_map(Result::ok);
    let cell = |row: &csv::StringRecord, at: usize| row.get(at).unwrap_or_default().to_owned();
    rows.map(|row| Entry { kind: cell(&row, 0), code: cell(&row, 1), label: cell(&row, 2) }).collect()
});

/// The values of one dictionary, in display order.
pub fn of(kind: &str) -> impl Iterator<Item = &'static Entry> {
    ENTRIES.iter().filter(move |entry| entry.kind == kind)
}

/// The label of a code.
pub fn label(kind: &str, code: &str) -> Option<&'static str> {
    of(kind).find(|entry| entry.code == code).map(|entry| entry.label.as_str())
}

/// The label of a code, as text; the code itself when the dictionary does not have it.
pub fn words(kind: &str, code: &str) -> String {
    label(kind, code).unwrap_or(code).to_owned()
}

/// True when the dictionary has the code.
pub fn has(kind: &str, code: &str) -> bool {
    label(kind, code).is_some()
}

#[cfg(test)]
mod tests {
    #[test]
    fn all_rows_are_read() {
        assert_eq!(super::ENTRIES.len(), 1255);
        assert_eq!(super::label("org_type", "branch"), Some("党支部"));
        assert!(!super::has("org_type", "nothing"));
    }
}
