use async_graphql::{Context, Object, SimpleObject};
use zhibu_core::{Error, Result, SsoAppId};
use zhibu_graphql::Request;
use zhibu_tenancy::sso::apps;

use crate::SSO_READ;

/// The values that stand in the guide and the samples until a tenant's own take their place.
const ORIGIN: &str = "https://dj.example.org";
const APP: &str = "ak_0123456789abcdef0123";
const GUIDE: &str = include_str!("../../../../docs/guide/sso.md");
/// Language, name for people, file, text.
const SAMPLES: [(&str, &str, &str, &str); 3] = [
    ("bash", "curl", "ticket.sh", include_str!("../../../../docs/samples/sso/ticket.sh")),
    ("java", "Java", "Ticket.java", include_str!("../../../../docs/samples/sso/Ticket.java")),
    ("python", "Python", "ticket.py", include_str!("../../../../docs/samples/sso/ticket.py")),
];

/// The integration document with a tenant's own values (接入文档).
#[derive(SimpleObject)]
pub(super) struct SsoGuide {
    /// The document with all samples, as Markdown.
    text: String,
    file_name: String,
    samples: Vec<SsoSample>,
}

/// A sample that runs as it stands.
#[derive(SimpleObject)]
pub(super) struct SsoSample {
    title: &'static str,
    file_name: &'static str,
    text: String,
}

#[derive(Default)]
pub(super) struct SsoGuideQuery;

#[Object]
impl SsoGuideQuery {
    /// The integration document of an application, for the address under which the tenant reaches us (接入文档).
    async fn sso_guide(&self, ctx: &Context<'_>, app: SsoAppId, origin: String) -> Result<SsoGuide> {
        let app = apps::own(ctx.cx()?, SSO_READ, app).await?;
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:/[]".contains(&byte));
        if !(origin.starts_with("https://") || origin.starts_with("http://")) || !plain(&origin) || origin.len() > 200 {
            return Err(Error::invalid("origin", "网址格式不正确"));
        }
        let own = |text: &str| text.replace(ORIGIN, origin.trim_end_matches('/')).replace(APP, &app.app_key);
        let samples: Vec<SsoSample> =
            SAMPLES.iter().map(|(_, title, file_name, text)| SsoSample { title, file_name, text: own(text) }).collect();
        let mut text = own(GUIDE);
        for ((language, title, file, _), sample) in SAMPLES.iter().zip(&samples) {
            text.push_str(&format!("\n## 示例：{title}（{file}）\n\n```{language}\n{}\n```\n", sample.text.trim_end()));
        }
        Ok(SsoGuide { text, file_name: format!("免密登录接入文档-{}.md", app.name), samples })
    }
}
