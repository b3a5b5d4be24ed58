//! What row expressions of a program take over rows that lie in memory: the side of gmlc in `tests/bench/expressions.py`.
//!
//! `expressions FOLDER BACKEND RUNS`: FOLDER holds `main.gml`, whose pipelines each have a `select`, and `values.arrow`, a stream of Arrow.
//! Prints the nanoseconds a row of each, the best of the runs, and writes what it gave as `out/PIPELINE.arrow`.

#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Instant;

use gml_analysis::{Settings, lower};
use gml_ir::{Arg, Graph, StepKind, Type};
use gml_operators::{Call, Context, Data, Expressions, Input, RowBackend, Table, frame, operator};
use gml_tests::check_text;
use polars::prelude::{DataFrame, IntoLazy, IpcStreamWriter, SerWriter};

fn main() {
    let mut given = std::env::args().skip(1);
    let mut next = |what: &str| given.next().unwrap_or_else(|| panic!("{what} is missing"));
    let folder = PathBuf::from(next("the folder"));
    let name = next("the backend");
    let backend = RowBackend::ALL.into_iter().find(|backend| backend.name() == name).expect("a backend");
    let runs: usize = next("the number of runs").parse().expect("a number of runs");
    let checked = check_text(&fs::read_to_string(folder.join("main.gml")).expect("a program"));
    assert!(!checked.analysis.has_errors(), "{}", checked.shown());
    let program = lower(&checked.analysis.package, &checked.analysis.program, &Settings::default())
        .expect("a program that can be lowered");
    let values = gml_connect::read_arrow_stream(&fs::read(folder.join("values.arrow")).expect("rows")).expect("rows");
    for pipeline in &program.pipelines {
        let mut made = None;
        let taken = (0..=runs).map(|_| {
            // As polars does: what a run gave is gone when the next one begins.
            made = None;
            let started = Instant::now();
            made = Some(selected(&pipeline.graph, &values, backend));
            started.elapsed().as_secs_f64()
        });
        let best = taken.fold(f64::INFINITY, f64::min) * 1e9 / values.height() as f64;
        let file = File::create(folder.join(format!("out/{}.arrow", pipeline.name))).expect("a file");
        IpcStreamWriter::new(file).finish(&mut made.expect("a result")).expect("a written result");
        println!("{} {best}", pipeline.name);
    }
}

/// The rows behind the `select` of a pipeline.
fn selected(graph: &Graph, values: &DataFrame, backend: RowBackend) -> DataFrame {
    let call = graph.steps.iter().find_map(|step| match &step.kind {
        StepKind::Call { operator, args, .. } if &**operator == "select" => Some((args, &step.ty)),
        _ => None,
    });
    let (args, result) = call.expect("a select");
    let read = graph.steps.iter().find_map(|step| match (&step.kind, &step.ty) {
        (StepKind::Load(_), Type::Table(ty)) => Some(ty),
        _ => None,
    });
    let ty = read.expect("a dataset of rows");
    let context = Context { expressions: Expressions::by(backend), ..Context::new(1, "") };
    let args = args.iter().map(|(name, arg)| {
        let input = match arg {
            Arg::Columns(columns) => Input::Columns(columns.clone()),
            _ => Input::Data(Data::Table(Table { frame: values.clone().lazy(), ty: ty.clone() })),
        };
        (name.clone(), input)
    });
    let call = Call { operator: "select", args: args.collect(), result, context: &context };
    let select = operator("std.table", "select").expect("select");
    let Ok(Data::Table(made)) = select(call) else { panic!("select gives a table") };
    frame::collect(made.frame).expect("rows")
}
