//! Masking of personal data on the server (domain §14.1): what is not revealed never leaves.

/// `13812345678` → `138****5678`; landlines keep their area code and last two digits.
pub fn phone(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let (head, tail) = if chars.len() == 11 && chars.first() == Some(&'1') { (3, 4) } else { (4, 2) };
    if chars.len() <= head + tail {
        return "*".repeat(chars.len());
    }
    let front: String = chars.iter().take(head).collect();
    let back: String = chars.iter().skip(chars.len() - tail).collect();
    format!("{front}****{back}")
}

/// `11010519491231002X` → `110105********002X`.
pub fn id_number(text: &str) -> String {
    let (head, tail) = (text.get(..6), text.len().checked_sub(4).and_then(|at| text.get(at..)));
    match (head, tail) {
        (Some(head), Some(tail)) if text.len() > 10 => format!("{head}{}{tail}", "*".repeat(text.len() - 10)),
        _ => "*".repeat(text.chars().count()),
    }
}

/// Keeps what names the district of an address, at most its first third.
pub fn address(text: &str) -> String {
    let kept = (text.chars().count() / 3).min(9);
    format!("{}******", text.chars().take(kept).collect::<String>())
}

#[cfg(test)]
mod tests {
    #[test]
    fn pc_3_2_1a_identity_numbers_and_addresses() {
        assert_eq!(super::id_number("11010519491231002X"), "110105********002X");
        assert_eq!(super::id_number("1101"), "****");
        assert_eq!(super::address("南京市玄武区中山路1号2幢301室"), "南京市玄武******");
        assert_eq!(super::address("路"), "******");
    }

    #[test]
    fn phones() {
        assert_eq!(super::phone("13812345678"), "138****5678");
        assert_eq!(super::phone("025-12345678"), "025-****78");
        assert_eq!(super::phone("123"), "***");
    }
}
