//! Trees of ONNX: `TreeEnsembleRegressor`, `TreeEnsembleClassifier` (versions 1 to 3) and `TreeEnsemble` (version 5) of `ai.onnx.ml`.
//!
//! Sums are kept in 64 bits; the standard leaves their order open, so runtimes that sum in 32 bits differ in the last of those.

mod attributes;
mod nodes;

use std::collections::BTreeMap;

use gml_onnx::Model;
use prost::Message;

use self::attributes::Attributes;
use self::nodes::{Branch, Nodes};
use super::ensemble::sensible_outputs;
use super::grow::{Part, grow};
use super::{Arithmetic, Ensemble, Leaf, Objective, Transform, Tree, Unread};

const DOMAIN: &str = "ai.onnx.ml";

impl Ensemble {
    /// Reads an ONNX file whose graph is trees and nothing else but operators that leave numbers as they are. A classifier that has
    /// weights for one of two classes has one output.
    ///
    /// # Errors
    /// What is wrong with the file, or what it has that is not read.
    pub fn from_onnx(bytes: &[u8]) -> Result<Self, Unread> {
        let model = Model::decode(bytes).map_err(|error| Unread::broken(format!("it is no ONNX file: {error}")))?;
        let graph = model.graph.ok_or_else(|| Unread::broken("it has no graph"))?;
        let mut found = None;
        for node in &graph.node {
            let operator = node.op_type.as_deref().unwrap_or_default();
            match operator {
                "TreeEnsembleRegressor" | "TreeEnsembleClassifier" | "TreeEnsemble"
                    if node.domain.as_deref() == Some(DOMAIN) =>
                {
                    if found.replace((operator, node)).is_some() {
                        return Err(Unread::Unsupported("a graph with several operators of trees".into()));
                    }
                }
                "Identity" | "ZipMap" => {}
                other => return Err(Unread::Unsupported(format!("a graph with the operator `{other}`"))),
            }
        }
        let (operator, node) = found.ok_or_else(|| Unread::broken("its graph has no trees"))?;
        let attributes = Attributes::of(node);
        let nodes = match operator {
            "TreeEnsemble" => Nodes::of_version_5(&attributes),
            _ => Nodes::of_tables(&attributes, operator == "TreeEnsembleClassifier"),
        };
        let ensemble = nodes.and_then(|nodes| ensemble(&nodes)).map_err(|error| error.within(operator))?;
        ensemble.check()?;
        Ok(ensemble)
    }
}

fn ensemble(of: &Nodes) -> Result<Ensemble, Unread> {
    // A classifier's weights for one class of two decide between them.
    let decides = of.is_classifier && of.outputs == 2 && of.only_target().is_some();
    let outputs = if decides { 1 } else { sensible_outputs(of.outputs)? };
    let mut trees = Vec::new();
    for (place, root) in of.roots.iter().enumerate() {
        let grown = grow(*root, of.branches.len(), |number| Ok(part(&of.branches[number])));
        let grown = grown.map_err(|error| error.within(format!("tree {place}")))?;
        let mut targets: BTreeMap<usize, Vec<Leaf>> = BTreeMap::new();
        for (leaf, number) in grown.leaf_numbers.iter().enumerate() {
            for (target, weight) in of.weights.get(number).into_iter().flatten() {
                let nothing = || vec![Leaf { value: 0.0, rows: 0.0 }; grown.leaf_numbers.len()];
                targets.entry(if decides { 0 } else { *target }).or_insert_with(nothing)[leaf].value += weight;
            }
        }
        // A tree whose leaves speak for several outputs is as many trees.
        for (output, leaves) in targets {
            trees.push(Tree { nodes: grown.nodes.clone(), leaves, output });
        }
    }
    let rounds = u32::try_from(of.roots.len()).map_err(|_| Unread::broken("it has too many trees"))?;
    let base = match (&*of.base, decides) {
        ([], _) => vec![0.0; outputs],
        (base, true) => vec![*base.last().unwrap_or(&0.0)],
        (base, false) => base.to_vec(),
    };
    if of.averaged && base.iter().any(|base| *base != 0.0) {
        return Err(Unread::Unsupported("a mean of trees beside base values".into()));
    }
    Ok(Ensemble {
        trees,
        outputs,
        features: of.features(),
        base,
        arithmetic: Arithmetic { narrow_features: of.narrow, ..Arithmetic::default() },
        transform: Transform {
            divisor: if of.averaged { rounds.max(1) } else { 1 },
            objective: objective(&of.transform)?,
        },
    })
}

fn part(branch: &Branch) -> Part {
    match branch {
        Branch::Leaf => Part::Leaf,
        Branch::Split { feature, question, to } => Part::Split(*feature, question.clone(), *to),
    }
}

fn objective(transform: &str) -> Result<Objective, Unread> {
    match transform {
        "NONE" | "" => Ok(Objective::Identity),
        "LOGISTIC" => Ok(Objective::Sigmoid(1.0)),
        "SOFTMAX" => Ok(Objective::Softmax),
        other => Err(Unread::Unsupported(format!("the transform `{other}`"))),
    }
}
