//! Requests to a server: with a time limit, and made again where the network or the server stumbles.

use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde_json::Value as Json;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// Pauses before a request is made again.
const PAUSES: [u64; 4] = [200, 600, 1_800, 5_000];
/// What a server takes of a file in a second, at the least.
const SLOWEST: u64 = 256 << 10;

/// Why a server did not do what it was asked for.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) message: String,
    /// The server's word for it.
    pub(super) code: Option<String>,
    /// Whether there is no use in asking for anything more.
    pub(super) gone: bool,
}

impl Refused {
    pub(super) fn other(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: None, gone: false }
    }
}

/// A server.
pub(super) struct Client {
    http: reqwest::Client,
    url: Url,
    token: Option<String>,
    timeout: Duration,
}

impl Client {
    pub(super) fn new(url: &str, token: Option<&str>, timeout: Duration) -> Result<Self, Refused> {
        let url = Url::parse(url).map_err(|error| Refused::other(format!("its address is no URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused::other(format!(
                "its address begins with {}:, and http: or https: is due",
                url.scheme()
            )));
        }
        let http = reqwest::Client::builder().connect_timeout(CONNECT.min(timeout)).user_agent("gmlc").build();
        let http = http.map_err(|error| Refused::other(error.without_url().to_string()))?;
        Ok(Self { http, url, token: token.map(str::to_owned), timeout })
    }

    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Json, Refused> {
        let request = || Ok(self.request(Method::GET, &self.api(path)).query(query));
        self.asked(request, self.timeout).await
    }

    pub(super) async fn post(&self, path: &str, body: &Json) -> Result<Json, Refused> {
        self.asked(|| Ok(self.request(Method::POST, &self.api(path)).json(body)), self.timeout).await
    }

    pub(super) async fn patch(&self, path: &str, body: &Json) -> Result<Json, Refused> {
        self.asked(|| Ok(self.request(Method::PATCH, &self.api(path)).json(body)), self.timeout).await
    }

    /// Puts a file below the place of a run or a model.
    pub(super) async fn upload(&self, place: &str, name: &str, path: &Path) -> Result<(), Refused> {
        let below = proxied(place).ok_or_else(|| {
            let why = if place.is_empty() { "nowhere" } else { place };
            Refused::other(format!(
                "the server keeps files in {why} and does not take them itself: start it with --serve-artifacts"
            ))
        })?;
        let unreadable = |error: std::io::Error| Refused::other(format!("{} cannot be read: {error}", path.display()));
        let size = std::fs::metadata(path).map_err(unreadable)?.len();
        let url = self.api_root(&format!("mlflow-artifacts/artifacts/{below}/{name}"));
        let request = || {
            // The body is read as it is sent, so that a large model need not be held in memory.
            let file = tokio::fs::File::from_std(std::fs::File::open(path).map_err(unreadable)?);
            let body = reqwest::Body::from(file);
            let typed =
                self.request(Method::PUT, &url).header("content-length", size).header("content-type", media(name));
            Ok(typed.body(body))
        };
        let timeout = self.timeout + Duration::from_secs(size / SLOWEST);
        self.asked(request, timeout).await.map(drop)
    }

    fn api(&self, path: &str) -> Url {
        self.api_root(&format!("mlflow/{path}"))
    }

    fn api_root(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "2.0"]).extend(path.split('/').filter(|part| !part.is_empty()));
        }
        url
    }

    fn request(&self, method: Method, url: &Url) -> RequestBuilder {
        let request = self.http.request(method, url.clone());
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Asks until there is an answer, for as long as that may take.
    async fn asked(
        &self,
        request: impl Fn() -> Result<RequestBuilder, Refused>,
        timeout: Duration,
    ) -> Result<Json, Refused> {
        let until = Instant::now() + timeout;
        let mut pauses = PAUSES.iter();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let failed = match request()?.timeout(left).send().await {
                Ok(response) => {
                    let status = response.status();
                    let text = response.text().await.unwrap_or_default();
                    if status.is_success() {
                        return Ok(serde_json::from_str(&text).unwrap_or(Json::Null));
                    }
                    let refused = refusal(status, &text);
                    if !(status.is_server_error()
                        || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT))
                    {
                        return Err(refused);
                    }
                    refused
                }
                Err(error) if error.is_timeout() && Instant::now() >= until => {
                    let message = format!("{} does not answer within {} s", self.host(), timeout.as_secs_f64());
                    return Err(Refused { message, code: None, gone: true });
                }
                Err(error) => Refused {
                    message: format!("{} cannot be reached: {}", self.host(), cause(error)),
                    code: None,
                    gone: true,
                },
            };
            let pause = pauses.next().map(|pause| Duration::from_millis(*pause));
            match pause.filter(|pause| Instant::now() + *pause < until) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(failed),
            }
        }
    }

    /// The server without what may be secret in its address.
    fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or("the server");
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

/// What lies behind an error, in the words of the system.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn refusal(status: StatusCode, text: &str) -> Refused {
    let answer: Json = serde_json::from_str(text).unwrap_or(Json::Null);
    let code = answer["error_code"].as_str().map(str::to_owned);
    let said =
        answer["message"].as_str().map_or_else(|| text.lines().next().unwrap_or("").trim().to_owned(), str::to_owned);
    let said: String = said.lines().next().unwrap_or("").chars().take(300).collect();
    let gone = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) || status.is_server_error();
    let why = if said.is_empty() { String::new() } else { format!(": {said}") };
    Refused { message: format!("it answers {status}{why}"), code, gone }
}

/// Where files of a place go through the server: `mlflow-artifacts:/1/abc/artifacts`.
fn proxied(place: &str) -> Option<&str> {
    let rest = place.strip_prefix("mlflow-artifacts:")?;
    // With a server of its own in it, the path stands behind that.
    let path = match rest.strip_prefix("//") {
        Some(rest) => rest.split_once('/').map_or("", |(_, path)| path),
        None => rest,
    };
    Some(path.trim_matches('/'))
}

/// The media type of a file, for browsers that show it.
fn media(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_go_through_the_server_or_nowhere() {
        assert_eq!(proxied("mlflow-artifacts:/1/abc/artifacts"), Some("1/abc/artifacts"));
        assert_eq!(proxied("mlflow-artifacts://host:5000/1/abc/artifacts/"), Some("1/abc/artifacts"));
        assert_eq!(proxied("s3://bucket/1/abc"), None);
    }

    #[test]
    fn addresses_are_put_together() {
        let client = |url: &str| Client::new(url, None, Duration::from_secs(1)).unwrap();
        let url = |client: &Client| client.api("runs/create").to_string();
        assert_eq!(url(&client("http://localhost:5000")), "http://localhost:5000/api/2.0/mlflow/runs/create");
        assert_eq!(url(&client("https://host/mlflow/")), "https://host/mlflow/api/2.0/mlflow/runs/create");
        assert_eq!(client("http://user:password@host:1").host(), "host:1");
        assert!(Client::new("ftp://host", None, Duration::ZERO).is_err());
        assert!(Client::new("nonsense", None, Duration::ZERO).is_err());
    }
}
