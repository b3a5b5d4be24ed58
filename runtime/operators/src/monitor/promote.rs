//! `promote`: the better of two models.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Learned, Row};

use crate::data::{Call, Context, Data, Metric, Table};
use crate::explain::Explained;
use crate::learn::arguments::{constant, fitted, table};
use crate::learn::{computed, partition, sample};
use crate::learned::Fitted;
use crate::metrics::{judge, less_is_better, name_of};
use crate::onnx;
use crate::scoring::Quick;

pub(super) fn promote(call: Call<'_>) -> Result<Data, Fault> {
    let (challenger, champion) = (fitted(&call, "challenger")?, fitted(&call, "over")?);
    let metric = constant(&call, "metric")?;
    let on = computed(table(&call, "on")?)?;
    let judged = |model: &Arc<dyn Fitted>, name: &str| {
        let value = sample(&**model, &on, call.context).and_then(|sample| judge(metric, &sample));
        value.map_err(|fault| fault.at(format!("the {name}")))
    };
    let (new, old) = (judged(challenger, "challenger")?, judged(champion, "champion")?);
    let is_better = if less_is_better(metric) { new < old } else { new > old };
    let told = |name: &str, value: f64| Metric {
        name: format!("{}.{name}", name_of(metric)),
        partition: partition(&on),
        value,
    };
    let model = Arc::clone(if is_better { challenger } else { champion });
    Ok(Data::Fitted(Arc::new(Promoted { model, judged: vec![told("challenger", new), told("champion", old)] })))
}

/// A model that was compared with another: it does what it did, and tells how they compare.
struct Promoted {
    model: Arc<dyn Fitted>,
    judged: Vec<Metric>,
}

impl Fitted for Promoted {
    fn apply(&self, table: &Table, context: &Context) -> Result<Table, Fault> {
        self.model.apply(table, context)
    }

    fn by_rows(&self) -> bool {
        self.model.by_rows()
    }

    fn within(&self, row: &Row) -> Option<Arc<str>> {
        self.model.within(row)
    }

    fn ty(&self) -> Learned {
        self.model.ty()
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
        self.model.prepared(context)
    }

    fn facts(&self) -> Vec<(String, String)> {
        self.model.facts()
    }

    fn judged(&self) -> &[Metric] {
        &self.judged
    }

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
        self.model.onnx(graph, columns)
    }

    fn save(&self, folder: &Path) -> Result<(), Fault> {
        self.model.save(folder)
    }

    fn as_any(&self) -> &dyn Any {
        self.model.as_any()
    }
}
