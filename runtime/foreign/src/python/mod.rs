//! Nodes in Python: functions that a worker process calls, with tables as Arrow streams.
//!
//! A worker is started when the first node needs one, kept for the next, and ended with the run. Where several nodes run at
//! once, each has its own.

mod interpreter;
mod message;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gml_connect::Fault;
use gml_ir::{Python, Row, Type, Value};
use gml_operators::{Data, Table};
use polars::prelude::IntoLazy;
use serde_json::{Value as Json, json};

use crate::{MadeOf, Node, Say, code, held};
use interpreter::Interpreter;
pub(crate) use worker::abandon;
use worker::{Ended, Worker};

/// How many lines of a traceback are shown.
const SHOWN: usize = 12;

/// The Python of a project, with its workers.
#[derive(Default)]
pub(crate) struct Runner {
    /// The folder of the program, from the root.
    project: PathBuf,
    /// The same as it was given.
    given: PathBuf,
    settings: Python,
    idle: Mutex<Vec<Worker>>,
}

impl Runner {
    pub(crate) fn new(settings: &Python, project: &Path) -> Self {
        let given = project.to_path_buf();
        let project = std::path::absolute(project).unwrap_or_else(|_| given.clone());
        Self { project, given, settings: settings.clone(), ..Self::default() }
    }

    fn interpreter(&self) -> Result<Arc<Interpreter>, Fault> {
        Interpreter::of(&self.project, &self.settings)
    }

    /// What can be known before any step runs: whether there is such a file, and a Python that can take tables.
    pub(crate) fn foresee(&self, node: &Node<'_>) -> Result<(), Fault> {
        let file = self.project.join(node.text("file")?);
        if !file.is_file() {
            return Err(Fault::new(code::FILE_MISSING, format!("{} does not exist", file.display()))
                .help("the path of a Python file starts from the folder of the program"));
        }
        self.interpreter().map(drop)
    }

    pub(crate) fn made_of(&self, node: &Node<'_>) -> Result<MadeOf, String> {
        let told = |fault: Fault| fault.message;
        let files = match node.setting("files") {
            Some(Value::List(files)) => files.iter().filter_map(Value::as_str).collect(),
            _ => vec![node.text("file").map_err(told)?],
        };
        let python = self.interpreter().map_err(told)?;
        let function = node.text("function").map_err(told)?;
        Ok(MadeOf {
            files: files.into_iter().map(|file| self.given.join(file)).collect(),
            shown: vec![
                ("its file and function".into(), format!("{} {function}", node.text("file").map_err(told)?)),
                ("its Python".into(), python.version.clone()),
            ],
            hidden: vec![("the packages of its Python".into(), python.packages.join(" "))],
        })
    }

    pub(crate) fn run(&self, node: &Node<'_>, args: Vec<(Arc<str>, Data)>, say: &Say<'_>) -> Result<Table, Fault> {
        let (file, function) = (node.text("file")?, node.text("function")?);
        let row = &node.row()?.row;
        let (mut given, mut tables) = (Vec::new(), Vec::new());
        for (name, data) in args {
            given.push(match data {
                Data::Table(table) => {
                    let nullable = floats(&table.ty.row, true);
                    tables.push(gml_connect::collect(table.frame)?);
                    json!({"name": &*name, "table": tables.len() - 1, "nullable": nullable})
                }
                data => json!({"name": &*name, "table": null, "value": value(&name, &data)?}),
            });
        }
        let request = json!({
            "root": self.project,
            "file": file,
            "function": function,
            "args": given,
            "tables": tables.len(),
            "floats": floats(row, false),
        });
        let timeout = match node.setting("timeout") {
            Some(Value::Duration(micros)) => Some(*micros),
            _ => self.settings.timeout,
        };
        let timeout = timeout.and_then(|micros| u64::try_from(micros).ok()).map(Duration::from_micros);
        let mut worker = self.worker()?;
        match worker.call(request, tables, timeout, &mut |line| say(line)) {
            Ended::Answered(answer, table) => {
                if answer.get("last").is_none() {
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
                }
                let table = table.ok_or_else(|| refused(file, function, &answer["error"]))?;
                let table = held::table(&table, row, function)?;
                Ok(Table { frame: table.lazy(), ty: node.row()?.clone() })
            }
            Ended::TooLate => {
                let seconds = timeout.unwrap_or_default().as_secs_f64();
                let message = format!("{function} of {file} took longer than {seconds} s and was ended");
                Err(Fault::new(code::PYTHON_TIMEOUT, message)
                    .help("let it take longer (`timeout: 10min` behind the function, or `timeout` of `[python]` in gml.toml), or see what it waits for"))
            }
            Ended::Died(how) => {
                let message = format!("the Python that ran {function} of {file} {how}");
                Err(Fault::new(code::PYTHON_ENDED, message).help(
                    "nothing was written; what it printed last stands above. Call the function by itself to see more",
                ))
            }
            Ended::Broken(why) => {
                let message =
                    format!("the Python that ran {function} of {file} gave something that is no answer: {why}");
                Err(Fault::new(code::PYTHON_ANSWER, message)
                    .help("its standard input is a socket to gmlc: a function must leave descriptors alone that it did not open"))
            }
        }
    }

    /// A worker that waits for work, or a new one.
    fn worker(&self) -> Result<Worker, Fault> {
        if let Some(worker) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(worker);
        }
        let python = self.interpreter()?;
        Worker::start(&python, &self.project).map_err(|why| {
            Fault::new(code::PYTHON_MISSING, format!("{} cannot run nodes: {why}", python.program.display()))
                .help("run it by itself to see what is wrong with it")
        })
    }
}

/// The columns that are declared as `float?`, or as `float`: pandas has NaN for a null in floats, so the worker has to know which
/// NaN is a number.
fn floats(row: &Row, nullable: bool) -> Vec<&str> {
    let is_float = |ty: &Type| matches!(ty.non_null(), Type::Float | Type::Float32) && ty.is_nullable() == nullable;
    row.columns.iter().filter(|column| is_float(&column.ty)).map(|column| &*column.name).collect()
}

/// An argument that is no table.
fn value(name: &str, data: &Data) -> Result<Json, Fault> {
    match data {
        Data::Value(value) => message::tagged(value),
        Data::List(items) => {
            let items = items.iter().map(|item| value(name, item)).collect::<Result<Vec<_>, _>>()?;
            Ok(json!(["list", items]))
        }
        Data::Record(fields) => {
            let fields = fields.iter().map(|(field, data)| Ok(json!([&**field, value(name, data)?])));
            Ok(json!(["record", fields.collect::<Result<Vec<_>, Fault>>()?]))
        }
        _ => Err(Fault::new(code::INTERNAL_ERROR, format!("the argument {name} cannot be given to Python"))),
    }
}

/// What a worker says of a call that gave no table.
fn refused(file: &str, function: &str, error: &Json) -> Fault {
    let text = |name: &str| error[name].as_str().unwrap_or("");
    if error["kind"] == "missing" {
        return Fault::new(code::UNKNOWN_FUNCTION, format!("{file} defines no function {function}"));
    }
    let message = text("message").trim();
    if error["kind"] == "result" {
        return Fault::new(code::FOREIGN_RESULT, format!("{function} gave {message}, and a node gives a table"))
            .help("return a DataFrame of pandas or polars, or a Table of pyarrow");
    }
    let memory = error["kind"] == "memory";
    let code = if memory { code::OUT_OF_MEMORY } else { code::PYTHON_RAISED };
    let raised = match (message.is_empty(), text("type")) {
        (true, name) => name.to_owned(),
        (false, name) => format!("{name}: {message}"),
    };
    let mut lines = raised.lines();
    let first = lines.next().unwrap_or("an error");
    let mut fault = Fault::new(code, format!("{function} raised {first}"));
    fault = lines.take(SHOWN).fold(fault, Fault::detail);
    let frames = error["frames"].as_array().map_or(&[][..], Vec::as_slice);
    let skipped = frames.len().saturating_sub(SHOWN);
    if skipped > 0 {
        fault = fault.detail(format!("({skipped} calls before these)"));
    }
    for frame in &frames[skipped..] {
        let place = format!("{}:{}", frame["file"].as_str().unwrap_or("?"), frame["line"].as_u64().unwrap_or(0));
        let within = match frame["function"].as_str().unwrap_or("") {
            "" | "<module>" => String::new(),
            name => format!(" in {name}"),
        };
        let line = frame["text"].as_str().unwrap_or("").trim();
        fault = fault.detail(format!("{place}{within}: {line}"));
    }
    for cause in error["causes"].as_array().into_iter().flatten().filter_map(Json::as_str) {
        fault = fault.detail(format!("because of {cause}"));
    }
    if memory { fault.help("give the function fewer rows or columns, or let it work on them in pieces") } else { fault }
}
