//! The autoencoder against PyTorch, against the slopes of its loss, against ONNX Runtime, and against itself.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::train::{Tape, Training, numbers, tensors};
use super::{Autoencoder, COLOURS, Data, Model, Pictures, Progress, train};
use crate::model::Weight;
use crate::tensor::Tensor;
use crate::tests::{floats, peers_python};
use crate::{Device, Error, Schedule};

/// Pictures in memory, one after the other.
pub(crate) struct Held {
    length: usize,
    bytes: Vec<u8>,
}

impl Pictures for Held {
    fn count(&self) -> usize {
        self.bytes.len() / self.length
    }

    fn bytes(&self, place: usize, into: &mut [u8]) -> Result<(), Error> {
        into.copy_from_slice(&self.bytes[place * self.length..(place + 1) * self.length]);
        Ok(())
    }
}

/// What `tests/peers/picture_networks.py` noted of the network in PyTorch.
#[derive(Deserialize)]
pub(crate) struct Noted {
    pub(crate) network: Autoencoder,
    pictures: Vec<u8>,
    weights: serde_json::Map<String, serde_json::Value>,
    vectors: Vec<f32>,
    made: Vec<f32>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    loss: f64,
    weights: serde_json::Map<String, serde_json::Value>,
}

pub(crate) fn noted() -> (Noted, Held) {
    let noted: Noted = serde_json::from_str(include_str!("../fixtures/autoencoder.json")).unwrap();
    let held = Held { length: noted.network.picture().count(), bytes: noted.pictures.clone() };
    (noted, held)
}

pub(crate) fn weights_of(noted: &Noted) -> Vec<f32> {
    noted.network.shapes().iter().flat_map(|shape| floats(&noted.weights, &shape.name)).collect()
}

fn schedule() -> Schedule {
    Schedule { epochs: 3, batch: 4, learning_rate: 0.01, l2: 0.0, stop_after: None, seed: 7, device: Device::Cpu }
}

fn near(name: &str, got: &[f32], exact: &[f32]) {
    assert_eq!(got.len(), exact.len(), "{name}");
    for (place, (got, exact)) in got.iter().zip(exact).enumerate() {
        assert!((got - exact).abs() < 1e-5, "{name} {place}: {got} {exact}");
    }
}

#[test]
fn vectors_and_two_steps_are_those_of_pytorch() {
    let (noted, held) = noted();
    let shapes = noted.network.shapes();
    let weight = |shape: &crate::network::Shape| Weight {
        name: shape.name.clone(),
        size: shape.size,
        values: floats(&noted.weights, &shape.name),
    };
    let weights = shapes.iter().map(weight).collect();
    let model = Model { autoencoder: noted.network.clone(), weights, history: Vec::new(), best: 0 };
    near("vectors", &model.vectors(&held).unwrap(), &noted.vectors);
    near("pictures", &model.given_back(&held).unwrap(), &noted.made);

    let schedule = schedule();
    let data = Data { train: &held, valid: None };
    let mut training = Training::by(Tape, &noted.network, &schedule, data, None).unwrap();
    training.state.weights.values = weights_of(&noted);
    for step in &noted.steps {
        let loss = training.step(&[0, 1, 2, 3]).unwrap();
        assert!((loss - step.loss).abs() < 1e-6, "{loss} {}", step.loss);
        let mut from = 0;
        for shape in &shapes {
            let exact = floats(&step.weights, &shape.name);
            near(&shape.name, &training.state.weights.values[from..from + exact.len()], &exact);
            from += exact.len();
        }
        assert_eq!(from, training.state.weights.values.len());
    }
}

#[test]
fn gradients_are_the_slopes_of_the_loss() {
    let (noted, held) = noted();
    let schedule = Schedule { learning_rate: 0.0, ..schedule() };
    let data = Data { train: &held, valid: None };
    let mut training = Training::by(Tape, &noted.network, &schedule, data, None).unwrap();
    let mut values = weights_of(&noted);
    training.state.weights.values.clone_from(&values);
    training.step(&[0, 1, 2, 3]).unwrap();
    // The mean that Adam keeps is a tenth of the gradient after the first step.
    let gradients: Vec<f64> = training.state.weights.means.iter().map(|mean| f64::from(*mean) * 10.0).collect();
    let shapes = noted.network.shapes();
    let size = [held.count(), held.length];
    let pictures = Tensor::constant(numbers(&held, &[0, 1, 2, 3], held.length).unwrap(), size);
    let loss = |values: &[f32]| -> f64 {
        let weights = tensors(&shapes, values, Tensor::constant);
        let made = noted.network.decode(&noted.network.encode(pictures.clone(), &weights), &weights);
        let square = |(made, exact): (&f32, &f32)| (f64::from(*made) - f64::from(*exact)).powi(2);
        made.values().iter().zip(pictures.values().iter()).map(square).sum::<f64>() / (size[0] * size[1]) as f64
    };
    let (mut largest, mut far) = (0.0_f64, 0);
    for (place, got) in gradients.iter().enumerate() {
        let mut at = |by: f32| {
            let middle = values[place];
            values[place] = middle + by;
            let loss = loss(&values);
            values[place] = middle;
            loss
        };
        let mut slope = |by: f32| (at(by) - at(-by)) / f64::from(2.0 * by);
        let exact = (4.0 * slope(1.0 / 512.0) - slope(1.0 / 256.0)) / 3.0;
        // Where a step crosses one of the kinks of what is rectified or pooled, the slope is that of both sides.
        far += usize::from((got - exact).abs() > 2e-4 + 1e-2 * got.abs());
        assert!((got - exact).abs() < 2e-3 + 0.1 * got.abs(), "{place}: {got} {exact}");
        largest = largest.max(got.abs());
    }
    assert!(largest > 0.01, "gradients are not all tiny: {largest}");
    assert!(far * 20 <= gradients.len(), "{far} of {} are far off", gradients.len());
}

/// Pictures of a bright rectangle before a dark ground, of which place, size and colour differ.
pub(crate) fn rectangles(size: usize, count: usize) -> Held {
    let mut bytes = Vec::new();
    for picture in 0..count {
        let (left, top) = (picture * 5 % (size / 2), picture * 3 % (size / 2));
        let (width, height) = (size / 4 + picture % 3, size / 4 + picture % 5);
        for line in 0..size {
            for column in 0..size {
                let is_inside = (left..left + width).contains(&column) && (top..top + height).contains(&line);
                let bright = |colour: usize| if picture % COLOURS == colour { 230 } else { 120 };
                bytes.extend((0..COLOURS).map(|colour| if is_inside { bright(colour) } else { 20 }));
            }
        }
    }
    Held { length: size * size * COLOURS, bytes }
}

pub(crate) fn small() -> Autoencoder {
    Autoencoder { size: 18, dimension: 8, depths: vec![4, 8], hidden: 16 }
}

fn watching(_: &Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn trained(schedule: &Schedule) -> Model {
    let (learned, valid) = (rectangles(18, 40), rectangles(18, 11));
    let data = Data { train: &learned, valid: Some(&valid) };
    train(&small(), schedule, data, None, &mut watching).unwrap().unwrap()
}

#[test]
fn what_pictures_show_is_learned() {
    let model = trained(&Schedule { epochs: 60, batch: 8, learning_rate: 0.005, ..schedule() });
    let (first, best) = (model.history[0].valid.unwrap(), model.history[model.best - 1].valid.unwrap());
    // Grey all over would leave what pictures differ by.
    let held = rectangles(18, 11);
    let numbers: Vec<f64> = held.bytes.iter().map(|byte| f64::from(*byte) / 255.0).collect();
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let variance = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / numbers.len() as f64;
    assert!(best < first && best < variance / 4.0, "{best} {first} {variance}");
    // The weights are those of the best epoch.
    let made = model.given_back(&held).unwrap();
    let square = |(made, exact): (&f32, &f64)| (f64::from(*made) - exact).powi(2);
    let loss = made.iter().zip(&numbers).map(square).sum::<f64>() / numbers.len() as f64;
    assert!((loss - best).abs() < 1e-6, "{loss} {best}");
}

#[test]
fn threads_and_stops_change_nothing() {
    let schedule = Schedule { batch: 6, ..schedule() };
    let within = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| trained(&schedule))
    };
    let model = within(1);
    assert_eq!(within(2), model);
    assert_eq!(within(5), model);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("training");
    let (learned, valid) = (rectangles(18, 40), rectangles(18, 11));
    let data = Data { train: &learned, valid: Some(&valid) };
    let mut stops = 0;
    let resumed = loop {
        let mut steps = 0;
        let mut watch = |_: &Progress<'_>| {
            steps += 1;
            if steps == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        match train(&small(), &schedule, data, Some(&path), &mut watch).unwrap() {
            Some(model) => break model,
            None => stops += 1,
        }
        assert!(path.exists() && stops < 100);
    };
    assert_eq!(resumed, model);
    assert!(stops > 2 && !path.exists());
    // A state of other pictures is not gone on with.
    train(&small(), &schedule, data, Some(&path), &mut |_| ControlFlow::Break(())).unwrap();
    let others = rectangles(18, 39);
    let of_others = Data { train: &others, valid: Some(&valid) };
    let afresh = train(&small(), &schedule, of_others, None, &mut watching).unwrap();
    assert_eq!(train(&small(), &schedule, of_others, Some(&path), &mut watching).unwrap(), afresh);
    assert_ne!(trained(&Schedule { seed: 8, ..schedule }), model);
}

#[test]
fn a_training_ends_where_nothing_gets_better() {
    let schedule = Schedule { epochs: 200, batch: 8, learning_rate: 0.05, stop_after: Some(2), ..schedule() };
    let model = trained(&schedule);
    assert!(model.history.len() < 200, "{:?}", model.history);
    assert_eq!(model.best + 2, model.history.len());
}

#[test]
fn pictures_that_teach_nothing_are_errors() {
    let none = Held { length: 18 * 18 * COLOURS, bytes: Vec::new() };
    let some = rectangles(18, 12);
    let run = |train_on: &Held, valid: Option<&Held>, schedule: &Schedule| {
        let valid = valid.map(|valid| valid as &dyn Pictures);
        train(&small(), schedule, Data { train: train_on, valid }, None, &mut watching)
    };
    assert!(matches!(run(&none, None, &schedule()), Err(Error::NoPictures)));
    assert!(matches!(run(&some, Some(&none), &schedule()), Err(Error::NoPictures)));
    let far = Schedule { learning_rate: 1e30, ..schedule() };
    assert!(matches!(run(&some, None, &far), Err(Error::Diverged { .. })));
    assert!(matches!(Autoencoder::new(15, 32).checked(), Err(Error::Data(_))));
    assert!(matches!(Autoencoder::new(16, 0).checked(), Err(Error::Data(_))));
    assert!(Autoencoder::new(16, 1).checked().is_ok());
    // A picture that cannot be had any more ends the training.
    struct Gone;
    impl Pictures for Gone {
        fn count(&self) -> usize {
            3
        }
        fn bytes(&self, _: usize, _: &mut [u8]) -> Result<(), Error> {
            Err(Error::Data("gone".into()))
        }
    }
    let ended = train(&small(), &schedule(), Data { train: &Gone, valid: None }, None, &mut watching);
    assert!(matches!(ended, Err(Error::Data(why)) if why == "gone"));
}

#[test]
fn onnx_runtime_gives_the_same_vectors() {
    let Some(python) = peers_python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/score_pictures.py");
    for (autoencoder, epochs) in [(small(), 20), (Autoencoder::new(17, 5), 2)] {
        let held = rectangles(autoencoder.size, 12);
        let schedule = Schedule { epochs, ..schedule() };
        let data = Data { train: &held, valid: None };
        let model = train(&autoencoder, &schedule, data, None, &mut watching).unwrap().unwrap();
        std::fs::write(folder.path().join("model.onnx"), model.onnx("a test")).unwrap();
        std::fs::write(folder.path().join("pictures.json"), serde_json::to_string(&held.bytes).unwrap()).unwrap();
        let run = Command::new(&python)
            .arg(&script)
            .args(["model.onnx", "pictures.json"].map(|name| folder.path().join(name)))
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let said: Said = serde_json::from_slice(&run.stdout).unwrap();
        let (size, dimension) = (autoencoder.size, autoencoder.dimension);
        let ports = format!(
            r#"[["pixel_values","tensor(float)",["pictures",3,{size},{size}]],["image_embeds","tensor(float)",["pictures",{dimension}]]]"#
        );
        assert_eq!(said.ports.to_string(), ports);
        let ours = model.vectors(&held).unwrap();
        let (theirs, mut largest) = (said.vectors.concat(), 0.0_f32);
        assert_eq!(theirs.len(), ours.len());
        for (place, (theirs, ours)) in theirs.iter().zip(&ours).enumerate() {
            assert!((theirs - ours).abs() < 1e-4, "{place}: {theirs} {ours}");
            largest = largest.max(ours.abs());
        }
        assert!(largest > 0.05, "vectors are not all zeros: {largest}");
    }
}

/// What `tests/peers/score_pictures.py` says.
#[derive(Deserialize)]
struct Said {
    ports: serde_json::Value,
    vectors: Vec<Vec<f32>>,
}
