//! Expressions and statements to vertices and edges.

use std::collections::{HashMap, HashSet};

use gml_analysis::lineage::own_span;
use gml_analysis::package::Package;
use gml_analysis::typed::{
    DatasetId, LocalId, Text, Typed, TypedArg, TypedCall, TypedKind, TypedNode, TypedNodeBody, TypedParameter,
    TypedProgram, TypedStatement, TypedStatementKind,
};
use gml_diagnostics::Span;
use gml_ir::Type;
use gml_syntax::ast::SignatureKind;

use super::Depth;
use super::written;
use crate::model::{Edge, Graph, Vertex, VertexKind};

/// Where a value comes from.
#[derive(Clone, Debug)]
pub(super) struct Source {
    vertex: usize,
    part: Option<Text>,
    ty: Type,
}

/// A body on its way to a graph.
pub(super) struct Body<'a> {
    package: &'a Package,
    program: &'a TypedProgram,
    depth: Depth,
    pub graph: Graph,
    /// What locals hold. Constants hold nothing.
    locals: HashMap<LocalId, Vec<Source>>,
    /// Estimators by the locals that hold them, as they are written.
    recipes: HashMap<LocalId, Vec<String>>,
    datasets: HashMap<DatasetId, usize>,
    within: Vec<String>,
    /// Edges that are there already.
    known: HashSet<(usize, usize, Option<Text>)>,
}

impl<'a> Body<'a> {
    pub fn new(package: &'a Package, program: &'a TypedProgram, depth: Depth, title: String) -> Self {
        Body {
            package,
            program,
            depth,
            graph: Graph { title, ..Graph::default() },
            locals: HashMap::new(),
            recipes: HashMap::new(),
            datasets: HashMap::new(),
            within: Vec::new(),
            known: HashSet::new(),
        }
    }

    /// Parameters that hold more than a constant are where values come in.
    pub fn parameters(&mut self, params: &[TypedParameter], span: Span) {
        for param in params.iter().filter(|param| flows(&param.ty)) {
            let vertex = self.vertex(VertexKind::Argument, &param.name, None, span);
            self.locals.insert(param.local, vec![Source { vertex, part: None, ty: param.ty.clone() }]);
        }
    }

    pub fn vertex(&mut self, kind: VertexKind, title: &str, detail: Option<String>, span: Span) -> usize {
        let within = self.within.clone();
        self.graph.vertices.push(Vertex { kind, title: title.to_owned(), detail, within, span, own: span });
        self.graph.vertices.len() - 1
    }

    pub fn connect(&mut self, sources: &[Source], to: usize) {
        for source in sources {
            if self.known.insert((source.vertex, to, source.part.clone())) {
                let part = source.part.as_deref().map(str::to_owned);
                self.graph.edges.push(Edge { from: source.vertex, to, part, ty: source.ty.clone(), how: None });
            }
        }
    }

    fn dataset(&mut self, id: DatasetId) -> Option<(usize, Type)> {
        let dataset = self.program.datasets.get(id.0 as usize)?;
        let vertex = match self.datasets.get(&id) {
            Some(vertex) => *vertex,
            None => {
                let outer = std::mem::take(&mut self.within);
                let detail = written::whole(&self.package.sources, dataset.connector.span);
                let vertex = self.vertex(VertexKind::Dataset, &dataset.name, detail, dataset.span);
                self.within = outer;
                self.datasets.insert(id, vertex);
                vertex
            }
        };
        Some((vertex, dataset.ty.clone()))
    }

    pub fn bind(&mut self, local: LocalId, value: &Typed) {
        if let Type::Estimator(_) = value.ty {
            let recipe = self.recipe(value);
            self.recipes.insert(local, recipe);
        }
        let sources = self.value(value);
        self.locals.insert(local, sources);
    }

    pub fn statements(&mut self, statements: &[TypedStatement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &TypedStatement) {
        match &statement.kind {
            TypedStatementKind::Let(local, value) => self.bind(*local, value),
            TypedStatementKind::Save { value, dataset } => {
                let sources = self.value(value);
                if let Some((vertex, _)) = self.dataset(*dataset) {
                    self.connect(&sources, vertex);
                }
            }
            TypedStatementKind::Track(value) => {
                let sources = self.value(value);
                let vertex = self.vertex(VertexKind::Track, "track", None, statement.span);
                self.connect(&sources, vertex);
            }
            TypedStatementKind::Expect { condition, .. } => {
                let sources = self.value(condition);
                let detail = written::whole(&self.package.sources, condition.span);
                let vertex = self.vertex(VertexKind::Expect, "expect", detail, statement.span);
                self.connect(&sources, vertex);
            }
            TypedStatementKind::When { condition, body } => {
                let text = written::whole(&self.package.sources, condition.span).unwrap_or_default();
                self.value(condition);
                self.inside(format!("when {text}"), |inner| inner.statements(body));
            }
            TypedStatementKind::For { local, items, body } => {
                let text = written::whole(&self.package.sources, items.span).unwrap_or_default();
                self.bind(*local, items);
                self.inside(format!("for each of {text}"), |inner| inner.statements(body));
            }
            TypedStatementKind::Run { pipeline, args } => {
                let Some(pipeline) = self.program.pipelines.get(pipeline.0 as usize) else { return };
                let vertex = self.vertex(VertexKind::Pipeline, &pipeline.name, None, statement.span);
                let sources: Vec<Source> = args.iter().flatten().flat_map(|arg| self.value(arg)).collect();
                self.connect(&sources, vertex);
            }
        }
    }

    fn inside(&mut self, around: String, work: impl FnOnce(&mut Self)) {
        self.within.push(around);
        work(self);
        self.within.pop();
    }

    /// Where the value of an expression comes from; nowhere for a constant.
    pub fn value(&mut self, typed: &Typed) -> Vec<Source> {
        match &typed.kind {
            TypedKind::Dataset(id) => {
                self.dataset(*id).map(|(vertex, ty)| Source { vertex, part: None, ty }).into_iter().collect()
            }
            TypedKind::Local(local) => self.locals.get(local).cloned().unwrap_or_default(),
            TypedKind::Field(of, name) => {
                let sources = self.value(of).into_iter();
                let part = matches!(of.ty, Type::Record(_)).then(|| name.clone());
                sources
                    .map(|source| Source { part: part.clone().or(source.part), ty: typed.ty.clone(), ..source })
                    .collect()
            }
            TypedKind::Cast(of) | TypedKind::Conform(of, _) => {
                let sources = self.value(of).into_iter();
                sources.map(|source| Source { ty: typed.ty.clone(), ..source }).collect()
            }
            TypedKind::Call(call) => self.call(typed, call),
            TypedKind::Node { node, args, instance } => {
                let Some(node) = instance.as_ref().or_else(|| self.program.nodes.get(node.0 as usize)) else {
                    return Vec::new();
                };
                self.node(typed, &node.clone(), args)
            }
            TypedKind::Table(_) => {
                let vertex = self.vertex(VertexKind::Step, "table", None, typed.span);
                vec![Source { vertex, part: None, ty: typed.ty.clone() }]
            }
            TypedKind::If(condition, then, otherwise) => {
                let parts = [condition, then, otherwise].map(|part| self.value(part)).concat();
                if parts.is_empty() || !flows(&typed.ty) {
                    return parts;
                }
                let detail = written::whole(&self.package.sources, condition.span).map(|text| format!("if {text}"));
                let vertex = self.vertex(VertexKind::Step, "if", detail, typed.span);
                self.connect(&parts, vertex);
                vec![Source { vertex, part: None, ty: typed.ty.clone() }]
            }
            TypedKind::For { local, items, body } => {
                self.bind(*local, items);
                let text = written::whole(&self.package.sources, items.span).unwrap_or_default();
                let mut made = Vec::new();
                self.inside(format!("for each of {text}"), |inner| made = inner.value(body));
                made
            }
            TypedKind::Range { start, end, .. } => [self.value(start), self.value(end)].concat(),
            TypedKind::Binary(_, left, right) | TypedKind::In(left, right) => {
                [self.value(left), self.value(right)].concat()
            }
            TypedKind::Unary(_, of) | TypedKind::IsNull(of) => self.value(of),
            TypedKind::List(items) | TypedKind::Format(items) | TypedKind::Chain(items) => {
                items.iter().flat_map(|item| self.value(item)).collect()
            }
            TypedKind::Record(parts) => parts.iter().flat_map(|(_, part)| self.value(part)).collect(),
            TypedKind::Function(_, args) => args.iter().flatten().flat_map(|arg| self.value(arg)).collect(),
            TypedKind::Literal(_) | TypedKind::Param(_) | TypedKind::Column(_) | TypedKind::Error => Vec::new(),
        }
    }

    fn call(&mut self, typed: &Typed, call: &TypedCall) -> Vec<Source> {
        let mut sources = Vec::new();
        let mut recipe = None;
        for (_, arg) in &call.args {
            if let TypedArg::Value(value) = arg {
                sources.extend(self.value(value));
                if let Type::Estimator(_) = value.ty {
                    recipe = Some(self.recipe(value));
                }
            }
        }
        if call.kind != SignatureKind::Operator || matches!(typed.ty, Type::Estimator(_)) {
            return sources;
        }
        let detail = match recipe {
            Some(recipe) => Some(format!("{} {}", call.name, recipe.join(" >> "))),
            None => written::step(&self.package.sources, typed.span, call.name),
        };
        let vertex = self.vertex(VertexKind::Step, call.name, detail, typed.span);
        self.graph.vertices[vertex].own = own_span(call, typed.span, &self.package.sources);
        self.connect(&sources, vertex);
        vec![Source { vertex, part: None, ty: typed.ty.clone() }]
    }

    fn node(&mut self, typed: &Typed, node: &TypedNode, args: &[Option<Typed>]) -> Vec<Source> {
        let given: Vec<Vec<Source>> =
            args.iter().map(|arg| arg.as_ref().map_or_else(Vec::new, |arg| self.value(arg))).collect();
        if let (Depth::Steps, TypedNodeBody::Block(lets, value)) = (self.depth, &node.body) {
            let outer = (std::mem::take(&mut self.locals), std::mem::take(&mut self.recipes));
            self.locals = node.params.iter().map(|param| param.local).zip(given).collect();
            let mut made = Vec::new();
            self.inside(node.name.to_string(), |inner| {
                lets.iter().for_each(|(local, value)| inner.bind(*local, value));
                made = inner.value(value);
            });
            (self.locals, self.recipes) = outer;
            return made.into_iter().map(|source| Source { ty: typed.ty.clone(), ..source }).collect();
        }
        let detail = written::step(&self.package.sources, typed.span, &node.name);
        let vertex = self.vertex(VertexKind::Node, &node.name, detail, typed.span);
        self.connect(&given.concat(), vertex);
        vec![Source { vertex, part: None, ty: typed.ty.clone() }]
    }

    /// The parts of an estimator by their names.
    fn recipe(&self, typed: &Typed) -> Vec<String> {
        match &typed.kind {
            TypedKind::Chain(parts) => parts.iter().flat_map(|part| self.recipe(part)).collect(),
            TypedKind::Call(call) => vec![call.name.to_string()],
            TypedKind::Local(local) => self.recipes.get(local).cloned().unwrap_or_default(),
            TypedKind::Cast(of) => self.recipe(of),
            _ => written::whole(&self.package.sources, typed.span).into_iter().collect(),
        }
    }
}

/// Whether values of the type are made by steps: tables and what was learned or tracked, not constants.
fn flows(ty: &Type) -> bool {
    match ty {
        Type::Table(_) | Type::Learned(_) | Type::Record(_) | Type::Sequences(_) | Type::Graph(..) => true,
        Type::Nullable(inner) | Type::List(inner) => flows(inner),
        _ => false,
    }
}
