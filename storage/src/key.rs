use zhibu_core::{Error, Result, TenantId};

/// The embedded store keeps a key, encoded, in one file name; this fits with any bucket name of up to 20 letters.
const LONGEST: usize = 140;

/// The name of an object: made by us, below a tenant, the shared catalogues or the platform, never a text from outside.
///
/// A row keeps the segments after the tenant, so that a key read back is again below the reader's own tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key(String);

impl Key {
    /// A key of one tenant.
    pub fn tenant<S: AsRef<str>>(tenant: TenantId, segments: impl IntoIterator<Item = S>) -> Result<Self> {
        Self::below(format!("t/{tenant}"), segments)
    }

    /// A key of what every tenant reads.
    pub fn shared<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> Result<Self> {
        Self::below("shared".to_owned(), segments)
    }

    /// A key of what operators have made for themselves.
    pub fn platform<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> Result<Self> {
        Self::below("platform".to_owned(), segments)
    }

    /// The key as the store knows it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A tenant's key as a signed link has it in its path.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        let (tenant, below) = path.strip_prefix("t/")?.split_once('/')?;
        Self::tenant(tenant.parse().ok()?, below.split('/')).ok()
    }

    fn below<S: AsRef<str>>(mut key: String, segments: impl IntoIterator<Item = S>) -> Result<Self> {
        let prefix = key.len();
        for segment in segments {
            let segment = segment.as_ref();
            if !plain(segment) || segment.contains('/') {
                return Err(Error::invalid("key", "文件标识无效"));
            }
            key.push('/');
            key.push_str(segment);
        }
        if key.len() == prefix || key.len() > LONGEST {
            return Err(Error::invalid("key", "文件标识无效"));
        }
        Ok(Self(key))
    }
}

/// Whether a segment names something inside its folder and nothing else.
pub(crate) fn plain(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..") && !segment.contains(|letter: char| letter.is_control() || letter == '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    fn tenant(segments: &[&str]) -> Option<String> {
        let tenant = TENANT.parse().ok()?;
        Key::tenant(tenant, segments).ok().map(|key| key.as_str().to_owned())
    }

    #[test]
    fn a_key_lies_below_its_tenant() {
        assert_eq!(tenant(&["2026", "党员 1.jpg"]), Some(format!("t/{TENANT}/2026/党员 1.jpg")));
        assert_eq!(Key::shared(["menus", "a.svg"]).ok().map(|key| key.0), Some("shared/menus/a.svg".to_owned()));
        assert_eq!(Key::platform(["exports", "a"]).ok().map(|key| key.0), Some("platform/exports/a".to_owned()));
    }

    #[test]
    fn a_segment_that_could_lead_elsewhere_is_refused() {
        for segment in ["", ".", "..", "/etc", "a/b", "a/../b", "..\\b", "a\0", "a\n", "\u{7f}"] {
            assert_eq!(tenant(&["2026", segment]), None, "{segment:?}");
            assert!(Key::shared([segment]).is_err(), "{segment:?}");
        }
        assert_eq!(tenant(&[]), None);
        assert_eq!(tenant(&[&"a".repeat(LONGEST)]), None);
    }
}
