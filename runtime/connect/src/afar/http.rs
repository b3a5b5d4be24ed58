//! Files of web servers.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use gml_ir::Dataset;
use reqwest::header::{ETAG, LAST_MODIFIED};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};

use super::copies::{is_there, keep, place};
use super::faults::{cleaned, patience};
use super::store::token;
use super::wait;
use crate::{Fault, code, paths};

/// A copy of a file, which is fetched where the server says that it is another one, or does not say.
pub(super) fn copy(dataset: &Dataset, url: &str, folder: &Path) -> Result<PathBuf, Fault> {
    let token = token(dataset)?;
    wait(async {
        let head = answered(url, |client| request(client, Method::HEAD, url, token.as_deref())).await;
        // A server need not answer to HEAD.
        if let Ok(head) = &head
            && let Some((version, size)) = version(head)
        {
            let path = place(folder, url, &version);
            if is_there(&path, size) {
                return Ok(path);
            }
        }
        let got = answered(url, |client| request(client, Method::GET, url, token.as_deref())).await?;
        let said = version(&got).map(|(version, _)| version);
        let bytes = got.bytes().await.map_err(|error| unreached(url, &error))?;
        let path = place(folder, url, &said.unwrap_or_else(|| "as it was answered last".into()));
        keep(&path, &bytes)?;
        Ok(path)
    })?
    .map_err(|fault: Fault| fault.at(&dataset.name))
}

/// The bytes of a file.
pub(super) async fn bytes(url: &str, token: Option<&str>) -> Result<Vec<u8>, Fault> {
    let got = answered(url, |client| request(client, Method::GET, url, token)).await?;
    got.bytes().await.map(|bytes| bytes.to_vec()).map_err(|error| unreached(url, &error))
}

/// Sends a file.
pub(super) fn send(dataset: &Dataset, url: &str, file: &Path) -> Result<u64, Fault> {
    let token = token(dataset)?;
    let bytes = std::fs::read(file).map_err(|error| paths::unreadable(file, &error))?;
    let size = bytes.len() as u64;
    wait(answered(url, |client| request(client, Method::PUT, url, token.as_deref()).body(bytes.clone())))?
        .map_err(|fault| fault.at(&dataset.name))?;
    Ok(size)
}

/// What tells one version of a file from another, and its size, where the server says both.
fn version(response: &Response) -> Option<(String, u64)> {
    let headers = response.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let size = text(reqwest::header::CONTENT_LENGTH)?.parse().ok()?;
    let mark = text(ETAG).or_else(|| text(LAST_MODIFIED))?;
    // What is packed for the way has another length than the file.
    headers.get(reqwest::header::CONTENT_ENCODING).is_none().then(|| (format!("{mark}\n{size}"), size))
}

fn request(client: &Client, method: Method, url: &str, token: Option<&str>) -> RequestBuilder {
    let request = client.request(method, url).header(reqwest::header::ACCEPT_ENCODING, "identity");
    match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    }
}

/// The answer to a request, which is made again where the network or the server fails for the moment.
pub(crate) async fn answered(url: &str, request: impl Fn(&Client) -> RequestBuilder) -> Result<Response, Fault> {
    let client = client(url)?;
    let begun = Instant::now();
    let mut pause = Duration::from_millis(200);
    loop {
        let fault = match request(client).send().await {
            Ok(response) if response.status().is_success() => return Ok(response),
            Ok(response) => {
                let status = response.status();
                let fault = refused(url, status);
                let passes = status.is_server_error()
                    || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
                if !passes {
                    return Err(fault);
                }
                fault
            }
            Err(error) if error.is_builder() => return Err(unreached(url, &error)),
            Err(error) => unreached(url, &error),
        };
        if begun.elapsed() + pause >= patience() {
            return Err(fault);
        }
        tokio::time::sleep(jittered(pause)).await;
        pause = (pause * 2).min(Duration::from_secs(10));
    }
}

/// Between half of it and all of it, so that many who wait do not come back at once. The clock is chance enough.
pub(crate) fn jittered(pause: Duration) -> Duration {
    let chance = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().subsec_nanos();
    pause / 2 + (pause / 2).mul_f64(f64::from(chance % 1_000) / 1_000.0)
}

pub(crate) fn client(url: &str) -> Result<&'static Client, Fault> {
    static CLIENT: OnceLock<Result<Client, String>> = OnceLock::new();
    let made = CLIENT.get_or_init(|| {
        let connect = patience().min(Duration::from_secs(10));
        let builder = Client::builder().connect_timeout(connect).read_timeout(patience()).user_agent("gmlc");
        builder.build().map_err(|error| error.to_string())
    });
    made.as_ref().map_err(|error| Fault::new(code::NOT_REACHED, format!("`{}` cannot be asked: {error}", cleaned(url))))
}

fn unreached(url: &str, error: &reqwest::Error) -> Fault {
    let mut text = cleaned(&error.to_string());
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text = format!("{text}: {}", cleaned(&error.to_string()));
        source = error.source();
    }
    Fault::new(code::NOT_REACHED, format!("`{}` does not answer", cleaned(url))).detail(text).help(
        "see whether the name is right and the network is there, and run again; GML_NETWORK_TIMEOUT says how many \
         seconds it is tried",
    )
}

fn refused(url: &str, status: StatusCode) -> Fault {
    let place = cleaned(url);
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            Fault::new(code::FILE_MISSING, format!("there is no `{place}`")).help("correct the path")
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Fault::new(code::ACCESS_DENIED, format!("the server does not let us in to `{place}`: {status}"))
                .help("name a connection with a token: `store: web(token: secret(\"..\"))`")
        }
        _ => Fault::new(code::NOT_REACHED, format!("the server does not give `{place}`: {status}"))
            .help("see whether the path is right; the server may say more in its log"),
    }
}
