//! Building a graph: values with names, nodes that make one of others, constants.

use std::collections::HashMap;

use gml_connect::Fault;
use gml_onnx::{
    Attribute, Dimension, Graph as Message, Model, Node, OperatorSet, Shape, Tensor, TensorType, Type, ValueInfo, kind,
};

/// Types of elements, by the numbers of `TensorProto.DataType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// Modes of nodes of trees.
    Byte = 2,
    /// Whole numbers.
    Int = 7,
    /// Text.
    Text = 8,
    /// Truths.
    Bool = 9,
    /// Numbers.
    Double = 11,
}

/// A value of the graph, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow(String);

/// What a node is told besides its inputs.
pub(crate) enum Setting {
    /// A whole number.
    Int(i64),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Numbers.
    Doubles(Vec<f64>),
    /// Texts.
    Texts(Vec<String>),
    /// A text that is no tensor: a word that says how, a pattern.
    Word(String),
    /// Texts that are no tensor.
    Words(Vec<String>),
}

/// The graph as it grows.
#[derive(Default)]
pub struct Graph {
    message: Message,
    inputs: Vec<(String, Element)>,
    /// The columns of the inputs, by their names.
    given: HashMap<String, Flow>,
    values: usize,
}

/// The set of operators of ONNX itself, of its operators of classical models, and the version of the file.
const OPERATORS: i64 = 21;
const MODEL_OPERATORS: i64 = 5;
const IR_VERSION: i64 = 10;

/// The domain of the operators of classical models.
pub(crate) const MODELS: &str = "ai.onnx.ml";

/// The domain of operators that ONNX Runtime has beside those of ONNX. A file names it only where it uses one.
pub(crate) const RUNTIME: &str = "com.microsoft";
const RUNTIME_OPERATORS: i64 = 1;

impl Graph {
    /// Something that is given for each row, as a column. Several may ask for it.
    pub(crate) fn input(&mut self, name: &str, element: Element) -> Flow {
        if let Some(known) = self.given.get(name) {
            return known.clone();
        }
        self.inputs.push((name.to_owned(), element));
        let column = self.column(&Flow(name.to_owned()));
        self.given.insert(name.to_owned(), column.clone());
        column
    }

    /// What is given for each row, in order.
    pub(crate) fn inputs(&self) -> &[(String, Element)] {
        &self.inputs
    }

    /// Names a column as a result.
    pub(crate) fn output(&mut self, name: &str, element: Element, column: &Flow) {
        let flat = self.ints(vec![-1]);
        self.push("", "Reshape", &[column, &flat], vec![name.to_owned()], Vec::new());
        self.message.output.push(described(name, element, false));
    }

    /// A node with one result, of ONNX itself.
    pub(crate) fn node(&mut self, operator: &str, inputs: &[&Flow], settings: Vec<(&str, Setting)>) -> Flow {
        self.node_of("", operator, inputs, settings)
    }

    /// A node with one result.
    pub(crate) fn node_of(
        &mut self,
        domain: &str,
        operator: &str,
        inputs: &[&Flow],
        settings: Vec<(&str, Setting)>,
    ) -> Flow {
        let name = self.fresh();
        self.push(domain, operator, inputs, vec![name.clone()], settings);
        Flow(name)
    }

    /// The columns of a value that is `width` wide, one by one.
    pub(crate) fn columns(&mut self, value: &Flow, width: usize) -> Vec<Flow> {
        if width == 1 {
            return vec![value.clone()];
        }
        let names: Vec<String> = (0..width).map(|_| self.fresh()).collect();
        let settings =
            vec![("axis", Setting::Int(1)), ("num_outputs", Setting::Int(i64::try_from(width).unwrap_or(0)))];
        self.push("", "Split", &[value], names.clone(), settings);
        names.into_iter().map(Flow).collect()
    }

    /// The first results of a node that has several.
    pub(crate) fn first_of<const WANTED: usize>(
        &mut self,
        operator: &str,
        inputs: &[&Flow],
        settings: Vec<(&str, Setting)>,
    ) -> [Flow; WANTED] {
        let results = [(); WANTED].map(|()| Flow(self.fresh()));
        let names = results.iter().map(|result| result.0.clone()).collect();
        self.push("", operator, inputs, names, settings);
        results
    }

    /// The elements of a value one below the other.
    pub(crate) fn column(&mut self, value: &Flow) -> Flow {
        let shape = self.ints(vec![-1, 1]);
        self.node("Reshape", &[value, &shape], Vec::new())
    }

    /// The elements of a value in a row, without a shape of their own.
    pub(crate) fn flat(&mut self, value: &Flow) -> Flow {
        let all = self.ints(vec![-1]);
        self.node("Reshape", &[value, &all], Vec::new())
    }

    /// What is found for each element among the keys, and something else for one that is none of them.
    pub(crate) fn looked_up(&mut self, value: &Flow, keys: Setting, found: Setting, other: Setting) -> Flow {
        let settings = vec![("keys_tensor", keys), ("values_tensor", found), ("default_tensor", other)];
        self.node_of(MODELS, "LabelEncoder", &[value], settings)
    }

    /// Columns side by side.
    pub(crate) fn beside(&mut self, columns: &[Flow]) -> Flow {
        let inputs: Vec<&Flow> = columns.iter().collect();
        self.node("Concat", &inputs, vec![("axis", Setting::Int(1))])
    }

    /// The sum of values of one shape.
    pub(crate) fn sum(&mut self, values: &[Flow]) -> Flow {
        let inputs: Vec<&Flow> = values.iter().collect();
        self.node("Sum", &inputs, Vec::new())
    }

    /// The value with another type of elements.
    pub(crate) fn cast(&mut self, value: &Flow, element: Element) -> Flow {
        self.node("Cast", &[value], vec![("to", Setting::Int(element as i64))])
    }

    /// A number that is the same for each row.
    pub(crate) fn number(&mut self, number: f64) -> Flow {
        self.numbers(vec![1, 1], vec![number])
    }

    /// Numbers that are the same for each row.
    pub(crate) fn numbers(&mut self, dims: Vec<i64>, numbers: Vec<f64>) -> Flow {
        self.constant(Tensor { dims, ..doubles(numbers) })
    }

    /// Texts side by side that are the same for each row.
    pub(crate) fn texts(&mut self, texts: Vec<String>) -> Flow {
        let dims = vec![1, count(texts.len())];
        self.constant(Tensor { dims, ..strings(texts) })
    }

    /// Texts to choose from.
    pub(crate) fn text_list(&mut self, texts: Vec<String>) -> Flow {
        self.constant(strings(texts))
    }

    /// A whole number by itself, without a shape.
    pub(crate) fn whole(&mut self, number: i64) -> Flow {
        self.constant(Tensor { dims: Vec::new(), ..integers(vec![number]) })
    }

    /// Whole numbers in a row, such as axes.
    pub(crate) fn ints(&mut self, ints: Vec<i64>) -> Flow {
        self.constant(integers(ints))
    }

    fn constant(&mut self, tensor: Tensor) -> Flow {
        let name = self.fresh();
        self.message.initializer.push(Tensor { name: Some(name.clone()), ..tensor });
        Flow(name)
    }

    fn fresh(&mut self) -> String {
        self.values += 1;
        format!("value {}", self.values)
    }

    fn push(
        &mut self,
        domain: &str,
        operator: &str,
        inputs: &[&Flow],
        outputs: Vec<String>,
        settings: Vec<(&str, Setting)>,
    ) {
        self.message.node.push(Node {
            input: inputs.iter().map(|flow| flow.0.clone()).collect(),
            name: Some(format!("{operator} {}", self.message.node.len() + 1)),
            output: outputs,
            op_type: Some(operator.to_owned()),
            attribute: settings.into_iter().map(|(name, setting)| attribute(name, setting)).collect(),
            domain: Some(domain.to_owned()),
        });
    }

    /// The file.
    ///
    /// # Errors
    /// Where two inputs or outputs would have one name.
    pub(crate) fn finish(mut self, name: &str, description: String) -> Result<Vec<u8>, Fault> {
        let only = self.inputs.len() == 1;
        self.message.input = self.inputs.iter().map(|(name, element)| described(name, *element, only)).collect();
        let names: Vec<_> = self.message.input.iter().chain(&self.message.output).map(|value| &value.name).collect();
        if let Some(twice) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
            let name = twice.1.as_deref().unwrap_or_default();
            return Err(Fault::new("GML0302", format!("`{name}` names both a column and what the model says of it"))
                .help("rename the column"));
        }
        let set = |domain: &str, version| OperatorSet { domain: Some(domain.to_owned()), version: Some(version) };
        let mut sets = vec![set("", OPERATORS), set(MODELS, MODEL_OPERATORS)];
        if self.message.node.iter().any(|node| node.domain.as_deref() == Some(RUNTIME)) {
            sets.push(set(RUNTIME, RUNTIME_OPERATORS));
        }
        let model = Model {
            ir_version: Some(IR_VERSION),
            producer_name: Some("gmlc".into()),
            producer_version: Some(env!("CARGO_PKG_VERSION").into()),
            doc_string: Some(description),
            graph: Some(Message { name: Some(name.to_owned()), ..self.message }),
            opset_import: sets,
        };
        Ok(prost::Message::encode_to_vec(&model))
    }
}

/// A value for each row; as a matrix of one column where it is one.
fn described(name: &str, element: Element, is_matrix: bool) -> ValueInfo {
    let mut dim = vec![Dimension { dim_param: Some("rows".into()), dim_value: None }];
    if is_matrix {
        dim.push(Dimension { dim_param: None, dim_value: Some(1) });
    }
    let tensor = TensorType { elem_type: Some(element as i32), shape: Some(Shape { dim }) };
    ValueInfo { name: Some(name.to_owned()), r#type: Some(Type { tensor_type: Some(tensor) }) }
}

fn attribute(name: &str, setting: Setting) -> Attribute {
    let named = |kind| Attribute { name: Some(name.to_owned()), kind: Some(kind), ..Attribute::default() };
    let tensor = |tensor| Attribute { t: Some(tensor), ..named(kind::TENSOR) };
    match setting {
        Setting::Int(i) => Attribute { i: Some(i), ..named(kind::INT) },
        Setting::Ints(ints) => Attribute { ints, ..named(kind::INTS) },
        Setting::Doubles(numbers) => tensor(doubles(numbers)),
        Setting::Texts(texts) => tensor(strings(texts)),
        Setting::Word(word) => Attribute { s: Some(word.into_bytes()), ..named(kind::STRING) },
        Setting::Words(words) => {
            Attribute { strings: words.into_iter().map(String::into_bytes).collect(), ..named(kind::STRINGS) }
        }
        Setting::Bytes(bytes) => tensor(Tensor {
            dims: vec![count(bytes.len())],
            data_type: Some(Element::Byte as i32),
            int32_data: bytes.into_iter().map(i32::from).collect(),
            ..Tensor::default()
        }),
    }
}

fn doubles(numbers: Vec<f64>) -> Tensor {
    Tensor {
        dims: vec![count(numbers.len())],
        data_type: Some(Element::Double as i32),
        double_data: numbers,
        ..Tensor::default()
    }
}

fn integers(ints: Vec<i64>) -> Tensor {
    Tensor {
        dims: vec![count(ints.len())],
        data_type: Some(Element::Int as i32),
        int64_data: ints,
        ..Tensor::default()
    }
}

fn strings(texts: Vec<String>) -> Tensor {
    Tensor {
        dims: vec![count(texts.len())],
        data_type: Some(Element::Text as i32),
        string_data: texts.into_iter().map(String::into_bytes).collect(),
        ..Tensor::default()
    }
}

/// A number of things, as ONNX has numbers.
pub(crate) fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
