//! The server: connections, and what is answered on them.

mod body;
mod connection;
mod routes;
mod stop;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gml_connect::Fault;
use gml_operators::Context;

use crate::batch::{Batcher, Settings};
use crate::measures::Measures;
use crate::model::Model;
use crate::options::Options;
use crate::place::Place;
use crate::reload::Served;
use crate::stream::{Streaming, Streams, Tally};

/// How often it is seen whether a stream has ended by itself.
const LOOK: Duration = Duration::from_millis(500);
/// How long to wait where the system has no more connections to give, and for a stream that is about to end.
const PAUSE: Duration = Duration::from_millis(20);
/// How long threads may take to end when all is answered.
const AFTER: Duration = Duration::from_secs(1);

/// What all answers are made of.
pub(crate) struct State {
    pub(crate) served: Arc<Served>,
    pub(crate) batcher: Arc<Batcher>,
    pub(crate) measures: Arc<Measures>,
    pub(crate) options: Options,
    pub(crate) stopping: AtomicBool,
    /// What was done with a stream, where one is scored.
    pub(crate) tally: Option<Arc<Tally>>,
}

/// How serving has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All that was under way was answered, and the batch of a stream was finished.
    Well,
    /// Something took longer than it may.
    TooSlow,
    /// It was asked twice, and left off what was under way.
    AtOnce,
}

/// A server that has its port.
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    options: Options,
}

/// Takes the port.
///
/// # Errors
/// Where it is not to be had.
pub fn bind(options: Options) -> io::Result<Bound> {
    let listener = TcpListener::bind((options.host, options.port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok(Bound { listener, address, options })
}

impl Bound {
    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Serves a model, and scores a stream where one is given, until the process is asked to end, and then finishes what is under way.
    /// What there is to say to people goes to `told`. The process should end soon afterwards: where it has not ended well, threads may
    /// still be at work.
    ///
    /// # Errors
    /// Where the system refuses what a server needs, and what [`Streams`] are refused for or end with.
    pub fn serve(
        self,
        place: Place,
        model: Model,
        context: Context,
        streams: Option<Streams>,
        told: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> Result<Ended, Fault> {
        let Self { listener, options, .. } = self;
        let measures = Arc::new(Measures::default());
        let settings = Settings {
            queue: options.limits.queue,
            batch: options.batch,
            workers: options.workers,
            window: options.window,
        };
        let served = Arc::new(Served::new(place, context, model, Arc::clone(&measures)));
        let streaming =
            streams.map(|streams| Streaming::start(streams, Arc::clone(&served), Arc::clone(&told))).transpose()?;
        let state = Arc::new(State {
            served,
            batcher: Arc::new(Batcher::new(settings, Arc::clone(&measures))),
            measures,
            options,
            stopping: AtomicBool::new(false),
            tally: streaming.as_ref().map(|streaming| Arc::clone(&streaming.tally)),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(refused)?;
        let ended = runtime.block_on(answer(&state, listener, streaming.as_ref(), &told)).map_err(refused)?;
        // One that is not done yet has told nothing, and nobody waits for it any more.
        if let Some(streaming) = streaming.filter(Streaming::has_ended) {
            streaming.finish()?;
        }
        runtime.shutdown_timeout(if ended == Ended::AtOnce { Duration::ZERO } else { AFTER });
        Ok(ended)
    }
}

fn refused(error: io::Error) -> Fault {
    Fault::new("GML0999", format!("the system refuses what a server needs: {error}"))
}

/// Answers until the process is asked to end, or a stream has ended by itself, and then finishes what is under way.
async fn answer(
    state: &Arc<State>,
    listener: TcpListener,
    streaming: Option<&Streaming>,
    told: &Arc<dyn Fn(&str) + Send + Sync>,
) -> io::Result<Ended> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let mut asked = stop::Asked::listen()?;
    let watcher =
        state.options.reload.map(|period| tokio::spawn(Arc::clone(&state.served).watch(period, Arc::clone(told))));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let _ = stream.set_nodelay(true);
                    connection::begin(state, stream, stopped.clone());
                }
                // The client is gone, or there are no more file descriptors: those that are open go on.
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
            () = asked.ended() => break,
            _ = look.tick() => if streaming.is_some_and(Streaming::has_ended) { break },
        }
    }
    drop(listener);
    state.stopping.store(true, Ordering::Release);
    let open = state.measures.connections.load(Ordering::Acquire).max(0);
    told(&format!("asked to end: {open} connections are open, and what is under way is answered; ctrl-C ends at once"));
    let _ = stop.send(true);
    drop(stopped);
    let finished = async {
        if let Some(streaming) = streaming {
            streaming.stop();
        }
        // It is closed once no connection holds an end of it.
        stop.closed().await;
        if let Some(streaming) = streaming {
            while !streaming.has_ended() {
                tokio::time::sleep(PAUSE).await;
            }
        }
    };
    let ended = tokio::select! {
        () = finished => Ended::Well,
        () = tokio::time::sleep(state.options.limits.grace) => Ended::TooSlow,
        () = asked.interrupted() => Ended::AtOnce,
    };
    if let Some(watcher) = watcher {
        watcher.abort();
    }
    Ok(ended)
}
