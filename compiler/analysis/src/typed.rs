//! The typed tree: what `check` gives and `lower` takes. Every name is settled, every expression has its type, every
//! call its signature, and implicit conversions are written out.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{BinaryOp, Row, Type, UnaryOp, Value};

/// Text of a name; cheap to clone.
pub type Text = Arc<str>;

/// A name that the standard library declares. Every call carries some, so they are not counted: threads that check bodies
/// side by side would wait for each other's counts.
pub type LibraryName = &'static str;

/// A parameter of the program, by its place in [`TypedProgram::params`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParamId(pub u32);
/// A catalog entry, by its place in [`TypedProgram::datasets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DatasetId(pub u32);
/// A `fn`, by its place in [`TypedProgram::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FunctionId(pub u32);
/// A `node`, by its place in [`TypedProgram::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(pub u32);
/// A `pipeline`, by its place in [`TypedProgram::pipelines`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PipelineId(pub u32);
/// A `let`, a loop name or a parameter of the body at hand; unique within that body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocalId(pub u32);

/// A checked program. Where there were errors, the parts concerned are [`TypedKind::Error`] or absent.
#[derive(Clone, Debug, Default)]
pub struct TypedProgram {
    /// `param`, of all files, in order.
    pub params: Vec<TypedParam>,
    /// Catalog entries, of all files, in order.
    pub datasets: Vec<TypedDataset>,
    /// `fn`, of all files.
    pub functions: Vec<Arc<TypedFunction>>,
    /// `node`, of all files.
    pub nodes: Vec<Arc<TypedNode>>,
    /// `pipeline`, of the main file first.
    pub pipelines: Vec<Arc<TypedPipeline>>,
    /// `test`, of all files, in order.
    pub tests: Vec<TypedTest>,
    /// `env`, of all files, in order.
    pub envs: Vec<TypedEnv>,
}

impl TypedProgram {
    /// The env of a name and those that it is laid over, the innermost first; the name of one that there is not.
    pub(crate) fn layers<'p>(&'p self, env: Option<&'p str>) -> Result<Vec<&'p TypedEnv>, &'p str> {
        let mut layers = Vec::new();
        let mut next = env;
        while let Some(name) = next {
            let layer = self.envs.iter().find(|env| &*env.name == name).ok_or(name)?;
            layers.push(layer);
            // Those that are laid over each other are told where they are declared.
            next = layer.extends.as_deref().filter(|_| layers.len() <= self.envs.len());
        }
        Ok(layers)
    }
}

/// `param name: ty = default`
#[derive(Clone, Debug)]
pub struct TypedParam {
    /// Its name.
    pub name: Text,
    /// Its type.
    pub ty: Type,
    /// Its value where neither `--set` nor an env gives one. May use parameters declared before it.
    pub default: Option<Typed>,
    /// Where it was declared.
    pub span: Span,
}

/// A catalog entry.
#[derive(Clone, Debug)]
pub struct TypedDataset {
    /// Its name.
    pub name: Text,
    /// What it holds. The rows of a learned value that the entry leaves out are filled in from what is saved under it.
    pub ty: Type,
    /// A call of a connector of the standard library, constant.
    pub connector: Typed,
    /// Where it was declared.
    pub span: Span,
}

impl TypedDataset {
    /// Whether each save adds a version, so that none undoes another.
    pub fn keeps_versions(&self) -> bool {
        let TypedKind::Call(call) = &self.connector.kind else { return false };
        let is_true = |arg: &TypedArg| matches!(arg, TypedArg::Value(value) if matches!(value.kind, TypedKind::Literal(Value::Bool(true))));
        call.args.iter().any(|(name, arg)| &**name == "versioned" && is_true(arg))
    }
}

/// A parameter of a body.
#[derive(Clone, Debug)]
pub struct TypedParameter {
    /// Its name.
    pub name: Text,
    /// What it is called in the body.
    pub local: LocalId,
    /// Its type as declared.
    pub ty: Type,
    /// Its value where a call gives none.
    pub default: Option<Typed>,
    /// Where the body uses it in such a way that it must be known before the run, if it does.
    pub needed_before: Option<Span>,
}

/// A scalar function, inlined where it is called.
#[derive(Clone, Debug)]
pub struct TypedFunction {
    /// Its name.
    pub name: Text,
    /// Its parameters.
    pub params: Vec<TypedParameter>,
    /// Its value.
    pub body: Typed,
}

/// A node, inlined where it is called.
#[derive(Clone, Debug)]
pub struct TypedNode {
    /// Its name.
    pub name: Text,
    /// Its parameters.
    pub params: Vec<TypedParameter>,
    /// The type of its value.
    pub result: Type,
    /// What it computes.
    pub body: TypedNodeBody,
    /// Where its name stands.
    pub span: Span,
}

/// What a node computes.
#[derive(Clone, Debug)]
pub enum TypedNodeBody {
    /// Bindings in order, then the value (already made to fit the declared result, see [`TypedKind::Conform`]).
    Block(Vec<(LocalId, Typed)>, Typed),
    /// Another language.
    Foreign {
        /// `python` or `sql`.
        language: Text,
        /// Its constant arguments by name (`file`, `function`, `timeout`, `text`), and of a Python file that is known, as
        /// `files`, what it consists of: itself and the files of the project that it imports.
        settings: Vec<(Text, Value)>,
    },
}

/// A pipeline.
#[derive(Clone, Debug)]
pub struct TypedPipeline {
    /// Its name.
    pub name: Text,
    /// Its parameters.
    pub params: Vec<TypedParameter>,
    /// What it does.
    pub body: Vec<TypedStatement>,
    /// Where its name stands.
    pub span: Span,
}

/// A test.
#[derive(Clone, Debug)]
pub struct TypedTest {
    /// What it says.
    pub name: Text,
    /// What it does.
    pub body: Vec<TypedStatement>,
    /// Where its name stands.
    pub span: Span,
}

/// An env.
#[derive(Clone, Debug)]
pub struct TypedEnv {
    /// Its name.
    pub name: Text,
    /// The env it is laid over, checked to exist and to be free of cycles.
    pub extends: Option<Text>,
    /// Parameters it sets.
    pub params: Vec<(ParamId, Typed)>,
    /// Catalog entries it puts elsewhere.
    pub datasets: Vec<(DatasetId, Typed)>,
    /// `resources(pipeline)`, `tracking` and other settings, checked and constant.
    pub settings: Vec<(Text, Option<Text>, Typed)>,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct TypedStatement {
    /// What it does.
    pub kind: TypedStatementKind,
    /// Where.
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub enum TypedStatementKind {
    /// `let`
    Let(LocalId, Typed),
    /// `save value as entry`; the value already fits the entry's type
    Save {
        /// What is written.
        value: Typed,
        /// Where.
        dataset: DatasetId,
    },
    /// `track`
    Track(Typed),
    /// `expect`
    Expect {
        /// A `bool` (never null).
        condition: Typed,
        /// A `str`.
        message: Option<Typed>,
    },
    /// `when`
    When {
        /// A `bool` (never null).
        condition: Typed,
        /// What to do.
        body: Vec<TypedStatement>,
    },
    /// `for`
    For {
        /// The item.
        local: LocalId,
        /// A constant list, or a list of values of one kind (estimators, tables).
        items: Typed,
        /// What to do for each.
        body: Vec<TypedStatement>,
    },
    /// `run`
    Run {
        /// Which.
        pipeline: PipelineId,
        /// Arguments in the order of its parameters; `None` takes the default.
        args: Vec<Option<Typed>>,
    },
}

/// An expression with its type.
#[derive(Clone, Debug)]
pub struct Typed {
    /// What it is.
    pub kind: TypedKind,
    /// The type of its value.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
}

impl Typed {
    /// The constant of an expression that is one as it stands.
    pub fn literal(&self) -> Option<&Value> {
        match &self.kind {
            TypedKind::Literal(constant) => Some(constant),
            TypedKind::Cast(of) => of.literal(),
            _ => None,
        }
    }

    /// The value behind conversions.
    pub fn uncast(&self) -> &Self {
        match &self.kind {
            TypedKind::Cast(of) => of.uncast(),
            _ => self,
        }
    }
}

/// The forms of a typed expression. `match` is an `If` chain by now, `|>` and methods are calls.
#[derive(Clone, Debug)]
pub enum TypedKind {
    /// A constant. An enum value given by its bare name (`how: left`) is a `Value::Str`.
    Literal(Value),
    /// An f-string; constant parts are `str`, the others any scalar.
    Format(Vec<Typed>),
    /// `a..b`
    Range {
        /// First.
        start: Box<Typed>,
        /// Last, or the first outside.
        end: Box<Typed>,
        /// `..` against `..<`.
        inclusive: bool,
    },
    /// `[a, b]`
    List(Vec<Typed>),
    /// `{ a: 1 }`
    Record(Vec<(Text, Typed)>),
    /// A parameter of the program.
    Param(ParamId),
    /// A `let`, loop name or parameter.
    Local(LocalId),
    /// A catalog entry, read.
    Dataset(DatasetId),
    /// `.price`: a column of the operator's row at hand (or a field of the list item at hand)
    Column(Text),
    /// `x.name`, `x?.name`: a field of a struct (null where the struct is null), a part of a record or of a result
    Field(Box<Typed>, Text),
    /// `-x`, `not x`
    Unary(UnaryOp, Box<Typed>),
    /// `a + b`, `a ?? b`
    Binary(BinaryOp, Box<Typed>, Box<Typed>),
    /// `x is null` (`is not null` is its negation)
    IsNull(Box<Typed>),
    /// `x in list-or-range` (`not in` is its negation)
    In(Box<Typed>, Box<Typed>),
    /// `if`
    If(Box<Typed>, Box<Typed>, Box<Typed>),
    /// An implicit conversion to the type of this expression: int to float, text to category, range or list item wise.
    Cast(Box<Typed>),
    /// A table made to fit a declared row: columns in its order and types, roles from it; columns it does not name are
    /// left out only where it is closed and the checker has proved there are none. What the checker could not know is held
    /// against the row when it runs: then the text says who declares it (`the result of `n``).
    Conform(Box<Typed>, Option<Text>),
    /// A name of the standard library.
    Call(Box<TypedCall>),
    /// A `fn`; arguments in the order of its parameters, `None` takes the default.
    Function(FunctionId, Vec<Option<Typed>>),
    /// A `node`; arguments in the order of its parameters, `None` takes the default. `instance` is its body checked
    /// for these arguments, where its rows are open or inferred from them.
    Node {
        /// Which.
        node: NodeId,
        /// Its arguments.
        args: Vec<Option<Typed>>,
        /// Its body for these arguments.
        instance: Option<Arc<TypedNode>>,
    },
    /// `for x in items { body }`: a list
    For {
        /// The item.
        local: LocalId,
        /// The items.
        items: Box<Typed>,
        /// The value for each.
        body: Box<Typed>,
    },
    /// `table[T] [ .. ]`: cells by row, in the order of the columns of its type
    Table(Vec<Vec<Typed>>),
    /// `a >> b >> c`
    Chain(Vec<Typed>),
    /// Has an error already.
    Error,
}

/// A call of a name of the standard library.
#[derive(Clone, Debug)]
pub struct TypedCall {
    /// The signature that it means.
    pub signature: crate::package::SignatureId,
    /// `std.table`
    pub module: LibraryName,
    /// `filter`
    pub name: LibraryName,
    /// Whether it is an operator (a step of the graph), a function, an aggregate or a window function.
    pub kind: gml_syntax::ast::SignatureKind,
    /// Arguments by parameter name, in the order of the signature; those left out with their defaults, where these
    /// are not `none`.
    pub args: Vec<(LibraryName, TypedArg)>,
}

impl TypedCall {
    /// The argument for a parameter.
    pub fn argument(&self, name: &str) -> Option<&TypedArg> {
        self.args.iter().find(|(known, _)| *known == name).map(|(_, arg)| arg)
    }

    /// The argument for a parameter, where it is a value.
    pub fn value(&self, name: &str) -> Option<&Typed> {
        match self.argument(name)? {
            TypedArg::Value(value) => Some(value),
            _ => None,
        }
    }
}

/// An argument of a call of the standard library.
#[derive(Clone, Debug)]
pub enum TypedArg {
    /// A value: a constant, a table, a list of tables, a learned value, an estimator; in a function, aggregate or
    /// window function also an expression over the row at hand.
    Value(Typed),
    /// An expression over the row of the operator's table, or over the items of a list.
    Expr(Typed),
    /// Columns made: `{ a = .x }`, `[.a, .b]`.
    Columns(Vec<(Text, Typed)>),
    /// What to order by; `true` for descending.
    Order(Vec<(Typed, bool)>),
    /// A schema.
    Schema(Arc<Row>),
}
