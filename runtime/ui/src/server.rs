//! The server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path as Segments, Query, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::changes::Listeners;
use crate::guard::guard;
use crate::program::{Drawn, Program, Shown};
use crate::runs::Runs;
use crate::state;

/// How often runs and sources are looked at while a page is open.
const PERIOD: Duration = Duration::from_millis(150);
/// How long answers that are under way may take once the server is asked to end.
const GRACE: Duration = Duration::from_secs(2);
/// What files of a run may do in a browser: they are shown, and nothing else.
const FILE: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'";

/// A server that has its port.
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

/// Takes a port of this machine, which nobody else can reach; 0 is any that is free.
///
/// # Errors
/// Where it is not to be had.
pub fn bind(port: u16) -> io::Result<Bound> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok(Bound { listener, address })
}

impl Bound {
    /// Where the page is.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Serves the page of a project until the process is asked to end.
    ///
    /// # Errors
    /// Where the system refuses what a server needs.
    pub fn serve(self, project: &Path, shown: Box<dyn Shown>) -> io::Result<()> {
        let app = Arc::new(App::of(project, shown));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let watched = Arc::clone(&app);
        let served = runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            let watcher = tokio::spawn(watch(Arc::clone(&watched)));
            let ended = asked_to_end()?;
            let (told, hears) = tokio::sync::oneshot::channel::<()>();
            let closing = Arc::clone(&watched);
            let server =
                axum::serve(listener, routes(watched, self.address.port())).with_graceful_shutdown(async move {
                    ended.await;
                    // Pages that hear would never end by themselves.
                    closing.listeners.close();
                    let _ = told.send(());
                });
            let late = async {
                let _ = hears.await;
                tokio::time::sleep(GRACE).await;
            };
            let result = tokio::select! {
                result = server.into_future() => result,
                () = late => Ok(()),
            };
            watcher.abort();
            result
        });
        runtime.shutdown_timeout(GRACE);
        served
    }
}

/// Ctrl-C, and being asked to end.
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// What all answers are made of.
struct App {
    project: PathBuf,
    seen: Mutex<Seen>,
    runs: Mutex<Runs>,
    listeners: Listeners,
}

/// The program as it was looked at last.
struct Seen {
    shown: Box<dyn Shown>,
    program: Program,
    /// Counts how often it was looked at.
    version: u64,
    drawn: Vec<Option<Arc<Drawn>>>,
}

impl Seen {
    fn look(&mut self) {
        self.program = self.shown.look();
        self.version += 1;
        self.drawn = vec![None; self.program.graphs.len()];
    }

    /// Looks again where the sources have changed.
    fn refresh(&mut self) -> bool {
        let changed = self.shown.changed();
        if changed {
            self.look();
        }
        changed
    }

    fn drawn(&mut self, graph: usize) -> Option<Arc<Drawn>> {
        let place = self.drawn.get_mut(graph)?;
        if place.is_none() {
            *place = self.shown.draw(graph).map(Arc::new);
        }
        place.clone()
    }
}

impl App {
    fn of(project: &Path, shown: Box<dyn Shown>) -> Self {
        let mut seen = Seen { shown, program: Program::default(), version: 0, drawn: Vec::new() };
        seen.look();
        let mut runs = Runs::of(project);
        runs.refresh();
        Self {
            project: project.to_path_buf(),
            seen: Mutex::new(seen),
            runs: Mutex::new(runs),
            listeners: Listeners::default(),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The runs as they are now. Who is told here of a change that nobody else was told of is told to all.
    fn runs(&self) -> MutexGuard<'_, Runs> {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = runs.refresh();
        if !changed.is_empty() {
            self.listeners.tell(&json!({ "runs": changed }));
        }
        runs
    }
}

/// Looks at runs and sources while somebody hears of them.
async fn watch(app: Arc<App>) {
    loop {
        tokio::time::sleep(PERIOD).await;
        if !app.listeners.any() {
            continue;
        }
        let app = Arc::clone(&app);
        let looked = tokio::task::spawn_blocking(move || {
            if app.seen().refresh() {
                app.listeners.tell(&json!({ "program": true }));
            }
            drop(app.runs());
        });
        if looked.await.is_err() {
            return;
        }
    }
}

fn routes(app: Arc<App>, port: u16) -> Router {
    let asset =
        |kind: &'static str, text: &'static str| get(move || async move { ([(header::CONTENT_TYPE, kind)], text) });
    Router::new()
        .route("/", asset("text/html; charset=utf-8", include_str!("../assets/index.html")))
        .route("/ui.css", asset("text/css; charset=utf-8", include_str!("../assets/ui.css")))
        .route("/ui.js", asset("text/javascript; charset=utf-8", include_str!("../assets/ui.js")))
        .route("/view.js", asset("text/javascript; charset=utf-8", include_str!("../assets/view.js")))
        .route("/icon.svg", asset("image/svg+xml", include_str!("../assets/icon.svg")))
        .route("/api/program", get(program))
        .route("/api/graph/{graph}", get(graph))
        .route("/api/lineage", get(lineage))
        .route("/api/runs", get(runs))
        .route("/api/runs/{run}", get(run))
        .route("/api/changes", get(changes))
        .route("/runs/{run}/{file}", get(file))
        .fallback(|| async { not_there("nothing") })
        .layer(axum::middleware::from_fn_with_state(port, guard))
        .with_state(app)
}

/// Does what reads files or takes a while beside the threads that answer.
async fn answer(app: Arc<App>, work: impl FnOnce(&App) -> Response + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(move || work(&app)).await {
        Ok(response) => response,
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "this is a fault of gmlc ui: please report it\n").into_response(),
    }
}

/// JSON, never with a secret in it.
fn json_of(value: &impl serde::Serialize) -> Response {
    let text = serde_json::to_string(value).unwrap_or_default();
    let text = gml_connect::secrets::hide(&text).into_owned();
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

fn not_there(what: &str) -> Response {
    (StatusCode::NOT_FOUND, format!("there is no {what} here\n")).into_response()
}

async fn program(State(app): State<Arc<App>>) -> Response {
    answer(app, |app| {
        let mut seen = app.seen();
        seen.refresh();
        let mut program = serde_json::to_value(&seen.program).unwrap_or_default();
        program["version"] = seen.version.into();
        json_of(&program)
    })
    .await
}

async fn graph(State(app): State<Arc<App>>, Segments(graph): Segments<usize>) -> Response {
    answer(app, move |app| match app.seen().drawn(graph) {
        Some(drawn) => json_of(&*drawn),
        None => not_there("such graph"),
    })
    .await
}

#[derive(Deserialize)]
struct Column {
    graph: usize,
    edge: usize,
    column: String,
}

async fn lineage(State(app): State<Arc<App>>, Query(wanted): Query<Column>) -> Response {
    answer(app, move |app| match app.seen().shown.lineage(wanted.graph, wanted.edge, &wanted.column) {
        Some(traced) => json_of(&traced),
        None => not_there("such column, or nothing is known of what it is made of"),
    })
    .await
}

async fn runs(State(app): State<Arc<App>>) -> Response {
    answer(app, |app| json_of(&app.runs().list())).await
}

#[derive(Deserialize)]
struct OfGraph {
    graph: Option<usize>,
}

async fn run(State(app): State<Arc<App>>, Segments(id): Segments<String>, Query(of): Query<OfGraph>) -> Response {
    answer(app, move |app| {
        let drawn = of.graph.and_then(|graph| app.seen().drawn(graph));
        let runs = app.runs();
        let Some(run) = runs.get(&id) else { return not_there("such run") };
        let mut whole = run.whole(&id);
        whole["graph"] =
            drawn.map_or(Json::Null, |drawn| serde_json::to_value(state::of_graph(&drawn, run)).unwrap_or_default());
        json_of(&whole)
    })
    .await
}

async fn changes(State(app): State<Arc<App>>) -> Response {
    let heard = Sse::new(app.listeners.add()).keep_alive(KeepAlive::default());
    heard.into_response()
}

/// A file of a run: its page, its record, and what it says that it has put beside them. Nothing else is read, whatever the name.
async fn file(State(app): State<Arc<App>>, Segments((id, name)): Segments<(String, String)>) -> Response {
    answer(app, move |app| {
        let runs = app.runs();
        let Some(record) = runs.get(&id).and_then(|run| run.record().ok()) else { return not_there("such run") };
        let is_there = [gml_engine::PAGE, "run.json"].contains(&name.as_str())
            || record.artifacts.iter().any(|artifact| artifact.path == name);
        let is_plain = Path::new(&name).file_name().is_some_and(|last| last == name.as_str());
        if !is_there || !is_plain {
            return not_there("such file");
        }
        let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            Some("html") => "text/html; charset=utf-8",
            Some("json") => "application/json",
            _ => "application/octet-stream",
        };
        match std::fs::read(gml_engine::run_folder(&app.project, &id).join(&name)) {
            Ok(bytes) => {
                ([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, FILE)], bytes).into_response()
            }
            Err(_) => not_there("such file any more"),
        }
    })
    .await
}
