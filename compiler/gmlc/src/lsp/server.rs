//! The loop that takes messages in and gives answers out.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use crossbeam_channel::{Receiver, Sender};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{self, Notification as _};
use lsp_types::{
    CancelParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, LogMessageParams, MessageType, NumberOrString,
};
use serde::de::DeserializeOwned;

use super::capabilities::Client;
use super::documents::Documents;
use super::projects::Projects;
use super::tokens::Sent;
use super::{answers, refusal, send, uri};
use crate::exit::Exit;

/// All that the server knows.
pub(super) struct Server {
    sender: Sender<Message>,
    receiver: Receiver<Message>,
    waiting: VecDeque<Message>,
    pub client: Client,
    pub documents: Documents,
    pub projects: Projects,
    /// The files that have diagnostics in the editor.
    pub told: BTreeSet<PathBuf>,
    /// The semantic tokens that were sent last, by file.
    pub tokens: HashMap<PathBuf, Sent>,
    /// Diagnostics have to be looked for.
    stale: bool,
    /// The editor asked to end.
    ending: bool,
    /// The number of the next request of the server.
    next_request: i32,
}

impl Server {
    pub fn new(sender: Sender<Message>, receiver: Receiver<Message>, client: Client) -> Self {
        Self {
            sender,
            receiver,
            waiting: VecDeque::new(),
            client,
            documents: Documents::default(),
            projects: Projects::default(),
            told: BTreeSet::new(),
            tokens: HashMap::new(),
            stale: false,
            ending: false,
            next_request: 1,
        }
    }

    /// Serves until the editor says goodbye or is gone.
    pub fn run(&mut self) -> Exit {
        self.watch_files();
        loop {
            self.take_in();
            let message = match self.waiting.pop_front() {
                Some(message) => message,
                None if self.stale => {
                    self.tell_diagnostics();
                    continue;
                }
                None => match self.receiver.recv() {
                    Ok(message) => message,
                    // Without a goodbye: the editor has crashed.
                    Err(_) => return if self.ending { Exit::Done } else { Exit::ProgramWrong },
                },
            };
            match message {
                Message::Request(request) => self.answer(request),
                Message::Notification(note) if note.method == notification::Exit::METHOD => {
                    return if self.ending { Exit::Done } else { Exit::ProgramWrong };
                }
                Message::Notification(note) => self.note(note),
                Message::Response(_) => {}
            }
        }
    }

    /// Takes in what has arrived.
    fn take_in(&mut self) {
        self.waiting.extend(self.receiver.try_iter());
    }

    /// Whether a text was changed that has not been looked at yet.
    fn has_newer_texts(&mut self) -> bool {
        self.take_in();
        let changes = [
            notification::DidChangeTextDocument::METHOD,
            notification::DidOpenTextDocument::METHOD,
            notification::DidCloseTextDocument::METHOD,
            notification::Exit::METHOD,
        ];
        self.waiting.iter().any(|message| match message {
            Message::Notification(note) => changes.contains(&note.method.as_str()),
            _ => false,
        })
    }

    /// Whether the editor has taken a request back.
    fn is_cancelled(&mut self, id: &RequestId) -> bool {
        self.take_in();
        self.waiting.iter().any(|message| match message {
            Message::Notification(note) if note.method == notification::Cancel::METHOD => {
                let params = serde_json::from_value::<CancelParams>(note.params.clone());
                params.is_ok_and(|params| match params.id {
                    NumberOrString::Number(number) => *id == RequestId::from(number),
                    NumberOrString::String(text) => *id == RequestId::from(text),
                })
            }
            _ => false,
        })
    }

    fn answer(&mut self, request: Request) {
        let id = request.id.clone();
        if request.method == "shutdown" {
            self.ending = true;
            send(&self.sender, Response::new_ok(id, ()));
            return;
        }
        if self.ending {
            send(&self.sender, refusal(id, ErrorCode::InvalidRequest, "the server is about to end"));
            return;
        }
        if self.is_cancelled(&id) {
            send(&self.sender, refusal(id, ErrorCode::RequestCanceled, "cancelled"));
            return;
        }
        let method = request.method.clone();
        let answer = catch_unwind(AssertUnwindSafe(|| answers::answer(self, &request.method, request.params)));
        let response = match answer {
            Ok(Ok(value)) => Response::new_ok(id, value),
            Ok(Err((code, message))) => refusal(id, code, message),
            Err(_) => {
                let message = format!("`{method}` met a fault of gmlc; please report it");
                refusal(id, ErrorCode::InternalError, message)
            }
        };
        send(&self.sender, response);
    }

    fn note(&mut self, note: Notification) {
        let method = note.method.clone();
        let done = catch_unwind(AssertUnwindSafe(|| self.take_note(note)));
        if done.is_err() {
            self.log(MessageType::ERROR, format!("`{method}` met a fault of gmlc; please report it"));
        }
    }

    fn take_note(&mut self, note: Notification) {
        match note.method.as_str() {
            notification::DidOpenTextDocument::METHOD => {
                let Some(params) = self.params::<DidOpenTextDocumentParams>(note) else { return };
                let document = params.text_document;
                let path = uri::to_path(&document.uri);
                self.documents.open(path.clone(), document.text, document.version);
                self.changed(path);
            }
            notification::DidChangeTextDocument::METHOD => {
                let Some(params) = self.params::<DidChangeTextDocumentParams>(note) else { return };
                let path = uri::to_path(&params.text_document.uri);
                let version = params.text_document.version;
                self.documents.change(&path, version, params.content_changes, self.client.encoding);
                self.changed(path);
            }
            notification::DidCloseTextDocument::METHOD => {
                let Some(params) = self.params::<DidCloseTextDocumentParams>(note) else { return };
                let path = uri::to_path(&params.text_document.uri);
                self.documents.close(&path);
                self.tokens.remove(&path);
                self.changed(path);
            }
            notification::DidSaveTextDocument::METHOD => {
                let Some(params) = self.params::<DidSaveTextDocumentParams>(note) else { return };
                self.changed(uri::to_path(&params.text_document.uri));
            }
            notification::DidChangeWatchedFiles::METHOD => {
                let Some(params) = self.params::<DidChangeWatchedFilesParams>(note) else { return };
                for change in params.changes {
                    let path = uri::to_path(&change.uri);
                    // What is open counts as it is in its buffer.
                    if self.documents.get(&path).is_none() {
                        self.changed(path);
                    }
                }
            }
            _ => {}
        }
    }

    fn params<T: DeserializeOwned>(&self, note: Notification) -> Option<T> {
        match serde_json::from_value(note.params) {
            Ok(params) => Some(params),
            Err(error) => {
                self.log(MessageType::WARNING, format!("`{}` cannot be read: {error}", note.method));
                None
            }
        }
    }

    fn changed(&mut self, path: PathBuf) {
        self.projects.changed(&path);
        self.stale = true;
    }

    fn log(&self, typ: MessageType, message: String) {
        let params = LogMessageParams { typ, message };
        send(&self.sender, Notification::new(notification::LogMessage::METHOD.to_owned(), params));
    }

    /// Asks to be told of programs that change on disk.
    fn watch_files(&mut self) {
        if !self.client.watches {
            return;
        }
        let watchers =
            serde_json::json!({ "watchers": [{ "globPattern": "**/*.gml" }, { "globPattern": "**/gml.toml" }] });
        let registration = serde_json::json!({
            "registrations": [{ "id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": watchers }],
        });
        let id = RequestId::from(self.next_request);
        self.next_request += 1;
        send(&self.sender, Request::new(id, "client/registerCapability".to_owned(), registration));
    }

    /// Tells the diagnostics of all programs that are open, unless a text changes meanwhile.
    fn tell_diagnostics(&mut self) {
        let found = catch_unwind(AssertUnwindSafe(|| super::diagnostics::of_all(self)));
        if self.has_newer_texts() {
            return;
        }
        self.stale = false;
        match found {
            Ok(found) => {
                for params in found {
                    let method = notification::PublishDiagnostics::METHOD.to_owned();
                    send(&self.sender, Notification::new(method, params));
                }
            }
            Err(_) => self.log(MessageType::ERROR, "the check met a fault of gmlc; please report it".to_owned()),
        }
    }
}
