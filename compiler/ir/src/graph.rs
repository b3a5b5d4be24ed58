//! Programs as graphs of steps.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Expr, NamedExpr, OrderKey, Row, Type, Value};

/// A checked program with its parameters filled in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// Version of this form, [`crate::IR_VERSION`].
    pub version: u32,
    /// SHA-256 of the source files, hexadecimal.
    pub source_hash: String,
    /// The name of the `env` that was applied.
    pub env: Option<String>,
    /// Parameters with their values, in the order of the program.
    pub params: Vec<(Arc<str>, Value)>,
    /// Where runs are recorded beside the run store: a call of a tracker of the standard library.
    #[serde(default)]
    pub tracking: Option<Value>,
    /// Nodes of which more is said than what they compute, in the order of the program. What they compute is in the graphs.
    #[serde(default)]
    pub nodes: Vec<Node>,
    /// The catalog.
    pub datasets: Vec<Dataset>,
    /// The pipelines, in the order of the program.
    pub pipelines: Vec<Pipeline>,
    /// The tests, in the order of the program.
    pub tests: Vec<Test>,
    /// What nodes in Python run with.
    #[serde(default)]
    pub python: Python,
}

/// What a project wants of the Python that its nodes run with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Python {
    /// The folder of a virtual environment, from the folder of the program.
    pub venv: Option<Arc<str>>,
    /// How long a function may take, in microseconds.
    pub timeout: Option<i64>,
}

/// An entry of the catalog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
    /// Its name.
    pub name: Arc<str>,
    /// What it holds: a table, a learned value.
    pub ty: Type,
    /// Where and how.
    pub connector: Connector,
    /// What to do with rows that break a contract.
    pub on_violation: OnViolation,
    /// Where it was declared.
    pub location: Location,
}

/// Where and how a dataset is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connector {
    /// Name in the standard library: `csv`, `parquet`, `jsonl`, `artifact` ...
    pub name: Arc<str>,
    /// Its parameters by name, those left out with their defaults.
    pub args: Vec<(Arc<str>, Value)>,
}

impl Connector {
    /// The argument of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.args.iter().find(|(arg, _)| &**arg == name).map(|(_, value)| value)
    }
}

/// What to do with rows that break a contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnViolation {
    /// Stop the run.
    #[default]
    Fail,
    /// Leave them out, count them and say so.
    Drop,
    /// Keep them, count them and say so.
    Warn,
}

/// What a pipeline or a node gets of a machine. What nothing is said of is up to whoever runs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// Processors.
    pub cpu: Option<u32>,
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Graphics processors.
    pub gpu: Option<u32>,
}

impl Resources {
    /// These, and of others what these do not say.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self { cpu: self.cpu.or(others.cpu), memory: self.memory.or(others.memory), gpu: self.gpu.or(others.gpu) }
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Resources {
    /// As a program would write them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cpu = self.cpu.map(|count| format!("cpu: {count}"));
        let memory = self.memory.map(|bytes| format!("memory: {}", Value::Size(bytes)));
        let gpu = self.gpu.map(|count| format!("gpu: {count}"));
        let parts: Vec<String> = [cpu, memory, gpu].into_iter().flatten().collect();
        write!(f, "{{ {} }}", parts.join(", "))
    }
}

/// What is said of a node beside what it computes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Its name, as [`Step::within`] has it.
    pub name: Arc<str>,
    /// What its steps get.
    pub resources: Resources,
    /// What it is chosen by.
    pub tags: Vec<Arc<str>>,
}

/// A pipeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Its name.
    pub name: Arc<str>,
    /// What it gets of a machine.
    #[serde(default)]
    pub resources: Resources,
    /// What it is chosen by.
    #[serde(default)]
    pub tags: Vec<Arc<str>>,
    /// Its parameters with their values.
    pub params: Vec<(Arc<str>, Value)>,
    /// What it does.
    pub graph: Graph,
}

/// A `test` block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// What it says.
    pub name: Arc<str>,
    /// What it does; its expectations are [`StepKind::Expect`].
    pub graph: Graph,
    /// Where it was declared.
    pub location: Location,
}

/// Steps in an order in which each comes after those it uses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    /// The steps; [`StepId`] is the place in here.
    pub steps: Vec<Step>,
}

impl Graph {
    /// The step of that id.
    pub fn step(&self, id: StepId) -> &Step {
        &self.steps[id.0 as usize]
    }
}

/// A step's place in its graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepId(pub u32);

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What to do.
    pub kind: StepKind,
    /// The type of its result.
    pub ty: Type,
    /// The place in the program that asked for it.
    pub location: Location,
    /// The nodes it was inlined from, outermost first (`training`'s call of `with_calendar`).
    pub within: Vec<Arc<str>>,
}

/// The argument of a [`StepKind::Call`] with the values of other steps that its expressions use (an encoder in a row
/// expression).
pub const INPUTS: &str = "$inputs";

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum StepKind {
    /// Read a dataset, by its place in [`Program::datasets`].
    Load(u32),
    /// Call an operator of the standard library.
    Call {
        /// Its module and name: `std.table`, `filter`.
        module: Arc<str>,
        /// Its name.
        operator: Arc<str>,
        /// Every parameter that was given or has a default, by name.
        args: Vec<(Arc<str>, Arg)>,
    },
    /// Call a foreign node; what comes back is checked against the step's type.
    Foreign {
        /// `python` or `sql`.
        language: Arc<str>,
        /// What the declaration gave it (`file`, `function` and `timeout`, or the `text`); `files` are the paths of the
        /// Python file and of those of the project that it imports, from the folder of the program.
        settings: Vec<(Arc<str>, Value)>,
        /// The node's arguments by name.
        args: Vec<(Arc<str>, Arg)>,
    },
    /// A part of a record, such as `train` of a split.
    Part(StepId, Arc<str>),
    /// A table written in the program; its cells in the order of the type's columns.
    Table(Vec<Vec<Value>>),
    /// A single value computed from those of other steps, which [`crate::ExprKind::Input`] counts off.
    Compute {
        /// The steps used.
        inputs: Vec<StepId>,
        /// The value.
        expr: Expr,
    },
    /// Write a dataset.
    Save {
        /// What to write.
        value: StepId,
        /// Place in [`Program::datasets`].
        dataset: u32,
    },
    /// Put a result into the run record.
    Track(StepId),
    /// Stop the run (or fail the test) where the condition does not hold.
    Expect {
        /// A [`StepKind::Compute`] of a `bool`.
        condition: StepId,
        /// What to say: a constant text, or the step that computes one.
        message: Option<Arg>,
        /// The condition as it was written.
        text: Arc<str>,
        /// For a comparison: the two sides, so that a failure can show them.
        sides: Option<(StepId, StepId)>,
    },
    /// Do the steps of `body` only where the condition holds.
    When {
        /// A [`StepKind::Compute`] of a `bool`.
        condition: StepId,
        /// What to do. Its steps use those outside through [`StepKind::Outer`].
        body: Graph,
    },
    /// A value of an enclosing graph, by its step there (in the body of a [`StepKind::When`]).
    Outer(StepId),
}

/// An argument of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Arg {
    /// The result of a step.
    Step(StepId),
    /// A constant.
    Const(Value),
    /// An expression over the row of the operator's table.
    Expr(Expr),
    /// `{ a = x, b = y }` or `[.a, .b]` (each then under its own name).
    Columns(Vec<NamedExpr>),
    /// What to order by.
    Order(Vec<OrderKey>),
    /// A list in which at least one item is not a constant.
    List(Vec<Arg>),
    /// A record in which at least one part is not a constant.
    Record(Vec<(Arc<str>, Arg)>),
}

/// A place in a source file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The file, relative to the project.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Program {
    /// What is said of the node of that name.
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| &*node.name == name)
    }
}

impl Dataset {
    /// The row of a table dataset.
    pub fn row(&self) -> Option<&Row> {
        if let Type::Table(table) = &self.ty { Some(&table.row) } else { None }
    }
}
