//! Speaking to a server of NATS and its `JetStream`.

use std::error::Error;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::{Context, ContextBuilder, Error as Refused};
use async_nats::{ConnectErrorKind, ConnectOptions, Event};
use gml_connect::Fault;
use serde_json::Value;
use tokio::sync::watch;

use super::super::address::Address;
use super::super::ends::{ANSWER, CONNECT};
use super::super::waiting::Waiting;

/// The variable with the password, or the token, where it shall not stand in an address.
const PASSWORD: &str = "GML_NATS_PASSWORD";
/// What a server refuses because there is too much of something: that passes.
const TOO_MUCH: [u64; 8] = [10_002, 10_008, 10_023, 10_028, 10_047, 10_077, 10_118, 10_122];
/// Where `JetStream` is not there.
const NO_JETSTREAM: [u64; 3] = [10_039, 10_076, 10_035];

/// A server that answers.
pub(super) struct Link {
    waiting: Waiting,
    context: Context,
    /// Whether the connection was lost: what was under way is not known to have been done.
    gone: watch::Receiver<bool>,
    /// What the server complained of last.
    complaint: Arc<Mutex<Option<String>>>,
    address: Address,
}

impl Link {
    /// # Errors
    /// GML0961 where the server does not answer, GML0962 where it does not let us in.
    pub(super) fn to(address: &Address) -> Result<Self, Fault> {
        let waiting = Waiting::new()?;
        let (lost, gone) = watch::channel(false);
        let complaint = Arc::new(Mutex::new(None));
        let options = options(address, lost, Arc::clone(&complaint));
        let hosts: Vec<String> = address.hosts().iter().map(|host| format!("nats://{host}")).collect();
        // Every host may take its time.
        let limit = CONNECT * 2 * u32::try_from(hosts.len()).unwrap_or(1);
        let client = match waiting.within(limit, options.connect(hosts)) {
            Some(Ok(client)) => client,
            Some(Err(error)) => {
                let text = told(&error);
                let is_refused = match error.kind() {
                    ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => true,
                    _ => text.to_lowercase().contains("authorization violation"),
                };
                return Err(if is_refused { refused(address, &text) } else { lost_link(address, &text) });
            }
            None => return Err(lost_link(address, "it does not let us in in time")),
        };
        let context = waiting
            .within(CONNECT, async { ContextBuilder::new().timeout(ANSWER).build(client) })
            .ok_or_else(|| lost_link(address, "it does not let us in in time"))?;
        Ok(Self { waiting, context, gone, complaint, address: address.clone() })
    }

    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// Waits for what the server does, beside what it is asked to wait, and while the connection is there.
    ///
    /// # Errors
    /// What it answers with, and GML0961 where it does not, or is gone.
    pub(super) fn ask<T>(&self, wait: Duration, asked: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let mut gone = self.gone.clone();
        let answered = self.waiting.within(ANSWER + wait, async {
            tokio::select! {
                answer = asked => answer,
                _ = gone.wait_for(|gone| *gone) => Err(self.lost("the connection was closed")),
            }
        });
        answered.unwrap_or_else(|| Err(self.lost("it does not answer in time")))
    }

    /// What `JetStream` answers on a subject of its own.
    ///
    /// # Errors
    /// GML0961, GML0962, and GML0987 where it refuses.
    pub(super) fn api(&self, subject: &str, asked: &Value) -> Result<Value, Fault> {
        self.ask(Duration::ZERO, async {
            let answer: Value =
                self.context.request(subject.to_owned(), asked).await.map_err(|error| self.fault(&error))?;
            match answer.get("error") {
                None => Ok(answer),
                Some(error) => {
                    let code = error["err_code"].as_u64().unwrap_or_default();
                    Err(self.refusal(code, error["description"].as_str().unwrap_or("it does not say why")))
                }
            }
        })
    }

    /// What went wrong, with the server and without a password.
    pub(super) fn fault(&self, error: &(dyn Error + 'static)) -> Fault {
        let mut inner = Some(error);
        while let Some(one) = inner {
            if let Some(refused) = one.downcast_ref::<Refused>() {
                return self.refusal(refused.error_code().0, &refused.to_string());
            }
            inner = one.source();
        }
        let text = told(error);
        if text.contains("no responders") || text.contains("does not exist") {
            return no_jetstream(&self.address);
        }
        self.lost(&text)
    }

    /// What `JetStream` refuses.
    pub(super) fn refusal(&self, code: u64, text: &str) -> Fault {
        if NO_JETSTREAM.contains(&code) {
            return no_jetstream(&self.address);
        }
        if TOO_MUCH.contains(&code) {
            return lost_link(&self.address, text);
        }
        let text = gml_connect::secrets::hide(text).into_owned();
        Fault::new("GML0987", format!("the server of the stream refuses a command: {text}"))
            .at(&self.address)
            .help("see how the stream and its consumer are set: nats stream info, nats consumer info")
    }

    /// A server that is gone, unless it has said that it does not let us do what was asked: that it says beside its answers.
    fn lost(&self, text: &str) -> Fault {
        let complaint = self.complaint.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match complaint {
            Some(complaint) if complaint.to_lowercase().contains("violation") => refused(&self.address, &complaint),
            Some(complaint) => lost_link(&self.address, &format!("{text}; {complaint}")),
            None => lost_link(&self.address, text),
        }
    }
}

/// Who we are, and what is done when the server says something that was not asked for.
fn options(address: &Address, lost: watch::Sender<bool>, complaint: Arc<Mutex<Option<String>>>) -> ConnectOptions {
    let options = ConnectOptions::new()
        .name("gmlc serve")
        .connection_timeout(CONNECT)
        .request_timeout(Some(ANSWER))
        .require_tls(address.is_secret)
        .event_callback(move |event| {
            match event {
                Event::Disconnected | Event::Closed => {
                    lost.send_replace(true);
                }
                Event::ServerError(error) => {
                    *complaint.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
                }
                _ => {}
            }
            std::future::ready(())
        });
    let kept = std::env::var(PASSWORD).ok().filter(|password| !password.is_empty());
    match (address.user(), kept) {
        ((Some(user), Some(password)), _) | ((Some(user), None), Some(password)) => {
            options.user_and_password(user, password)
        }
        ((Some(token), None), None) | ((None, _), Some(token)) => options.token(token),
        ((None, _), None) => options,
    }
}

/// An error with what it comes of.
fn told(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(one) = inner {
        let more = one.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        inner = one.source();
    }
    gml_connect::secrets::hide(&text).into_owned()
}

fn refused(address: &Address, text: &str) -> Fault {
    Fault::new("GML0962", "the server of the stream does not let us in").at(address).detail(text).help(format!(
        "give user and password in the address, nats://user:password@host/subject, or a token, nats://token@host/subject; or the password or \
         the token in {PASSWORD}"
    ))
}

fn lost_link(address: &Address, text: &str) -> Fault {
    Fault::new("GML0961", format!("the server of the stream does not answer as it should: {text}"))
        .at(address)
        .help("see that it runs, and that host and port are right")
}

fn no_jetstream(address: &Address) -> Fault {
    Fault::new("GML0987", "the server of NATS keeps no streams: its JetStream is off")
        .at(address)
        .help("start it with JetStream: nats-server -js -sd FOLDER")
}
