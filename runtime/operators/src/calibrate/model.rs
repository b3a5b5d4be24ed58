//! A model with a curve behind it.

use std::any::Any;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Learned, Row, Type};
use polars::prelude::{
    Column, DataFrame, DataType, Float64Type, IntoColumn, IntoLazy, ListBuilderTrait, ListPrimitiveChunkedBuilder, col,
};
use serde_json::Value as Json;

use super::curve::{Curve, of_classes};
use crate::compiled::{self, Draft};
use crate::data::{Context, Table};
use crate::explain::Explained;
use crate::frame::{self, fault};
use crate::learn::outputs::{self, likeliest};
use crate::learn::{artifact, with_outputs};
use crate::learned::Fitted;
use crate::onnx;
use crate::prep::Kind;
use crate::scoring::{Lane, Prepared, Quick};

/// The folder of the model itself within that of the calibrated one.
const MODEL_FOLDER: &str = "model";

/// A model whose scores go through a curve.
#[derive(Clone)]
pub(super) struct Calibrated {
    model: Arc<dyn Fitted>,
    /// One, or one for each class.
    curves: Vec<Curve>,
    input: Arc<Row>,
    outputs: Arc<Row>,
}

impl Calibrated {
    /// # Errors
    /// GML0713 where the model predicts no probabilities.
    pub(super) fn new(model: Arc<dyn Fitted>, curves: Vec<Curve>) -> Result<Self, Fault> {
        let no_probabilities = || Fault::new("GML0713", "a model that predicts no probabilities cannot be calibrated");
        let Learned::Model(Some((input, scores))) = model.ty() else { return Err(no_probabilities()) };
        let schema = match scores.schema.as_deref() {
            Some("Probability") => "Calibrated",
            Some("Classes") => "CalibratedClasses",
            _ => return Err(no_probabilities()),
        };
        let mut columns = scores.columns.clone();
        // The probability has the type and the contract of the score that it is made of.
        let score = columns.last().cloned().ok_or_else(no_probabilities)?;
        columns.push(score.with_name("calibrated".into()));
        let outputs = Arc::new(Row { schema: Some(schema.into()), ..Row::of(columns) });
        Ok(Self { model, curves, input, outputs })
    }

    /// Whether there is a curve for each class.
    fn is_of_classes(&self) -> bool {
        self.outputs.get("scores").is_some_and(|column| matches!(column.ty, Type::List(_)))
    }

    /// What the model has predicted, with what the curves make of it: the label is the likeliest class by them.
    fn calibrated(&self, mut predicted: DataFrame) -> Result<DataFrame, Fault> {
        if !self.is_of_classes() {
            let curve = self.curves.first().ok_or_else(|| Fault::new("GML0999", "a calibrated model has no curve"))?;
            let scores = predicted.column("score").map_err(fault)?.f64().map_err(fault)?;
            let calibrated: Vec<Option<f64>> = scores.iter().map(|score| score.map(|score| curve.at(score))).collect();
            predicted.with_column(Column::new("calibrated".into(), calibrated)).map_err(fault)?;
            return Ok(predicted);
        }
        let lists = predicted.column("scores").map_err(fault)?.list().map_err(fault)?;
        let flat = lists.get_inner();
        let scores: Vec<f64> = flat.f64().map_err(fault)?.iter().flatten().collect();
        let width = self.curves.len().max(1);
        let calibrated: Vec<f64> = scores.chunks_exact(width).flat_map(|row| of_classes(&self.curves, row)).collect();
        let mut lists = ListPrimitiveChunkedBuilder::<Float64Type>::new(
            "calibrated".into(),
            predicted.height(),
            scores.len(),
            DataType::Float64,
        );
        calibrated.chunks_exact(width).for_each(|row| lists.append_slice(row));
        predicted.with_column(likeliest(&calibrated, self.model.classes())).map_err(fault)?;
        predicted.with_column(lists.finish().into_column()).map_err(fault)?;
        Ok(predicted)
    }
}

impl Fitted for Calibrated {
    fn apply(&self, table: &Table, context: &Context) -> Result<Table, Fault> {
        let rows = frame::collect(table.frame.clone())?;
        let known = Table { frame: rows.clone().lazy(), ty: table.ty.clone() };
        let scores = self.outputs.names().filter(|name| &***name != "calibrated").map(|name| col(&**name));
        let predicted = frame::collect(self.model.apply(&known, context)?.frame.select(scores.collect::<Vec<_>>()))?;
        with_outputs(table, rows, self.calibrated(predicted)?, &self.outputs)
    }

    fn by_rows(&self) -> bool {
        self.model.by_rows()
    }

    fn ty(&self) -> Learned {
        Learned::Model(Some((Arc::clone(&self.input), Arc::clone(&self.outputs))))
    }

    fn classes(&self) -> &[Arc<str>] {
        self.model.classes()
    }

    fn features(&self) -> Vec<Arc<str>> {
        self.model.features()
    }

    fn reads(&self) -> Vec<Arc<str>> {
        self.model.reads()
    }

    fn prepared(&self, context: &Context) -> Result<Option<Quick>, Fault> {
        let model = self.model.prepared(context)?;
        Ok(model.map(|model| Quick(Box::new(PreparedCalibrated { model, of: self.clone() }))))
    }

    fn facts(&self) -> Vec<(String, String)> {
        let mut facts = self.model.facts();
        let methods = self.curves.first().map(|curve| ("calibrated by".to_owned(), curve.name().to_owned()));
        facts.extend(methods);
        facts
    }

    /// The curve rises with the score, so what moves the score moves the probability the same way.
    fn explain(&self, table: &Table, context: &Context) -> Result<Explained, Fault> {
        self.model.explain(table, context)
    }

    fn interactions_of(
        &self,
        table: &Table,
        source: &dyn Fn(&str) -> Arc<str>,
        context: &Context,
    ) -> Result<(Vec<Arc<str>>, Vec<f64>), Fault> {
        self.model.interactions_of(table, source, context)
    }

    fn gains(&self) -> Result<Vec<(Arc<str>, f64)>, Fault> {
        self.model.gains()
    }

    fn onnx(&self, graph: &mut onnx::Graph, columns: &mut onnx::Columns<'_>) -> Result<Vec<onnx::Said>, Fault> {
        let mut said = self.model.onnx(graph, columns)?;
        let scores = said.last().ok_or_else(|| Fault::new("GML0999", "a calibrated model predicts nothing"))?;
        let (classes, scores) = (scores.classes.clone(), scores.flow.clone());
        let each = graph.columns(&scores, classes.len().max(1));
        let curves: Vec<_> = self.curves.iter().zip(&each).map(|(curve, score)| curve.onnx(score, graph)).collect();
        let flow = match &*curves {
            [only] => only.clone(),
            several => {
                let beside = graph.beside(several);
                onnx::summing_to_one(&beside, classes.len(), graph)
            }
        };
        if let (true, Some(label)) = (classes.len() > 1, said.first_mut()) {
            *label = outputs::onnx_likeliest(&flow, &classes, graph);
        }
        said.push(onnx::Said { name: "calibrated".into(), element: onnx::Element::Double, classes, flow });
        Ok(said)
    }

    fn compiled(&self, draft: &mut Draft<'_>) -> Result<compiled::Said, Fault> {
        let mut said = self.model.compiled(draft)?;
        if !said.curves.is_empty() {
            return Err(compiled::not_compiled("it is calibrated twice"));
        }
        said.curves = self.curves.iter().map(Curve::compiled).collect();
        Ok(said)
    }

    fn save(&self, folder: &Path) -> Result<(), Fault> {
        let inner = folder.join(MODEL_FOLDER);
        fs::create_dir(&inner).map_err(|error| {
            Fault::new("GML0910", format!("the model cannot be saved: {error}"))
                .at(inner.display())
                .help("see that the folder is there, that it is yours, and that the disk is not full")
        })?;
        self.model.save(&inner)?;
        artifact::write_signature(folder, "calibrated", &self.ty(), vec![("curves", artifact::to_json(&self.curves)?)])
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A model whose scores go through a curve, on values at hand.
struct PreparedCalibrated {
    model: Quick,
    of: Calibrated,
}

impl Prepared for PreparedCalibrated {
    fn columns(&self) -> &[(Arc<str>, Kind)] {
        self.model.0.columns()
    }

    fn outputs(&self, lanes: &[&Lane<'_>], rows: usize) -> Result<DataFrame, Fault> {
        self.of.calibrated(self.model.0.outputs(lanes, rows)?)
    }
}

/// A saved calibrated model.
///
/// # Errors
/// GML0918 where a file is missing or damaged.
pub(crate) fn load(folder: &Path, signature: &Json) -> Result<Arc<dyn Fitted>, Fault> {
    let model = artifact::load(&folder.join(MODEL_FOLDER))?;
    let curves: Vec<Curve> = artifact::parsed(folder, signature, "curves")?;
    let due = model.classes().len().max(1);
    if curves.len() != due || !curves.iter().all(Curve::is_whole) {
        return Err(artifact::unreadable(&folder.join(artifact::FILE), "its calibration curves are damaged"));
    }
    Ok(Arc::new(Calibrated::new(model, curves)?))
}
