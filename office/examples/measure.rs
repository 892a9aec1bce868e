//! Rows per second and peak memory of reading, marking and writing 100,000 rows of 25 columns.
//! `cargo run --release -p zhibu-office --example measure [write|read|mark]`: one step at a time, since the peak is
//! the process's; without a step, all of them in processes of their own.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement prints, and may stop")]

use chrono::NaiveDate;
use std::path::Path;
use std::time::Instant;
use zhibu_office::{Cell, Fault, Heading, Layout, Sheet, Template, Workbook, mark};

const ROWS: u32 = 100_000;

fn main() {
    let folder = std::env::temp_dir();
    let (source, out) = (folder.join("zhibu-measure.xlsx"), folder.join("zhibu-measure-marked.xlsx"));
    let member = Template::of("member").unwrap();
    let begun = Instant::now();
    match std::env::args().nth(1).as_deref() {
        Some("write") => write(&source, member),
        Some("read") => read(&source, member),
        Some("mark") => {
            let fault = |key: &str| Fault { column: key.to_owned(), sentence: format!("{key}不正确") };
            mark(
                &source,
                member,
                (1..ROWS).map(|row| (row + 2, vec![fault("name"), fault("branch_short_name")])),
                &out,
            )
            .unwrap();
        }
        _ => {
            for step in ["write", "read", "mark"] {
                std::process::Command::new(std::env::current_exe().unwrap()).arg(step).status().unwrap();
            }
            for path in [&source, &out] {
                println!("{} {} kB", path.display(), std::fs::metadata(path).unwrap().len() / 1000);
            }
            return;
        }
    }
    let spent = begun.elapsed();
    let step = std::env::args().nth(1).unwrap();
    println!("{step}: {spent:.2?}, {} rows/ms, {}", u128::from(ROWS) / spent.as_millis().max(1), peak());
}

fn write(path: &Path, template: &Template) {
    let columns = template.columns.iter().map(|column| Heading { title: column.title.clone(), width: 16 }).collect();
    let layout = Layout { name: "党员".to_owned(), columns, ..Layout::default() };
    let mut sheet = Sheet::create(path, layout, |_| ()).unwrap();
    let day = NaiveDate::from_ymd_opt(2015, 6, 20).unwrap();
    for at in 0..ROWS {
        let texts: Vec<String> = (0..template.columns.len()).map(|column| format!("第{at}行第{column}列")).collect();
        let mut cells: Vec<Cell<'_>> = texts.iter().map(|text| Cell::Text(text)).collect();
        for column in [4, 12, 13] {
            *cells.get_mut(column).unwrap() = Cell::Date(day);
        }
        sheet.row(&cells).unwrap();
    }
    sheet.finish().unwrap();
}

fn read(path: &Path, template: &Template) {
    let mut workbook = Workbook::open(path).unwrap();
    let mut faults = 0;
    for row in workbook.rows(template).unwrap() {
        let mut row = row.unwrap();
        for column in &template.columns {
            row.text(&column.key);
        }
        row.choice("ethnicity");
        row.date("join_date");
        faults += row.faults().len();
    }
    println!("{faults} faults");
}

fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown");
    line.to_owned()
}
