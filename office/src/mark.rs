//! Marking.

use crate::row::Fault;
use crate::template::Template;
use std::path::Path;
use zhibu_core::Result;

/// x
pub fn mark(_: &Path, _: &Template, _: impl IntoIterator<Item = (u32, Vec<Fault>)>, _: &Path) -> Result<()> {
    Ok(())
}
