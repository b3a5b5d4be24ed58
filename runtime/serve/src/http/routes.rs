//! What is answered to a request.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::json;

use super::{State, body};
use crate::answer::{Shape, json};
use crate::model::Model;
use crate::refusal::Refusal;
use crate::request::{ARROW, Format, arrow_bytes, read};

type Answer = Response<Full<Bytes>>;

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";
/// What the page may load: nothing.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Bodies from here on are read by a thread that may take its time.
const LARGE: usize = 64 << 10;

/// The paths that there are; all others are counted as one.
const PATHS: [&str; 8] = ["/", "/health", "/ping", "/version", "/metrics", "/openapi.json", "/invocations", "/predict"];

/// Answers a request, whatever it is.
pub(super) async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let path = PATHS.into_iter().find(|path| *path == request.uri().path()).unwrap_or("other");
    let answer = answered(&state, request, path).await.unwrap_or_else(|refusal| refused(&refusal));
    state.measures.answered(path, answer.status().as_u16());
    Ok(finished(answer, &state))
}

async fn answered(state: &Arc<State>, request: Request<Incoming>, path: &'static str) -> Result<Answer, Refusal> {
    for_us(state, request.headers())?;
    // Whether the server is there may be asked by those who watch it.
    if !["/health", "/ping"].contains(&path) {
        allowed(state, request.headers())?;
    }
    let scores = ["/invocations", "/predict"].contains(&path);
    let method = request.method();
    if path != "other" && !(if scores { *method == Method::POST } else { [Method::GET, Method::HEAD].contains(method) })
    {
        let due = if scores { "POST" } else { "GET" };
        return Err(Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            format!("{path} is asked with {due}"),
        ));
    }
    match path {
        "/invocations" | "/predict" => score(state, request, path == "/invocations").await,
        "/health" => Ok(health(state)),
        "/ping" => Ok(plain(StatusCode::OK, TEXT, "ok\n")),
        "/version" => Ok(plain(StatusCode::OK, TEXT, concat!("gmlc ", env!("CARGO_PKG_VERSION"), "\n"))),
        "/metrics" => {
            let of_stream = state.tally.as_ref().map(|tally| tally.text());
            let text = state.measures.text(&state.served.model()) + &of_stream.unwrap_or_default();
            Ok(plain(StatusCode::OK, METRICS, text))
        }
        "/openapi.json" => Ok(plain(StatusCode::OK, JSON, state.served.model().openapi.clone())),
        "/" => {
            let mut page = plain(StatusCode::OK, "text/html; charset=utf-8", state.served.model().page.clone());
            page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
            Ok(page)
        }
        _ => Err(Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", format!("there are {}", PATHS.join(", ")))),
    }
}

/// Whether a request is meant for this server: a page of another site may point a name of its own here (DNS rebinding), and the
/// browser that shows it would be let in where only this machine is.
fn for_us(state: &State, headers: &HeaderMap) -> Result<(), Refusal> {
    if !state.options.host.is_loopback() || state.options.token.is_some() {
        return Ok(());
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let name = if host.ends_with(']') { host } else { host.rsplit_once(':').map_or(host, |(name, _)| name) };
    let is_address = |name: &str| name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if name.eq_ignore_ascii_case("localhost") || is_address(name.trim_matches(['[', ']'])) {
        return Ok(());
    }
    let message = "this server is for this machine only, by the address that gmlc serve has printed";
    Err(Refusal::new(StatusCode::FORBIDDEN, "FORBIDDEN", message))
}

/// Whether the asker shows the token, where one is due.
fn allowed(state: &State, headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(token) = &state.options.token else { return Ok(()) };
    let shown = headers.get(header::AUTHORIZATION).and_then(|shown| shown.to_str().ok());
    let shown =
        shown.and_then(|shown| shown.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match shown {
        Some((_, shown)) if token.is(shown.trim()) => Ok(()),
        Some(_) => Err(Refusal::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "the token is not the one that is due")),
        None => Err(Refusal::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "a token is due: Authorization: Bearer ..")),
    }
}

async fn score(state: &Arc<State>, request: Request<Incoming>, as_mlflow: bool) -> Result<Answer, Refusal> {
    let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let format = Format::of(header(header::CONTENT_TYPE))?;
    if let Some(encoding) =
        header(header::CONTENT_ENCODING).filter(|encoding| !encoding.eq_ignore_ascii_case("identity"))
    {
        let message =
            format!("bodies are read as they are, and this one is encoded as {}", crate::rows::short(encoding));
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    let accepts = header(header::ACCEPT).unwrap_or("*/*");
    let in_arrow = accepts.contains(ARROW) || format == Format::Arrow && !accepts.contains(JSON);
    // It is counted among the bytes of all until the request is answered: its rows are made of it.
    let body = body::read(state, request).await?;
    let begun = Instant::now();
    let answered = tokio::time::timeout(state.options.limits.answer, async {
        let coming = state.batcher.coming();
        let model = state.served.model();
        let bytes = body.bytes.clone();
        let asked = if bytes.len() < LARGE {
            at_once(|| read(format, &bytes, &model.signature))?
        } else {
            let model = Arc::clone(&model);
            aside(move || read(format, &bytes, &model.signature)).await?
        };
        let is_large = asked.rows.height() > 1024;
        let scored = {
            let scoring = state.batcher.score(&model, asked.rows);
            // It stands in line from its first poll on; until then it is coming.
            let mut scoring = Box::pin(scoring);
            let first = first_poll(&mut scoring).await;
            drop(coming);
            match first {
                Some(scored) => scored?,
                None => scoring.await?,
            }
        };
        let shape = match (as_mlflow, asked.is_single) {
            (true, _) => Shape::Predictions,
            (false, true) => Shape::Single,
            (false, false) => Shape::List,
        };
        let write = move || if in_arrow { arrow_bytes(&scored) } else { json(&scored, shape).map(String::into_bytes) };
        let bytes = if is_large { aside(write).await? } else { at_once(write)? };
        let mut answer = plain(StatusCode::OK, if in_arrow { ARROW } else { JSON }, bytes);
        name(&mut answer, &model);
        Ok(answer)
    });
    let answered = answered.await.unwrap_or_else(|_| Err(Refusal::busy("scoring took too long; come again")));
    state.measures.took(begun.elapsed());
    answered
}

/// Polls a future once.
async fn first_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|context| match std::pin::Pin::new(&mut *future).poll(context) {
        std::task::Poll::Ready(output) => std::task::Poll::Ready(Some(output)),
        std::task::Poll::Pending => std::task::Poll::Ready(None),
    })
    .await
}

/// Does what may take a while beside the threads that answer.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(fault_of_ours()))
}

/// Does what takes no while, so that a fault of ours ends one request and not its connection without an answer.
fn at_once<T>(work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(fault_of_ours()))
}

fn fault_of_ours() -> Refusal {
    Refusal::internal("this is a fault of gmlc serve: please report it")
}

fn health(state: &State) -> Answer {
    let model = state.served.model();
    let is_stopping = state.stopping.load(Ordering::Acquire);
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut body = json!({
        "status": if is_stopping { "stopping" } else { "ok" },
        "version": model.version(),
        "sha256": model.newest.hash,
        "loaded": seconds(model.loaded),
        "without_query": model.scorer.is_quick(),
    });
    let classes = model.signature.classes();
    if !classes.is_empty() {
        body["classes"] = json!(classes);
    }
    let status = if is_stopping { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    plain(status, JSON, format!("{body}\n"))
}

/// Says which version has scored.
fn name(answer: &mut Answer, model: &Model) {
    if let Ok(version) = HeaderValue::from_str(&model.version()) {
        answer.headers_mut().insert("gml-model-version", version);
    }
}

fn plain(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

fn refused(refusal: &Refusal) -> Answer {
    let mut answer = plain(refusal.status, JSON, refusal.body());
    let headers = answer.headers_mut();
    if let Some(seconds) = refusal.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    match refusal.status {
        StatusCode::UNAUTHORIZED => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            let due = if refusal.message.ends_with("POST") { "POST" } else { "GET, HEAD" };
            headers.insert(header::ALLOW, HeaderValue::from_static(due));
        }
        _ => {}
    }
    // What is left of the body is not waited for.
    if refusal.unread {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// What every answer says.
fn finished(mut answer: Answer, state: &State) -> Answer {
    let headers = answer.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if state.stopping.load(Ordering::Acquire) {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}
