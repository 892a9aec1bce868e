/// The letters and digits of a text, small.
pub fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Each pair of neighbouring letters of a text once, for an index that finds parts of titles.
pub fn grams(text: &str) -> Vec<String> {
    let letters = letters(text);
    let mut pairs: Vec<String> = letters.windows(2).map(|pair| pair.iter().collect()).collect();
    pairs.sort();
    pairs.dedup();
    pairs
}

#[cfg(test)]
mod tests {
    use super::grams;

    #[test]
    fn a_title_is_found_by_pairs_of_its_letters() {
        assert_eq!(grams("学 习，学习A"), ["习a", "习学", "学习"]);
        assert_eq!(grams("学"), Vec::<String>::new());
    }
}
