use std::path::Path;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use chrono::{DateTime, NaiveDateTime, Utc};
use url::Url;
use zhibu_core::{Error, Result, Secret, TenantId};

use crate::Key;

/// Where the store is and how to sign in to it.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The store as this process sees it.
    pub endpoint: Url,
    /// The store as browsers see it; signed links name it.
    pub public_endpoint: Url,
    /// The region that signatures name.
    pub region: String,
    /// The one bucket.
    pub bucket: String,
    /// Who we are to the store.
    pub access_key: Secret,
    /// What proves it.
    pub secret_key: Secret,
    /// Whether the bucket stands in the path instead of in the host name.
    pub path_style: bool,
    /// Whether links leave out the origin: the store stands behind the console's own.
    #[serde(default)]
    pub relative_links: bool,
}

/// What the store says about an object without sending it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Bytes.
    pub length: u64,
    /// The type it was stored with.
    pub content_type: Option<String>,
}

/// An object as a list tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: Key,
    /// The key without the tenant.
    pub below: String,
    /// Bytes.
    pub size: u64,
}

/// A part of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// From 1.
    pub number: i32,
    /// Bytes.
    pub size: u64,
    /// What the store calls its content; the embedded one does not say.
    pub tag: Option<String>,
}

/// What a signed link says of itself; nobody has vouched for it yet.
struct Said {
    key: Key,
    signed_at: SystemTime,
    expires: Duration,
}

impl Said {
    fn of(link: &str, bucket: &str) -> Option<Self> {
        // A relative link has some origin; only its path and query are read.
        let url = Url::parse("http://store.invalid").and_then(|base| base.join(link)).ok()?;
        let path = url.path().strip_prefix('/')?;
        let path = path.strip_prefix(bucket).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path);
        let said = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let signed_at = NaiveDateTime::parse_from_str(&said("X-Amz-Date")?, "%Y%m%dT%H%M%SZ").ok()?;
        let expires = Duration::from_secs(said("X-Amz-Expires")?.parse().ok()?);
        Some(Self { key: Key::of_path(path)?, signed_at: signed_at.and_utc().into(), expires })
    }
}

/// The media store (附件库).
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    /// Only signs; it never connects.
    signer: Client,
    bucket: String,
    relative_links: bool,
}

impl Store {
    /// A client; nothing is sent yet.
    pub fn new(settings: &Settings) -> Self {
        Self {
            client: client(settings, &settings.endpoint),
            signer: client(settings, &settings.public_endpoint),
            bucket: settings.bucket.clone(),
            relative_links: settings.relative_links,
        }
    }

    /// Stores an object, over one of the same key.
    pub async fn put(&self, key: &Key, bytes: Bytes, content_type: &str) -> Result<()> {
        let request = self.client.put_object().bucket(&self.bucket).key(key.as_str());
        request.content_type(content_type).body(ByteStream::from(bytes)).send().await.map_err(refused)?;
        Ok(())
    }

    /// Reads an object whole.
    pub async fn get(&self, key: &Key) -> Result<Bytes> {
        let request = self.client.get_object().bucket(&self.bucket).key(key.as_str());
        let object = request.send().await.map_err(refused)?;
        Ok(object.body.collect().await.map_err(Error::unavailable)?.into_bytes())
    }

    /// Reads what is known about an object.
    pub async fn head(&self, key: &Key) -> Result<Head> {
        let request = self.client.head_object().bucket(&self.bucket).key(key.as_str());
        let object = request.send().await.map_err(refused)?;
        let length = u64::try_from(object.content_length.unwrap_or_default()).map_err(Error::bug)?;
        Ok(Head { length, content_type: object.content_type })
    }

    /// Removes an object; one that is not there is no error.
    pub async fn delete(&self, key: &Key) -> Result<()> {
        let request = self.client.delete_object().bucket(&self.bucket).key(key.as_str());
        match request.send().await.map(drop).map_err(refused) {
            Err(error) if error.code == Error::missing().code => Ok(()),
            other => other,
        }
    }

    /// How many bytes a tenant's objects take together.
    pub async fn size(&self, tenant: TenantId) -> Result<u64> {
        Ok(self.list(tenant).await?.iter().map(|object| object.size).sum())
    }

    /// A tenant's objects in the order of their keys.
    pub async fn list(&self, tenant: TenantId) -> Result<Vec<Object>> {
        // With the slash: an id is never the beginning of another one, and this does not rely on it.
        let prefix = format!("t/{tenant}/");
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(&prefix);
        let mut pages = request.into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            for object in page.map_err(refused)?.contents() {
                let below = object.key().and_then(|key| key.strip_prefix(&prefix)).unwrap_or_default().to_owned();
                let size = u64::try_from(object.size().unwrap_or_default()).map_err(Error::bug)?;
                found.push(Object { key: Key::tenant(tenant, below.split('/'))?, below, size });
            }
        }
        found.sort_by(|one, other| one.below.cmp(&other.below));
        Ok(found)
    }

    /// Removes everything of a tenant; how many objects there were.
    pub async fn clear(&self, tenant: TenantId) -> Result<usize> {
        let all = self.list(tenant).await?;
        for object in &all {
            self.delete(&object.key).await?;
        }
        Ok(all.len())
    }

    /// A link to read one object for a short while, which a browser saves as `file_name`.
    ///
    /// Only after the permission check: whoever has the link can read.
    pub async fn presign_get(&self, key: &Key, file_name: &str, expires: Duration) -> Result<Url> {
        let request = self.signer.get_object().bucket(&self.bucket).key(key.as_str());
        let request = request.response_content_disposition(attachment(file_name));
        let expires = PresigningConfig::expires_in(expires).map_err(Error::bug)?;
        let signed = request.presigned(expires).await.map_err(Error::bug)?;
        signed.uri().parse().map_err(Error::bug)
    }

    /// The same link as a browser on our own pages uses it.
    pub async fn link(&self, key: &Key, file_name: &str, expires: Duration) -> Result<String> {
        let url = self.presign_get(key, file_name, expires).await?;
        Ok(if self.relative_links { url[url::Position::BeforePath..].to_owned() } else { url.into() })
    }

    /// A link by which a browser puts one object of just this type and length there, for a short while.
    pub async fn upload_link(&self, key: &Key, content_type: &str, length: u64, expires: Duration) -> Result<String> {
        self.signed_upload(key, content_type, length, PresigningConfig::expires_in(expires).map_err(Error::bug)?).await
    }

    async fn signed_upload(
        &self,
        key: &Key,
        content_type: &str,
        length: u64,
        when: PresigningConfig,
    ) -> Result<String> {
        let length = i64::try_from(length).map_err(Error::bug)?;
        let request = self.signer.put_object().bucket(&self.bucket).key(key.as_str());
        let request = request.content_type(content_type).content_length(length);
        let signed = request.presigned(when).await.map_err(Error::bug)?;
        let url: Url = signed.uri().parse().map_err(Error::bug)?;
        Ok(if self.relative_links { url[url::Position::BeforePath..].to_owned() } else { url.into() })
    }

    /// The object for which somebody holds an upload link of just this type and length, as long as the link lasts.
    ///
    /// For clients that can only post forms: who gets a key back may have [`Store::put`] do what the link allows. The link is
    /// signed anew from what it says, and has to come out the same.
    pub async fn allowed_by(
        &self,
        link: &str,
        content_type: &str,
        length: u64,
        now: DateTime<Utc>,
    ) -> Result<Option<Key>> {
        let Some(said) = Said::of(link, &self.bucket) else { return Ok(None) };
        // Another node's clock may be a little ahead; nobody but us signs.
        if SystemTime::from(now).duration_since(said.signed_at).unwrap_or_default() >= said.expires {
            return Ok(None);
        }
        let when = PresigningConfig::builder().start_time(said.signed_at).expires_in(said.expires).build();
        let Ok(when) = when else { return Ok(None) };
        let again = self.signed_upload(&said.key, content_type, length, when).await?;
        Ok((again == link).then_some(said.key))
    }

    /// Begins an upload in parts, for files that a broken connection should not begin anew; what the store calls it.
    pub async fn begin_parts(&self, key: &Key, content_type: &str) -> Result<String> {
        let request = self.client.create_multipart_upload().bucket(&self.bucket).key(key.as_str());
        let begun = request.content_type(content_type).send().await.map_err(refused)?;
        begun.upload_id.ok_or_else(|| Error::bug("an upload in parts without an id"))
    }

    /// A link by which a browser puts one part of just this length there, for a short while.
    pub async fn part_link(
        &self,
        key: &Key,
        upload: &str,
        number: i32,
        length: u64,
        expires: Duration,
    ) -> Result<String> {
        let length = i64::try_from(length).map_err(Error::bug)?;
        let request = self.signer.upload_part().bucket(&self.bucket).key(key.as_str()).upload_id(upload);
        let when = PresigningConfig::expires_in(expires).map_err(Error::bug)?;
        let signed = request.part_number(number).content_length(length).presigned(when).await.map_err(Error::bug)?;
        let url: Url = signed.uri().parse().map_err(Error::bug)?;
        Ok(if self.relative_links { url[url::Position::BeforePath..].to_owned() } else { url.into() })
    }

    /// The parts that are there, by number; missing when the upload is not known any more.
    pub async fn parts(&self, key: &Key, upload: &str) -> Result<Vec<Part>> {
        let mut all = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let request = self.client.list_parts().bucket(&self.bucket).key(key.as_str()).upload_id(upload);
            let listed = request.set_part_number_marker(marker).send().await.map_err(refused)?;
            for part in listed.parts() {
                let Some(number) = part.part_number() else { continue };
                let size = u64::try_from(part.size().unwrap_or_default()).map_err(Error::bug)?;
                all.push(Part { number, size, tag: part.e_tag().map(str::to_owned) });
            }
            marker = listed.next_part_number_marker.filter(|_| listed.is_truncated == Some(true));
            if marker.is_none() {
                break;
            }
        }
        all.sort_by_key(|part| part.number);
        Ok(all)
    }

    /// Makes one object of the parts.
    pub async fn join_parts(&self, key: &Key, upload: &str, parts: &[Part]) -> Result<()> {
        let one = |part: &Part| CompletedPart::builder().part_number(part.number).set_e_tag(part.tag.clone()).build();
        let whole = CompletedMultipartUpload::builder().set_parts(Some(parts.iter().map(one).collect())).build();
        let request = self.client.complete_multipart_upload().bucket(&self.bucket).key(key.as_str());
        request.upload_id(upload).multipart_upload(whole).send().await.map_err(refused)?;
        Ok(())
    }

    /// Gives an upload in parts up; one that is not known any more is no fault.
    pub async fn drop_parts(&self, key: &Key, upload: &str) -> Result<()> {
        let request = self.client.abort_multipart_upload().bucket(&self.bucket).key(key.as_str());
        match request.upload_id(upload).send().await.map_err(refused) {
            Err(error) if error.code != Error::missing().code => Err(error),
            _ => Ok(()),
        }
    }

    /// The first bytes of an object, at most so many.
    pub async fn start_of(&self, key: &Key, most: u64) -> Result<Bytes> {
        let request = self.client.get_object().bucket(&self.bucket).key(key.as_str());
        let range = format!("bytes=0-{}", most.saturating_sub(1));
        let answer = request.range(range).send().await.map_err(refused)?;
        Ok(answer.body.collect().await.map_err(Error::unavailable)?.into_bytes())
    }

    /// Copies an object inside the store.
    pub async fn copy(&self, from: &Key, to: &Key) -> Result<()> {
        let source = format!("{}/{}", self.bucket, from.as_str());
        let request = self.client.copy_object().bucket(&self.bucket).key(to.as_str()).copy_source(source);
        request.send().await.map_err(refused)?;
        Ok(())
    }

    /// Stores a file of the disk as an object.
    pub async fn put_file(&self, key: &Key, path: &Path, content_type: &str) -> Result<()> {
        let body = ByteStream::from_path(path).await.map_err(Error::bug)?;
        let request = self.client.put_object().bucket(&self.bucket).key(key.as_str());
        request.content_type(content_type).body(body).send().await.map_err(refused)?;
        Ok(())
    }

    /// Writes an object into a file of the disk, piece by piece.
    pub async fn get_file(&self, key: &Key, path: &Path) -> Result<()> {
        let request = self.client.get_object().bucket(&self.bucket).key(key.as_str());
        let mut body = request.send().await.map_err(refused)?.body;
        let mut file = tokio::fs::File::create(path).await.map_err(Error::bug)?;
        while let Some(piece) = body.try_next().await.map_err(Error::unavailable)? {
            tokio::io::AsyncWriteExt::write_all(&mut file, &piece).await.map_err(Error::bug)?;
        }
        tokio::io::AsyncWriteExt::flush(&mut file).await.map_err(Error::bug)
    }

    /// Creates the bucket unless it is there.
    pub async fn ensure_bucket(&self) -> Result<()> {
        if self.ping().await.is_ok() {
            return Ok(());
        }
        let created = self.client.create_bucket().bucket(&self.bucket).send().await;
        match created.map_err(SdkError::into_service_error) {
            Err(error) if !error.is_bucket_already_exists() && !error.is_bucket_already_owned_by_you() => {
                Err(Error::unavailable(error))
            }
            // Another replica may have been faster; what counts is that it answers to us now.
            _ => self.ping().await,
        }
    }

    /// Whether the store answers and has the bucket.
    pub async fn ping(&self) -> Result<()> {
        let request = self.client.head_bucket().bucket(&self.bucket).send();
        let answer = tokio::time::timeout(Duration::from_secs(3), request).await.map_err(Error::unavailable)?;
        answer.map(drop).map_err(Error::unavailable)
    }
}

fn client(settings: &Settings, endpoint: &Url) -> Client {
    let credentials =
        Credentials::new(settings.access_key.expose(), settings.secret_key.expose(), None, None, "settings");
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(60))
        .build();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .endpoint_url(endpoint.as_str())
        .region(Region::new(settings.region.clone()))
        .credentials_provider(credentials)
        .force_path_style(settings.path_style)
        .retry_config(RetryConfig::standard())
        .timeout_config(timeouts)
        // Stores other than Amazon's often refuse the checksum trailers that are the SDK's default.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .build();
    Client::from_conf(config)
}

/// The store's answer as ours: not there, not reachable, or our own fault.
fn refused<E: std::error::Error + Send + Sync + 'static>(error: SdkError<E>) -> Error {
    match error.raw_response().map(|answer| answer.status().as_u16()) {
        Some(404) => Error::missing(),
        Some(status) if status < 500 && status != 429 => Error::bug(error),
        _ => Error::unavailable(error),
    }
}

/// RFC 6266 with the RFC 5987 form for names outside ASCII, and a plain name for clients that know only that.
fn attachment(file_name: &str) -> String {
    let name: String =
        file_name.chars().map(|letter| if unsafe_in_name(letter) { '_' } else { letter }).take(150).collect();
    let plain: String =
        name.chars().map(|letter| if letter.is_ascii() && letter != '%' { letter } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

fn unsafe_in_name(letter: char) -> bool {
    // The direction marks let `exe` look like `txt`.
    letter.is_control()
        || "/\\\"\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn a_file_name_survives_the_header() {
        for (name, expected) in [
            ("a.txt", "attachment; filename=\"a.txt\"; filename*=UTF-8''a.txt"),
            ("党员 1.xlsx", "attachment; filename=\"__ 1.xlsx\"; filename*=UTF-8''%E5%85%9A%E5%91%98%201.xlsx"),
            ("a\"; b=\"\r\n/c", "attachment; filename=\"a_; b=____c\"; filename*=UTF-8''a_%3B%20b%3D____c"),
            ("50%.txt", "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt"),
        ] {
            assert_eq!(attachment(name), expected);
        }
    }
}
