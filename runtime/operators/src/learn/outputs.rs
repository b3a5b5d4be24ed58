//! What models say: the columns that predicting adds, and their row.

use std::sync::Arc;

use gml_codegen::object::{Learner, Pool};
use gml_connect::Fault;
use gml_ir::{Contract, ContractRule, Partitions, Row, TableType, Type, Value};
use polars::prelude::{
    Column, DataFrame, DataType, Float64Type, IntoLazy, IntoSeries, ListBuilderTrait, ListPrimitiveChunkedBuilder,
    NamedFrom, Series,
};

use super::parameters::Objective;
use crate::compiled::{Place, Said as Compiled};
use crate::data::{Data, Table};
use crate::frame::fault;
use crate::metrics::largest;
use crate::onnx::{Element, Flow, Graph, Said, Setting};

/// A table of rows and columns made, of the type that the checker gave it.
///
/// # Errors
/// Where the type is no table, which the checker does not let pass.
pub(crate) fn with_columns(mut rows: DataFrame, made: Vec<Column>, ty: &Type) -> Result<Data, Fault> {
    for column in made {
        rows.with_column(column).map_err(fault)?;
    }
    let ty = match ty {
        Type::Table(ty) => ty.clone(),
        _ => TableType { row: Arc::new(Row { open: true, ..Row::default() }), partitions: Partitions::NONE },
    };
    Ok(Data::Table(Table { frame: rows.lazy(), ty }))
}

/// What a value is called outside of tables: its name, or one name for each class that it has a number of.
pub(crate) fn of_classes(name: &str, classes: &[String]) -> Vec<String> {
    match classes {
        [] => vec![name.to_owned()],
        classes => classes.iter().map(|class| format!("{name}_{class}")).collect(),
    }
}

/// The schema of `std.learning` for an objective.
pub(crate) fn row(objective: Objective) -> Row {
    let (schema, columns) = match objective {
        Objective::Binary => {
            let mut score = gml_ir::Column::new("score", Type::Float);
            score.contracts.push(Contract {
                rule: ContractRule::InRange { start: Value::Float(0.0), end: Value::Float(1.0), inclusive: true },
                text: "in 0.0..1.0".into(),
            });
            ("Probability", vec![score])
        }
        Objective::Multiclass => {
            let scores = Type::List(Arc::new(Type::Float));
            ("Classes", vec![gml_ir::Column::new("label", Type::Str), gml_ir::Column::new("scores", scores)])
        }
        Objective::Regression => ("Value", vec![gml_ir::Column::new("value", Type::Float)]),
        Objective::Lambdarank => ("Rank", vec![gml_ir::Column::new("score", Type::Float)]),
    };
    Row { schema: Some(schema.into()), ..Row::of(columns) }
}

/// The columns of [`row`] for the numbers that the trees give, class after class within each row.
pub(crate) fn columns(
    objective: Objective,
    scores: Vec<f64>,
    classes: &[Arc<str>],
    rows: usize,
) -> Result<DataFrame, Fault> {
    let columns = match objective {
        Objective::Binary | Objective::Lambdarank => vec![Column::new("score".into(), scores)],
        Objective::Regression => vec![Column::new("value".into(), scores)],
        Objective::Multiclass => {
            let width = classes.len().max(1);
            let mut lists =
                ListPrimitiveChunkedBuilder::<Float64Type>::new("scores".into(), rows, rows * width, DataType::Float64);
            for row in scores.chunks_exact(width) {
                lists.append_slice(row);
            }
            vec![likeliest(&scores, classes), lists.finish().into_series().into()]
        }
    };
    DataFrame::new(rows, columns).map_err(fault)
}

/// The column `label`: the likeliest of the classes, the first of those that are equally likely; `probabilities` class after class
/// within each row.
pub(crate) fn likeliest(probabilities: &[f64], classes: &[Arc<str>]) -> Column {
    let rows = probabilities.chunks_exact(classes.len().max(1));
    Series::new("label".into(), rows.map(|row| &*classes[largest(row)]).collect::<Vec<_>>()).into()
}

/// What [`likeliest`] gives, in a graph of ONNX.
pub(crate) fn onnx_likeliest(probabilities: &Flow, classes: &[String], graph: &mut Graph) -> Said {
    let place = graph.node("ArgMax", &[probabilities], vec![("axis", Setting::Int(1))]);
    let labels = graph.text_list(classes.to_vec());
    let flow = graph.node("Gather", &[&labels, &place], Vec::new());
    Said { name: "label".into(), element: Element::Text, classes: Vec::new(), flow }
}

/// What trees say, as [`columns`] has it, in a graph of ONNX.
pub(crate) fn onnx(objective: Objective, classes: &[Arc<str>], raw: Flow, graph: &mut Graph) -> Vec<Said> {
    let number = |name: &str, flow| Said { name: name.into(), element: Element::Double, classes: Vec::new(), flow };
    match objective {
        Objective::Binary => vec![number("score", graph.node("Sigmoid", &[&raw], Vec::new()))],
        Objective::Lambdarank => vec![number("score", raw)],
        Objective::Regression => vec![number("value", raw)],
        Objective::Multiclass => {
            let scores = graph.node("Softmax", &[&raw], vec![("axis", Setting::Int(1))]);
            let classes: Vec<String> = classes.iter().map(ToString::to_string).collect();
            vec![
                onnx_likeliest(&scores, &classes, graph),
                Said { name: "scores".into(), element: Element::Double, classes, flow: scores },
            ]
        }
    }
}

/// What a learner says, as [`columns`] has it, in a library.
pub(super) fn compiled(objective: Objective, classes: &[Arc<str>], features: Vec<Place>, learner: Learner) -> Compiled {
    compiled_of(objective, classes, vec![(features, learner)], Pool::Alone)
}

/// What several learners say together.
pub(crate) fn compiled_of(
    objective: Objective,
    classes: &[Arc<str>],
    parts: Vec<(Vec<Place>, Learner)>,
    pool: Pool,
) -> Compiled {
    let (scores, classes) = match objective {
        Objective::Binary | Objective::Lambdarank => ("score", Vec::new()),
        Objective::Regression => ("value", Vec::new()),
        Objective::Multiclass => ("scores", classes.iter().map(ToString::to_string).collect()),
    };
    Compiled { parts, pool, classes, scores, curves: Vec::new() }
}
