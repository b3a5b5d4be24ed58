use ndarray::{Array2, Array4, array};

use crate::{Device, Element, Kind, Options, Session, Tensor};

use super::{models, runtime};

fn text() -> Session {
    Session::open(&runtime(), &models().join("text/model.onnx"), Options::default()).unwrap()
}

#[test]
fn a_model_says_what_it_takes_and_gives() {
    let session = text();
    let inputs: Vec<_> = session.inputs().iter().map(|port| (port.name.as_str(), port.element, &*port.shape)).collect();
    assert_eq!(
        inputs,
        [("input_ids", Element::Int64, &[None, None][..]), ("attention_mask", Element::Int64, &[None, None][..])]
    );
    let outputs: Vec<_> = session.outputs().iter().map(|port| (port.name.as_str(), &*port.shape)).collect();
    assert_eq!(outputs, [("last_hidden_state", &[None, None, Some(8)][..])]);
}

#[test]
fn a_model_runs_on_named_tensors_the_same_from_a_file_and_from_bytes_with_any_threads() {
    let ids = Tensor::from(array![[2_i64, 31, 32, 3], [2, 33, 3, 0]]);
    let mask = Tensor::from(array![[1_i64, 1, 1, 1], [1, 1, 1, 0]]);
    let given = [("attention_mask", &mask), ("input_ids", &ids)];
    let from_file = text().run(&given, &["last_hidden_state"]).unwrap();
    assert_eq!(from_file[0].shape(), [2, 4, 8]);
    let bytes = std::fs::read(models().join("text/model.onnx")).unwrap();
    for threads in [1, 2, 3] {
        let options = Options { threads, device: Device::Cpu };
        let mut session = Session::from_bytes(&runtime(), &bytes, "text", options).unwrap();
        assert_eq!(session.run(&given, &["last_hidden_state"]).unwrap(), from_file);
    }
}

#[test]
fn tensors_need_not_lie_row_by_row() {
    let rows = array![[2_i64, 31], [33, 3]];
    let mask = Tensor::from(Array2::<i64>::ones((2, 2)));
    let turned = Tensor::Int64(rows.clone().reversed_axes().into_dyn());
    let plain = Tensor::from(array![[2_i64, 33], [31, 3]]);
    let mut session = text();
    let mut run = |ids: &Tensor| session.run(&[("input_ids", ids), ("attention_mask", &mask)], &["last_hidden_state"]);
    assert_eq!(run(&turned).unwrap(), run(&plain).unwrap());
}

#[test]
fn what_does_not_fit_the_model_is_told_with_names_and_sizes() {
    let mut session = text();
    let ids = Tensor::from(array![[2_i64, 3]]);
    let mask = Tensor::from(array![[1_i64, 1]]);
    let floats = Tensor::from(array![[1.0_f32, 1.0]]);
    let flat = Tensor::from(array![1_i64, 1]);
    let wanted = &["last_hidden_state"][..];
    let mut said = |inputs: &[(&str, &Tensor)], wanted: &[&str]| {
        let fault = session.run(inputs, wanted).unwrap_err();
        assert_eq!(fault.kind, Kind::Input);
        fault.message
    };
    assert_eq!(said(&[("input_ids", &ids)], wanted), "the model wants an input `attention_mask` that it is not given");
    assert_eq!(
        said(&[("input_ids", &ids), ("attention_mask", &floats)], wanted),
        "the input `attention_mask` takes int64, and is given float32"
    );
    assert_eq!(
        said(&[("input_ids", &ids), ("attention_mask", &flat)], wanted),
        "the input `attention_mask` takes [any x any], and is given [2]"
    );
    assert_eq!(
        said(&[("input_ids", &ids), ("attention_mask", &mask), ("ages", &ids)], wanted),
        "the model has no input `ages`; it has `input_ids`, `attention_mask`"
    );
    assert_eq!(
        said(&[("input_ids", &ids), ("attention_mask", &mask)], &["score"]),
        "the model has no output `score`; it has `last_hidden_state`"
    );
}

#[test]
fn a_model_that_fails_says_what_onnx_runtime_said_and_can_run_again() {
    let mut session = text();
    let mask = Tensor::from(array![[1_i64, 1]]);
    let beyond = Tensor::from(array![[2_i64, 1_000_000]]);
    let fault = session.run(&[("input_ids", &beyond), ("attention_mask", &mask)], &["last_hidden_state"]).unwrap_err();
    assert_eq!(fault.kind, Kind::Run);
    assert!(fault.detail.unwrap().contains("1000000"));
    let ids = Tensor::from(array![[2_i64, 3]]);
    session.run(&[("input_ids", &ids), ("attention_mask", &mask)], &["last_hidden_state"]).unwrap();
}

#[test]
fn files_that_are_no_models_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str| Session::open(&runtime(), &folder.path().join(name), Options::default()).unwrap_err();
    assert_eq!(open("nothing.onnx").kind, Kind::Missing);
    std::fs::create_dir(folder.path().join("folder.onnx")).unwrap();
    assert_eq!(open("folder.onnx").kind, Kind::Missing);
    std::fs::write(folder.path().join("text.onnx"), "this is no model").unwrap();
    assert_eq!(open("text.onnx").kind, Kind::Model);
    std::fs::write(folder.path().join("empty.onnx"), "").unwrap();
    assert_eq!(open("empty.onnx").kind, Kind::Model);
    let whole = std::fs::read(models().join("text/model.onnx")).unwrap();
    std::fs::write(folder.path().join("cut.onnx"), &whole[..whole.len() / 2]).unwrap();
    assert_eq!(open("cut.onnx").kind, Kind::Model);
}

#[test]
fn a_model_of_pictures_takes_only_its_size() {
    let path = models().join("image/model.onnx");
    let mut session = Session::open(&runtime(), &path, Options::default()).unwrap();
    let pixels = Tensor::from(Array4::<f32>::zeros((5, 3, 16, 16)));
    let given = session.run(&[("pixel_values", &pixels)], &["image_embeds"]).unwrap();
    assert_eq!(given[0].shape(), [5, 4]);
    let wrong = Tensor::from(Array4::<f32>::zeros((1, 3, 16, 17)));
    let fault = session.run(&[("pixel_values", &wrong)], &["image_embeds"]).unwrap_err();
    assert_eq!(fault.message, "the input `pixel_values` takes [any x 3 x 16 x 16], and is given [1 x 3 x 16 x 17]");
}

#[test]
fn a_gpu_that_is_not_there_is_an_error() {
    let options = Options { threads: 1, device: Device::Cuda };
    // Where there is a GPU and the library for it, this says nothing.
    if let Err(fault) = Session::open(&runtime(), &models().join("text/model.onnx"), options) {
        assert_eq!(fault.kind, Kind::Device);
        assert!(fault.help.unwrap().contains("--cuda"));
        assert!(!fault.detail.unwrap().is_empty());
    }
}
