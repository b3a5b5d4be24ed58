//! Networks against PyTorch, against the slopes of their loss, and against themselves.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::dgsr::{Clicks, Growing};
use crate::model::{Architecture, Model, Weight, rows_of, tensors, with_network};
use crate::network::{Batch, Given, Network, Part};
use crate::table;
use crate::tensor::Tensor;
use crate::train::{Data, Schedule, Training, train};
use crate::{Device, Dgsr, Error, Gru4Rec, SasRec, Sequences, SrGnn};

/// What `tests/peers/session_networks.py` noted of a network in PyTorch.
#[derive(Deserialize)]
pub(crate) struct Noted {
    pub(crate) sessions: Vec<Vec<u32>>,
    weights: serde_json::Map<String, serde_json::Value>,
    /// When each item was clicked, where the network asks for that.
    #[serde(default)]
    pub(crate) times: Vec<i64>,
    /// After every prefix of the sessions.
    #[serde(default)]
    scores: Vec<f32>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    loss: f64,
    weights: serde_json::Map<String, serde_json::Value>,
}

pub(crate) const ITEMS: usize = 12;

pub(crate) fn networks() -> [(Architecture, &'static str); 3] {
    let dimension = 4;
    [
        (Architecture::SrGnn(SrGnn { dimension, steps: 2 }), include_str!("fixtures/sr_gnn.json")),
        (Architecture::Gru4Rec(Gru4Rec { dimension, layers: 2, dropout: 0.0 }), include_str!("fixtures/gru4rec.json")),
        (
            Architecture::SasRec(SasRec { dimension, heads: 2, layers: 2, length: 8, dropout: 0.0 }),
            include_str!("fixtures/sasrec.json"),
        ),
    ]
}

pub(crate) fn floats(of: &serde_json::Map<String, serde_json::Value>, name: &str) -> Vec<f32> {
    let list = of.get(name).and_then(|list| list.as_array()).unwrap_or_else(|| panic!("no {name}"));
    list.iter().map(|value| value.as_f64().unwrap() as f32).collect()
}

pub(crate) fn schedule() -> Schedule {
    Schedule { epochs: 3, batch: 4, learning_rate: 0.01, l2: 1e-3, stop_after: None, seed: 7, device: Device::Cpu }
}

pub(crate) fn flat(sessions: &[Vec<u32>]) -> (Vec<u32>, Vec<usize>) {
    let mut offsets = vec![0];
    offsets.extend(sessions.iter().scan(0, |end, session| {
        *end += session.len();
        Some(*end)
    }));
    (sessions.concat(), offsets)
}

fn watching(_: &crate::Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The network with the weights that were noted.
pub(crate) fn noted_model(architecture: &Architecture, noted: &Noted) -> Model {
    let (shapes, width) = with_network!(architecture, network => (network.shapes(), network.width()));
    let weight = |name: &str, size| Weight { name: name.into(), size, values: floats(&noted.weights, name) };
    Model {
        architecture: architecture.clone(),
        items: ITEMS,
        table: weight("items.table", [ITEMS, width]),
        weights: shapes.iter().map(|shape| weight(&shape.name, shape.size)).collect(),
        history: Vec::new(),
        best: 0,
    }
}

fn prefixes(sessions: &[Vec<u32>]) -> Vec<&[u32]> {
    sessions.iter().flat_map(|session| (1..session.len()).map(|end| &session[..end])).collect()
}

#[test]
fn scores_and_two_steps_are_those_of_pytorch() {
    for (architecture, noted) in networks() {
        let noted: Noted = serde_json::from_str(noted).unwrap();
        let model = noted_model(&architecture, &noted);
        let scores = model.scores(&prefixes(&noted.sessions));
        assert_eq!(scores.len(), noted.scores.len());
        for (place, (score, exact)) in scores.iter().zip(&noted.scores).enumerate() {
            assert!((score - exact).abs() < 1e-5, "{architecture:?}: score {place} {score} {exact}");
        }
        let (items, offsets) = flat(&noted.sessions);
        let sessions = Sequences::new(&items, &offsets, ITEMS).unwrap();
        let name = format!("{architecture:?}");
        with_network!(&architecture, network => two_steps(network, sessions, model, &noted, &name));
    }
}

/// Those of `tests/peers/dgsr_network.py`, whose sessions lie between each other in time.
#[test]
fn two_steps_of_dgsr_are_those_of_pytorch() {
    let noted: Noted = serde_json::from_str(include_str!("fixtures/dgsr.json")).unwrap();
    let of = Dgsr { dimension: 4, hops: 3, neighbours: 4 };
    let model = noted_model(&Architecture::Dgsr(of.clone()), &noted);
    let (items, offsets) = flat(&noted.sessions);
    let sessions = Sequences::new(&items, &offsets, ITEMS).unwrap();
    let network = Growing { of: &of, clicks: Clicks::new(sessions, &noted.times, ITEMS) };
    two_steps(&network, sessions, model, &noted, "dgsr");
}

fn two_steps<N: Network>(network: &N, sessions: Sequences<'_>, from: Model, noted: &Noted, name: &str) {
    let (data, schedule) = (Data { items: ITEMS, train: sessions, times: None, valid: None }, schedule());
    let mut training = Training::new(network, &schedule, &data, None).unwrap();
    training.state.table.values = from.table.values;
    training.state.weights.values = from.weights.into_iter().flat_map(|weight| weight.values).collect();
    let parts = training.parts.clone();
    for step in &noted.steps {
        let (loss, _) = training.step(&parts, 0.01).unwrap();
        assert!((loss - step.loss).abs() < 1e-5, "{name}: {loss} {}", step.loss);
        let names = std::iter::once("items.table".to_owned()).chain(network.shapes().into_iter().map(|of| of.name));
        let learned = [&training.state.table.values, &training.state.weights.values];
        let mut learned = learned.into_iter().flatten();
        for weight in names {
            for (place, exact) in floats(&step.weights, &weight).into_iter().enumerate() {
                let got = *learned.next().unwrap();
                assert!((got - exact).abs() < 1e-5, "{name}: {weight} {place}: {got} {exact}");
            }
        }
        assert_eq!(learned.next(), None);
    }
}

/// The loss of a network in a batch of all parts, with the rows of items and the weights given.
fn loss<N: Network>(network: &N, parts: &[Part<'_>], table: &[f32], weights: &[Weight]) -> f64 {
    let (Batch { rows, layout }, next) = network.learning(parts);
    let width = network.width();
    let of_rows = Tensor::constant(rows_of(table, width, &rows), [rows.len(), width]);
    let given = Given { rows: of_rows, weights: &tensors(weights) };
    let vectors = network.forward(&given, &layout, None).values().to_vec();
    let scores = table::scores(table, width, &vectors);
    let of = |(scores, next): (&[f32], &u32)| {
        let scores: Vec<f64> = scores.iter().map(|score| f64::from(*score)).collect();
        scores.iter().map(|score| score.exp()).sum::<f64>().ln() - scores[*next as usize]
    };
    scores.chunks(table.len() / width).zip(&next).map(of).sum::<f64>() / next.len() as f64
}

/// Numbers are of 32 bits here, so slopes are taken over long ways, of which the curvature is taken off (Richardson).
fn gradients_are_slopes<N: Network>(network: &N, sessions: Sequences<'_>, from: Option<Model>, name: &str) {
    let schedule = Schedule { l2: 0.0, ..schedule() };
    let data = Data { items: ITEMS, train: sessions, times: None, valid: None };
    let mut training = Training::new(network, &schedule, &data, None).unwrap();
    if let Some(model) = from {
        training.state.table.values = model.table.values;
        training.state.weights.values = model.weights.into_iter().flat_map(|weight| weight.values).collect();
    }
    let mut table = training.state.table.values.clone();
    let mut from = 0;
    let mut weights: Vec<Weight> = Vec::new();
    for shape in network.shapes() {
        let values = training.state.weights.values[from..from + shape.size[0] * shape.size[1]].to_vec();
        from += values.len();
        weights.push(Weight { name: shape.name, size: shape.size, values });
    }
    let parts = training.parts.clone();
    // The mean that Adam keeps is a tenth of the gradient after the first step.
    training.step(&parts, 0.0).unwrap();
    let gradients = [&training.state.table.means, &training.state.weights.means];
    let mut gradients = gradients.into_iter().flatten().map(|mean| f64::from(*mean) * 10.0);
    let mut largest = 0.0_f64;
    for part in 0..=weights.len() {
        let count = if part == 0 { table.len() } else { weights[part - 1].values.len() };
        for place in 0..count {
            let mut at = |by: f32| {
                let values = if part == 0 { &mut table } else { &mut weights[part - 1].values };
                let middle = std::mem::replace(&mut values[place], 0.0);
                values[place] = middle + by;
                let loss = loss(network, &parts, &table, &weights);
                let values = if part == 0 { &mut table } else { &mut weights[part - 1].values };
                values[place] = middle;
                loss
            };
            let mut slope = |by: f32| (at(by) - at(-by)) / f64::from(2.0 * by);
            let exact = (4.0 * slope(1.0 / 256.0) - slope(1.0 / 128.0)) / 3.0;
            let got = gradients.next().unwrap();
            let weight = if part == 0 { "items.table" } else { &weights[part - 1].name };
            assert!((got - exact).abs() < 5e-4 + 2e-3 * got.abs(), "{name}: {weight} {place}: {got} {exact}");
            largest = largest.max(got.abs());
        }
    }
    assert!(largest > 0.02, "{name}: gradients are not all tiny: {largest}");
}

#[test]
fn gradients_are_the_slopes_of_the_loss() {
    for (architecture, noted) in networks() {
        let noted: Noted = serde_json::from_str(noted).unwrap();
        let (items, offsets) = flat(&noted.sessions);
        let sessions = Sequences::new(&items, &offsets, ITEMS).unwrap();
        let (model, name) = (noted_model(&architecture, &noted), format!("{architecture:?}"));
        with_network!(&architecture, network => gradients_are_slopes(network, sessions, Some(model), &name));
    }
    let (items, offsets) = flat(&walks(9));
    let sessions = Sequences::new(&items, &offsets, ITEMS).unwrap();
    let of = &Dgsr { dimension: 3, hops: 3, neighbours: 4 };
    let times: Vec<i64> = (0..items.len() as i64).map(|click| click * 7 % 11).collect();
    let network = Growing { of, clicks: Clicks::new(sessions, &times, ITEMS) };
    gradients_are_slopes(&network, sessions, None, "dgsr");
}

/// A sequence after all others sees the same nodes, whether it is one of those that are learned from or asked for.
#[test]
fn items_settle_as_they_were_seen() {
    let of = &Dgsr { dimension: 4, hops: 3, neighbours: 5 };
    let mut walks = walks(20);
    let (items, offsets) = flat(&walks);
    let times: Vec<i64> = (0..items.len() as i64).collect();
    let sessions = Sequences::new(&items, &offsets, ITEMS).unwrap();
    let before = Growing { of, clicks: Clicks::new(sessions, &times, ITEMS) };
    let (schedule, data) = (schedule(), Data { items: ITEMS, train: sessions, times: None, valid: None });
    let training = Training::new(&before, &schedule, &data, None).unwrap();
    let table = &training.state.table.values;
    let weights = training.settled(table, &training.state.weights.values, &mut || ControlFlow::Continue(()));
    let weights = weights.continue_value().unwrap();
    assert_eq!(weights.last().unwrap().name, "states.layer2");

    let last = vec![3, 4, 9, 4, 2, 7, 1];
    walks.push(last.clone());
    let (items, offsets) = flat(&walks);
    let times: Vec<i64> = (0..items.len() as i64).collect();
    let sessions = Sequences::new(&items, &offsets, ITEMS).unwrap();
    let with = Growing { of, clicks: Clicks::new(sessions, &times, ITEMS) };
    let weights = tensors(&weights);
    let vectors = |(batch, next): (Batch<_>, Vec<u32>)| {
        let rows = Tensor::constant(rows_of(table, 4, &batch.rows), [batch.rows.len(), 4]);
        (with.forward(&Given { rows, weights: &weights }, &batch.layout, None).values().to_vec(), next)
    };
    let part = Part { items: &last[1..], last: items.len() - 1 };
    let (learning, next) = vectors(with.learning(&[part]));
    let (after, same) = vectors(with.lesson(&[&last[1..]]));
    assert_eq!((&next, &*next), (&same, &[1][..]));
    for (learning, after) in learning.iter().zip(&after) {
        assert!((learning - after).abs() < 1e-6, "{learning} {after}");
    }
}

/// Sessions in which an item is mostly followed by the next.
pub(crate) fn walks(count: usize) -> Vec<Vec<u32>> {
    let of = |walk: usize| {
        let (start, length) = (walk * 7 % ITEMS, 2 + walk * 5 % 9);
        (0..length).map(|step| ((start + step + usize::from(walk.is_multiple_of(9))) % ITEMS) as u32).collect()
    };
    (0..count).map(of).collect()
}

/// All networks, as they learn from walks.
pub(crate) fn learning() -> [Architecture; 4] {
    let dimension = 8;
    [
        Architecture::SrGnn(SrGnn { dimension, steps: 1 }),
        Architecture::Gru4Rec(Gru4Rec { dimension, layers: 2, dropout: 0.0 }),
        Architecture::SasRec(SasRec { dimension, heads: 2, layers: 2, length: 8, dropout: 0.0 }),
        Architecture::Dgsr(Dgsr { dimension, hops: 2, neighbours: 5 }),
    ]
}

pub(crate) fn trained(architecture: &Architecture, schedule: &Schedule) -> Model {
    let (items, offsets) = flat(&walks(60));
    let train_ = Sequences::new(&items, &offsets, ITEMS).unwrap();
    let times: Vec<i64> = (0..items.len() as i64).collect();
    let (items, offsets) = flat(&walks(15));
    let valid = Sequences::new(&items, &offsets, ITEMS).unwrap();
    let data = Data { items: ITEMS, train: train_, times: Some(&times), valid: Some(valid) };
    train(architecture, schedule, &data, None, &mut watching).unwrap().unwrap()
}

#[test]
fn what_follows_is_learned() {
    for architecture in learning() {
        let schedule = Schedule { epochs: 30, batch: 10, learning_rate: 0.05, l2: 0.0, ..schedule() };
        let model = trained(&architecture, &schedule);
        let scores = model.scores(&[&[4, 5, 6], &[], &[11]]);
        let best = |scores: &[f32]| (0..ITEMS).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        assert_eq!(best(&scores[..ITEMS]), Some(7), "{architecture:?} {:?}", model.history);
        assert_eq!(scores[ITEMS..2 * ITEMS], [0.0; ITEMS]);
        assert_eq!(best(&scores[2 * ITEMS..]), Some(0), "{architecture:?}");
        let last = model.history[model.best - 1].valid.unwrap();
        let first = model.history[0].valid.unwrap();
        assert!(last.mrr > first.mrr && last.mrr > 0.8, "{architecture:?} {:?}", model.history);
    }
}

#[test]
fn threads_and_stops_change_nothing() {
    for architecture in learning() {
        let architecture = match architecture {
            Architecture::Gru4Rec(network) => Architecture::Gru4Rec(Gru4Rec { dropout: 0.3, ..network }),
            Architecture::SasRec(network) => Architecture::SasRec(SasRec { dropout: 0.3, ..network }),
            other => other,
        };
        let schedule = schedule();
        let within = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| trained(&architecture, &schedule))
        };
        let model = within(1);
        assert_eq!(within(2), model);
        assert_eq!(within(5), model);

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("training");
        let (items, offsets) = flat(&walks(60));
        let times: Vec<i64> = (0..items.len() as i64).collect();
        let (valid_items, valid_offsets) = flat(&walks(15));
        let data = Data {
            items: ITEMS,
            train: Sequences::new(&items, &offsets, ITEMS).unwrap(),
            times: Some(&times),
            valid: Some(Sequences::new(&valid_items, &valid_offsets, ITEMS).unwrap()),
        };
        let mut stops = 0;
        let resumed = loop {
            let mut steps = 0;
            let mut watch = |_: &crate::Progress<'_>| {
                steps += 1;
                if steps == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            match train(&architecture, &schedule, &data, Some(&path), &mut watch).unwrap() {
                Some(model) => break model,
                None => stops += 1,
            }
            assert!(path.exists() && stops < 1000);
        };
        assert_eq!(resumed, model, "{architecture:?}");
        assert!(stops > 2 && !path.exists());
        assert_ne!(trained(&architecture, &Schedule { seed: 8, ..schedule }), model);
    }
}

#[test]
fn a_training_ends_where_nothing_gets_better() {
    let architecture = Architecture::SrGnn(SrGnn { dimension: 4, steps: 1 });
    let schedule =
        Schedule { epochs: 50, batch: 10, learning_rate: 0.2, l2: 0.0, stop_after: Some(2), seed: 1, ..schedule() };
    let model = trained(&architecture, &schedule);
    assert!(model.history.len() < 50, "{:?}", model.history);
    assert_eq!(model.best + 2, model.history.len());
    let (items, offsets) = flat(&walks(15));
    let judged = model.judge(Sequences::new(&items, &offsets, ITEMS).unwrap());
    assert_eq!(judged, model.history[model.best - 1].valid, "the weights are those of the best epoch");
}

#[test]
fn data_that_teach_nothing_are_errors() {
    let architecture = Architecture::SrGnn(SrGnn { dimension: 4, steps: 1 });
    let run = |sessions: &[Vec<u32>], schedule: &Schedule| {
        let (items, offsets) = flat(sessions);
        let sessions = Sequences::new(&items, &offsets, ITEMS)?;
        train(
            &architecture,
            schedule,
            &Data { items: ITEMS, train: sessions, times: None, valid: None },
            None,
            &mut watching,
        )
    };
    assert!(matches!(run(&[vec![1], vec![], vec![2]], &schedule()), Err(Error::NothingToLearn)));
    assert!(matches!(run(&[vec![1, 12]], &schedule()), Err(Error::Data(_))));
    let far = Schedule { learning_rate: 1e30, ..schedule() };
    assert!(matches!(run(&walks(20), &far), Err(Error::Diverged { .. })));
    // One item in all, again and again.
    let model = run(&[vec![3; 50]], &schedule()).unwrap().unwrap();
    assert!(model.scores(&[&[3]]).iter().all(|score| score.is_finite()));
}

/// The Python of the comparisons, which `tests/all` sets up.
pub(crate) fn peers_python() -> Option<PathBuf> {
    let python = std::env::var_os("GML_PEERS_PYTHON").map(PathBuf::from).filter(|python| python.exists());
    assert!(python.is_some() || std::env::var_os("CI").is_none(), "GML_PEERS_PYTHON names a Python with onnxruntime");
    python
}

#[test]
fn onnx_runtime_gives_the_same_scores() {
    let Some(python) = peers_python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/score_sequences.py");
    // Sequences of different lengths beside each other, with items that come again, one after itself, and an empty one.
    let mut sequences: Vec<Vec<u32>> =
        vec![vec![3], vec![7, 3, 3, 5, 7, 3], vec![], vec![0, 11, 0, 11], vec![1, 2, 3, 4, 5, 6, 7, 8]];
    // As many as a part of a split has, each as long as what `sasrec` looks at.
    sequences.extend(walks(200).into_iter().filter(|walk| walk.len() <= 8));
    std::fs::write(folder.path().join("sequences.json"), serde_json::to_string(&sequences).unwrap()).unwrap();
    let alone = [
        Architecture::SrGnn(SrGnn { dimension: 1, steps: 2 }),
        Architecture::Gru4Rec(Gru4Rec { dimension: 1, layers: 1, dropout: 0.0 }),
        Architecture::SasRec(SasRec { dimension: 1, heads: 1, layers: 1, length: 8, dropout: 0.0 }),
        Architecture::Dgsr(Dgsr { dimension: 1, hops: 3, neighbours: 1 }),
    ];
    for architecture in learning().into_iter().chain(alone) {
        let schedule = Schedule { epochs: 4, batch: 10, learning_rate: 0.05, ..schedule() };
        let model = trained(&architecture, &schedule);
        std::fs::write(folder.path().join("model.onnx"), model.onnx("a test")).unwrap();
        let run = Command::new(&python)
            .arg(&script)
            .args(["model.onnx", "sequences.json"].map(|name| folder.path().join(name)))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success(), "{architecture:?}: {}", String::from_utf8_lossy(&run.stderr));
        let said: Said = serde_json::from_str(&text).unwrap();
        let ports = r#"[["items","tensor(int64)",["sequences","clicks"]],["scores","tensor(float)",["sequences",12]]]"#;
        assert_eq!(said.ports.to_string(), ports);
        let ours = model.scores(&sequences.iter().map(Vec::as_slice).collect::<Vec<_>>());
        for (place, (score, ours)) in said.scores.iter().flatten().zip(&ours).enumerate() {
            let is_empty = sequences[place / ITEMS].is_empty();
            assert!(score.is_finite(), "{architecture:?}");
            assert!(is_empty || (score - ours).abs() < 1e-4, "{architecture:?} {place}: {score} {ours}");
        }
        assert_eq!(said.scores.len(), sequences.len());
    }
}

/// What `tests/peers/score_sequences.py` says.
#[derive(Deserialize)]
struct Said {
    ports: serde_json::Value,
    scores: Vec<Vec<f32>>,
}
