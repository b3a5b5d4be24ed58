//! Where something learned comes from: what is said of the rows that it is used on shows it.

use gml_diagnostics::Span;
use gml_ir::Type;

use crate::check::body::Body;
use crate::check::saved;
use crate::check::shared::{Shared, Visit};
use crate::check::value::Value;
use crate::hash::Map;
use crate::typed::{
    DatasetId, LocalId, NodeId, PipelineId, Typed, TypedArg, TypedKind, TypedStatement, TypedStatementKind,
};

/// Where something learned comes from.
#[derive(Clone, Copy, Debug)]
pub(in crate::check) enum Origin {
    /// This call learned it.
    Fitted(Span),
    /// It is kept under an entry of the catalog.
    Entry(DatasetId),
    /// A node gives it.
    Node(NodeId),
    /// This type declares its columns.
    Declared(Span),
    /// No more is known of it than where it stands.
    Here(Span),
}

impl<'a> Body<'a> {
    /// Where a value that has learned comes from.
    pub(in crate::check) fn origin_of_learned(&self, value: &Value<'a>) -> Origin {
        let of_local = match &value.typed.kind {
            TypedKind::Local(id) => self.local(*id).facts.as_ref(),
            _ => None,
        };
        let known = value.facts.as_ref().or(of_local).and_then(|facts| facts.origin);
        known.unwrap_or(Origin::Here(value.span()))
    }

    /// The place that says which columns something learned takes, and what is to be seen there.
    pub(in crate::check) fn shown_origin(&self, origin: Origin) -> (Span, &'static str) {
        const FITTED: &str = "the model was fitted here";
        const DECLARED: &str = "the columns of the model are declared here";
        let package = self.shared.package;
        match origin {
            Origin::Fitted(at) => (at, FITTED),
            Origin::Declared(at) => (at, DECLARED),
            Origin::Here(at) => (at, "this model"),
            Origin::Node(id) => match package.node_ast(id) {
                Some(node) => (node.result.span, DECLARED),
                None => (package.nodes[id.0 as usize].declared.name_span, DECLARED),
            },
            Origin::Entry(id) => match saved::decided_by(self.shared, id) {
                None => {
                    let name = package.datasets[id.0 as usize].declared.name_span;
                    (package.dataset_ast(id).map_or(name, |entry| entry.ty.span), DECLARED)
                }
                Some(pipeline) => match self.fitted_in(pipeline, id) {
                    Some(at) => (at, FITTED),
                    None => (saved_at(self.shared, id), "the model is saved here"),
                },
            },
        }
    }

    /// The call that learned what a pipeline saves under an entry, unless that pipeline is the one at hand.
    fn fitted_in(&self, pipeline: PipelineId, id: DatasetId) -> Option<Span> {
        if self.visiting.contains(&Visit::Pipeline(pipeline)) {
            return None;
        }
        let pipeline = self.shared.pipeline(pipeline, &self.visiting);
        let mut lets = Map::default();
        let value = saved_as(&pipeline.typed.body, id, &mut lets)?;
        fitted_at(value, &lets)
    }
}

/// Where the first `save` of an entry names it.
fn saved_at(shared: &Shared<'_>, id: DatasetId) -> Span {
    let first = shared.writers.get(&id).and_then(|writers| writers.first());
    first.map_or(shared.package.datasets[id.0 as usize].declared.name_span, |(_, at)| *at)
}

/// The first value that is saved under an entry. `lets` becomes what the names in front of it stand for.
fn saved_as<'t>(
    statements: &'t [TypedStatement],
    id: DatasetId,
    lets: &mut Map<LocalId, &'t Typed>,
) -> Option<&'t Typed> {
    statements.iter().find_map(|statement| match &statement.kind {
        TypedStatementKind::Let(local, value) => {
            lets.insert(*local, value);
            None
        }
        TypedStatementKind::Save { value, dataset } if *dataset == id => Some(value),
        TypedStatementKind::When { body, .. } | TypedStatementKind::For { body, .. } => saved_as(body, id, lets),
        _ => None,
    })
}

/// The call that learned a value, as far as the pipeline that saves it says.
fn fitted_at(value: &Typed, lets: &Map<LocalId, &Typed>) -> Option<Span> {
    match &value.kind {
        TypedKind::Local(local) => fitted_at(lets.get(local)?, lets),
        TypedKind::Cast(of) => fitted_at(of, lets),
        TypedKind::List(items) => fitted_at(items.first()?, lets),
        TypedKind::Call(call) => {
            let mut args = call.args.iter().filter_map(|(_, arg)| match arg {
                TypedArg::Value(value) => Some(value),
                _ => None,
            });
            match args.find(|arg| has_learned(&arg.ty)) {
                Some(learned) => fitted_at(learned, lets),
                None => Some(value.span),
            }
        }
        _ => None,
    }
}

fn has_learned(ty: &Type) -> bool {
    match ty {
        Type::Learned(_) => true,
        Type::List(item) => has_learned(item),
        _ => false,
    }
}
