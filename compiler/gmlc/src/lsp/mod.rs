//! The language-server protocol around `gml_ide`, over standard input and output.
//!
//! Messages are answered in the order in which they came, each against the texts of its moment. Before each one, all that
//! has arrived is taken in: a request that was cancelled meanwhile is not worked on, and diagnostics are told only when
//! nothing is left to do, so never for a text that has changed since. No fault of a request ends the server.

mod answers;
mod capabilities;
mod convert;
mod diagnostics;
mod documents;
mod library;
mod projects;
mod proposals;
mod server;
mod tokens;
mod uri;

use crossbeam_channel::{Receiver, Sender};
use lsp_server::{Connection, Message, Response};

use crate::exit::Exit;
use crate::output;

/// Serves one editor until it says goodbye or is gone.
pub fn serve() -> Exit {
    let (connection, threads) = Connection::stdio();
    let exit = match start(&connection) {
        Ok(mut server) => server.run(),
        Err(error) => {
            output::error_line(format!("the editor and gmlc could not begin to talk: {error}"));
            Exit::RunFailed
        }
    };
    drop(connection);
    // Where the editor is gone, the threads that read and write fail: there is nobody left to tell.
    let _ = threads.join();
    exit
}

/// The first exchange: who can do what.
fn start(connection: &Connection) -> Result<server::Server, lsp_server::ProtocolError> {
    let (id, params) = connection.initialize_start()?;
    let client = capabilities::Client::of(&params);
    let result = capabilities::of_server(&client);
    connection.initialize_finish(id, result)?;
    Ok(server::Server::new(connection.sender.clone(), all_at_once(connection.receiver.clone()), client))
}

/// The messages of an editor, as soon as they arrive: the connection itself takes the next one only when the last one was
/// taken, so that a request that is taken back could not be known in time.
fn all_at_once(receiver: Receiver<Message>) -> Receiver<Message> {
    let (sender, all) = crossbeam_channel::unbounded();
    std::thread::spawn(move || receiver.iter().try_for_each(|message| sender.send(message)));
    all
}

/// Sends a message; an editor that is gone does not get it.
fn send(sender: &Sender<Message>, message: impl Into<Message>) {
    let _ = sender.send(message.into());
}

/// An error as a response.
fn refusal(id: lsp_server::RequestId, code: lsp_server::ErrorCode, message: impl Into<String>) -> Response {
    Response::new_err(id, code as i32, message.into())
}
