//! What the bodies of a program share while they are checked, on several threads.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::Type;

use super::again::{Consulted, Found};
use super::moved::{Moved, Moves};
use super::record::Recorder;
use super::signature::{Signature, compile};
use super::value::Space;
use crate::hash::Map;
use crate::package::{Package, SignatureId};
use crate::typed::{DatasetId, FunctionId, NodeId, PipelineId, TypedFunction, TypedNode, TypedPipeline};

/// A declaration whose body is being checked, so that circles are noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Visit {
    Function(FunctionId),
    Node(NodeId),
    Pipeline(PipelineId),
}

/// A checked `fn`.
#[derive(Debug)]
pub(super) struct CheckedFunction {
    pub typed: Arc<TypedFunction>,
    /// When its value is known, where its arguments are constants.
    pub space: Space,
    pub diagnostics: Vec<Diagnostic>,
    pub consulted: Consulted,
}

/// A checked node.
#[derive(Debug)]
pub(super) struct CheckedNode {
    pub typed: Arc<TypedNode>,
    pub diagnostics: Vec<Diagnostic>,
    pub consulted: Consulted,
}

/// A checked pipeline.
#[derive(Debug)]
pub(super) struct CheckedPipeline {
    pub typed: Arc<TypedPipeline>,
    /// Types of what it saves under entries.
    pub saved: Vec<(DatasetId, Type)>,
    pub diagnostics: Vec<Diagnostic>,
    pub consulted: Consulted,
}

macro_rules! found {
    ($($body:ty),*) => {
        $(impl Found for $body {
            fn diagnostics(&self) -> &[Diagnostic] {
                &self.diagnostics
            }

            fn consulted(&self) -> &Consulted {
                &self.consulted
            }

            fn move_to(&mut self, moves: Moves<'_>) {
                Arc::make_mut(&mut self.typed).moved(moves);
            }
        })*
    };
}

found!(CheckedFunction, CheckedNode, CheckedPipeline);

/// Bodies of a node checked for arguments of certain types.
type Instances = Mutex<Vec<(Vec<Type>, Arc<CheckedNode>)>>;

/// What bodies share. Results are kept once they are there; two threads may find the same one at the same time.
pub(super) struct Shared<'a> {
    pub package: &'a Package,
    signatures: Vec<OnceLock<Signature>>,
    functions: Vec<OnceLock<Arc<CheckedFunction>>>,
    nodes: Vec<OnceLock<Arc<CheckedNode>>>,
    instances: Vec<Instances>,
    pipelines: Vec<OnceLock<Arc<CheckedPipeline>>>,
    /// The `save`s of every entry, in the order of the program.
    pub writers: Map<DatasetId, Vec<(PipelineId, Span)>>,
    /// What an editor wants to know, where one asks.
    pub recorder: Option<Recorder>,
}

impl<'a> Shared<'a> {
    pub fn new(package: &'a Package) -> Self {
        Self {
            package,
            signatures: cells(package.signatures.len()),
            functions: cells(package.functions.len()),
            nodes: cells(package.nodes.len()),
            instances: std::iter::repeat_with(Instances::default).take(package.nodes.len()).collect(),
            pipelines: cells(package.pipelines.len()),
            writers: super::saved::writers(package),
            recorder: None,
        }
    }

    /// With a recorder for the places of one declaration after the other.
    pub fn recording(package: &'a Package, recorder: Recorder) -> Self {
        Self { recorder: Some(recorder), ..Self::new(package) }
    }

    /// The signature in the form in which calls are held against it.
    pub fn signature(&self, id: SignatureId) -> &Signature {
        let place = id.0 as usize;
        self.signatures[place].get_or_init(|| compile(self.package, id))
    }

    /// Puts in what was found of a body before.
    pub fn known_function(&self, place: usize, found: Arc<CheckedFunction>) {
        let _ = self.functions[place].set(found);
    }

    /// As [`Self::known_function`].
    pub fn known_node(&self, place: usize, found: Arc<CheckedNode>) {
        let _ = self.nodes[place].set(found);
    }

    /// As [`Self::known_function`].
    pub fn known_pipeline(&self, place: usize, found: Arc<CheckedPipeline>) {
        let _ = self.pipelines[place].set(found);
    }

    /// Whether the body of a node was checked already.
    pub fn has_node(&self, place: usize) -> bool {
        self.nodes[place].get().is_some()
    }

    pub fn function(&'a self, id: FunctionId, visiting: &[Visit]) -> Arc<CheckedFunction> {
        kept(&self.functions[id.0 as usize], || super::declaration::function(self, id, visiting))
    }

    pub fn node(&'a self, id: NodeId, visiting: &[Visit]) -> Arc<CheckedNode> {
        kept(&self.nodes[id.0 as usize], || super::declaration::node(self, id, visiting))
    }

    pub fn pipeline(&'a self, id: PipelineId, visiting: &[Visit]) -> Arc<CheckedPipeline> {
        kept(&self.pipelines[id.0 as usize], || super::declaration::pipeline(self, id, visiting))
    }

    /// The body of a node for arguments of these types.
    pub fn instance(&'a self, id: NodeId, types: Vec<Type>, visiting: &[Visit]) -> Arc<CheckedNode> {
        let known = |cell: &Instances| {
            let known = cell.lock().unwrap_or_else(PoisonError::into_inner);
            known.iter().find(|(key, _)| *key == types).map(|(_, node)| node.clone())
        };
        let cell = &self.instances[id.0 as usize];
        if let Some(node) = known(cell) {
            return node;
        }
        let node = Arc::new(super::declaration::node_for(self, id, &types, visiting));
        cell.lock().unwrap_or_else(PoisonError::into_inner).push((types, node.clone()));
        node
    }
}

fn cells<T>(count: usize) -> Vec<OnceLock<T>> {
    std::iter::repeat_with(OnceLock::new).take(count).collect()
}

/// Not `get_or_init`: two threads in a circle of declarations would wait for each other.
fn kept<T>(cell: &OnceLock<Arc<T>>, make: impl FnOnce() -> T) -> Arc<T> {
    match cell.get() {
        Some(value) => value.clone(),
        None => {
            let value = Arc::new(make());
            cell.get_or_init(|| value).clone()
        }
    }
}
