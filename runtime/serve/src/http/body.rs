//! The body of a request: how large it may be, how long it may take, and how much all of them may hold together.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::{Request, StatusCode};

use super::State;
use crate::measures::Measures;
use crate::refusal::Refusal;

/// What a body begins with at most, before its bytes are there: what a client says of its length is not believed.
const FIRST: u64 = 64 << 10;

/// A body that was read. What it holds of the bytes that all may hold is given back with it.
pub(super) struct Body {
    pub(super) bytes: Bytes,
    _held: Held,
}

/// Bytes of a body that are in memory.
struct Held {
    measures: Arc<Measures>,
    bytes: i64,
}

impl Held {
    /// Takes more, where all together may have it.
    fn take(&mut self, bytes: usize, most: usize) -> bool {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let before = self.measures.body_bytes.fetch_add(bytes, Ordering::AcqRel);
        let fits = before.checked_add(bytes).and_then(|all| usize::try_from(all).ok()).is_some_and(|all| all <= most);
        if fits {
            self.bytes += bytes;
        } else {
            self.measures.body_bytes.fetch_sub(bytes, Ordering::AcqRel);
        }
        fits
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.measures.body_bytes.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

/// The body, which has to come within its time and be no larger than it may. Bytes count as they come, not as they are announced: a
/// client that says much and sends nothing keeps nobody out.
pub(super) async fn read(state: &State, request: Request<Incoming>) -> Result<Body, Refusal> {
    let limits = &state.options.limits;
    let body = request.into_body();
    let least = body.size_hint().lower();
    if least > limits.body as u64 {
        return Err(too_large(limits.body));
    }
    let mut coming = Limited::new(body, limits.body);
    let mut held = Held { measures: Arc::clone(&state.measures), bytes: 0 };
    let all = tokio::time::timeout(limits.read, async {
        let mut all = BytesMut::with_capacity(least.min(FIRST) as usize);
        while let Some(frame) = coming.frame().await {
            let frame = frame.map_err(|error| {
                if error.is::<LengthLimitError>() {
                    too_large(limits.body)
                } else {
                    Refusal::malformed("the body ended before it was whole")
                }
            })?;
            let Ok(data) = frame.into_data() else { continue };
            if !held.take(data.len(), limits.bodies) {
                return Err(
                    Refusal::busy("the bodies of all requests hold as much memory as they may; come again").unread()
                );
            }
            all.extend_from_slice(&data);
        }
        Ok(all.freeze())
    });
    match all.await {
        Ok(bytes) => Ok(Body { bytes: bytes?, _held: held }),
        Err(_) => {
            let message = format!("the body did not come within {} s", limits.read.as_secs_f64());
            Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", message).unread())
        }
    }
}

fn too_large(most: usize) -> Refusal {
    let message = format!("the body may have {most} bytes; send fewer rows at once");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", message).unread()
}
