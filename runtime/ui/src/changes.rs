//! What changes, told to every page that is open: server-sent events.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::response::sse::Event;
use futures_core::Stream;
use serde_json::Value as Json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The pages that are open. Nothing but words that something changed goes to them: what it is now they ask for.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<Vec<UnboundedSender<String>>>);

impl Listeners {
    /// One more.
    pub(crate) fn add(&self) -> Changes {
        let (sender, receiver) = unbounded_channel();
        // At once, so that the page knows that it hears.
        let _ = sender.send(r#"{"hello":true}"#.to_owned());
        self.lock().push(sender);
        Changes(receiver)
    }

    /// Tells all of them; those that are gone are forgotten.
    pub(crate) fn tell(&self, what: &Json) {
        let text = what.to_string();
        self.lock().retain(|listener| listener.send(text.clone()).is_ok());
    }

    /// Whether there is any.
    pub(crate) fn any(&self) -> bool {
        let mut listeners = self.lock();
        listeners.retain(|listener| !listener.is_closed());
        !listeners.is_empty()
    }

    /// Ends what they hear.
    pub(crate) fn close(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<UnboundedSender<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one page hears.
pub(crate) struct Changes(UnboundedReceiver<String>);

impl Stream for Changes {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|text| text.map(|text| Ok(Event::default().data(text))))
    }
}
