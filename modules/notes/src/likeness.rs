//! How much of a text stands in another one too. Candidates are found by sketches in an index, then compared whole.

use std::collections::HashSet;

use zhibu_core::letters;

/// Letters of one shingle: shorter ones are in every text on the same subject, longer ones miss what was touched up.
const SHINGLE: usize = 5;
/// Shingles below which texts are too short to be told copies.
const LEAST: usize = 40;
const BANDS: u64 = 16;
const ROWS: u64 = 3;
/// Per cent in common from which it is told.
pub const TOLD: i16 = 50;

/// FNV-1a: it is stored, so it must never change.
fn hash(parts: impl Iterator<Item = u32>) -> u64 {
    parts
        .flat_map(u32::to_le_bytes)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// One of a family of hashes (the finaliser of splitmix64 over a seed).
fn again(hash: u64, seed: u64) -> u64 {
    let mut x = hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The shingles of a text.
pub fn shingles(text: &str) -> HashSet<u64> {
    letters(text).windows(SHINGLE).map(|window| hash(window.iter().map(|c| u32::from(*c)))).collect()
}

/// The sketch of a text: two that have half of their shingles in common share one of the numbers nine times out of ten.
/// A short text has none.
pub fn bands(text: &str) -> Vec<i64> {
    let shingles = shingles(text);
    if shingles.len() < LEAST {
        return Vec::new();
    }
    let least = |seed: u64| shingles.iter().map(|shingle| again(*shingle, seed)).min().unwrap_or_default();
    let band = |band: u64| {
        let mixed = (0..ROWS).fold(band + 1, |mixed, row| again(mixed ^ least(band * ROWS + row + 1), band + 1));
        i64::from_ne_bytes(mixed.to_ne_bytes())
    };
    (0..BANDS).map(band).collect()
}

/// Per cent of the smaller text's shingles that stand in the other one too, so that a copy with an addition counts whole.
/// Of a text much shorter than the other the shingles of both count: a quotation is no copy.
pub fn common(one: &HashSet<u64>, other: &HashSet<u64>) -> i16 {
    let both = one.intersection(other).count();
    let (small, large) = (one.len().min(other.len()), one.len().max(other.len()));
    let whole = if small * 2 < large { one.len() + other.len() - both } else { small };
    (both * 100).checked_div(whole).and_then(|part| i16::try_from(part).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "通过认真学习，我深刻认识到全心全意为人民服务不是一句口号，而是落实在每一天工作中的行动。\
        作为一名在港口调度岗位工作了十五年的党员，我见证了码头从人工作业走向自动化的全过程。今后我将把学习所得用到班组建设里，\
        带头钻研新设备，带好新徒弟，在急难险重任务面前站得出来、顶得上去，以实际行动为党旗增添光彩。";
    const OTHER: &str = "读完这本书，最让我感动的是老一辈科研人员隐姓埋名几十年的故事。他们住过窑洞，吃过野菜，却从来没有抱怨。\
        和他们相比，我们今天在实验室里遇到的困难实在算不了什么。我想，传承就是把手头的数据做准、把每一份报告写实，\
        不让前人的心血在我们这里打折扣。下个月的检测任务很重，我已经向支部申请承担夜班。";

    fn per_cent(one: &str, other: &str) -> i16 {
        common(&shingles(one), &shingles(other))
    }

    fn candidates(one: &str, other: &str) -> bool {
        let other = bands(other);
        bands(one).iter().any(|band| other.contains(band))
    }

    #[test]
    fn pc_3_2_7a_copies_are_found_and_others_are_not() {
        let spaced: String = TEXT.chars().flat_map(|c| [c, ' ']).collect();
        let changed = TEXT.replace("港口调度", "货运装卸").replace("十五年", "八年");
        let added = format!("{TEXT}以上是我的学习体会，请支部同志批评指正。");
        for (copy, least) in [(TEXT, 100), (&spaced[..], 100), (&changed[..], 80), (&added[..], 100)] {
            assert!(per_cent(TEXT, copy) >= least, "{} of {copy}", per_cent(TEXT, copy));
            assert!(candidates(TEXT, copy), "{copy}");
        }
        assert!(per_cent(TEXT, OTHER) < 5, "{}", per_cent(TEXT, OTHER));
        assert!(!candidates(TEXT, OTHER));
    }

    #[test]
    fn a_quotation_is_no_copy_and_short_texts_are_not_compared() {
        let quoted: String = TEXT.chars().take(40).collect();
        let long = format!("{OTHER}{quoted}{}", OTHER.chars().rev().collect::<String>());
        assert!(per_cent(&quoted, &long) < TOLD, "{}", per_cent(&quoted, &long));
        assert!(bands("立足岗位，服务职工，争当先锋。").is_empty());
        assert_eq!(per_cent("", ""), 0);
    }

    #[test]
    fn sketches_never_change() {
        let sketch = bands(TEXT);
        assert_eq!((sketch.len(), sketch.first()), (16, Some(&4_442_516_691_142_331_794)));
    }
}
