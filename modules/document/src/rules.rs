//! What a sample text may be. Pure decisions.

use zhibu_core::{Result, check};

use crate::model::SampleKind;

/// What the operator writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What it is for.
    pub kind: SampleKind,
    /// 标题
    pub title: String,
    /// 摘要
    pub summary: String,
    /// 正文
    pub body: String,
}

/// Checks and tidies a text: line ends are made one kind, runs of blank lines one.
pub fn accept(text: Text) -> Result<Text> {
    let body = text.body.replace("\r\n", "\n").replace('\r', "\n");
    let paragraphs: Vec<&str> = body.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
    Ok(Text {
        kind: text.kind,
        title: check::text("title", "标题", &text.title, 2, 80)?,
        summary: check::text("summary", "摘要", &text.summary, 2, 200)?,
        body: check::lines("body", "正文", &paragraphs.join("\n\n"), 10, 20_000)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(title: &str, summary: &str, body: &str) -> String {
        let text = Text { kind: SampleKind::Pledge, title: title.into(), summary: summary.into(), body: body.into() };
        accept(text).err().and_then(|e| e.field).unwrap_or_default()
    }

    #[test]
    fn op_6_texts_are_checked_and_tidied() {
        let body = "第一段内容在这里。\r\n\r\n\r\n  第二段内容。 \n";
        assert_eq!(fault("一句话承诺", "示例", body), "");
        assert_eq!(fault(" ", "示例", body), "title");
        assert_eq!(fault("一句话承诺", "", body), "summary");
        assert_eq!(fault("一句话承诺", "示例", "短"), "body");
        assert_eq!(fault("一句话承诺", "示例", &"长".repeat(20_001)), "body");
        assert_eq!(fault("一句话承诺", "示例", "含有不可见字符\u{0}的正文内容"), "body");
        let text =
            Text { kind: SampleKind::Pledge, title: "标题".into(), summary: "摘要".into(), body: body.into() };
        assert_eq!(accept(text).unwrap().body, "第一段内容在这里。\n\n第二段内容。");
    }
}
