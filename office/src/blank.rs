//! The file users download and fill in.

use crate::template::{Column, Format, Need, Template};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format as Look, FormatAlign, FormatBorder, Formula, Workbook,
    Worksheet, XlsxError,
};
use zhibu_core::{Error, Result};

/// A row with a cell that begins so is not read.
pub(crate) const SAMPLE: &str = "【示例】";
/// The drop-downs reach down to this row, counted from 1.
const LAST: u32 = 100_002;
const HEADER: u32 = 1;
const CODES: &str = "代码";

impl Template {
    /// The import template (导入模板) as an `.xlsx`: the data sheet with a sample row, the page 说明, and a hidden
    /// page of lists. `lists` gives columns drop-downs of the moment, as the short names of organisations; other
    /// values may be typed there.
    pub fn workbook(&self, lists: &[(&str, Vec<String>)]) -> Result<Vec<u8>> {
        write(self, lists).map_err(Error::bug)
    }
}

fn write(template: &Template, lists: &[(&str, Vec<String>)]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let data = workbook.add_worksheet().set_name(&template.title)?;
    heading(data, template)?;
    let mut codes = Worksheet::new();
    codes.set_name(CODES)?.set_hidden(true);
    let mut used = 0;
    for (at, column) in (0u16..).zip(&template.columns) {
        column_of(data, at, column)?;
        let extra = lists.iter().find(|(key, _)| *key == column.key).map(|(_, list)| list.clone());
        let free = extra.is_some();
        let choices = extra.unwrap_or_else(|| column.choices());
        if choices.is_empty() {
            continue;
        }
        codes.write(0, used, &column.title)?;
        codes.write_column(1, used, &choices)?;
        data.add_data_validation(HEADER + 1, at, LAST - 1, at, &drop_down(used, choices.len(), free)?)?;
        used += 1;
    }
    explain(workbook.add_worksheet().set_name("说明")?, template)?;
    workbook.push_worksheet(codes);
    workbook.save_to_buffer()
}

fn heading(data: &mut Worksheet, template: &Template) -> Result<(), XlsxError> {
    let last = u16::try_from(template.columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
    let words = format!(
        "{}导入模板：带*的列必填，黄色列按情况填写；日期写作2023-06-01；第3行为示例，不会导入；最多10万行；各列要求见“说明”页",
        template.title
    );
    let look = Look::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter);
    data.merge_range(0, 0, 0, last, &words, &look)?;
    data.set_row_height(0, 36)?.set_row_height(HEADER, 24)?;
    data.set_freeze_panes(HEADER + 1, 0)?;
    Ok(())
}

fn column_of(data: &mut Worksheet, at: u16, column: &Column) -> Result<(), XlsxError> {
    let look = cell_look(column);
    data.set_column_format(at, &look)?;
    data.set_column_width(at, width(column))?;
    let star = if column.need == Need::Always { "*" } else { "" };
    data.write_with_format(HEADER, at, format!("{star}{}", column.title), &header_look(column.need))?;
    let mark = if at == 0 { SAMPLE } else { "" };
    let sample = look.set_italic().set_font_color(Color::RGB(0x80_80_80));
    let text = format!("{mark}{}", column.example);
    match crate::value::day(&column.example) {
        Some(day) if column.format == Format::Date => data.write_with_format(HEADER + 1, at, &day, &sample)?,
        _ => data.write_with_format(HEADER + 1, at, text, &sample)?,
    };
    Ok(())
}

/// Text for everything that is not counted, so that long numbers keep their digits.
fn cell_look(column: &Column) -> Look {
    match column.format {
        Format::Date => Look::new().set_num_format("yyyy-mm-dd"),
        Format::Integer(..) => Look::new().set_num_format("0"),
        Format::Money(..) => Look::new().set_num_format("0.00"),
        _ => Look::new().set_num_format("@"),
    }
}

fn header_look(need: Need) -> Look {
    let colour = match need {
        Need::Always => 0xF8_CB_AD,
        Need::Conditional => 0xFF_E6_99,
        Need::Optional => 0xD9_E1_F2,
    };
    let look = Look::new().set_bold().set_border(FormatBorder::Thin).set_background_color(Color::RGB(colour));
    look.set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter)
}

fn width(column: &Column) -> u16 {
    match column.format {
        Format::Text(_, high) => u16::try_from(high).unwrap_or(60).clamp(14, 36),
        Format::Code(_) | Format::Enum(_) => 24,
        _ => 16,
    }
}

fn drop_down(column: u16, count: usize, free: bool) -> Result<DataValidation, XlsxError> {
    let letters = crate::cells::letters(u32::from(column));
    let list = Formula::new(format!("='{CODES}'!${letters}$2:${letters}${}", count + 1));
    let (style, words) = if free {
        (DataValidationErrorStyle::Warning, "下拉列表中没有这一项，确认要填写吗？")
    } else {
        (DataValidationErrorStyle::Stop, "请从下拉列表中选择")
    };
    DataValidation::new().allow_list_formula(list).set_error_style(style).set_error_message(words)
}

fn explain(page: &mut Worksheet, template: &Template) -> Result<(), XlsxError> {
    let bold = Look::new().set_bold().set_background_color(Color::RGB(0xD9_E1_F2));
    let wrap = Look::new().set_text_wrap().set_align(FormatAlign::Top);
    for (at, (title, width)) in (0u16..).zip([("列名", 20), ("是否必填", 12), ("填写要求", 36), ("错误提示", 48)])
    {
        page.write_with_format(0, at, title, &bold)?;
        page.set_column_width(at, width)?;
    }
    for (at, column) in (1u32..).zip(&template.columns) {
        let need = match column.need {
            Need::Always => "必填",
            Need::Conditional => "按情况填写",
            Need::Optional => "选填",
        };
        let told = column.error.replace('/', "；");
        for (cell, text) in (0u16..).zip([&column.title, need, &column.format.words(), &told]) {
            page.write_with_format(at, cell, text, &wrap)?;
        }
    }
    page.set_freeze_panes(1, 0)?;
    Ok(())
}
