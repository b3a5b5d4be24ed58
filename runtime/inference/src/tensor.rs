//! Numbers that go into a model and come out of it.

use std::fmt;

use ndarray::ArrayD;
use ort::value::TensorElementType;

/// What a tensor consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// 32-bit floating point.
    Float32,
    /// 64-bit integers.
    Int64,
    /// Something that this crate does not hand over.
    Other(TensorElementType),
    /// No tensor at all: a sequence, a map.
    NoTensor,
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float32 => f.write_str("float32"),
            Self::Int64 => f.write_str("int64"),
            Self::Other(other) => write!(f, "{other}"),
            Self::NoTensor => f.write_str("no tensor"),
        }
    }
}

/// A tensor, in the order of its rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Tensor {
    /// Of 32-bit floating point.
    Float32(ArrayD<f32>),
    /// Of 64-bit integers.
    Int64(ArrayD<i64>),
}

impl Tensor {
    /// What it consists of.
    pub fn element(&self) -> Element {
        match self {
            Self::Float32(_) => Element::Float32,
            Self::Int64(_) => Element::Int64,
        }
    }

    /// Its sizes, the outermost first.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::Float32(values) => values.shape(),
            Self::Int64(values) => values.shape(),
        }
    }

    /// Its numbers, where it consists of 32-bit floating point.
    pub fn into_float32(self) -> Option<ArrayD<f32>> {
        match self {
            Self::Float32(values) => Some(values),
            Self::Int64(_) => None,
        }
    }

    /// Its numbers, where it consists of 64-bit integers.
    pub fn into_int64(self) -> Option<ArrayD<i64>> {
        match self {
            Self::Int64(values) => Some(values),
            Self::Float32(_) => None,
        }
    }
}

impl<D: ndarray::Dimension> From<ndarray::Array<f32, D>> for Tensor {
    fn from(values: ndarray::Array<f32, D>) -> Self {
        Self::Float32(values.into_dyn())
    }
}

impl<D: ndarray::Dimension> From<ndarray::Array<i64, D>> for Tensor {
    fn from(values: ndarray::Array<i64, D>) -> Self {
        Self::Int64(values.into_dyn())
    }
}
