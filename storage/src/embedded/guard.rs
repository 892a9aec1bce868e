//! What stands between the protocol and the folder.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput, CompleteMultipartUploadOutput,
    CopyObjectInput, CopyObjectOutput, CopySource, CreateBucketInput, CreateBucketOutput, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, DeleteObjectInput, DeleteObjectOutput, GetObjectInput, GetObjectOutput,
    HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListObjectsV2Input, ListObjectsV2Output,
    ListPartsInput, ListPartsOutput, PutObjectInput, PutObjectOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result};
use s3s_fs::FileSystem;
use zhibu_core::{Error, Result};

use crate::key::plain;

/// The longest file name of a usual file system.
const LONGEST_NAME: usize = 255;

/// The folder behind a list of allowed operations and allowed keys: whatever is not here is "not implemented".
///
/// The folder's own code takes a key like `../../x` out of its bucket, and forgets two files when it deletes.
#[derive(Debug)]
pub(super) struct Guarded {
    files: FileSystem,
    root: PathBuf,
}

impl Guarded {
    pub(super) fn open(root: &Path) -> Result<Self> {
        let files = FileSystem::new(root).map_err(|error| Error::unavailable(format!("{error:?}")))?;
        Ok(Self { files, root: root.to_owned() })
    }

    /// The two files beside the buckets in which the folder keeps what it knows about an object.
    fn notes(&self, bucket: &str, key: &str) -> [PathBuf; 2] {
        ["metadata", "internal"].map(|kind| self.root.join(note(bucket, key, kind)))
    }
}

fn note(bucket: &str, key: &str, kind: &str) -> String {
    let (bucket, key) = (URL_SAFE_NO_PAD.encode(bucket), URL_SAFE_NO_PAD.encode(key));
    format!(".bucket-{bucket}.object-{key}.{kind}.json")
}

fn check(bucket: &str, key: &str) -> S3Result<()> {
    if !key.split('/').all(plain) {
        return Err(S3Error::with_message(
            S3ErrorCode::InvalidArgument,
            "the key has an empty, dotted or control part",
        ));
    }
    if note(bucket, key, "metadata").len() > LONGEST_NAME || key.split('/').any(|part| part.len() > LONGEST_NAME) {
        return Err(S3Error::with_message(S3ErrorCode::KeyTooLongError, "the key is too long for this store"));
    }
    Ok(())
}

/// The folder refuses an upload that it does not know any more as if somebody else had begun it.
fn unknown(error: S3Error) -> S3Error {
    match error.code() {
        S3ErrorCode::AccessDenied => S3Error::with_message(S3ErrorCode::NoSuchUpload, "there is no such upload"),
        _ => error,
    }
}

#[async_trait::async_trait]
impl S3 for Guarded {
    async fn create_bucket(&self, request: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        self.files.create_bucket(request).await
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.files.head_bucket(request).await
    }

    /// The prefix is only compared with the names that are there.
    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        self.files.list_objects_v2(request).await
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        check(&request.input.bucket, &request.input.key)?;
        self.files.put_object(request).await
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        check(&request.input.bucket, &request.input.key)?;
        self.files.get_object(request).await
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        check(&request.input.bucket, &request.input.key)?;
        self.files.head_object(request).await
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        check(&request.input.bucket, &request.input.key)?;
        self.files.create_multipart_upload(request).await
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        check(&request.input.bucket, &request.input.key)?;
        self.files.upload_part(request).await.map_err(unknown)
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        check(&request.input.bucket, &request.input.key)?;
        self.files.list_parts(request).await.map_err(unknown)
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        check(&request.input.bucket, &request.input.key)?;
        self.files.complete_multipart_upload(request).await.map_err(unknown)
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        check(&request.input.bucket, &request.input.key)?;
        self.files.abort_multipart_upload(request).await.map_err(unknown)
    }

    async fn copy_object(&self, request: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        check(&request.input.bucket, &request.input.key)?;
        let CopySource::Bucket { bucket, key, .. } = &request.input.copy_source else {
            return Err(S3Error::with_message(S3ErrorCode::NotImplemented, "only objects of a bucket are copied"));
        };
        check(bucket, key)?;
        self.files.copy_object(request).await
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        check(&request.input.bucket, &request.input.key)?;
        let notes = self.notes(&request.input.bucket, &request.input.key);
        let answer = self.files.delete_object(request).await?;
        for note in notes {
            match tokio::fs::remove_file(&note).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(S3Error::internal_error(error));
                }
                _ => {}
            }
        }
        Ok(answer)
    }
}
