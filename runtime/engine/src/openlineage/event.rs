//! Events: their fields and facets, each under the version of its schema.

use std::collections::BTreeSet;
use std::path::Path;

use gml_connect::Fault;
use gml_ir::{Column, Dataset, Graph, Pipeline, Program, StepKind, Type};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::OpenLineage;
use crate::plan::{Joining, Plan, plan};
use crate::store::record::RunRecord;

/// Who tells.
const PRODUCER: &str = concat!("urn:gml:gmlc:", env!("CARGO_PKG_VERSION"));
const SPEC: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

/// How a pipeline ended.
pub(super) enum Ended<'a> {
    Complete,
    Fail(&'a Fault),
    Abort,
}

/// What all events of a pipeline of a run have in common.
#[derive(Clone, Debug)]
pub(super) struct Event {
    run: String,
    job: Json,
    /// Names in the catalog, and what is told of them.
    inputs: Vec<Json>,
    outputs: Vec<(String, Json)>,
}

impl Event {
    pub(super) fn of(lineage: &OpenLineage, program: &Program, pipeline: &Pipeline, run: &str) -> Self {
        let (mut read, mut saved) = (BTreeSet::new(), BTreeSet::new());
        datasets(&pipeline.graph, &plan(program, pipeline, Joining::Queries), &mut read, &mut saved);
        let place = |dataset: &Dataset| place(lineage, dataset);
        let described = |number: &u32| program.datasets.get(*number as usize);
        // What older versions are read of is a dataset by itself in the graph, and the same one to others.
        let mut inputs: Vec<Json> = Vec::new();
        for dataset in read.iter().filter_map(described) {
            let told = told(dataset, place(dataset), Map::new());
            if !inputs.contains(&told) {
                inputs.push(told);
            }
        }
        let outputs = saved.iter().filter_map(described).map(|dataset| {
            let mut facets = Map::new();
            if let Some(facet) = columns(lineage, program, &pipeline.name, dataset) {
                facets.insert("columnLineage".into(), facet);
            }
            (dataset.name.to_string(), told(dataset, place(dataset), facets))
        });
        let project = lineage.project.file_name().map_or("project".into(), |name| name.to_string_lossy().into_owned());
        let kind = json!({ "processingType": "BATCH", "integration": "GML", "jobType": "PIPELINE" });
        let job = json!({
            "namespace": lineage.namespace,
            "name": format!("{project}.{}", pipeline.name),
            "facets": { "jobType": facet("2-0-4/JobTypeJobFacet", kind) },
        });
        Self { run: id(run, &pipeline.name), job, inputs, outputs: outputs.collect() }
    }

    pub(super) fn start(&self) -> Json {
        let outputs = self.outputs.iter().map(|(_, told)| told.clone()).collect();
        self.event("START", Map::new(), outputs)
    }

    pub(super) fn end(&self, ended: Ended<'_>, record: &RunRecord) -> Json {
        let mut facets = Map::new();
        let kind = match ended {
            Ended::Complete => "COMPLETE",
            Ended::Abort => "ABORT",
            Ended::Fail(fault) => {
                let help = fault.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
                let message = format!("[{}] {fault}{help}", fault.code);
                let error = json!({ "message": message, "programmingLanguage": "GML" });
                facets.insert("errorMessage".into(), facet("1-0-1/ErrorMessageRunFacet", error));
                "FAIL"
            }
        };
        let outputs = self.outputs.iter().map(|(name, told)| {
            let mut told = told.clone();
            if let Some(written) = record.datasets.iter().rfind(|dataset| dataset.name == *name) {
                let mut counts = Map::new();
                counts.extend(written.rows.map(|rows| ("rowCount".into(), Json::from(rows))));
                counts.extend(written.bytes.map(|bytes| ("size".into(), Json::from(bytes))));
                let counts = facet("1-0-2/OutputStatisticsOutputDatasetFacet", Json::Object(counts));
                told["outputFacets"] = json!({ "outputStatistics": counts });
            }
            told
        });
        let outputs = outputs.collect();
        self.event(kind, facets, outputs)
    }

    fn event(&self, kind: &str, mut facets: Map<String, Json>, outputs: Vec<Json>) -> Json {
        let engine = json!({ "name": "gmlc", "version": env!("CARGO_PKG_VERSION") });
        facets.insert("processing_engine".into(), facet("1-1-1/ProcessingEngineRunFacet", engine));
        json!({
            "eventType": kind,
            "eventTime": Timestamp::now().to_string(),
            "run": { "runId": self.run, "facets": facets },
            "job": self.job,
            "inputs": self.inputs,
            "outputs": outputs,
            "producer": PRODUCER,
            "schemaURL": SPEC,
        })
    }
}

/// The datasets that live steps read and save.
fn datasets(graph: &Graph, plan: &Plan, read: &mut BTreeSet<u32>, saved: &mut BTreeSet<u32>) {
    for stage in &plan.stages {
        for step in &stage.steps {
            match &graph.step(step.id).kind {
                StepKind::Load(dataset) => drop(read.insert(*dataset)),
                StepKind::Save { dataset, .. } => drop(saved.insert(*dataset)),
                StepKind::When { body, .. } => {
                    if let Some(plan) = &stage.body {
                        datasets(body, plan, read, saved);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Namespace and name of a dataset, as other producers of events call the same place.
fn place(lineage: &OpenLineage, dataset: &Dataset) -> (String, String) {
    match dataset.connector.get("path").and_then(gml_ir::Value::as_str) {
        Some(path) => match path.split_once("://") {
            Some((scheme, rest)) => {
                let (bucket, key) = rest.split_once('/').unwrap_or((rest, "/"));
                (format!("{scheme}://{bucket}"), key.to_owned())
            }
            None => {
                let path = lineage.project.join(path);
                ("file".into(), plain(&path))
            }
        },
        None => (lineage.namespace.clone(), dataset.name.to_string()),
    }
}

/// The path without `.` and `..`, whether or not there is such a file.
fn plain(path: &Path) -> String {
    use std::path::Component;
    let mut parts = std::path::PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    parts.to_string_lossy().into_owned()
}

fn told(dataset: &Dataset, (namespace, name): (String, String), mut facets: Map<String, Json>) -> Json {
    if let Some(row) = dataset.row() {
        let fields: Vec<Json> = row.columns.iter().map(field).collect();
        facets.insert("schema".into(), facet("1-2-0/SchemaDatasetFacet", json!({ "fields": fields })));
    }
    json!({ "namespace": namespace, "name": name, "facets": facets })
}

fn field(column: &Column) -> Json {
    let mut field = json!({ "name": &*column.name, "type": column.ty.to_string() });
    if let Some(fields) = nested(&column.ty) {
        field["fields"] = Json::Array(fields);
    }
    field
}

fn nested(ty: &Type) -> Option<Vec<Json>> {
    match ty.non_null() {
        Type::Struct(row) => Some(row.columns.iter().map(field).collect()),
        Type::List(item) => nested(item),
        _ => None,
    }
}

/// What the columns of a dataset that a pipeline saves are made of; nothing where that is known of none.
fn columns(lineage: &OpenLineage, program: &Program, pipeline: &str, dataset: &Dataset) -> Option<Json> {
    let mut fields = Map::new();
    for column in dataset.row().map_or(&[][..], |row| &row.columns) {
        let key = (pipeline.to_owned(), dataset.name.to_string(), column.name.to_string());
        let Some(inputs) = lineage.columns.get(&key) else { continue };
        let inputs = inputs.iter().filter_map(|input| {
            let of = program.datasets.iter().find(|dataset| *dataset.name == *input.dataset)?;
            let (namespace, name) = place(lineage, of);
            let ways = input.ways.iter().map(|(kind, subkind)| json!({ "type": kind, "subtype": subkind }));
            let ways = ways.collect::<Vec<_>>();
            Some(json!({ "namespace": namespace, "name": name, "field": input.column, "transformations": ways }))
        });
        let inputs: Vec<Json> = inputs.collect();
        fields.insert(column.name.to_string(), json!({ "inputFields": inputs }));
    }
    (!fields.is_empty()).then(|| facet("1-2-0/ColumnLineageDatasetFacet", json!({ "fields": fields })))
}

/// A facet with who tells it and the version of its schema.
fn facet(schema: &str, mut fields: Json) -> Json {
    let name = schema.rsplit('/').next().unwrap_or(schema);
    fields["_producer"] = PRODUCER.into();
    fields["_schemaURL"] = format!("https://openlineage.io/spec/facets/{schema}.json#/$defs/{name}").into();
    fields
}

/// The id of a pipeline of a run, in the form of a UUID of a kind of one's own (RFC 9562, version 8).
fn id(run: &str, pipeline: &str) -> String {
    let digits = gml_ir::hash_text(&format!("{run} {pipeline}"));
    format!("{}-{}-8{}-a{}-{}", &digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_of_a_uuid() {
        let one = id("20261128-160000-abcdef", "training");
        assert_eq!(one.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_ne!(one, id("20261128-160000-abcdef", "scoring"));
    }

    #[test]
    fn paths_are_plain() {
        assert_eq!(plain(Path::new("/a/./b/../c.csv")), "/a/c.csv");
    }
}
