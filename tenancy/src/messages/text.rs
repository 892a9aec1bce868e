//! What a signature and a template may look like, how a template is filled, and how many parts a message has. Pure.

use zhibu_core::{Error, Result, check};

/// Variables that are filled from the member's own record.
pub const OWN: [&str; 2] = ["姓名", "党支部"];
/// Characters of a message of one part, and of each part of a longer one.
const SINGLE: usize = 70;
const PART: usize = 67;
/// The most variables, and the most characters of a value: what carriers take.
const VARIABLES: usize = 10;
const VALUE: usize = 35;
const LONGEST: usize = 500;

/// A signature (短信签名): 2 to 12 Chinese characters, letters or digits, not digits alone.
pub fn signature(field: &str, text: &str) -> Result<String> {
    let text = check::text(field, "短信签名", text, 2, 12)?;
    if !text.chars().all(char::is_alphanumeric) || text.chars().all(|c| c.is_ascii_digit()) {
        return Err(Error::invalid(
            field.to_owned(),
            "短信签名应为2至12个汉字、字母或数字，不含【】等符号，也不能全是数字",
        ));
    }
    Ok(text)
}

/// A template's text (短信模板) and its variables in order, each once.
pub fn template(field: &str, text: &str) -> Result<(String, Vec<String>)> {
    let text = check::text(field, "模板内容", text, 5, LONGEST)?;
    let fault = |words: &'static str| Error::invalid(field.to_owned(), words);
    if text.contains(['【', '】']) {
        return Err(fault("模板内容不要写【签名】，发送时自动加上"));
    }
    let mut variables: Vec<String> = Vec::new();
    for piece in pieces(&text).ok_or_else(|| fault("变量应写成{姓名}的样子，大括号须成对"))? {
        let Piece::Variable(name) = piece else { continue };
        let long = name.chars().count();
        if !(1..=10).contains(&long) || !name.chars().all(char::is_alphanumeric) {
            return Err(fault("变量名应为1至10个汉字、字母或数字"));
        }
        if !variables.iter().any(|known| known == name) {
            variables.push(name.to_owned());
        }
    }
    if variables.len() > VARIABLES {
        return Err(fault("一个模板最多10个变量"));
    }
    Ok((text, variables))
}

/// A value that the sender gives for a variable.
pub fn value(field: &str, name: &str, text: &str) -> Result<String> {
    let text = check::text(field, name, text, 1, VALUE)?;
    if text.contains(['【', '】', '{', '}']) {
        return Err(Error::invalid(field.to_owned(), format!("{name}不能含有【】{{}}")));
    }
    Ok(text)
}

enum Piece<'a> {
    Plain(&'a str),
    Variable(&'a str),
}

/// A text cut at its variables; none when braces do not match.
fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((plain, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        if plain.contains('}') || name.contains('{') {
            return None;
        }
        found.extend([Piece::Plain(plain), Piece::Variable(name)]);
        rest = after;
    }
    found.push(Piece::Plain(rest));
    (!rest.contains('}')).then_some(found)
}

/// The text with its variables replaced; values stand in the order of the variables.
pub fn fill(text: &str, variables: &[String], values: &[String]) -> String {
    let value = |name: &str| variables.iter().position(|known| known == name).and_then(|at| values.get(at));
    let piece = |piece: Piece<'_>| match piece {
        Piece::Plain(plain) => plain.to_owned(),
        Piece::Variable(name) => value(name).cloned().unwrap_or_default(),
    };
    pieces(text).unwrap_or_default().into_iter().map(piece).collect()
}

/// The whole message as it arrives.
pub fn whole(signature: &str, text: &str) -> String {
    format!("【{signature}】{text}")
}

/// How many parts a whole message is paid for (计费条数).
pub fn parts(whole: &str) -> i16 {
    let length = whole.encode_utf16().count();
    let parts = if length <= SINGLE { 1 } else { length.div_ceil(PART) };
    i16::try_from(parts).unwrap_or(i16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pc_3_2_1c_signatures_follow_the_carriers_rule() {
        for good in ["党建", "某某镇党委", "ABC支部1", "一二三四五六七八九十一二"] {
            assert_eq!(signature("name", good).unwrap(), good);
        }
        for bad in ["党", "一二三四五六七八九十一二三", "【党建】", "党 建", "123456", "党建-云", ""]
        {
            assert!(signature("name", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn pc_3_2_1c_templates_name_their_variables_once_each() {
        let (_, variables) = template("text", "{姓名}同志，请于{时间}参加{会议}，{姓名}请勿缺席。").unwrap();
        assert_eq!(variables, ["姓名", "时间", "会议"]);
        for bad in [
            "{姓名同志，请参加会议",
            "姓名}同志，请参加",
            "{{姓名}}同志您好",
            "{}同志，请参加",
            "{姓 名}同志您好",
            "【某】请参加会议",
        ] {
            assert!(template("text", bad).is_err(), "{bad}");
        }
        let many: String = (0..11).map(|n| format!("{{变量{n}}}")).collect();
        assert!(template("text", &many).is_err());
        assert!(
            value("values.0", "时间", "明天{时间}").is_err() && value("values.0", "时间", &"长".repeat(36)).is_err()
        );
    }

    #[test]
    fn pc_3_2_1c_a_filled_text_has_no_variable_left() {
        let names: Vec<String> = ["姓名", "时间"].map(str::to_owned).to_vec();
        let values: Vec<String> = ["王芳", "今晚"].map(str::to_owned).to_vec();
        assert_eq!(fill("{姓名}同志{时间}开会，{姓名}。", &names, &values), "王芳同志今晚开会，王芳。");
    }

    #[test]
    fn pc_3_2_1c_long_messages_are_paid_in_parts() {
        for (length, expected) in [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)] {
            assert_eq!(parts(&"字".repeat(length)), expected, "{length}");
        }
        assert_eq!(whole("某某党委", "开会"), "【某某党委】开会");
    }
}
