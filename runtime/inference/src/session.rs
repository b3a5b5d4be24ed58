//! A model that is open and can be run.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use ndarray::ArrayD;
use ort::ep;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::session::{Session as Inner, SessionInputValue};
use ort::value::{DynValue, Outlet, TensorElementType, TensorRef, ValueType};

use crate::error::{Fault, Kind};
use crate::library::{Device, Runtime};
use crate::tensor::{Element, Tensor};

/// How a model is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Threads within one call. Several sessions of one thread each are mostly faster than one of several.
    pub threads: usize,
    /// Where it runs.
    pub device: Device,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: 1, device: Device::Cpu }
    }
}

/// An input or an output of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// What it consists of.
    pub element: Element,
    /// Its sizes, the outermost first; `None` for one that may be anything.
    pub shape: Vec<Option<usize>>,
}

/// A model that is open. It runs one call at a time; open it several times to run several.
#[derive(Debug)]
pub struct Session {
    inner: Inner,
    name: String,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
}

impl Session {
    /// Opens the model in a file. Weights that lie in files of their own beside it are found.
    ///
    /// # Errors
    /// Where the file is missing, is no model that this version of ONNX Runtime can run, or the device cannot be used.
    pub fn open(runtime: &Runtime, path: &Path, options: Options) -> Result<Self, Fault> {
        match fs::metadata(path) {
            Ok(found) if found.is_file() => {}
            Ok(_) => {
                return Err(Fault::new(Kind::Missing, "a model in ONNX form is a file, and this is a folder").at(path));
            }
            Err(error) => {
                let fault = Fault::new(Kind::Missing, "the file of the model cannot be read").at(path);
                return Err(fault.detail(error));
            }
        }
        let mut builder = builder(runtime, options)?;
        let inner = builder.commit_from_file(path).map_err(|error| no_model(error.message()).at(path))?;
        Ok(Self::new(inner, path.display().to_string()))
    }

    /// Opens a model from its bytes; `name` stands in messages.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn from_bytes(runtime: &Runtime, bytes: &[u8], name: &str, options: Options) -> Result<Self, Fault> {
        let mut builder = builder(runtime, options)?;
        let inner = builder.commit_from_memory(bytes).map_err(|error| no_model(error.message()).at(Path::new(name)))?;
        Ok(Self::new(inner, name.to_owned()))
    }

    fn new(inner: Inner, name: String) -> Self {
        let inputs = inner.inputs().iter().map(port).collect();
        let outputs = inner.outputs().iter().map(port).collect();
        Self { inner, name, inputs, outputs }
    }

    /// The file of the model, or what it was called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it takes.
    pub fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    /// What it gives.
    pub fn outputs(&self) -> &[Port] {
        &self.outputs
    }

    /// Runs the model on `inputs`, by name, and gives the outputs of the names in `wanted`, in that order. The same inputs give
    /// the same bytes on the processor, whatever the threads.
    ///
    /// # Errors
    /// Where an input is missing, is none of the model's or does not fit it, an output is none of the model's or no tensor of
    /// float32 or int64, or the model fails.
    pub fn run(&mut self, inputs: &[(&str, &Tensor)], wanted: &[&str]) -> Result<Vec<Tensor>, Fault> {
        self.fits(inputs)?;
        if let Some(unknown) = wanted.iter().find(|name| !self.outputs.iter().any(|port| port.name == **name)) {
            let known = names(&self.outputs);
            return Err(self.fault(Kind::Input, format!("the model has no output `{unknown}`; it has {known}")));
        }
        let mut values: Vec<(Cow<'_, str>, SessionInputValue<'_>)> = Vec::with_capacity(inputs.len());
        let standard: Vec<_> = inputs.iter().map(|(name, tensor)| (*name, contiguous(tensor))).collect();
        for (name, tensor) in &standard {
            let value = match tensor.as_ref() {
                Tensor::Float32(values) => TensorRef::from_array_view(values.view()).map(SessionInputValue::from),
                Tensor::Int64(values) => TensorRef::from_array_view(values.view()).map(SessionInputValue::from),
            };
            let value = value.map_err(|error| failed(&self.name, error.message()))?;
            values.push((Cow::Borrowed(name), value));
        }
        let given = self.inner.run(values).map_err(|error| failed(&self.name, error.message()))?;
        wanted
            .iter()
            .map(|name| {
                let value = given.get(name).ok_or_else(|| failed(&self.name, &format!("it gave no `{name}`")))?;
                tensor(value).ok_or_else(|| {
                    let message = format!("the output `{name}` is neither float32 nor int64, and so cannot be taken");
                    Fault::new(Kind::Model, message).at(Path::new(&self.name))
                })
            })
            .collect()
    }

    /// Whether these are the inputs of the model, with the right elements and sizes.
    fn fits(&self, inputs: &[(&str, &Tensor)]) -> Result<(), Fault> {
        if let Some(missing) = self.inputs.iter().find(|port| !inputs.iter().any(|(name, _)| port.name == *name)) {
            return Err(
                self.fault(Kind::Input, format!("the model wants an input `{}` that it is not given", missing.name))
            );
        }
        for (name, tensor) in inputs {
            let port = self.inputs.iter().find(|port| port.name == *name).ok_or_else(|| {
                self.fault(Kind::Input, format!("the model has no input `{name}`; it has {}", names(&self.inputs)))
            })?;
            if port.element != tensor.element() {
                let message = format!("the input `{name}` takes {}, and is given {}", port.element, tensor.element());
                return Err(self.fault(Kind::Input, message));
            }
            let shape = tensor.shape();
            let same = shape.len() == port.shape.len()
                && port.shape.iter().zip(shape).all(|(wanted, given)| wanted.is_none_or(|wanted| wanted == *given));
            if !same {
                let message =
                    format!("the input `{name}` takes {}, and is given {}", sizes(&port.shape), sizes_of(shape));
                return Err(self.fault(Kind::Input, message));
            }
        }
        Ok(())
    }

    fn fault(&self, kind: Kind, message: String) -> Fault {
        Fault::new(kind, message).at(Path::new(&self.name))
    }
}

fn builder(runtime: &Runtime, options: Options) -> Result<SessionBuilder, Fault> {
    let cannot = |text: &str| Fault::new(Kind::Library, "ONNX Runtime does not take its options").detail(text);
    let builder = Inner::builder(&runtime.environment).map_err(|error| cannot(error.message()))?;
    let builder = builder
        .with_optimization_level(GraphOptimizationLevel::All)
        .and_then(|builder| builder.with_intra_threads(options.threads.max(1)))
        .and_then(|builder| builder.with_inter_threads(1))
        .and_then(|builder| builder.with_deterministic_compute(true))
        // A thread that waits by turning takes the processor from whoever shares it.
        .and_then(|builder| builder.with_config_entry("session.intra_op.allow_spinning", "0"))
        .map_err(|error| cannot(error.message()))?;
    match options.device {
        Device::Cpu => Ok(builder),
        Device::Cuda => builder
            .with_execution_providers([ep::CUDA::default().build().error_on_failure()])
            .map_err(|error| no_cuda(runtime, error.message())),
    }
}

fn no_cuda(runtime: &Runtime, text: &str) -> Fault {
    Fault::new(Kind::Device, "the model cannot be run on a GPU by CUDA").at(runtime.path()).detail(text).help(
        "see that there is an NVIDIA GPU with its driver, CUDA 13 and cuDNN 9, and that `gmlc setup onnxruntime --cuda` was run; \
         or let it run on the processor",
    )
}

fn no_model(text: &str) -> Fault {
    Fault::new(Kind::Model, "this is no model that ONNX Runtime can run").detail(text)
}

fn failed(name: &str, text: &str) -> Fault {
    Fault::new(Kind::Run, "the model failed").at(Path::new(name)).detail(text)
}

fn port(outlet: &Outlet) -> Port {
    let (element, shape) = match outlet.dtype() {
        ValueType::Tensor { ty, shape, .. } => {
            let element = match ty {
                TensorElementType::Float32 => Element::Float32,
                TensorElementType::Int64 => Element::Int64,
                other => Element::Other(*other),
            };
            (element, shape.iter().map(|size| usize::try_from(*size).ok()).collect())
        }
        _ => (Element::NoTensor, Vec::new()),
    };
    Port { name: outlet.name().to_owned(), element, shape }
}

/// The same tensor as ONNX Runtime takes it: one row after the other.
fn contiguous(tensor: &Tensor) -> Cow<'_, Tensor> {
    match tensor {
        Tensor::Float32(values) if !values.is_standard_layout() => {
            Cow::Owned(Tensor::Float32(values.as_standard_layout().into_owned()))
        }
        Tensor::Int64(values) if !values.is_standard_layout() => {
            Cow::Owned(Tensor::Int64(values.as_standard_layout().into_owned()))
        }
        _ => Cow::Borrowed(tensor),
    }
}

fn tensor(value: &DynValue) -> Option<Tensor> {
    let ValueType::Tensor { ty, .. } = value.dtype() else { return None };
    match ty {
        TensorElementType::Float32 => {
            let array: ArrayD<f32> = value.try_extract_array::<f32>().ok()?.into_owned();
            Some(Tensor::Float32(array))
        }
        TensorElementType::Int64 => Some(Tensor::Int64(value.try_extract_array::<i64>().ok()?.into_owned())),
        _ => None,
    }
}

fn names(ports: &[Port]) -> String {
    let names: Vec<_> = ports.iter().map(|port| format!("`{}`", port.name)).collect();
    names.join(", ")
}

fn sizes(shape: &[Option<usize>]) -> String {
    let sizes: Vec<_> =
        shape.iter().map(|size| size.map_or_else(|| "any".to_owned(), |size| size.to_string())).collect();
    format!("[{}]", sizes.join(" x "))
}

fn sizes_of(shape: &[usize]) -> String {
    sizes(&shape.iter().copied().map(Some).collect::<Vec<_>>())
}
