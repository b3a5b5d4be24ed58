//! What is said of a checked program as a whole: steps, conditions and datasets that are right by type and still wrong,
//! or likely to be.
//!
//! What lives here: one walk over the typed tree, with every value known to the checker. What does not: types and names.

mod conditions;
mod datasets;
mod devices;
mod explained;
mod joins;
mod metrics;
mod nodes;
mod pipelines;
mod ranges;
mod seeds;
mod splits;
#[cfg(test)]
mod tests;
mod written_out;

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Role, Row, Type};
use gml_syntax::ast::SignatureKind;

use crate::check::TakenOver;
use crate::hash::Map;
use crate::package::Package;
use crate::parts::{each_part, each_statement, each_value};
use crate::threads;
use crate::typed::{
    LocalId, Typed, TypedArg, TypedCall, TypedFunction, TypedKind, TypedNode, TypedNodeBody, TypedProgram,
    TypedStatement, TypedStatementKind,
};

/// What is said of a program.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// In no order.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether anything in it learns, has a target to learn, or is judged by what came to be: where nothing does, nothing can leak.
    pub learns: bool,
}

/// So many bodies are looked at at a time.
const AT_A_TIME: usize = 64;

/// Of each body of which nothing was said, whether it learns; by the places of their declarations.
#[derive(Debug, Default)]
pub(crate) struct Quiet {
    functions: Vec<Option<bool>>,
    nodes: Vec<Option<bool>>,
    pipelines: Vec<Option<bool>>,
}

/// Looks at all bodies of a program, but for those that were taken over and of which nothing was said the last time.
pub(crate) fn program(package: &Package, program: &TypedProgram, known: Option<(&mut Quiet, &TakenOver)>) -> Found {
    let mut bodies: Vec<Looked<'_>> = Vec::new();
    let mut found = Found { learns: declares_target(package), ..Found::default() };
    let nothing = (Quiet::default(), TakenOver::default());
    let (before, taken) = known.as_ref().map_or((&nothing.0, &nothing.1), |(quiet, taken)| (&**quiet, *taken));
    // Those that may be long come first.
    let pipelines = program.pipelines.iter().map(|pipeline| Body::Statements(&pipeline.body));
    let mut now =
        Quiet { pipelines: unsaid(pipelines, &before.pipelines, &taken.pipelines, &mut bodies), ..Quiet::default() };
    let tests = bodies.len();
    bodies.extend(program.tests.iter().map(|test| (0, Body::Statements(&test.body))));
    let functions = bodies.len();
    let of_functions = program.functions.iter().map(|function| Body::Function(function));
    now.functions = unsaid(of_functions, &before.functions, &taken.functions, &mut bodies);
    let nodes = bodies.len();
    let of_nodes = program.nodes.iter().map(|node| Body::Node(node));
    now.nodes = unsaid(of_nodes, &before.nodes, &taken.nodes, &mut bodies);
    let parts: Vec<&[Looked<'_>]> = bodies.chunks(AT_A_TIME).collect();
    let said = threads::map(parts.len(), parts.len(), |place| looked(package, parts[place]));
    let mut verdicts = Vec::with_capacity(bodies.len());
    for (diagnostics, of_part) in said {
        found.diagnostics.extend(diagnostics);
        verdicts.extend(of_part);
    }
    for (at, ((place, _), Verdict { learns, is_quiet })) in bodies.iter().zip(&verdicts).enumerate() {
        found.learns |= learns;
        let list = match at {
            _ if at < tests => &mut now.pipelines,
            _ if at < functions => continue,
            _ if at < nodes => &mut now.functions,
            _ => &mut now.nodes,
        };
        list[*place] = is_quiet.then_some(*learns);
    }
    found.learns |= now.pipelines.iter().chain(&now.functions).chain(&now.nodes).any(|quiet| *quiet == Some(true));
    if let Some((quiet, _)) = known {
        *quiet = now;
    }
    pipelines::without_effect(package, &mut found.diagnostics);
    datasets::check(program, &mut found.diagnostics);
    nodes::as_functions(package, program, &mut found.diagnostics);
    written_out::check(program, &mut found.diagnostics);
    found
}

/// What is known of bodies that were taken over; the others are added to those that are to be looked at.
fn unsaid<'p>(
    bodies: impl Iterator<Item = Body<'p>>,
    before: &[Option<bool>],
    taken: &[bool],
    open: &mut Vec<Looked<'p>>,
) -> Vec<Option<bool>> {
    let known = |place: usize| before.get(place).copied().flatten().filter(|_| taken.get(place) == Some(&true));
    bodies
        .enumerate()
        .map(|(place, body)| {
            let known = known(place);
            if known.is_none() {
                open.push((place, body));
            }
            known
        })
        .collect()
}

/// What is said of bodies, with a verdict on each.
fn looked(package: &Package, bodies: &[Looked<'_>]) -> (Vec<Diagnostic>, Vec<Verdict>) {
    let mut lints = Lints { package, lets: Map::default(), diagnostics: Vec::new(), learns: false };
    let verdicts = bodies.iter().map(|(_, body)| {
        let said = lints.diagnostics.len();
        lints.learns = false;
        lints.body(*body);
        Verdict { learns: lints.learns, is_quiet: lints.diagnostics.len() == said }
    });
    let verdicts = verdicts.collect();
    (lints.diagnostics, verdicts)
}

/// What was found of a body.
struct Verdict {
    learns: bool,
    is_quiet: bool,
}

/// A body that is looked at, with the place of its declaration.
type Looked<'p> = (usize, Body<'p>);

/// A body.
#[derive(Clone, Copy)]
enum Body<'p> {
    Function(&'p TypedFunction),
    Node(&'p TypedNode),
    Statements(&'p [TypedStatement]),
}

/// Leaves out what only follows from what is wrong in a program already.
pub(crate) fn settle(package: &Package, known: &[Diagnostic], found: &mut Vec<Diagnostic>) {
    let errors: Vec<&Diagnostic> = known.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    found.retain(|diagnostic| !follows(diagnostic, &errors, package));
}

/// Whether a diagnostic is of something that is wrong otherwise: a warning where an error lies, a metric of a model that
/// was not learned.
fn follows(diagnostic: &Diagnostic, errors: &[&Diagnostic], package: &Package) -> bool {
    let around = || {
        let items = package.modules.iter().flat_map(|module| &module.ast.items);
        items.map(|item| item.span).find(|span| span.touches(diagnostic.span))
    };
    // What could not be read may have been what is missing.
    let unread = |within: Option<Span>| {
        let mut of_syntax = errors.iter().filter(|error| error.code.id() < "GML0100");
        of_syntax.any(|error| within.is_none_or(|item| item.touches(error.span)))
    };
    if diagnostic.code == codes::PIPELINE_WITHOUT_EFFECT && unread(around())
        || diagnostic.code == codes::MODEL_ROWS_UNKNOWN && unread(None)
    {
        return true;
    }
    if !diagnostic.is_error() {
        return errors.iter().any(|error| error.span.touches(diagnostic.span));
    }
    if diagnostic.code != codes::METRIC_DOES_NOT_FIT && diagnostic.code != codes::NO_COLUMN_OF_ROLE {
        return false;
    }
    around().is_some_and(|around| {
        errors
            .iter()
            // Another metric has nothing to do with it.
            .filter(|error| error.code != codes::METRIC_DOES_NOT_FIT)
            .any(|error| error.span.touches(around) || error.labels.iter().any(|label| label.span.touches(around)))
    })
}

struct Lints<'p> {
    package: &'p Package,
    /// What the names of the body at hand are bound to.
    lets: Map<LocalId, &'p Typed>,
    diagnostics: Vec<Diagnostic>,
    /// See [`Found::learns`].
    learns: bool,
}

impl<'p> Lints<'p> {
    fn body(&mut self, body: Body<'p>) {
        match body {
            Body::Function(function) => self.value(&function.body),
            Body::Node(node) => {
                if let TypedNodeBody::Block(lets, result) = &node.body {
                    self.lets = lets.iter().map(|(local, value)| (*local, value)).collect();
                    lets.iter().for_each(|(_, value)| self.value(value));
                    self.value(result);
                }
            }
            Body::Statements(statements) => self.statements(statements),
        }
    }

    fn statements(&mut self, body: &'p [TypedStatement]) {
        self.lets.clear();
        each_statement(body, &mut |statement| match &statement.kind {
            TypedStatementKind::Let(local, value) => {
                self.lets.insert(*local, value);
            }
            // A round of a loop that was unrolled.
            TypedStatementKind::For { local, items: Typed { kind: TypedKind::List(items), .. }, .. } => {
                if let [item] = &**items {
                    self.lets.insert(*local, item);
                }
            }
            _ => {}
        });
        each_value(body, &mut |value| self.value(value));
        each_statement(body, &mut |statement| {
            if let TypedStatementKind::When { condition, .. } = &statement.kind {
                self.condition(condition, "`when`");
            }
        });
    }

    /// An expression and all in it.
    fn value(&mut self, value: &Typed) {
        each_part(value, &mut |part| {
            self.learns = self.learns || learns(part);
            self.part(part);
        });
    }

    fn part(&mut self, part: &Typed) {
        match &part.kind {
            TypedKind::Call(call) => {
                self.join(part, call);
                self.shares(part, call);
                self.overlaps(call);
                self.metrics(part, call);
                self.explained(part, call);
                self.device(call);
                self.filter(call);
                self.seed(part, call);
                if call.kind == SignatureKind::Operator {
                    self.over_rows(call);
                }
            }
            TypedKind::If(condition, ..) => self.condition(condition, "`if`"),
            TypedKind::Binary(operator, left, right) => {
                self.comparison(*operator, left, right, part.span);
                self.of_result(part);
            }
            TypedKind::In(..) => self.of_result(part),
            _ => {}
        }
    }

    /// What was written at a place.
    fn text(&self, span: Span) -> &str {
        self.package.sources.text(span.file).get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Where the name of a call and what stands behind it are: a receiver in front is left out.
    fn own_span(&self, whole: &Typed, call: &TypedCall) -> Span {
        let receiver = call.args.iter().find_map(|(_, arg)| match arg {
            TypedArg::Value(value) if value.span.start == whole.span.start => Some(value.span.end),
            _ => None,
        });
        let Some(from) = receiver.filter(|end| *end < whole.span.end) else { return whole.span };
        let behind = self.text(Span { start: from, ..whole.span });
        let offset = behind.find(call.name).and_then(|offset| u32::try_from(offset).ok()).unwrap_or(0);
        Span { start: from + offset, ..whole.span }
    }
}

/// Whether an expression tells that something learns or is judged: it is something that learns or has learned, a table with a
/// target, or candidates are judged. What the body of a node does for arguments of other types than its own is not in sight.
fn learns(part: &Typed) -> bool {
    match &part.ty {
        Type::Estimator(_) | Type::Learned(_) => true,
        Type::Table(table) if table.row.with_role(Role::Target).is_some() => true,
        _ => match &part.kind {
            TypedKind::Node { instance, .. } => instance.is_some(),
            TypedKind::Call(call) => argument(call, "candidates").is_some(),
            _ => false,
        },
    }
}

/// Whether a table that is declared has a target.
fn declares_target(package: &Package) -> bool {
    let has_target = |row: &Row| row.with_role(Role::Target).is_some();
    let of_type = |ty: &Type| matches!(ty, Type::Table(table) if has_target(&table.row));
    package.schemas.iter().any(|schema| has_target(&schema.row))
        || package.datasets.iter().any(|dataset| of_type(&dataset.ty))
        || package.nodes.iter().any(|node| node.params.iter().chain(&node.result).any(of_type))
        || package.pipelines.iter().any(|pipeline| pipeline.params.iter().any(of_type))
}

/// The value of an argument.
fn argument<'c>(call: &'c TypedCall, name: &str) -> Option<&'c Typed> {
    match call.argument(name)? {
        TypedArg::Value(value) | TypedArg::Expr(value) => Some(value),
        _ => None,
    }
}
