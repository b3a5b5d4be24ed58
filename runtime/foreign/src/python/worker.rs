//! One worker process: a Python that runs the functions of nodes one after the other.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use gml_connect::{Fault, read_arrow_stream};
use polars::prelude::*;
use serde_json::Value as Json;

use super::interpreter::Interpreter;
use super::message::{Incoming, Outgoing, receive, send};

/// What the worker runs.
const SCRIPT: &str = include_str!("worker.py");
/// How long a worker may take until it says that it is there.
const START: Duration = Duration::from_secs(60);
/// How long a worker that has closed its socket may take to end.
const CLOSING: Duration = Duration::from_secs(2);
/// How long what was printed may take to come through behind the answer.
const TRAIL: Duration = Duration::from_millis(500);
/// Printed text without a line break is shown in pieces of this size.
const LONGEST_LINE: usize = 1 << 16;
/// Lines and answers that may wait to be looked at.
const WAITING: usize = 1024;

/// The process groups of all workers that are there.
static GROUPS: Mutex<Vec<i32>> = Mutex::new(Vec::new());

/// Ends all workers and what they began, for a process that is about to end.
pub(crate) fn abandon() {
    let groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
    groups.iter().for_each(|group| kill(*group));
}

/// Ends all processes of a group.
fn kill(group: i32) {
    // SAFETY: `kill` takes numbers and touches no memory. The group is that of a child that was not waited for yet, so its
    // number cannot have become another's.
    unsafe {
        libc::kill(-group, libc::SIGKILL);
    }
}

/// Whether a child has ended that was not waited for yet. Its number stays its own until then.
fn has_ended(process: u32) -> bool {
    // SAFETY: all bits zero are a `siginfo_t`, which the call writes to; the child is left to be waited for.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        libc::waitid(libc::P_PID, process, &raw mut info, options) == 0 && info.si_pid() != 0
    }
}

/// What a worker says.
enum Event {
    /// A line that was printed.
    Line(String),
    /// All that was printed during a call on one of both ways out.
    Printed,
    /// An answer, with its table.
    Answer(Json, Option<DataFrame>),
    /// Something that is no answer.
    Broken(String),
    /// It has ended.
    Closed,
}

/// How a call ended.
pub(super) enum Ended {
    /// With an answer.
    Answered(Json, Option<DataFrame>),
    /// Not in time.
    TooLate,
    /// The process ended; how.
    Died(String),
    /// What came is no answer.
    Broken(String),
}

/// A worker.
pub(super) struct Worker {
    process: Child,
    link: BufWriter<UnixStream>,
    events: Receiver<Event>,
    /// What the worker prints behind all that a call has printed.
    mark: String,
    calls: u64,
}

impl Worker {
    /// Starts a worker.
    pub(super) fn start(python: &Interpreter, project: &std::path::Path) -> Result<Self, String> {
        let cannot = |error: io::Error| format!("it cannot be started: {error}");
        let (ours, theirs) = UnixStream::pair().map_err(cannot)?;
        let mut process = Command::new(&python.program)
            .args(["-c", SCRIPT])
            .current_dir(project)
            .env("PYTHONUNBUFFERED", "1")
            // A file that was changed within a second is read anew.
            .env("PYTHONDONTWRITEBYTECODE", "1")
            // Sets have the same order in every run.
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONIOENCODING", "utf-8:backslashreplace")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(cannot)?;
        let group = i32::try_from(process.id()).unwrap_or(0);
        GROUPS.lock().unwrap_or_else(PoisonError::into_inner).push(group);
        let (sender, events) = sync_channel(WAITING);
        let mark = format!("\0gml {} {:?}\n", process.id(), Instant::now());
        let out = process.stdout.take().map(|out| Box::new(out) as Box<dyn Read + Send>);
        let err = process.stderr.take().map(|err| Box::new(err) as Box<dyn Read + Send>);
        for printed in [out, err].into_iter().flatten() {
            let (sender, mark) = (sender.clone(), mark.clone());
            std::thread::spawn(move || listen(printed, &mark, &sender));
        }
        let reader = ours.try_clone().map_err(cannot)?;
        std::thread::spawn(move || answers(reader, &sender));
        let mut worker = Self { process, link: BufWriter::new(ours), events, mark, calls: 0 };
        let mut said = Vec::new();
        match worker.wait(Some(Instant::now() + START), &mut |line| said.push(line.to_owned())) {
            Ended::Answered(hello, _) if hello.get("hello").is_some() => Ok(worker),
            Ended::Died(how) => Err(format!("it {how} as it was started{}", last(&said))),
            Ended::TooLate => Err(format!("it did not start within {} s{}", START.as_secs(), last(&said))),
            _ => Err("it says something that is no greeting".into()),
        }
    }

    /// Calls a function: the request, then its tables. Gives how it ended.
    pub(super) fn call(
        &mut self,
        mut request: Json,
        tables: Vec<DataFrame>,
        timeout: Option<Duration>,
        say: &mut dyn FnMut(&str),
    ) -> Ended {
        self.calls += 1;
        request["id"] = self.calls.into();
        request["mark"] = self.mark.clone().into();
        let until = timeout.map(|timeout| Instant::now() + timeout);
        let _ = self.link.get_ref().set_write_timeout(timeout);
        if let Err(error) = self.give(&request, tables) {
            return match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                    self.stop();
                    Ended::TooLate
                }
                // What it died of is known once it has ended.
                _ => match self.wait(Some(Instant::now() + START), say) {
                    Ended::Answered(..) | Ended::TooLate => Ended::Broken(error.to_string()),
                    other => other,
                },
            };
        }
        let ended = self.wait(until, say);
        match ended {
            Ended::Answered(answer, table) if answer["id"] == request["id"] => {
                self.rest(say);
                Ended::Answered(answer, table)
            }
            Ended::Answered(..) => {
                self.stop();
                Ended::Broken("it answers another call".into())
            }
            other => other,
        }
    }

    fn give(&mut self, request: &Json, tables: Vec<DataFrame>) -> io::Result<()> {
        send(&mut self.link, request)?;
        for mut table in tables {
            let mut stream = Outgoing(&mut self.link);
            // Views of texts are not known to every reader.
            let mut writer = IpcStreamWriter::new(&mut stream).with_compat_level(CompatLevel::oldest());
            writer.finish(&mut table).map_err(|error| match error {
                PolarsError::IO { error, .. } => io::Error::new(error.kind(), error.to_string()),
                other => io::Error::other(other.to_string()),
            })?;
            stream.end()?;
        }
        self.link.flush()
    }

    /// Waits for an answer, and shows what is printed meanwhile.
    fn wait(&mut self, until: Option<Instant>, say: &mut dyn FnMut(&str)) -> Ended {
        loop {
            let event = match until {
                None => self.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(until) => self.events.recv_timeout(until.saturating_duration_since(Instant::now())),
            };
            match event {
                Ok(Event::Line(line)) => say(&line),
                Ok(Event::Printed) => {}
                Ok(Event::Answer(answer, table)) => return Ended::Answered(answer, table),
                Ok(Event::Broken(why)) => {
                    self.stop();
                    self.drain(say);
                    return Ended::Broken(why);
                }
                Ok(Event::Closed) | Err(RecvTimeoutError::Disconnected) => {
                    let how = self.died();
                    self.drain(say);
                    return Ended::Died(how);
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.stop();
                    self.drain(say);
                    return Ended::TooLate;
                }
            }
        }
    }

    /// Shows what was printed before the answer and comes behind it.
    fn rest(&mut self, say: &mut dyn FnMut(&str)) {
        let (until, mut open) = (Instant::now() + TRAIL, 2);
        while open > 0 {
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Event::Line(line)) => say(&line),
                Ok(Event::Printed) => open -= 1,
                _ => return,
            }
        }
    }

    /// Shows what a worker that has ended has printed.
    fn drain(&mut self, say: &mut dyn FnMut(&str)) {
        let until = Instant::now() + TRAIL;
        while let Ok(event) = self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if let Event::Line(line) = event {
                say(&line);
            }
        }
    }

    /// Ends the worker and all that it has begun, and tells how the worker ended.
    fn stop(&mut self) -> Option<ExitStatus> {
        if let Ok(group) = i32::try_from(self.process.id()) {
            let mut groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
            if groups.contains(&group) {
                kill(group);
                groups.retain(|known| *known != group);
            }
        }
        self.process.wait().ok()
    }

    /// How it ended by itself.
    fn died(&mut self) -> String {
        // Its end of the socket is closed a moment before it can be waited for; one that only closed the socket is ended.
        let until = Instant::now() + CLOSING;
        while !has_ended(self.process.id()) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
        let ended = has_ended(self.process.id());
        // What it has begun must not outlive it.
        let Some(status) = self.stop().filter(|_| ended) else { return "closed its connection".into() };
        match (status.code(), status.signal()) {
            (Some(code), _) => format!("ended with exit code {code}"),
            (_, Some(signal)) => format!("was killed by signal {signal}{}", name_of(signal)),
            _ => "ended".into(),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

fn name_of(signal: i32) -> &'static str {
    match signal {
        libc::SIGSEGV => " (SIGSEGV: it touched memory that is not its own)",
        libc::SIGABRT => " (SIGABRT: it gave up)",
        libc::SIGKILL => " (SIGKILL: the system does so where memory runs out)",
        libc::SIGBUS => " (SIGBUS)",
        libc::SIGFPE => " (SIGFPE)",
        libc::SIGILL => " (SIGILL)",
        libc::SIGTERM => " (SIGTERM)",
        _ => "",
    }
}

fn last(said: &[String]) -> String {
    said.last().map(|line| format!(": {line}")).unwrap_or_default()
}

/// Reads what is printed, line by line.
fn listen(mut printed: Box<dyn Read + Send>, mark: &str, events: &SyncSender<Event>) {
    let (mut line, mut buffer) = (Vec::new(), vec![0; 1 << 14]);
    let tell = |line: &[u8]| {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches(['\n', '\r']);
        // A bar of progress draws itself anew behind a `\r`: its last state is shown.
        let text = text.rsplit('\r').next().unwrap_or(text);
        events.send(Event::Line(text.to_owned()))
    };
    loop {
        let read = match printed.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(read) => read,
        };
        for part in buffer[..read].split_inclusive(|byte| *byte == b'\n') {
            line.extend_from_slice(part);
            if !line.ends_with(b"\n") && line.len() < LONGEST_LINE {
                continue;
            }
            let sent = match line.strip_suffix(mark.as_bytes()) {
                Some(before) => {
                    let told = if before.is_empty() { Ok(()) } else { tell(before) };
                    told.and_then(|()| events.send(Event::Printed))
                }
                None => tell(&line),
            };
            line.clear();
            if sent.is_err() {
                return;
            }
        }
    }
    if !line.is_empty() {
        let _ = tell(&line);
    }
}

/// Reads answers and their tables.
fn answers(link: UnixStream, events: &SyncSender<Event>) {
    let mut link = BufReader::with_capacity(1 << 16, link);
    loop {
        let answer = match receive(&mut link) {
            Ok(Some(answer)) => answer,
            Ok(None) => break,
            Err(error) if is_end(&error) => break,
            Err(error) => {
                let _ = events.send(Event::Broken(error.to_string()));
                return;
            }
        };
        let mut table = None;
        if answer["table"] == Json::Bool(true) {
            // Its reader goes back and forth, which a socket cannot.
            let mut bytes = Vec::new();
            match Incoming::new(&mut link).read_to_end(&mut bytes) {
                Ok(_) => {}
                Err(error) if is_end(&error) => break,
                Err(error) => {
                    let _ = events.send(Event::Broken(error.to_string()));
                    return;
                }
            }
            match read_arrow_stream(&bytes) {
                Ok(frame) => table = Some(frame),
                Err(why) => {
                    let why = Fault::from(why).message;
                    let _ = events.send(Event::Broken(format!("its table cannot be read: {why}")));
                    return;
                }
            }
        }
        if events.send(Event::Answer(answer, table)).is_err() {
            return;
        }
    }
    let _ = events.send(Event::Closed);
}

fn is_end(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
}
