//! Building the ONNX file of a network.
//!
//! It takes `items`, whole numbers of shape `[sequences, clicks]`: the codes of the items of each sequence in order, and -1 after
//! the last where others are longer. It gives `scores`, 32-bit floats of shape `[sequences, items]`, a column for each code.

use std::collections::HashSet;

use gml_onnx::{
    Attribute, Dimension, Graph as Message, Model, Node, OperatorSet, Shape, Tensor, TensorType, Type, ValueInfo, kind,
};
use prost::Message as _;

/// The set of operators of ONNX, and the version of the file.
pub const OPERATORS: i64 = 21;
const IR_VERSION: i64 = 10;

/// The input: codes of items.
pub const ITEMS: &str = "items";
/// The output: scores of items.
pub const SCORES: &str = "scores";

const FLOAT: i32 = 1;
const INT32: i32 = 6;
const INT: i32 = 7;

/// A value of the graph, by its name.
#[derive(Clone, Debug)]
pub(crate) struct Flow(String);

/// The graph as it grows.
#[derive(Default)]
pub(crate) struct Graph {
    message: Message,
    values: usize,
}

/// What a node is told besides its inputs.
pub(crate) enum Setting {
    /// A whole number.
    Int(i64),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// A number.
    Float(f32),
}

impl Graph {
    /// A node with one result.
    pub(crate) fn node(&mut self, operator: &str, inputs: &[&Flow]) -> Flow {
        self.node_with(operator, inputs, Vec::new(), 1).remove(0)
    }

    /// A node with settings and some results.
    pub(crate) fn node_with(
        &mut self,
        operator: &str,
        inputs: &[&Flow],
        settings: Vec<(&str, Setting)>,
        results: usize,
    ) -> Vec<Flow> {
        let outputs: Vec<String> = (0..results).map(|_| self.fresh()).collect();
        self.push(operator, inputs, outputs.clone(), settings);
        outputs.into_iter().map(Flow).collect()
    }

    fn push(&mut self, operator: &str, inputs: &[&Flow], output: Vec<String>, settings: Vec<(&str, Setting)>) {
        let attribute = |(name, setting): (&str, Setting)| {
            let of = |kind| Attribute { name: Some(name.to_owned()), kind: Some(kind), ..Attribute::default() };
            match setting {
                Setting::Int(i) => Attribute { i: Some(i), ..of(kind::INT) },
                Setting::Ints(ints) => Attribute { ints, ..of(kind::INTS) },
                Setting::Float(f) => Attribute { f: Some(f), ..of(kind::FLOAT) },
            }
        };
        self.message.node.push(Node {
            input: inputs.iter().map(|flow| flow.0.clone()).collect(),
            name: Some(format!("{operator} {}", self.message.node.len() + 1)),
            output,
            op_type: Some(operator.to_owned()),
            attribute: settings.into_iter().map(attribute).collect(),
            domain: None,
        });
    }

    fn fresh(&mut self) -> String {
        self.values += 1;
        format!("value {}", self.values)
    }

    fn constant(&mut self, name: Option<&str>, tensor: Tensor) -> Flow {
        let name = name.map_or_else(|| self.fresh(), str::to_owned);
        self.message.initializer.push(Tensor { name: Some(name.clone()), ..tensor });
        Flow(name)
    }

    /// Weights, by name.
    pub(crate) fn weights(&mut self, name: &str, dims: &[usize], values: &[f32]) -> Flow {
        let tensor = Tensor {
            dims: dims.iter().map(|count| count_of(*count)).collect(),
            data_type: Some(FLOAT),
            raw_data: Some(values.iter().flat_map(|value| value.to_le_bytes()).collect()),
            ..Tensor::default()
        };
        self.constant(Some(name), tensor)
    }

    /// Weights that stand in the graph in another form than they are learned in.
    pub(crate) fn further_weights(&mut self, dims: &[usize], values: &[f32]) -> Flow {
        let name = self.fresh();
        self.weights(&name, dims, values)
    }

    /// A number.
    pub(crate) fn number(&mut self, number: f32) -> Flow {
        self.further_weights(&[], &[number])
    }

    /// Whole numbers in a row, such as axes.
    pub(crate) fn ints(&mut self, ints: Vec<i64>) -> Flow {
        let dims = vec![count_of(ints.len())];
        self.constant(None, Tensor { dims, data_type: Some(INT), int64_data: ints, ..Tensor::default() })
    }

    fn int_alone(&mut self, int: i64) -> Flow {
        self.constant(None, Tensor { data_type: Some(INT), int64_data: vec![int], ..Tensor::default() })
    }

    /// Whether whole numbers are not below one.
    pub(crate) fn at_least(&mut self, ints: &Flow, least: i64) -> Flow {
        let least = self.int_alone(least);
        self.node("GreaterOrEqual", &[ints, &least])
    }

    /// Whole numbers, none below this.
    pub(crate) fn largest_int(&mut self, ints: &Flow, least: i64) -> Flow {
        let least = self.int_alone(least);
        self.node("Max", &[ints, &least])
    }

    fn cast(&mut self, value: &Flow, to: i32) -> Flow {
        self.node_with("Cast", &[value], vec![("to", Setting::Int(i64::from(to)))], 1).remove(0)
    }

    /// As floats.
    pub(crate) fn float(&mut self, value: &Flow) -> Flow {
        self.cast(value, FLOAT)
    }

    /// As 64-bit whole numbers.
    pub(crate) fn int(&mut self, value: &Flow) -> Flow {
        self.cast(value, INT)
    }

    /// As 32-bit whole numbers.
    pub(crate) fn int32(&mut self, value: &Flow) -> Flow {
        self.cast(value, INT32)
    }

    /// The sum over an axis.
    pub(crate) fn sum(&mut self, value: &Flow, axis: i64, is_kept: bool) -> Flow {
        let axes = self.ints(vec![axis]);
        let kept = vec![("keepdims", Setting::Int(is_kept.into()))];
        self.node_with("ReduceSum", &[value, &axes], kept, 1).remove(0)
    }

    /// With a further axis of one.
    pub(crate) fn unsqueezed(&mut self, value: &Flow, axis: i64) -> Flow {
        let axes = self.ints(vec![axis]);
        self.node("Unsqueeze", &[value, &axes])
    }

    /// Without an axis of one.
    pub(crate) fn squeezed(&mut self, value: &Flow, axis: i64) -> Flow {
        let axes = self.ints(vec![axis]);
        self.node("Squeeze", &[value, &axes])
    }

    /// With zeros before and after each axis, or without as many where the number is below 0.
    pub(crate) fn padded(&mut self, value: &Flow, by: Vec<i64>) -> Flow {
        let by = self.ints(by);
        self.node("Pad", &[value, &by])
    }

    /// With its axes in another order.
    pub(crate) fn transposed(&mut self, value: &Flow, order: Vec<i64>) -> Flow {
        self.node_with("Transpose", &[value], vec![("perm", Setting::Ints(order))], 1).remove(0)
    }

    /// Values beside each other.
    pub(crate) fn concatenated(&mut self, values: &[&Flow], axis: i64) -> Flow {
        self.node_with("Concat", values, vec![("axis", Setting::Int(axis))], 1).remove(0)
    }

    /// Parts of the same width of the last axis.
    pub(crate) fn split(&mut self, value: &Flow, parts: usize) -> Vec<Flow> {
        let settings = vec![("axis", Setting::Int(-1)), ("num_outputs", Setting::Int(count_of(parts)))];
        self.node_with("Split", &[value], settings, parts)
    }

    /// A linear layer on the last axis.
    pub(crate) fn linear(&mut self, value: &Flow, weight: &Flow, bias: &Flow) -> Flow {
        let product = self.node("MatMul", &[value, weight]);
        self.node("Add", &[&product, bias])
    }

    /// What lies at places, the first `along` axes of both being the same.
    pub(crate) fn gathered(&mut self, value: &Flow, places: &Flow, along: i64) -> Flow {
        self.node_with("GatherND", &[value, places], vec![("batch_dims", Setting::Int(along))], 1).remove(0)
    }

    /// The places 0, 1, .. of the clicks.
    pub(crate) fn places_of(&mut self, items: &Flow) -> Flow {
        let clicks = self.node_with("Shape", &[items], vec![("start", Setting::Int(1))], 1).remove(0);
        let clicks = self.squeezed(&clicks, 0);
        let (zero, one) = (self.int_alone(0), self.int_alone(1));
        self.node("Range", &[&zero, &clicks, &one])
    }

    /// The input.
    pub(crate) fn items() -> Flow {
        Flow(ITEMS.to_owned())
    }

    /// The file: scores are the products of the vectors of sequences with the rows of items.
    pub(crate) fn finish(mut self, vectors: &Flow, table: &Flow, count: usize, description: &str) -> Vec<u8> {
        let turned = vec![("transB", Setting::Int(1))];
        self.push("Gemm", &[vectors, table], vec![SCORES.to_owned()], turned);
        let items = Port { name: ITEMS, shape: vec![("sequences", None), ("clicks", None)] };
        let scores = Port { name: SCORES, shape: vec![("sequences", None), ("", Some(count))] };
        let input = items.described(INT);
        self.file_of("recommender", input, &scores, description)
    }

    /// Gives a value out under this name.
    pub(crate) fn with_output(&mut self, value: &Flow, name: &str) {
        self.push("Identity", &[value], vec![name.to_owned()], Vec::new());
    }

    /// The file of a graph with an input and an output of floats.
    pub(crate) fn file(self, name: &str, input: &Port<'_>, output: &Port<'_>, description: &str) -> Vec<u8> {
        self.file_of(name, input.described(FLOAT), output, description)
    }

    fn file_of(mut self, name: &str, input: ValueInfo, output: &Port<'_>, description: &str) -> Vec<u8> {
        let used: HashSet<&String> = self.message.node.iter().flat_map(|node| &node.input).collect();
        self.message.initializer.retain(|of| of.name.as_ref().is_some_and(|name| used.contains(name)));
        self.message.input = vec![input];
        self.message.output = vec![output.described(FLOAT)];
        self.message.name = Some(name.into());
        let set = OperatorSet { domain: Some(String::new()), version: Some(OPERATORS) };
        let model = Model {
            ir_version: Some(IR_VERSION),
            producer_name: Some("gmlc".into()),
            producer_version: Some(env!("CARGO_PKG_VERSION").into()),
            doc_string: Some(description.to_owned()),
            graph: Some(self.message),
            opset_import: vec![set],
        };
        model.encode_to_vec()
    }
}

/// An input or an output of a file: its name, and its axes, each with a name or a length.
pub(crate) struct Port<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its axes.
    pub(crate) shape: Vec<(&'a str, Option<usize>)>,
}

impl Port<'_> {
    /// The value of an input.
    pub(crate) fn flow(&self) -> Flow {
        Flow(self.name.to_owned())
    }

    fn described(&self, element: i32) -> ValueInfo {
        let axis = |(name, length): &(&str, Option<usize>)| match length {
            Some(length) => Dimension { dim_param: None, dim_value: Some(count_of(*length)) },
            None => Dimension { dim_param: Some((*name).to_owned()), dim_value: None },
        };
        let shape = Shape { dim: self.shape.iter().map(axis).collect() };
        let tensor = TensorType { elem_type: Some(element), shape: Some(shape) };
        ValueInfo { name: Some(self.name.to_owned()), r#type: Some(Type { tensor_type: Some(tensor) }) }
    }
}

fn count_of(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
