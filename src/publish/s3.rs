//! A bucket of an S3-compatible store. Every object carries the fingerprint of its bytes, so that what is ours is
//! known by looking. Keys come from the environment or from what the platform gives its machines; they are never
//! shown.

use std::time::Duration;

use futures_util::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum, S3ConditionalPut};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, BackoffConfig, ClientOptions, Error, GetOptions, ObjectMeta, ObjectStore, PutMode,
    PutOptions, PutPayload, RetryConfig, UpdateVersion,
};

use crate::diag::{self, Diag};
use crate::fingerprint::Fingerprint;
use crate::publish::credentials::{self, CredentialsFile};
use crate::publish::remote::{Condition, Fault, Put, Remote, Seen};

/// Name of the fingerprint among an object's metadata.
const HASH: &str = "newsprint-blake3";

/// Requests at the same time.
const WIDTH: usize = 16;

/// A bucket, and what stands before all keys.
pub(crate) struct Bucket {
    store: AmazonS3,
    runtime: tokio::runtime::Runtime,
    prefix: String,
    words: String,
}

impl Bucket {
    /// Opens a bucket; nothing is asked yet.
    pub(crate) fn open(
        target: &str,
        file: Option<&CredentialsFile>,
        bucket: &str,
        endpoint: Option<&str>,
        region: &str,
        prefix: &str,
    ) -> Result<Self, Diag> {
        let retry = RetryConfig {
            backoff: BackoffConfig {
                init_backoff: Duration::from_millis(100),
                max_backoff: Duration::from_secs(3),
                base: 2.0,
            },
            max_retries: 3,
            retry_timeout: Duration::from_secs(60),
        };
        let client = ClientOptions::new()
            .with_connect_timeout(Duration::from_secs(10))
            .with_timeout(Duration::from_secs(120))
            .with_allow_http(true);
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .with_region(region)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_checksum_algorithm(Checksum::SHA256)
            .with_client_options(client)
            .with_disable_bulk_delete(true)
            .with_retry(retry);
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
        }
        let refuse = |why: String| diag::publish_target(target, &why);
        if let Some(keys) = credentials::find(file).map_err(refuse)? {
            builder = builder.with_access_key_id(keys.id).with_secret_access_key(keys.secret);
            if let Some(token) = keys.token {
                builder = builder.with_token(token);
            }
        }
        let store = builder.build().map_err(|error| refuse(reason(&error)))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| refuse(error.to_string()))?;
        let at = endpoint.map_or_else(|| region.to_owned(), str::to_owned);
        let below = if prefix.is_empty() { String::new() } else { format!("/{prefix}") };
        Ok(Self {
            store,
            runtime,
            prefix: prefix.to_owned(),
            words: format!("the bucket {bucket}{below} at {at}"),
        })
    }

    fn key(&self, path: &str) -> Result<Path, Fault> {
        let key = if self.prefix.is_empty() { path.to_owned() } else { format!("{}/{path}", self.prefix) };
        Path::parse(&key).map_err(|error| Fault::Failed(format!("/{path} cannot be a key: {error}")))
    }
}

/// An error in words: its own and those of what caused it, without repeating them, and on one line.
fn reason(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        source = cause.source();
    }
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() > 600 {
        let cut = (0..=600).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(cut);
        text.push('…');
    }
    text
}

fn fault(error: &Error, operation: &str, path: &str) -> Fault {
    match error {
        Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. } => Fault::Unmet,
        error => Fault::Failed(format!("cannot {operation} /{path}: {}", reason(error))),
    }
}

fn seen(path: &str, meta: &ObjectMeta, attributes: &Attributes) -> Seen {
    let hash = attributes.get(&Attribute::Metadata(HASH.into()));
    Seen {
        path: path.to_owned(),
        version: version(meta.e_tag.clone()),
        size: meta.size,
        hash: hash.and_then(|hash| Fingerprint::read(hash)),
    }
}

fn version(e_tag: Option<String>) -> String {
    e_tag.unwrap_or_default()
}

impl Remote for Bucket {
    fn words(&self) -> String {
        self.words.clone()
    }

    fn read(&self, path: &str) -> Result<Option<(Vec<u8>, Seen)>, Fault> {
        let key = self.key(path)?;
        self.runtime.block_on(async {
            let found = match self.store.get_opts(&key, GetOptions::default()).await {
                Err(Error::NotFound { .. }) => return Ok(None),
                found => found.map_err(|error| fault(&error, "read", path))?,
            };
            let seen = seen(path, &found.meta, &found.attributes);
            let bytes = found.bytes().await.map_err(|error| fault(&error, "read", path))?;
            // Our own records are told by their bytes.
            let hash = seen.hash.or_else(|| Some(Fingerprint::of(&bytes)));
            Ok(Some((bytes.to_vec(), Seen { hash, ..seen })))
        })
    }

    fn look(&self, path: &str) -> Result<Option<Seen>, Fault> {
        let key = self.key(path)?;
        self.runtime.block_on(async {
            let options = GetOptions { head: true, ..GetOptions::default() };
            match self.store.get_opts(&key, options).await {
                Err(Error::NotFound { .. }) => Ok(None),
                Ok(found) => Ok(Some(seen(path, &found.meta, &found.attributes))),
                Err(error) => Err(fault(&error, "look at", path)),
            }
        })
    }

    fn put(&self, put: &Put<'_>) -> Result<String, Fault> {
        let key = self.key(put.path)?;
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::ContentType, put.headers.content_type.into());
        attributes.insert(Attribute::CacheControl, put.headers.cache_control.into());
        attributes.insert(Attribute::Metadata(HASH.into()), put.hash.to_string().into());
        let mode = match put.condition {
            Condition::Absent => PutMode::Create,
            Condition::Is(version) => {
                PutMode::Update(UpdateVersion { e_tag: Some(version.clone()), version: None })
            }
        };
        let options = PutOptions { mode, attributes, ..PutOptions::default() };
        let payload = PutPayload::from(put.bytes.to_vec());
        let done = self.runtime.block_on(self.store.put_opts(&key, payload, options));
        match done {
            Ok(result) => Ok(version(result.e_tag)),
            // `If-Match` on an object that is not there.
            Err(Error::NotFound { .. }) if *put.condition != Condition::Absent => Err(Fault::Unmet),
            Err(error) => Err(fault(&error, "put", put.path)),
        }
    }

    fn delete(&self, path: &str, version: &str) -> Result<(), Fault> {
        // Stores have no conditional removal that all of them know: looked at, then removed.
        match self.look(path)? {
            None => return Ok(()),
            Some(seen) if seen.version != version => return Err(Fault::Unmet),
            Some(_) => {}
        }
        let key = self.key(path)?;
        let stream = futures_util::stream::once(async { Ok(key) });
        let deleted = self.store.delete_stream(Box::pin(stream));
        match self.runtime.block_on(deleted.try_collect::<Vec<_>>()) {
            Ok(_) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fault(&error, "remove", path)),
        }
    }

    fn list(&self) -> Result<Vec<Seen>, Fault> {
        let prefix = (!self.prefix.is_empty()).then(|| Path::from(self.prefix.as_str()));
        let listed = self.store.list(prefix.as_ref());
        let found: Vec<ObjectMeta> =
            self.runtime.block_on(listed.try_collect()).map_err(|error| fault(&error, "list", ""))?;
        let ours = |meta: ObjectMeta| {
            let key = meta.location.as_ref();
            let path = match self.prefix.as_str() {
                "" => key,
                prefix => key.strip_prefix(prefix)?.strip_prefix('/')?,
            };
            if path.starts_with(".newsprint/") {
                return None;
            }
            Some(seen(path, &meta, &Attributes::new()))
        };
        Ok(found.into_iter().filter_map(ours).collect())
    }

    fn width(&self) -> usize {
        WIDTH
    }
}
