//! The Word file of a text, made by a job when it is published.

use docx_rs::{AlignmentType, Docx, Paragraph, Run, RunFonts, SpecialIndentType};
use serde::{Deserialize, Serialize};
use zhibu_core::{Error, Result, SampleId};
use zhibu_storage::Key;
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::{Cx, Job};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::model::Row;
use crate::schema::sample_texts;
use crate::{LIBRARY_EDIT, LIBRARY_READ, store};

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// Renders the Word file of a published version and puts it into the store.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Render {
    pub(crate) id: SampleId,
    pub(crate) version: i32,
}

impl Job for Render {
    const NAME: &'static str = "sample_render";

    async fn run(self, cx: &Cx) -> Result<()> {
        let row = {
            let mut read = cx.read(LIBRARY_READ).await?;
            store::one(self.id, read.conn()?).await?
        };
        // A later version has a job of its own.
        if row.version != self.version || row.state != "published" || row.file_key.is_some() {
            return Ok(());
        }
        let key = Key::shared(["samples", &self.id.to_string(), &format!("{}.docx", self.version)])?;
        cx.app.store.put(&key, document(&row)?.into(), WORD).await?;
        let mut write = cx.write(LIBRARY_EDIT).await?;
        diesel::update(sample_texts::table.find(self.id.0))
            .filter(sample_texts::version.eq(self.version))
            .set(sample_texts::file_key.eq(key.as_str()))
            .execute(write.conn()?)
            .await?;
        write.audit(Entry::new("sample.rendered", "sample", self.id.0).note("version", self.version)).await?;
        write.commit().await
    }
}

/// A Word document in the usual form: title centred, body in 仿宋 with an indent of two characters.
fn document(row: &Row) -> Result<Vec<u8>> {
    let heading = Run::new().add_text(&row.title).size(44).bold().fonts(RunFonts::new().east_asia("方正小标宋简体"));
    let mut docx = Docx::new().add_paragraph(Paragraph::new().add_run(heading).align(AlignmentType::Center));
    for text in row.body.split("\n\n") {
        let run = Run::new().add_text(text).size(32).fonts(RunFonts::new().east_asia("仿宋"));
        docx = docx.add_paragraph(Paragraph::new().add_run(run).indent(
            None,
            Some(SpecialIndentType::FirstLine(640)),
            None,
            None,
        ));
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    docx.build().pack(&mut bytes).map_err(|e| Error::bug(e.to_string()))?;
    Ok(bytes.into_inner())
}
