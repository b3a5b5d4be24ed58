//! `blend`: one ranking of several (Cormack, Clarke and Büttcher 2009, "Reciprocal Rank Fusion Outperforms Condorcet and
//! Individual Rank Learning Methods").

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Learned, Role, Row, Value};
use polars::prelude::{Column, DataFrame, IntoLazy, col};
use serde_json::Value as Json;

use super::arguments::{items, misfit, optional_constant};
use super::chain::with_outputs;
use super::parameters::Objective;
use super::{artifact, members, outputs, target, truth};
use crate::compiled::{self, Draft};
use crate::data::{Call, Context, Data, Input, Table};
use crate::explain::merged;
use crate::frame::{self, fault};
use crate::learned::Fitted;
use crate::onnx::{self, Columns, Graph, Groups, Said};
use crate::prep::Exact;
use crate::scoring::Form;

/// Added to each place: the first places count not much more than the next (section 2 of the paper).
const BEFORE_THE_FIRST: f64 = 60.0;

pub(super) fn blend(call: Call<'_>) -> Result<Data, Fault> {
    let models = items(&call, "models")?.into_iter().map(|item| match item {
        Input::Data(Data::Fitted(model)) => Ok(model),
        _ => Err(misfit(&call, "models", "holds something that is no model")),
    });
    let models = models.collect::<Result<Vec<_>, _>>()?;
    if models.is_empty() {
        return Err(Fault::new("GML0229", "`blend` has no models to blend").help("give at least one"));
    }
    let given = match optional_constant(&call, "weights")? {
        Some(Value::List(weights)) => weights.iter().map(|weight| weight.as_float().unwrap_or(f64::NAN)).collect(),
        _ => Vec::new(),
    };
    let weights = if given.is_empty() { vec![1.0; models.len()] } else { given };
    let fits = weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0) && weights.iter().sum::<f64>() > 0.0;
    if weights.len() != models.len() || !fits {
        return Err(Fault::new(
            "GML0229",
            format!("`weights` of blend must be {} numbers from 0, one for each model, not all 0", models.len()),
        )
        .help("give a weight for each model, or leave `weights` out"));
    }
    Ok(Data::Fitted(Arc::new(Blend::new(models, weights)?)))
}

/// Several models whose places are added up.
struct Blend {
    models: Vec<Arc<dyn Fitted>>,
    weights: Vec<f64>,
    input: Arc<Row>,
}

impl Blend {
    fn new(models: Vec<Arc<dyn Fitted>>, weights: Vec<f64>) -> Result<Self, Fault> {
        let no_score = || Fault::new("GML0713", "a model that gives no score cannot be blended");
        let mut input = None;
        for model in &models {
            let Learned::Model(Some((row, outputs))) = model.ty() else { return Err(no_score()) };
            if outputs.get("score").is_none() {
                return Err(no_score());
            }
            // The rows of the one that knows the group, so that the blend knows it too.
            if input.as_ref().is_none_or(|known: &Arc<Row>| known.with_role(Role::Group).is_none()) {
                input = Some(row);
            }
        }
        Ok(Self { models, weights, input: input.ok_or_else(no_score)? })
    }

    fn group(&self, table: &Table) -> Result<Arc<str>, Fault> {
        truth::group_of(&table.ty.row).or_else(|| truth::group_of(&self.input)).ok_or_else(|| {
            Fault::new("GML0707", "`blend` counts places within groups, and no column has the role `group`")
                .help("mark the column that names the group: `group search: int`")
        })
    }

    /// The sum of what the places of each row are worth.
    fn scores(&self, rows: &DataFrame, table: &Table, context: &Context) -> Result<Vec<f64>, Fault> {
        let group = self.group(table)?;
        let Ok(column) = rows.column(&group) else {
            return Err(Fault::new(
                "GML0704",
                format!("the rows to score lack the column `{group}`, which names the group"),
            )
            .help("give them the column"));
        };
        let groups = target::queries(column)?;
        let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); groups.iter().max().map_or(0, |last| last + 1)];
        for (row, group) in groups.iter().enumerate() {
            rows_of[*group].push(row);
        }
        let known = Table { frame: rows.clone().lazy(), ty: table.ty.clone() };
        let mut sums = vec![0.0; rows.height()];
        for (model, weight) in self.models.iter().zip(&self.weights) {
            let scores = frame::collect(model.apply(&known, context)?.frame.select([col("score")]))?;
            let scores: Vec<f64> =
                scores.column("score").map_err(fault)?.f64().map_err(fault)?.iter().flatten().collect();
            for rows in &mut rows_of {
                // Equal scores keep the order of the rows.
                rows.sort_by(|left, right| scores[*right].total_cmp(&scores[*left]).then(left.cmp(right)));
                for (place, row) in rows.iter().enumerate() {
                    sums[*row] += weight / (BEFORE_THE_FIRST + place as f64 + 1.0);
                }
            }
        }
        Ok(sums)
    }
}

impl Fitted for Blend {
    fn apply(&self, table: &Table, context: &Context) -> Result<Table, Fault> {
        let rows = frame::collect(table.frame.clone())?;
        let scores = self.scores(&rows, table, context)?;
        let outputs = DataFrame::new(rows.height(), vec![Column::new("score".into(), scores)]).map_err(fault)?;
        with_outputs(table, rows, outputs, &outputs::row(Objective::Lambdarank))
    }

    /// Places are counted within groups, whose rows may stand anywhere.
    fn by_rows(&self) -> bool {
        false
    }

    fn within(&self, row: &Row) -> Option<Arc<str>> {
        let group = truth::group_of(row).or_else(|| truth::group_of(&self.input));
        group.filter(|_| self.models.iter().all(|model| model.by_rows()))
    }

    fn ty(&self) -> Learned {
        Learned::Model(Some((Arc::clone(&self.input), Arc::new(outputs::row(Objective::Lambdarank)))))
    }

    fn features(&self) -> Vec<Arc<str>> {
        let all: Vec<Arc<str>> = self.models.iter().flat_map(|model| model.features()).collect();
        merged(&all).0
    }

    fn reads(&self) -> Vec<Arc<str>> {
        let all: Vec<Arc<str>> =
            self.models.iter().flat_map(|model| model.reads()).chain(truth::group_of(&self.input)).collect();
        merged(&all).0
    }

    fn facts(&self) -> Vec<(String, String)> {
        vec![("learned by".to_owned(), format!("a blend of {} models", self.models.len()))]
    }

    fn onnx(&self, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<Vec<Said>, Fault> {
        let Some(group) = self.input.with_role(Role::Group) else {
            return Err(onnx::not_expressed("`blend` counts places within groups, and no column has the role `group`"));
        };
        let Some(form) = Form::of(&group.ty) else {
            let (name, ty) = (&group.name, &group.ty);
            return Err(onnx::not_expressed(&format!("the column `{name}`, which names the group, is of type {ty}")));
        };
        let groups = Groups::of(&columns.get(graph, &group.name, form.kind())?.flow, graph);
        let mut parts = Vec::new();
        for (model, weight) in self.models.iter().zip(&self.weights) {
            let score = onnx::said(&**model, "score", graph, columns)?;
            parts.push(groups.reciprocal_places(&score, *weight, BEFORE_THE_FIRST, graph));
        }
        let sum = graph.sum(&parts);
        Ok(outputs::onnx(Objective::Lambdarank, &[], sum, graph))
    }

    fn compiled(&self, _: &mut Draft<'_>) -> Result<compiled::Said, Fault> {
        Err(compiled::not_compiled("a blend counts the places of rows within their groups, which a row by itself does not tell")
            .help("compile each of its models, which are saved in the folders model_0, model_1 and so on of its own, and count the places where the groups are known"))
    }

    fn save(&self, folder: &Path) -> Result<(), Fault> {
        members::save(&self.models, folder)?;
        let weights: Vec<Exact> = self.weights.iter().copied().map(Exact).collect();
        artifact::write_signature(folder, "blend", &self.ty(), vec![("weights", artifact::to_json(&weights)?)])
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A saved blend.
pub(super) fn load(folder: &Path, signature: &Json) -> Result<Arc<dyn Fitted>, Fault> {
    let weights: Vec<Exact> = artifact::parsed(folder, signature, "weights")?;
    let models = members::load(folder, weights.len())?;
    Ok(Arc::new(Blend::new(models, weights.into_iter().map(|weight| weight.0).collect())?))
}
