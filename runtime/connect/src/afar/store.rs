//! Which store a path is of, and what opens it.

use std::sync::Arc;

use gml_ir::{Dataset, Value};
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;

use super::faults::{client, retries};
use super::secret::{optional, text};
use super::{cleaned, faults};
use crate::{Fault, code};

/// A path taken apart: `s3://bucket/key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address<'p> {
    pub(super) scheme: &'p str,
    /// Bucket, container or host.
    pub(super) root: &'p str,
    /// The key within, without a leading slash.
    pub(super) key: &'p str,
}

impl<'p> Address<'p> {
    pub(super) fn of(path: &'p str) -> Self {
        let (scheme, rest) = path.split_once("://").unwrap_or(("", path));
        let (root, key) = rest.split_once('/').unwrap_or((rest, ""));
        Self { scheme, root, key }
    }

    pub(super) fn is_web(&self) -> bool {
        matches!(self.scheme, "http" | "https")
    }

    /// The path of another key in the same store.
    pub(super) fn with(&self, key: &str) -> String {
        format!("{}://{}/{key}", self.scheme, self.root)
    }
}

/// The store that an entry names; [`Value::Null`] where it names none.
pub(super) fn named(dataset: &Dataset) -> &Value {
    dataset.connector.get("store").unwrap_or(&Value::Null)
}

/// The token for a web server that an entry names.
pub(super) fn token(dataset: &Dataset) -> Result<Option<String>, Fault> {
    match named(dataset) {
        Value::Symbol { name, .. } if &**name == "web" => optional(named(dataset), "token"),
        Value::Null => Ok(None),
        other => Err(other_kind(dataset, other, "web(token: ..)")),
    }
}

/// The store of a path, opened with what the entry names and otherwise with what the environment says.
///
/// # Errors
/// Where the entry names a store of another kind, a secret is missing, or the settings do not fit together.
pub(super) fn open(dataset: &Dataset, address: &Address<'_>) -> Result<Arc<dyn ObjectStore>, Fault> {
    let settings = named(dataset);
    let of = |kind: &str| match settings {
        Value::Symbol { name, .. } if &**name == kind => Ok(()),
        Value::Null => Ok(()),
        other => Err(other_kind(dataset, other, &format!("{kind}(..)"))),
    };
    let wrong = |error: object_store::Error| faults::of_store(&address.with(address.key), &error).at(&dataset.name);
    match address.scheme {
        "s3" | "s3a" => of("s3").and_then(|()| s3(settings, address)?.build().map(shared).map_err(wrong)),
        "gs" | "gcs" => of("gcs").and_then(|()| gcs(settings, address)?.build().map(shared).map_err(wrong)),
        "az" | "azure" | "abfs" | "abfss" => {
            of("azure").and_then(|()| azure(settings, address)?.build().map(shared).map_err(wrong))
        }
        other => {
            let text = format!("`{other}://` is no kind of place that is known");
            Err(Fault::new(code::CANNOT_READ, text)
                .at(&dataset.name)
                .help("paths begin with s3://, gs://, az://, abfss://, http:// or https://, or are of this machine"))
        }
    }
}

fn shared<S: ObjectStore>(store: S) -> Arc<dyn ObjectStore> {
    Arc::new(store)
}

fn is_plain(endpoint: &str) -> bool {
    endpoint.starts_with("http://")
}

fn s3(settings: &Value, address: &Address<'_>) -> Result<AmazonS3Builder, Fault> {
    let mut builder =
        AmazonS3Builder::from_env().with_bucket_name(address.root).with_retry(retries()).with_client_options(client());
    let environment =
        ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"].iter().find_map(|name| std::env::var(name).ok());
    if let Some(region) = optional(settings, "region")? {
        builder = builder.with_region(region);
    }
    if let Some(endpoint) = optional(settings, "endpoint")?.or(environment) {
        builder = builder.with_allow_http(is_plain(&endpoint)).with_endpoint(endpoint);
    }
    if let Some(key) = optional(settings, "access_key")? {
        builder = builder.with_access_key_id(key);
    }
    if let Some(key) = optional(settings, "secret_key")? {
        builder = builder.with_secret_access_key(key);
    }
    if let Some(token) = optional(settings, "session_token")? {
        builder = builder.with_token(token);
    }
    Ok(builder)
}

fn gcs(settings: &Value, address: &Address<'_>) -> Result<GoogleCloudStorageBuilder, Fault> {
    let mut builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(address.root).with_retry(retries());
    let mut options = client();
    if let Some(account) = optional(settings, "service_account")? {
        builder = builder.with_service_account_key(account);
    }
    if let Some(endpoint) = optional(settings, "endpoint")? {
        options = options.with_allow_http(is_plain(&endpoint));
        builder = match optional(settings, "service_account")? {
            Some(_) => builder.with_base_url(&endpoint),
            // A server in the place of the real one wants no key; that it is one is said in the key's place.
            None => {
                let key = serde_json::json!({
                    "gcs_base_url": endpoint, "disable_oauth": true,
                    "client_email": "", "private_key": "", "private_key_id": "",
                });
                builder.with_service_account_key(key.to_string())
            }
        };
    }
    Ok(builder.with_client_options(options))
}

fn azure(settings: &Value, address: &Address<'_>) -> Result<MicrosoftAzureBuilder, Fault> {
    let mut builder = MicrosoftAzureBuilder::from_env().with_retry(retries());
    // `abfss://container@account.dfs.core.windows.net/key`
    match address.root.split_once('@') {
        Some((container, host)) => {
            builder = builder.with_container_name(container);
            if let Some(account) = host.split('.').next() {
                builder = builder.with_account(account);
            }
        }
        None => builder = builder.with_container_name(address.root),
    }
    let mut options = client();
    if let Some(account) = optional(settings, "account")? {
        builder = builder.with_account(account);
    }
    if let Some(key) = optional(settings, "access_key")? {
        builder = builder.with_access_key(key);
    }
    if let Some(endpoint) = optional(settings, "endpoint")? {
        options = options.with_allow_http(is_plain(&endpoint));
        builder = builder.with_endpoint(endpoint);
    }
    Ok(builder.with_client_options(options))
}

fn other_kind(dataset: &Dataset, given: &Value, due: &str) -> Fault {
    let given = match given {
        Value::Symbol { name, .. } => name.to_string(),
        _ => "no store".into(),
    };
    let path = dataset.connector.get("path").map(text).and_then(Result::ok).unwrap_or_default();
    let message = format!("`{}` is opened with {given}, and {due} is due", cleaned(&path));
    Fault::new(code::CANNOT_READ, message).at(&dataset.name).help("name a connection of that kind, or correct the path")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        let address = Address::of("s3://bucket/a/b.csv");
        assert_eq!((address.scheme, address.root, address.key), ("s3", "bucket", "a/b.csv"));
        assert_eq!(Address::of("gs://bucket").key, "");
        assert_eq!(address.with("c"), "s3://bucket/c");
    }
}
