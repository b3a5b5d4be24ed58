//! One connection: how long it may take, and how it ends.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::{State, routes};

/// The longest head of a request.
const HEAD: usize = 64 << 10;
/// What a connection that is one too many is told.
const TOO_MANY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Type: application/json\r\n\
    Content-Length: 79\r\n\r\n{\"error_code\": \"BUSY\", \"message\": \"there are too many connections; come again\"}";
/// What a client whose head does not come is told.
const TOO_SLOW: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 76\r\n\r\n\
    {\"error_code\": \"TIMEOUT\", \"message\": \"the head of the request did not come\"}";
/// How long a farewell may take to be sent.
const FAREWELL: Duration = Duration::from_secs(1);

/// Counts a connection for as long as it is there.
struct Counted(Arc<State>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.measures.connections.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Serves a connection beside all others, or says that it is one too many.
pub(super) fn begin(state: &Arc<State>, mut stream: TcpStream, stopped: watch::Receiver<bool>) {
    let before = state.measures.connections.fetch_add(1, Ordering::AcqRel);
    let counted = Counted(Arc::clone(state));
    if usize::try_from(before).is_ok_and(|before| before >= state.options.limits.connections) {
        state.measures.turned_away.fetch_add(1, Ordering::Relaxed);
        drop(counted);
        tokio::spawn(async move {
            let _ = tokio::time::timeout(FAREWELL, stream.write_all(TOO_MANY)).await;
            let _ = stream.shutdown().await;
        });
        return;
    }
    end_with_deaf_clients(&stream, state.options.limits.read);
    tokio::spawn(async move {
        serve(&counted.0, stream, stopped).await;
    });
}

/// Has the system end a connection whose client takes nothing of an answer for so long: it would be kept otherwise for as long as the
/// client likes, and a few such clients would be all that there may be. One that is slow and goes on is not meant. Where the system
/// has no such limit, or refuses it, there is none.
fn end_with_deaf_clients(stream: &TcpStream, patience: Duration) {
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(patience));
    #[cfg(not(target_os = "linux"))]
    let _ = (stream, patience);
}

async fn serve(state: &Arc<State>, stream: TcpStream, mut stopped: watch::Receiver<bool>) {
    let answers = Arc::clone(state);
    let service = service_fn(move |request| routes::answer(Arc::clone(&answers), request));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(state.options.limits.read)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut is_ending = *stopped.borrow();
    let ended = loop {
        if is_ending {
            Pin::new(&mut connection).graceful_shutdown();
            break (&mut connection).await;
        }
        tokio::select! {
            ended = &mut connection => break ended,
            _ = stopped.changed() => is_ending = true,
        }
    };
    if ended.is_err_and(|error| error.is_timeout()) {
        let parts = connection.into_parts();
        // Who has begun to ask is told; a connection that was just kept open is closed.
        if !parts.read_buf.is_empty() {
            let mut stream = parts.io.into_inner();
            let _ = tokio::time::timeout(FAREWELL, stream.write_all(TOO_SLOW)).await;
            let _ = stream.shutdown().await;
        }
    }
}
