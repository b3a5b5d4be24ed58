//! burn against the tape of this crate.

use std::ops::ControlFlow;

use super::Burn;
use crate::dgsr::{Clicks, Growing};
use crate::learner::Learner;
use crate::model::{Architecture, Model, with_network};
use crate::network::Network;
use crate::pictures::tests::{noted, rectangles, small, weights_of};
use crate::pictures::{self, Autoencoder};
use crate::table::Learned;
use crate::tests::{ITEMS, Noted, flat, learning, networks, noted_model, schedule, trained, walks};
use crate::train::{Training, train};
use crate::{Data, Device, Dgsr, Gru4Rec, SasRec, Schedule, Sequences};

/// With numbers left out, where the network can.
fn with_dropout(architecture: Architecture) -> Architecture {
    match architecture {
        Architecture::Gru4Rec(network) => Architecture::Gru4Rec(Gru4Rec { dropout: 0.3, ..network }),
        Architecture::SasRec(network) => Architecture::SasRec(SasRec { dropout: 0.3, ..network }),
        other => other,
    }
}

fn near(name: &str, got: &Learned, exact: &Learned) {
    let parts = [
        ("values", &got.values, &exact.values, 1e-5),
        ("means", &got.means, &exact.means, 1e-6),
        ("squares", &got.squares, &exact.squares, 1e-6),
    ];
    for (part, got, exact, most) in parts {
        assert_eq!(got.len(), exact.len(), "{name} {part}");
        for (place, (got, exact)) in got.iter().zip(exact).enumerate() {
            assert!((got - exact).abs() < most, "{name} {part} {place}: {got} {exact}");
        }
    }
}

/// Two steps from the same weights: losses, all weights, and what Adam remembers of them.
fn steps_are_those_of_the_tape<N: Network>(network: &N, sessions: Sequences<'_>, from: &Model, name: &str) {
    let (schedule, data) = (schedule(), Data { items: ITEMS, train: sessions, times: None, valid: None });
    let mut tape = Training::new(network, &schedule, &data, None).unwrap();
    tape.state.table.values.clone_from(&from.table.values);
    tape.state.weights.values = from.weights.iter().flat_map(|weight| weight.values.iter().copied()).collect();
    let mut burn = Training::by(Burn::flex(), network, &schedule, &data, None).unwrap();
    burn.state = tape.state.clone();
    let parts = tape.parts.clone();
    for step in 1..=2 {
        let name = format!("{name}, step {step}");
        let (exact, before) = (tape.step(&parts, 0.01).unwrap(), burn.state.clone());
        let got = burn.step(&parts, 0.01).unwrap();
        assert!((got.0 - exact.0).abs() < 1e-5 && got.1 == exact.1, "{name}: {got:?} {exact:?}");
        assert_eq!(burn.state.weights, before.weights, "what is learned stays on the device");
        Learner::bring_back(&burn.learner, &mut burn.state).unwrap();
        assert_ne!(burn.state.weights, before.weights);
        near(&format!("{name}: table"), &burn.state.table, &tape.state.table);
        near(&format!("{name}: weights"), &burn.state.weights, &tape.state.weights);
    }
}

#[test]
fn steps_of_networks_are_those_of_the_tape() {
    for (architecture, noted) in networks() {
        let noted: Noted = serde_json::from_str(noted).unwrap();
        let (items, offsets) = flat(&noted.sessions);
        let sessions = Sequences::new(&items, &offsets, ITEMS).unwrap();
        let from = noted_model(&architecture, &noted);
        let architecture = with_dropout(architecture);
        let name = format!("{architecture:?}");
        with_network!(&architecture, network => steps_are_those_of_the_tape(network, sessions, &from, &name));
    }
}

#[test]
fn steps_of_dgsr_are_those_of_the_tape() {
    let noted: Noted = serde_json::from_str(include_str!("../fixtures/dgsr.json")).unwrap();
    let of = Dgsr { dimension: 4, hops: 3, neighbours: 4 };
    let from = noted_model(&Architecture::Dgsr(of.clone()), &noted);
    let (items, offsets) = flat(&noted.sessions);
    let sessions = Sequences::new(&items, &offsets, ITEMS).unwrap();
    let network = Growing { of: &of, clicks: Clicks::new(sessions, &noted.times, ITEMS) };
    steps_are_those_of_the_tape(&network, sessions, &from, "dgsr");
}

#[test]
fn steps_of_the_autoencoder_are_those_of_the_tape() {
    let (noted, held) = noted();
    let (schedule, data) = (pictures_schedule(), pictures::Data { train: &held, valid: None });
    let mut tape = pictures::Training::by(pictures::Tape, &noted.network, &schedule, data, None).unwrap();
    tape.state.weights.values = weights_of(&noted);
    let mut burn = pictures::Training::by(Burn::flex(), &noted.network, &schedule, data, None).unwrap();
    burn.state = tape.state.clone();
    for step in 1..=2 {
        let (exact, got) = (tape.step(&[0, 1, 2, 3]).unwrap(), burn.step(&[0, 1, 2, 3]).unwrap());
        assert!((got - exact).abs() < 1e-5, "{got} {exact}");
        pictures::Learner::bring_back(&burn.learner, &mut burn.state.weights).unwrap();
        near(&format!("step {step}"), &burn.state.weights, &tape.state.weights);
    }
}

fn pictures_schedule() -> Schedule {
    Schedule { learning_rate: 0.002, l2: 0.0, ..schedule() }
}

fn on(device: Device, schedule: Schedule) -> Schedule {
    Schedule { device, ..schedule }
}

/// Sums are rounded in another order, so trainings part slowly.
fn same_course<E: Copy>(name: &str, got: &[E], exact: &[E], of: impl Fn(E) -> f64) {
    assert_eq!(got.len(), exact.len(), "{name}");
    for (got, exact) in got.iter().zip(exact).map(|(got, exact)| (of(*got), of(*exact))) {
        assert!((got - exact).abs() < 2e-3 * exact, "{name}: {got} {exact}");
    }
    assert!(of(got[got.len() - 1]) < 0.99 * of(got[0]), "{name}: it learns");
}

#[test]
fn trainings_end_where_those_of_the_tape_do() {
    for architecture in learning().map(with_dropout) {
        let (schedule, name) = (Schedule { batch: 10, ..schedule() }, format!("{architecture:?}"));
        let exact = trained(&architecture, &schedule);
        let got = trained(&architecture, &on(Device::Flex, schedule));
        same_course(&name, &got.history, &exact.history, |epoch| epoch.loss);
        let judged = |model: &Model| model.history[model.best - 1].valid.unwrap();
        assert!((judged(&got).mrr - judged(&exact).mrr).abs() < 0.05, "{name}");
    }
}

#[test]
fn a_training_that_was_stopped_goes_on_by_either() {
    let (items, offsets) = flat(&walks(40));
    let sessions = Sequences::new(&items, &offsets, ITEMS).unwrap();
    let data = Data { items: ITEMS, train: sessions, times: None, valid: Some(sessions) };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("training");
    let architecture = Architecture::Gru4Rec(Gru4Rec { dimension: 8, layers: 1, dropout: 0.3 });
    let whole = |device: Device| {
        let schedule = on(device, schedule());
        train(&architecture, &schedule, &data, None, &mut |_| ControlFlow::Continue(())).unwrap().unwrap()
    };
    // Stopped after each fourth step, and gone on with by one device after the other.
    let stopped = |devices: [Device; 2]| {
        let mut stops = 0;
        loop {
            let schedule = on(devices[stops % 2], schedule());
            let mut steps = 0;
            let mut watch = |_: &crate::Progress<'_>| {
                steps += 1;
                if steps == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            match train(&architecture, &schedule, &data, Some(&path), &mut watch).unwrap() {
                Some(model) => break model,
                None => stops += 1,
            }
            assert!(path.exists() && stops < 100);
        }
    };
    let by_tape = whole(Device::Cpu);
    assert_eq!(stopped([Device::Flex; 2]), whole(Device::Flex));
    assert!(!path.exists());
    let by_both = stopped([Device::Cpu, Device::Flex]);
    same_course("both", &by_both.history, &by_tape.history, |epoch| epoch.loss);
}

#[test]
fn an_autoencoder_is_trained_stopped_and_gone_on_with() {
    let (learned, valid) = (rectangles(18, 40), rectangles(18, 11));
    let data = pictures::Data { train: &learned, valid: Some(&valid) };
    let network: Autoencoder = small();
    let whole = |device: Device| {
        let schedule = on(device, pictures_schedule());
        pictures::train(&network, &schedule, data, None, &mut |_| ControlFlow::Continue(())).unwrap().unwrap()
    };
    let (exact, got) = (whole(Device::Cpu), whole(Device::Flex));
    same_course("losses", &got.history, &exact.history, |epoch| epoch.loss);
    same_course("valid", &got.history, &exact.history, |epoch| epoch.valid.unwrap());

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("training");
    let go = |device: Device, most: usize| {
        let mut steps = 0;
        let mut watch = |_: &pictures::Progress<'_>| {
            steps += 1;
            if steps == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        pictures::train(&network, &on(device, pictures_schedule()), data, Some(&path), &mut watch).unwrap()
    };
    assert!(go(Device::Flex, 7).is_none() && path.exists());
    assert_eq!(go(Device::Flex, usize::MAX), Some(got));
    assert!(go(Device::Flex, 7).is_none() && go(Device::Cpu, 5).is_none());
    let by_both = go(Device::Flex, usize::MAX).unwrap();
    same_course("both", &by_both.history, &exact.history, |epoch| epoch.loss);
    assert!(!path.exists());
}
