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

#[cfg(test)]
mod tests {
    #[test]
    fn phones() {
        assert_eq!(super::phone("13812345678"), "138****5678");
        assert_eq!(super::phone("025-12345678"), "025-****78");
        assert_eq!(super::phone("123"), "***");
    }
}
