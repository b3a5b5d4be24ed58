//! Nodes in other languages.
//!
//! What lives here: running a query over tables, calling functions of Python in worker processes, and holding what comes back
//! against what a node declares. What does not: when a node runs, and whether what it gave is kept.

mod code;
mod held;
mod python;
mod sql;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Python, TableType, Type, Value};
use gml_operators::{Data, Table};

use python::Runner;

/// A node in another language, as its declaration gives it.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// The name of the node.
    pub name: &'a str,
    /// `python` or `sql`.
    pub language: &'a str,
    /// What the declaration says of it, by name.
    pub settings: &'a [(Arc<str>, Value)],
    /// The type of its value.
    pub result: &'a Type,
}

/// An argument of a node before the run.
#[derive(Clone, Debug)]
pub enum Foreseen<'a> {
    /// A table of this type.
    Table(&'a TableType),
    /// A value that is known.
    Value(&'a Value),
    /// A value that a step computes.
    Later,
}

impl Node<'_> {
    fn setting(&self, name: &str) -> Option<&Value> {
        self.settings.iter().find(|(known, _)| &**known == name).map(|(_, value)| value)
    }

    fn text(&self, name: &str) -> Result<&str, Fault> {
        let text = self.setting(name).and_then(Value::as_str);
        text.ok_or_else(|| Fault::new(code::INTERNAL_ERROR, format!("a node in {} has no {name}", self.language)))
    }

    fn row(&self) -> Result<&TableType, Fault> {
        match self.result {
            Type::Table(table) => Ok(table),
            other => Err(Fault::new(code::INTERNAL_ERROR, format!("the node {} gives {other}", self.name))),
        }
    }
}

/// What a node depends on beside its arguments.
#[derive(Clone, Debug, Default)]
pub struct MadeOf {
    /// Files whose content counts.
    pub files: Vec<PathBuf>,
    /// What else counts, by what it is called, as people read it.
    pub shown: Vec<(String, String)>,
    /// The same, of what is too long to be read.
    pub hidden: Vec<(String, String)>,
}

/// Hears what a node prints.
pub type Say<'a> = dyn Fn(&str) + Sync + 'a;

/// What runs nodes in other languages, for the length of a run.
#[derive(Default)]
pub struct Languages {
    python: Runner,
}

impl fmt::Debug for Languages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Languages")
    }
}

impl Languages {
    /// What runs the nodes of a program in that folder.
    pub fn new(python: &Python, project: &Path) -> Self {
        Self { python: Runner::new(python, project) }
    }

    /// Says before any step runs what can be known to go wrong.
    ///
    /// # Errors
    /// What will go wrong.
    pub fn foresee(&self, node: &Node<'_>, args: &[(Arc<str>, Foreseen<'_>)]) -> Result<(), Fault> {
        if node.language == "python" {
            return self.python.foresee(node);
        }
        let (mut tables, mut values) = (Vec::new(), Vec::new());
        for (name, arg) in args {
            match arg {
                Foreseen::Table(ty) => tables.push((name.clone(), *ty)),
                Foreseen::Value(value) => values.push((name.clone(), Some((*value).clone()))),
                Foreseen::Later => values.push((name.clone(), None)),
            }
        }
        sql::foresee(node.text("text")?, &tables, &values, node.row()?)
    }

    /// What a node depends on beside its arguments.
    ///
    /// # Errors
    /// Why that cannot be known.
    pub fn made_of(&self, node: &Node<'_>) -> Result<MadeOf, String> {
        if node.language == "python" {
            return self.python.made_of(node);
        }
        let text = node.text("text").map_err(|fault| fault.message)?;
        Ok(MadeOf { hidden: vec![("its query".into(), text.to_owned())], ..MadeOf::default() })
    }

    /// Runs a node; `say` hears what it prints.
    ///
    /// # Errors
    /// Where it fails, or gives something other than it declares.
    pub fn run(&self, node: &Node<'_>, args: Vec<(Arc<str>, Data)>, say: &Say<'_>) -> Result<Table, Fault> {
        match node.language {
            "python" => self.python.run(node, args, say),
            _ => sql::run(node.text("text")?, args, node.row()?),
        }
    }
}

/// Ends whatever was started for nodes in other languages, for a process that is about to end.
pub fn abandon() {
    python::abandon();
}
