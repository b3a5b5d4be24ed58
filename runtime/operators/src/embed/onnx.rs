//! Encoders that lie in a folder in ONNX form: the connector `onnx`.

use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_inference::{Device, ImageEncoder, ImageOptions, Kind, Pooling, Runtime, TextEncoder, TextOptions};
use gml_ir::{Dataset, Learned, Type, Value};

use crate::data::Context;
use crate::learned::Fitted;
use crate::native::onnxruntime;

use super::encoder::{Encoder, Of, fitted};

/// Opens the encoder of a catalog entry, and says what the user should know of it.
///
/// # Errors
/// GML0901 where a file is missing, GML0940 where one is not understood or the vectors have another width than the entry says,
/// GML0941 where a GPU is required and cannot be used, GML0911 where the library is missing.
pub fn open(dataset: &Dataset, folder: &Path, context: &Context) -> Result<(Arc<dyn Fitted>, Vec<String>), Fault> {
    let Type::Learned(learned) = &dataset.ty else { return Err(no_encoder(dataset)) };
    let Learned::Encoder(input, Type::Vector(width)) = &**learned else { return Err(no_encoder(dataset)) };
    let runtime = onnxruntime::open(&context.libraries)?;
    let (encoder, notes) = with_device(dataset, &runtime, |device| of(dataset, input, folder, &runtime, device))?;
    let found = Encoder::of(&*encoder)?.dimension();
    if found != *width as usize {
        let message =
            format!("`{}` is declared with vectors of {width} numbers, and its model gives {found}", dataset.name);
        return Err(Fault::new("GML0940", message)
            .at(folder.display())
            .help(format!("declare it with `vector[{found}]`")));
    }
    Ok((encoder, notes))
}

fn of(
    dataset: &Dataset,
    input: &Type,
    folder: &Path,
    runtime: &Runtime,
    device: Device,
) -> Result<Arc<dyn Fitted>, gml_inference::Fault> {
    let given = |name: &str| dataset.connector.get(name).filter(|value| **value != Value::Null);
    let pooling = match given("pooling").and_then(Value::as_str) {
        Some("mean") => Some(Pooling::Mean),
        Some("cls") => Some(Pooling::Cls),
        Some("max") => Some(Pooling::Max),
        _ => None,
    };
    let normalize = given("normalize").and_then(Value::as_bool);
    if *input == Type::Image {
        let options = ImageOptions { pooling, normalize: normalize.unwrap_or(false), device };
        let encoder = ImageEncoder::open(runtime, folder, options)?;
        return Ok(fitted(Of::Image(Box::new(encoder)), Type::Image));
    }
    let max_tokens = given("max_tokens").and_then(Value::as_int).and_then(|most| usize::try_from(most).ok());
    let encoder = TextEncoder::open(runtime, folder, &TextOptions { pooling, normalize, max_tokens, device })?;
    Ok(fitted(Of::Text(Box::new(encoder)), input.clone()))
}

/// Opens a model where the entry wants it to run. A GPU that is preferred is tried where its library was fetched; where it cannot
/// be used, that is said and the processor does it.
fn with_device<T>(
    dataset: &Dataset,
    runtime: &Runtime,
    open: impl Fn(Device) -> Result<T, gml_inference::Fault>,
) -> Result<(T, Vec<String>), Fault> {
    // Where nothing is said a GPU is used if the library for it was fetched, and nothing is missed if it was not.
    let gpu = dataset.connector.get("gpu").map_or("never", |given| given.as_str().unwrap_or("fetched"));
    let first = match gpu {
        "required" | "preferred" => Device::Cuda,
        "fetched" if runtime.serves_cuda() => Device::Cuda,
        _ => Device::Cpu,
    };
    match open(first) {
        Ok(opened) => Ok((opened, Vec::new())),
        Err(fault) if fault.kind == Kind::Device && gpu != "required" => {
            let why = fault.detail.as_deref().unwrap_or(&fault.message);
            let note =
                format!("`{}` runs on the processor: the GPU that is preferred cannot be used: {why}", dataset.name);
            Ok((open(Device::Cpu).map_err(onnxruntime::fault)?, vec![note]))
        }
        Err(fault) => Err(onnxruntime::fault(fault)),
    }
}

fn no_encoder(dataset: &Dataset) -> Fault {
    let message = format!("`{}` is {}, which onnx cannot hold", dataset.name, dataset.ty);
    Fault::new("GML0940", message)
        .at(&dataset.name)
        .help("declare it as `encoder[text -> vector[N]]` or `encoder[image -> vector[N]]`")
}
