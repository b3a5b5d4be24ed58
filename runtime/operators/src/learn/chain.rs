//! Chains: `recipe >> recipe >> model`.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Learned, Row, Value};
use polars::prelude::{DataFrame, IntoLazy};
use serde_json::Value as Json;

use super::artifact;
use crate::compiled::{self, Draft};
use crate::course::Course;
use crate::data::{Context, Table};
use crate::explain::{Explained, merged};
use crate::frame;
use crate::learned::{Change, Estimator, Fitted, Trials};
use crate::onnx;
use crate::prep::{self, FittedRecipe, Kind, LaneRecipe, Recipe};
use crate::scoring::{Lane, Prepared, Quick};
use crate::tune::afresh;

/// One of them.
type Part = Arc<dyn Estimator>;

/// Several estimators, each learning from what the ones before it make of the rows.
struct Chain {
    parts: Vec<Part>,
}

/// Chains estimators. All but the last must learn a transform.
pub(crate) fn chain(parts: Vec<Arc<dyn Estimator>>) -> Arc<dyn Estimator> {
    Arc::new(Chain { parts })
}

impl Chain {
    fn last(&self) -> Result<(&Part, &[Part]), Fault> {
        self.parts.split_last().ok_or_else(|| Fault::new("GML0712", "a chain without parts has nothing to learn"))
    }

    /// Learns the transforms, each from what the ones before it make of the rows.
    fn prepare(&self, train: &Table, valid: Option<&Table>, context: &Context) -> Result<Ready, Fault> {
        // Each part reads the rows: compute them once.
        let mut ready = Ready { recipe: Recipe::default(), train: computed(train)?, valid: valid.cloned() };
        for part in self.last()?.1 {
            let (fitted, rows) = part.fit_apply(&ready.train, context)?;
            let Some(steps) = fitted.as_any().downcast_ref::<FittedRecipe>() else {
                return Err(Fault::new("GML0712", "a part of a chain that is not the last one learns a model")
                    .help("put the model last: recipe >> model"));
            };
            ready.train = computed(&rows)?;
            ready.valid = ready.valid.map(|valid| steps.recipe.apply(&valid)).transpose()?;
            ready.recipe.steps.extend(steps.recipe.steps.iter().cloned());
        }
        Ok(ready)
    }
}

/// Rows that went through the transforms of a chain.
struct Ready {
    recipe: Recipe,
    train: Table,
    valid: Option<Table>,
}

impl Estimator for Chain {
    fn fit(&self, train: &Table, valid: Option<&Table>, context: &Context) -> Result<Arc<dyn Fitted>, Fault> {
        let input = Arc::clone(&train.ty.row);
        let Ready { mut recipe, train, valid } = self.prepare(train, valid, context)?;
        let model = self.last()?.0.fit(&train, valid.as_ref(), context)?;
        if let Some(steps) = model.as_any().downcast_ref::<FittedRecipe>() {
            recipe.steps.extend(steps.recipe.steps.iter().cloned());
            return Ok(Arc::new(FittedRecipe { recipe, input }));
        }
        if let Some(inner) = model.as_any().downcast_ref::<FittedChain>() {
            recipe.steps.extend(inner.recipe.steps.iter().cloned());
            return Ok(Arc::new(FittedChain { recipe, input, model: Arc::clone(&inner.model) }));
        }
        Ok(Arc::new(FittedChain { recipe, input, model }))
    }

    fn fit_apply(&self, train: &Table, context: &Context) -> Result<(Arc<dyn Fitted>, Table), Fault> {
        let input = Arc::clone(&train.ty.row);
        let Ready { mut recipe, train, .. } = self.prepare(train, None, context)?;
        let (last, rows) = self.last()?.0.fit_apply(&train, context)?;
        match last.as_any().downcast_ref::<FittedRecipe>() {
            Some(steps) => {
                recipe.steps.extend(steps.recipe.steps.iter().cloned());
                Ok((Arc::new(FittedRecipe { recipe, input }), rows))
            }
            None => Ok((Arc::new(FittedChain { recipe, input, model: last }), rows)),
        }
    }

    fn with(&self, changes: &[Change], context: &Context) -> Result<Arc<dyn Estimator>, Fault> {
        let parts = self.parts.iter().map(|part| part.with(changes, context)).collect::<Result<_, _>>()?;
        Ok(chain(parts))
    }

    fn argument(&self, operator: Option<&str>, name: &str) -> Option<&Value> {
        self.parts.iter().find_map(|part| part.argument(operator, name))
    }

    fn trials(
        &self,
        changed: &[(Option<Arc<str>>, Arc<str>)],
        train: &Table,
        valid: &Table,
        context: &Context,
    ) -> Result<Box<dyn Trials>, Fault> {
        let (last, transforms) = self.last()?;
        let changes = |(operator, name): &(Option<Arc<str>>, Arc<str>)| {
            transforms.iter().any(|part| part.argument(operator.as_deref(), name).is_some())
        };
        if changed.iter().any(changes) {
            return Ok(afresh(chain(self.parts.clone()), train, valid));
        }
        // No trial changes what the transforms learn: they learn once.
        match self.prepare(train, Some(valid), context)? {
            Ready { train, valid: Some(valid), .. } => {
                last.trials(changed, &computed(&train)?, &computed(&valid)?, context)
            }
            Ready { .. } => Err(Fault::new("GML0999", "the rows to judge trials on are gone")),
        }
    }
}

/// The table with its rows computed, so that what follows does not compute them again.
pub(crate) fn computed(table: &Table) -> Result<Table, Fault> {
    Ok(Table { frame: frame::collect(table.frame.clone())?.lazy(), ty: table.ty.clone() })
}

/// A model behind the recipe that its features went through.
struct FittedChain {
    recipe: Recipe,
    input: Arc<Row>,
    model: Arc<dyn Fitted>,
}

impl FittedChain {
    /// Gives the column that a feature of the model is made of.
    fn source(&self) -> impl Fn(&str) -> Arc<str> {
        let sources = self.recipe.sources();
        move |name| sources.get(name).cloned().unwrap_or_else(|| name.into())
    }
}

impl Fitted for FittedChain {
    fn apply(&self, table: &Table, context: &Context) -> Result<Table, Fault> {
        let rows = frame::collect(table.frame.clone())?;
        let prepared = self.recipe.apply(&Table { frame: rows.clone().lazy(), ty: table.ty.clone() })?;
        let Learned::Model(Some((_, outputs))) = self.model.ty() else {
            return Err(Fault::new(
                "GML0712",
                "the last part of a chain says nothing about rows, so it cannot predict",
            ));
        };
        let names: Vec<_> = outputs.names().map(|name| polars::prelude::col(&**name)).collect();
        let predicted = frame::collect(self.model.apply(&prepared, context)?.frame.select(names))?;
        with_outputs(table, rows, predicted, &outputs)
    }

    fn by_rows(&self) -> bool {
        self.model.by_rows()
    }

    fn ty(&self) -> Learned {
        match self.model.ty() {
            Learned::Model(Some((_, outputs))) => Learned::Model(Some((Arc::clone(&self.input), outputs))),
            other => other,
        }
    }

    fn classes(&self) -> &[Arc<str>] {
        self.model.classes()
    }

    fn features(&self) -> Vec<Arc<str>> {
        let source = self.source();
        let sources: Vec<Arc<str>> = self.model.features().iter().map(|name| source(name)).collect();
        merged(&sources).0
    }

    fn reads(&self) -> Vec<Arc<str>> {
        self.recipe.reads(&self.model.reads())
    }

    fn prepared(&self, context: &Context) -> Result<Option<Quick>, Fault> {
        let Some(model) = self.model.prepared(context)? else { return Ok(None) };
        let recipe = LaneRecipe::of(&self.recipe, &self.input, model.0.columns());
        Ok(recipe.map(|recipe| Quick(Box::new(PreparedChain { recipe, model }))))
    }

    fn facts(&self) -> Vec<(String, String)> {
        // The stored form of a step begins with its name.
        let name = |step| Some(serde_json::to_value(step).ok()?.get("step")?.as_str()?.to_owned());
        let steps: Vec<String> = self.recipe.steps.iter().filter_map(name).collect();
        let mut facts = vec![("prepared by".to_owned(), steps.join(" >> "))];
        facts.extend(self.model.facts());
        facts
    }

    fn course(&self) -> Option<Course> {
        self.model.course()
    }

    fn explain(&self, table: &Table, context: &Context) -> Result<Explained, Fault> {
        Ok(self.model.explain(&self.recipe.apply(table)?, context)?.by_source(self.source()))
    }

    fn interactions_of(
        &self,
        table: &Table,
        source: &dyn Fn(&str) -> Arc<str>,
        context: &Context,
    ) -> Result<(Vec<Arc<str>>, Vec<f64>), Fault> {
        let inner = self.source();
        let source = |name: &str| source(&inner(name));
        self.model.interactions_of(&self.recipe.apply(table)?, &source, context)
    }

    fn gains(&self) -> Result<Vec<(Arc<str>, f64)>, Fault> {
        let gains = self.model.gains()?;
        let source = self.source();
        let sources: Vec<Arc<str>> = gains.iter().map(|(name, _)| source(name)).collect();
        let (columns, places) = merged(&sources);
        let mut sums = vec![0.0; columns.len()];
        for ((_, gain), place) in gains.iter().zip(places) {
            sums[place] += gain;
        }
        Ok(columns.into_iter().zip(sums).collect())
    }

    fn onnx(&self, graph: &mut onnx::Graph, columns: &mut onnx::Columns<'_>) -> Result<Vec<onnx::Said>, Fault> {
        onnx::recipe(&self.recipe, graph, columns)?;
        self.model.onnx(graph, columns)
    }

    fn compiled(&self, draft: &mut Draft<'_>) -> Result<compiled::Said, Fault> {
        compiled::recipe(&self.recipe, draft)?;
        self.model.compiled(draft)
    }

    fn save(&self, folder: &Path) -> Result<(), Fault> {
        self.model.save(folder)?;
        let recipe = prep::write(&self.recipe, folder)?;
        let mut signature = artifact::read_signature(folder)?;
        signature["model_type"] = signature["type"].take();
        signature["type"] = artifact::to_json(&self.ty())?;
        signature["recipe"] = recipe;
        artifact::write_file(folder, artifact::FILE, &artifact::to_text(&signature)?)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A model behind a recipe, on values at hand.
struct PreparedChain {
    recipe: LaneRecipe,
    model: Quick,
}

impl Prepared for PreparedChain {
    fn columns(&self) -> &[(Arc<str>, Kind)] {
        self.recipe.inputs()
    }

    fn outputs(&self, lanes: &[&Lane<'_>], rows: usize) -> Result<DataFrame, Fault> {
        self.recipe.with(lanes, rows, |lanes| self.model.0.outputs(lanes, rows))
    }
}

/// A model behind a fitted recipe. `input` is the row that the recipe was fitted on.
///
/// # Errors
/// GML0712 where the recipe is none.
pub(crate) fn behind(recipe: &dyn Fitted, input: Arc<Row>, model: Arc<dyn Fitted>) -> Result<Arc<dyn Fitted>, Fault> {
    match recipe.as_any().downcast_ref::<FittedRecipe>() {
        Some(steps) => Ok(Arc::new(FittedChain { recipe: steps.recipe.clone(), input, model })),
        None => Err(Fault::new("GML0712", "a model stands behind something that is no recipe")),
    }
}

/// The rows with the columns of the outputs added, or replaced where they are there.
pub(crate) fn with_outputs(table: &Table, mut rows: DataFrame, outputs: DataFrame, row: &Row) -> Result<Table, Fault> {
    for column in outputs.columns() {
        rows.with_column(column.clone()).map_err(frame::fault)?;
    }
    let mut ty = table.ty.clone();
    let known = Arc::make_mut(&mut ty.row);
    known.schema = None;
    for column in &row.columns {
        match known.columns.iter_mut().find(|known| known.name == column.name) {
            Some(known) => *known = column.clone().with_role(known.role),
            None => known.columns.push(column.clone()),
        }
    }
    Ok(Table { frame: rows.lazy(), ty })
}

/// The chain of a saved model that has a recipe.
pub(super) fn load(folder: &Path, signature: &Json, model: Arc<dyn Fitted>) -> Result<Arc<dyn Fitted>, Fault> {
    let recipe = prep::read(folder, artifact::part(folder, signature, "recipe")?)?;
    match artifact::learned_type(folder, signature, "type")? {
        Learned::Model(Some((input, _))) => Ok(Arc::new(FittedChain { recipe, input, model })),
        _ => Err(artifact::unreadable(&folder.join(artifact::FILE), "a chain has the type of a model")),
    }
}
