//! The messages of an ONNX file that are written or read here, by the numbers of `onnx.proto` (version 1.16, IR version 10). They are a
//! part of that format: what is never used is left out. Fields have its names.
//!
//! What lives here: the messages. What does not: graphs that are made of them (gml-operators' `onnx`, gml-neural's `onnx`), and
//! running them (gml-inference).

use prost::Message;

/// `ModelProto`
#[derive(Clone, PartialEq, Message)]
pub struct Model {
    /// `ir_version`
    #[prost(int64, optional, tag = "1")]
    pub ir_version: Option<i64>,
    /// `producer_name`
    #[prost(string, optional, tag = "2")]
    pub producer_name: Option<String>,
    /// `producer_version`
    #[prost(string, optional, tag = "3")]
    pub producer_version: Option<String>,
    /// `doc_string`
    #[prost(string, optional, tag = "6")]
    pub doc_string: Option<String>,
    /// `graph`
    #[prost(message, optional, tag = "7")]
    pub graph: Option<Graph>,
    /// `opset_import`
    #[prost(message, repeated, tag = "8")]
    pub opset_import: Vec<OperatorSet>,
}

/// `OperatorSetIdProto`
#[derive(Clone, PartialEq, Message)]
pub struct OperatorSet {
    /// `domain`
    #[prost(string, optional, tag = "1")]
    pub domain: Option<String>,
    /// `version`
    #[prost(int64, optional, tag = "2")]
    pub version: Option<i64>,
}

/// `GraphProto`
#[derive(Clone, PartialEq, Message)]
pub struct Graph {
    /// `node`
    #[prost(message, repeated, tag = "1")]
    pub node: Vec<Node>,
    /// `name`
    #[prost(string, optional, tag = "2")]
    pub name: Option<String>,
    /// `initializer`
    #[prost(message, repeated, tag = "5")]
    pub initializer: Vec<Tensor>,
    /// `input`
    #[prost(message, repeated, tag = "11")]
    pub input: Vec<ValueInfo>,
    /// `output`
    #[prost(message, repeated, tag = "12")]
    pub output: Vec<ValueInfo>,
}

/// `NodeProto`
#[derive(Clone, PartialEq, Message)]
pub struct Node {
    /// `input`
    #[prost(string, repeated, tag = "1")]
    pub input: Vec<String>,
    /// `output`
    #[prost(string, repeated, tag = "2")]
    pub output: Vec<String>,
    /// `name`
    #[prost(string, optional, tag = "3")]
    pub name: Option<String>,
    /// `op_type`
    #[prost(string, optional, tag = "4")]
    pub op_type: Option<String>,
    /// `attribute`
    #[prost(message, repeated, tag = "5")]
    pub attribute: Vec<Attribute>,
    /// `domain`
    #[prost(string, optional, tag = "7")]
    pub domain: Option<String>,
}

/// `AttributeProto`
#[derive(Clone, PartialEq, Message)]
pub struct Attribute {
    /// `name`
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    /// `f`
    #[prost(float, optional, tag = "2")]
    pub f: Option<f32>,
    /// `i`
    #[prost(int64, optional, tag = "3")]
    pub i: Option<i64>,
    /// `s`
    #[prost(bytes = "vec", optional, tag = "4")]
    pub s: Option<Vec<u8>>,
    /// `t`
    #[prost(message, optional, tag = "5")]
    pub t: Option<Tensor>,
    /// `floats`
    #[prost(float, repeated, packed = "false", tag = "7")]
    pub floats: Vec<f32>,
    /// `ints`
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub ints: Vec<i64>,
    /// `strings`
    #[prost(bytes = "vec", repeated, tag = "9")]
    pub strings: Vec<Vec<u8>>,
    /// `kind`
    #[prost(int32, optional, tag = "20")]
    pub kind: Option<i32>,
}

/// `AttributeProto.AttributeType`
pub mod kind {
    /// `FLOAT`
    pub const FLOAT: i32 = 1;
    /// `INT`
    pub const INT: i32 = 2;
    /// `STRING`
    pub const STRING: i32 = 3;
    /// `TENSOR`
    pub const TENSOR: i32 = 4;
    /// `INTS`
    pub const INTS: i32 = 7;
    /// `STRINGS`
    pub const STRINGS: i32 = 8;
}

/// `TensorProto`
#[derive(Clone, PartialEq, Message)]
pub struct Tensor {
    /// `dims`
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub dims: Vec<i64>,
    /// `data_type`
    #[prost(int32, optional, tag = "2")]
    pub data_type: Option<i32>,
    /// `float_data`
    #[prost(float, repeated, tag = "4")]
    pub float_data: Vec<f32>,
    /// `int32_data`
    #[prost(int32, repeated, tag = "5")]
    pub int32_data: Vec<i32>,
    /// `string_data`
    #[prost(bytes = "vec", repeated, tag = "6")]
    pub string_data: Vec<Vec<u8>>,
    /// `int64_data`
    #[prost(int64, repeated, tag = "7")]
    pub int64_data: Vec<i64>,
    /// `name`
    #[prost(string, optional, tag = "8")]
    pub name: Option<String>,
    /// `raw_data`
    #[prost(bytes = "vec", optional, tag = "9")]
    pub raw_data: Option<Vec<u8>>,
    /// `double_data`
    #[prost(double, repeated, tag = "10")]
    pub double_data: Vec<f64>,
}

/// `ValueInfoProto`
#[derive(Clone, PartialEq, Message)]
pub struct ValueInfo {
    /// `name`
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    /// `type`
    #[prost(message, optional, tag = "2")]
    pub r#type: Option<Type>,
}

/// `TypeProto` of a tensor
#[derive(Clone, PartialEq, Message)]
pub struct Type {
    /// `tensor_type`
    #[prost(message, optional, tag = "1")]
    pub tensor_type: Option<TensorType>,
}

/// `TypeProto.Tensor`
#[derive(Clone, PartialEq, Message)]
pub struct TensorType {
    /// `elem_type`
    #[prost(int32, optional, tag = "1")]
    pub elem_type: Option<i32>,
    /// `shape`
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
}

/// `TensorShapeProto`
#[derive(Clone, PartialEq, Message)]
pub struct Shape {
    /// `dim`
    #[prost(message, repeated, tag = "1")]
    pub dim: Vec<Dimension>,
}

/// `TensorShapeProto.Dimension`
#[derive(Clone, PartialEq, Message)]
pub struct Dimension {
    /// `dim_value`
    #[prost(int64, optional, tag = "1")]
    pub dim_value: Option<i64>,
    /// `dim_param`
    #[prost(string, optional, tag = "2")]
    pub dim_param: Option<String>,
}
