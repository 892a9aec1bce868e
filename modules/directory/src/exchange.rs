//! What imports and exports of the module share.

use zhibu_core::Error;
use zhibu_office::Row;

/// Notes the faults of a record in its row, each at the column of its field.
pub(crate) fn note(row: &mut Row<'static>, faults: Vec<Error>) {
    for fault in faults {
        row.fault(&key(fault.field.as_deref().unwrap_or_default()), fault.message);
    }
}

/// Notes a hint at the column of its field.
pub(crate) fn hint(row: &mut Row<'static>, field: &str, sentence: &'static str) {
    row.hint(&key(field), sentence);
}

/// The template's key of a form's field: `joinDate` is `join_date`, `units.0.uscc` is `uscc`.
fn key(field: &str) -> String {
    let mut key = String::new();
    for letter in field.rsplit('.').next().unwrap_or_default().chars() {
        if letter.is_ascii_uppercase() {
            key.push('_');
        }
        key.push(letter.to_ascii_lowercase());
    }
    match key.as_str() {
        "units" | "name" if field.starts_with("units") => "unit_name".to_owned(),
        "nature" => "unit_nature".to_owned(),
        "type" => "org_type".to_owned(),
        "parent" => "parent_short_name".to_owned(),
        _ => key,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn fields_have_their_columns() {
        for (field, column) in [
            ("joinDate", "join_date"),
            ("idNumber", "id_number"),
            ("units.0.uscc", "uscc"),
            ("units.1.name", "unit_name"),
            ("units", "unit_name"),
            ("name", "name"),
            ("type", "org_type"),
        ] {
            assert_eq!(super::key(field), column);
        }
    }
}
