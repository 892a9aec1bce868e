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

/// What somebody looked for, as it may be told and kept: every number of seven digits or more is masked, however
/// it was written (`+86 138-1111-2222`, full-width, an identity number in fours).
pub fn searched(text: &str) -> String {
    let letters: Vec<char> = text.chars().map(narrow).collect();
    let (mut told, mut rest) = (String::new(), letters.as_slice());
    while let Some((first, after)) = rest.split_first() {
        let (digits, length) = if first.is_ascii_digit() { number(rest) } else { Default::default() };
        if digits.len() < 7 {
            told.push(*first);
            rest = after;
        } else {
            told.truncate(told.trim_end_matches('+').len());
            told.push_str(&masked(&digits));
            rest = rest.get(length..).unwrap_or_default();
        }
    }
    told
}

/// A full-width digit, or the X of an identity number, as a narrow one.
fn narrow(letter: char) -> char {
    match letter {
        '０'..='９' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        'Ｘ' | 'ｘ' => 'X',
        _ => letter,
    }
}

/// The digits of the number at the start of a text, and how far it goes. Nothing but letters and words ends it.
fn number(text: &[char]) -> (String, usize) {
    let (mut digits, mut length) = (String::new(), 0);
    for (at, letter) in (1..).zip(text) {
        if letter.is_ascii_digit() || digits.len() == 17 && matches!(letter, 'X' | 'x') {
            digits.push(*letter);
            length = at;
        } else if letter.is_alphanumeric() {
            break;
        }
    }
    (digits, length)
}

fn masked(digits: &str) -> String {
    let plain = ["0086", "86"].iter().find_map(|code| digits.strip_prefix(code).filter(|rest| rest.len() == 11));
    let digits = plain.unwrap_or(digits);
    match digits.len() {
        11 if digits.starts_with('1') => phone(digits),
        15.. => id_number(digits),
        _ => format!("{}****", digits.get(..3).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn pc_8_2_numbers_that_were_looked_for() {
        for (text, told) in [
            ("张三", "张三"),
            ("三支部2024", "三支部2024"),
            ("13811112222", "138****2222"),
            ("+86 138 1111 2222", "138****2222"),
            ("0086-138-1111-2222", "138****2222"),
            ("８６１３８１１１１２２２２", "138****2222"),
            ("138\u{200b}1111\u{3000}2222", "138****2222"),
            ("张三 1381111222", "张三 138****"),
            ("110105194912", "110****"),
            ("11010519491231", "110****"),
            ("110105 19491231 002x", "110105********002x"),
            ("１１０１０５１９４９１２３１００２Ｘ李四", "110105********002X李四"),
            ("110105491231002", "110105*****1002"),
            ("1234567", "123****"),
            ("123456", "123456"),
            ("025-12345678转1", "025****转1"),
        ] {
            assert_eq!(super::searched(text), told, "{text}");
        }
    }

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
