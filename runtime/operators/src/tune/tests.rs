//! The search by itself, held against Optuna 5.0.0, and `tune` over boosted trees.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gml_connect::Fault;
use gml_ir::Value;
use proptest::prelude::*;

use super::kept::Kept;
use super::parzen::Parzen;
use super::pruning::{Medians, Turns};
use super::sampler::{Outcome, Seen, suggest};
use super::space::{Dimension, Domain, Point, Space};
use super::study::{Attempt, Ended, Limit, Study};
use super::tuned::TrialState;
use crate::data::{Context, Data, Input};
use crate::learn::tests::support::*;
use crate::observer::{Observer, Stop};

/// Densities of Optuna's `_ParzenEstimator` with the settings of its `TPESampler`. It approximates the normal distribution's
/// integral to 1e-9 or so, and so do we.
#[test]
fn densities_are_those_of_optuna() {
    let floats = [0.2, 0.25, 0.7, 0.9].map(Point::Float);
    let many: Vec<Point> = (0..40).map(|row| Point::Float((f64::from(row * 37 % 40) + 0.5) / 40.0)).collect();
    let at = [0.01, 0.22, 0.5, 0.99].map(Point::Float);
    type Case<'c> = (Domain, &'c [Point], [Point; 4], [f64; 4]);
    let cases: [Case<'_>; 6] = [
        (
            Domain::Float { low: 0.0, high: 1.0, log: false },
            &floats,
            at,
            [-0.249896182823, 0.141575565991, -0.155103158815, -0.015212499445],
        ),
        (
            Domain::Float { low: 1e-3, high: 1.0, log: true },
            &floats,
            at,
            [-3.379695970778, -1.170268327956, -0.998879450956, -1.111823743292],
        ),
        (
            Domain::Int { low: 2, high: 10, log: false },
            &[2, 3, 3, 9].map(Point::Int),
            [2, 5, 9, 10].map(Point::Int),
            [-1.639256053403, -2.221316484382, -2.730014294715, -2.793636483102],
        ),
        (
            Domain::Int { low: 4, high: 256, log: true },
            &[4, 30, 31, 250].map(Point::Int),
            [4, 16, 100, 256].map(Point::Int),
            [-2.991222671945, -4.167111652399, -6.060023117960, -7.177727862514],
        ),
        (
            Domain::Choice(3),
            &[0, 0, 2].map(Point::Choice),
            [0, 1, 2, 0].map(Point::Choice),
            [-0.741937344729, -1.658228076604, -1.098612288668, -0.741937344729],
        ),
        (
            Domain::Float { low: 0.0, high: 1.0, log: false },
            &many,
            at,
            [-1.024764121256, 0.134085749781, 0.002485523673, -0.004781670105],
        ),
    ];
    for (domain, observed, points, expected) in cases {
        // Optuna's density of a float on a logarithmic scale is that of its logarithm, and so is ours.
        let density = Parzen::new(&domain, observed);
        for (point, expected) in points.into_iter().zip(expected) {
            let found = density.log_density(point);
            assert!((found - expected).abs() < 1e-8, "{domain:?} at {point:?}: {found} and not {expected}");
        }
    }
}

fn float(low: f64, high: f64, log: bool) -> Dimension {
    let domain = Domain::Float { low, high, log };
    Dimension { operator: None, argument: Some("x".into()), domain, values: Vec::new(), only_if: None }
}

fn bowl(points: &[Option<Point>]) -> f64 {
    let place = |place: usize| match points[place] {
        Some(Point::Float(x)) => x,
        Some(Point::Int(x)) => x as f64,
        Some(Point::Choice(x)) => x as f64,
        None => 0.0,
    };
    (place(0) - 1.0).powi(2) + (place(1).ln() - 0.01_f64.ln()).powi(2) + (place(2) - 7.0).powi(2) / 4.0
}

fn bowl_space() -> Space {
    let int = Domain::Int { low: 1, high: 20, log: false };
    let dimensions =
        vec![float(-5.0, 5.0, false), float(1e-5, 1.0, true), Dimension { domain: int, ..float(0.0, 1.0, false) }];
    Space { dimensions }
}

/// Of 20 searches of 100 trials, the one in the middle comes closer than random search by far.
#[test]
fn it_finds_the_bottom_of_a_bowl() {
    let space = bowl_space();
    let search = |seed: u64, learns: bool| {
        let (mut seen, mut best) = (Vec::new(), f64::INFINITY);
        for trial in 0..100 {
            let points = suggest(&space, if learns { &seen } else { &[] }, trial, seed);
            best = best.min(bowl(&points));
            seen.push(Seen { trial, outcome: Outcome::Done(bowl(&points)), points });
        }
        best
    };
    let median = |learns: bool| {
        let mut found: Vec<f64> = (0..20).map(|seed| search(seed, learns)).collect();
        found.sort_by(f64::total_cmp);
        found[10]
    };
    assert!(median(true) < median(false) / 4.0, "{} and {}", median(true), median(false));
}

#[test]
fn a_dimension_of_another_choice_is_left_out() {
    let choice = Dimension { argument: None, domain: Domain::Choice(2), ..float(0.0, 1.0, false) };
    let of = |place: usize| Dimension { only_if: Some((0, place)), ..float(0.0, 1.0, false) };
    let space = Space { dimensions: vec![choice, of(0), of(1)] };
    let mut seen = Vec::new();
    for trial in 0..40 {
        let points = suggest(&space, &seen, trial, 3);
        let Some(Point::Choice(chosen)) = points[0] else { panic!("nothing was chosen") };
        assert_eq!((points[1].is_some(), points[2].is_some()), (chosen == 0, chosen == 1));
        // The second choice is better.
        let value = if chosen == 1 { 0.0 } else { 1.0 };
        seen.push(Seen { trial, points, outcome: Outcome::Done(value) });
    }
    let late = seen[20..].iter().filter(|seen| seen.points[0] == Some(Point::Choice(1))).count();
    assert!(late > 12, "{late} of 20");
}

/// Of five values two fail. A search that learns nothing from that draws nothing else in the end, as they lie beside the best one.
#[test]
fn what_fails_is_left_alone() {
    let int = Domain::Int { low: 1, high: 5, log: false };
    let space = Space { dimensions: vec![Dimension { domain: int, ..float(0.0, 1.0, false) }] };
    let failures = |seed: u64| {
        let mut seen = Vec::new();
        for trial in 0..80 {
            let points = suggest(&space, &seen, trial, seed);
            let outcome = match points[0] {
                Some(Point::Int(at @ (1 | 2 | 4))) => Outcome::Done((at - 4).pow(2) as f64),
                _ => Outcome::Failed,
            };
            seen.push(Seen { trial, points, outcome });
        }
        seen[40..].iter().filter(|seen| seen.outcome == Outcome::Failed).count()
    };
    let failures: Vec<usize> = (0..8).map(failures).collect();
    assert!(failures.iter().all(|count| *count <= 20), "of 40 late trials {failures:?} failed");
}

proptest! {
    /// Whatever went before, points lie in their domains, the ends included.
    #[test]
    fn points_lie_in_their_domains(seed: u64, values in prop::collection::vec(-1e6..1e6_f64, 0..60)) {
        let space = bowl_space();
        let mut seen = Vec::new();
        for (trial, value) in values.into_iter().enumerate() {
            let points = suggest(&space, &seen, trial, seed);
            for (dimension, point) in space.dimensions.iter().zip(&points) {
                match (&dimension.domain, point) {
                    (Domain::Float { low, high, .. }, Some(Point::Float(x))) => prop_assert!(low <= x && x <= high),
                    (Domain::Int { low, high, .. }, Some(Point::Int(x))) => prop_assert!(low <= x && x <= high),
                    other => prop_assert!(false, "{other:?}"),
                }
            }
            let outcome = if trial % 7 == 3 { Outcome::Failed } else { Outcome::Done(value) };
            seen.push(Seen { trial, points, outcome });
        }
    }
}

fn study(space: &Space, workers: usize) -> Study<'_> {
    Study {
        space,
        start: vec![None; space.dimensions.len()],
        limit: Limit::Trials(30),
        seed: 5,
        turns: Turns::rounds(Some(20)),
        workers,
        kept: None,
        observer: Observer::default(),
    }
}

#[test]
fn the_number_of_threads_changes_no_trial() {
    let space = bowl_space();
    let run = |workers: usize| {
        let study = Study { start: suggest(&space, &[], 0, 1), ..study(&space, workers) };
        let attempt = |Attempt { points, watch, .. }: Attempt<'_>| {
            for round in 0..20 {
                if watch(bowl(points) + 0.5_f64.powi(round)).is_break() {
                    return Ok(None);
                }
            }
            Ok(Some(bowl(points)))
        };
        let trials =
            study.run(attempt).unwrap().into_iter().map(|ended| (ended.points, ended.state, ended.value, ended.curve));
        trials.collect::<Vec<_>>()
    };
    let alone = run(1);
    assert_eq!(alone.len(), 30);
    assert!(alone.iter().any(|(_, state, ..)| *state == TrialState::Pruned));
    assert_eq!(alone, run(2));
    assert_eq!(alone, run(4));
}

#[test]
fn a_budget_makes_one_trial_at_least() {
    let space = bowl_space();
    let study = Study { limit: Limit::Budget(Duration::ZERO), start: suggest(&space, &[], 0, 1), ..study(&space, 2) };
    assert_eq!(study.run(|_| Ok(Some(1.0))).unwrap().len(), 1);
}

#[test]
fn hopeless_is_what_ends_worse_than_the_median() {
    // Halfway from 1 to `end` in every `half` rounds.
    let curve = |end: f64, half: f64, rounds: usize| -> Vec<f64> {
        (0..rounds).map(|round| end + (1.0 - end) * 0.5_f64.powf(round as f64 / half)).collect()
    };
    let ended: Vec<Vec<f64>> = [0.1, 0.2, 0.3, 0.4, 0.5].map(|end| curve(end, 3.0, 100)).to_vec();
    let ended: Vec<&[f64]> = ended.iter().map(Vec::as_slice).collect();
    let rounds = Turns::rounds(Some(100));
    let is_hopeless = |curve: &[f64]| Medians::new(&ended).hopeless(curve, rounds);
    // It has come to its end, above and below the median of 0.3.
    assert!(is_hopeless(&curve(0.35, 3.0, 60)) && !is_hopeless(&curve(0.29, 3.0, 60)));
    // It is far behind all others, and will be before them: rounds are left in which it goes on as it did.
    let slow = curve(0.05, 20.0, 20);
    assert!(slow[19] > 0.5 && !is_hopeless(&slow));
    // It falls ever slower, before it stands still.
    assert!(is_hopeless(&curve(0.6, 6.0, 60)));
    // Too few rounds, too few trials.
    assert!(!is_hopeless(&curve(0.6, 1.0, 9)));
    assert!(!Medians::new(&ended[..4]).hopeless(&curve(0.6, 3.0, 60), rounds));
    // One that never gains anything.
    assert!(is_hopeless(&[0.9; 20]));
    // Of epochs there are few.
    let is_hopeless = |curve: &[f64]| Medians::new(&ended).hopeless(curve, Turns::epochs(Some(10)));
    assert!(is_hopeless(&curve(0.6, 1.0, 5)) && !is_hopeless(&curve(0.6, 1.0, 4)));
    assert!(!is_hopeless(&curve(0.05, 5.0, 5)));
}

#[test]
fn a_trial_that_was_stopped_has_not_failed() {
    let (space, folder) = (bowl_space(), tempfile::tempdir().unwrap());
    let context = Context { unfinished: Some(folder.path().to_path_buf()), ..Context::new(1, "/nowhere") };
    let kept = || Kept::open(&context, || Ok(Vec::new())).unwrap();
    let of = |kept: Option<Kept>, stop: &Arc<Stop>| Study {
        start: suggest(&space, &[], 0, 1),
        kept,
        observer: Observer::stopped_by(stop),
        ..study(&space, 1)
    };
    let values = |ended: Vec<Ended>| ended.into_iter().map(|ended| (ended.state, ended.value)).collect::<Vec<_>>();
    let (stop, never) = (Arc::new(Stop::default()), Arc::new(Stop::default()));
    let undisturbed = values(of(None, &never).run(|attempt| Ok(Some(bowl(attempt.points)))).unwrap());
    let made = AtomicUsize::new(0);
    let fault = of(kept(), &stop).run(|Attempt { points, unfinished, .. }| {
        if made.fetch_add(1, Ordering::Relaxed) < 3 {
            return Ok(Some(bowl(points)));
        }
        fs::create_dir_all(unfinished.unwrap()).unwrap();
        stop.ask(Duration::ZERO);
        Err(Fault::new("GML0999", "the training was stopped"))
    });
    assert_eq!(fault.unwrap_err().message, "the training was stopped");
    let left = kept().unwrap();
    let folder = left.folder_of(3);
    assert!(left.count() == 3 && !left.has(3) && folder.exists());
    let made = AtomicUsize::new(0);
    let resumed = of(Some(left), &never).run(|attempt| {
        made.fetch_add(1, Ordering::Relaxed);
        Ok(Some(bowl(attempt.points)))
    });
    assert_eq!((values(resumed.unwrap()), made.into_inner()), (undisturbed, 27));
    assert!(!folder.exists(), "what a trial kept on its way goes with it");
}

fn tuned(objective: &str, minimize: &str, over: Value, threads: usize) -> Result<Data, Fault> {
    let (train, valid) = sample(objective);
    let args = vec![
        ("learner", Input::Data(small_trees(objective))),
        ("train", Input::Data(Data::Table(train))),
        ("valid", Input::Data(Data::Table(valid))),
        ("minimize", Input::Const(metric(minimize))),
        ("over", Input::Const(over)),
        ("trials", Input::Const(Value::Int(20))),
        ("seed", Input::Const(Value::Int(1))),
    ];
    call("tune", args, threads)
}

fn range(low: f64, high: f64) -> Value {
    Value::Range { start: Box::new(Value::Float(low)), end: Box::new(Value::Float(high)), inclusive: true }
}

fn space() -> Value {
    let leaves = Value::Range { start: Box::new(Value::Int(2)), end: Box::new(Value::Int(64)), inclusive: true };
    let log = Value::Symbol { name: "log".into(), args: vec![("range".into(), range(0.01, 0.5))] };
    Value::Record(vec![
        ("leaves".into(), leaves),
        ("learning_rate".into(), log),
        ("row_fraction".into(), range(0.5, 1.0)),
    ])
}

#[test]
fn tuned_trees_are_better_than_those_that_they_began_with() {
    let Data::Estimator(best) = tuned("binary", "log_loss", space(), 2).unwrap() else { panic!("no estimator") };
    let history = best.history().unwrap().clone();
    assert_eq!((history.metric.as_str(), history.maximize, history.trials.len()), ("log_loss", false, 20));
    // The first trial is the program's own arguments: what the peers of `learn` computed.
    assert!((history.trials[0].value.unwrap() - 0.23119842914316627).abs() < 1e-9);
    let value = history.trials[history.best].value.unwrap();
    assert!(value < 0.2312, "{value}");
    // What is fitted afterwards is what the best trial fitted.
    let (train, valid) = sample("binary");
    let model = fit(Data::Estimator(best), &train, Some(&valid), 1).unwrap();
    let found = metrics_of(evaluate(&model, &[&valid], vec![metric("log_loss")]).unwrap());
    assert!((found[0].value - value).abs() < 1e-9, "{} and {value}", found[0].value);
}

#[test]
fn a_ranking_is_tuned_by_how_its_groups_are_ranked() {
    let (train, valid) = sample("lambdarank");
    let ndcg = Value::Symbol { name: "ndcg".into(), args: vec![("k".into(), Value::Int(5))] };
    let args = vec![
        ("learner", Input::Data(small_trees("lambdarank"))),
        ("train", Input::Data(Data::Table(train.clone()))),
        ("valid", Input::Data(Data::Table(valid.clone()))),
        ("maximize", Input::Const(ndcg.clone())),
        ("over", Input::Const(space())),
        ("trials", Input::Const(Value::Int(12))),
        ("seed", Input::Const(Value::Int(1))),
    ];
    let Data::Estimator(best) = call("tune", args, 2).unwrap() else { panic!("no estimator") };
    let history = best.history().unwrap().clone();
    assert_eq!((history.metric.as_str(), history.maximize, history.trials.len()), ("ndcg(5)", true, 12));
    // The first trial is what the peers of `learn` computed.
    assert!((history.trials[0].value.unwrap() - 0.9806021677730294).abs() < 1e-9);
    let value = history.trials[history.best].value.unwrap();
    let model = fit(Data::Estimator(best), &train, Some(&valid), 1).unwrap();
    let found = metrics_of(evaluate(&model, &[&valid], vec![ndcg]).unwrap())[0].value;
    assert!(value > 0.98 && (found - value).abs() < 1e-9, "{found} and {value}");
}

#[test]
fn threads_do_not_change_what_is_tuned() {
    let run = |threads: usize| {
        let Data::Estimator(best) = tuned("binary", "log_loss", space(), threads).unwrap() else {
            panic!("no estimator")
        };
        let history = best.history().unwrap();
        let trials =
            history.trials.iter().map(|trial| (trial.arguments.clone(), trial.state, trial.value, trial.rounds));
        (history.best, trials.collect::<Vec<_>>())
    };
    assert_eq!(run(1), run(4));
}

#[test]
fn a_trial_that_fails_is_passed_over() {
    let over = Value::Record(vec![("learning_rate".into(), range(-0.2, 0.3))]);
    let Data::Estimator(best) = tuned("binary", "log_loss", over, 2).unwrap() else { panic!("no estimator") };
    let history = best.history().unwrap();
    let failed = history.trials.iter().find(|trial| trial.state == TrialState::Failed).unwrap();
    assert!(failed.failure.as_ref().unwrap().contains("learning_rate"), "{failed:?}");
    assert_eq!(history.trials[history.best].state, TrialState::Done);
    let count = history.trials.iter().filter(|trial| trial.state == TrialState::Failed).count();
    let told = history.figure().description;
    assert!(told.contains(&format!(" {count} of them failed, the first one since ")), "{told}");
}

#[test]
fn ranges_without_values_are_refused() {
    let reason = |over: Value| tuned("binary", "log_loss", over, 1).err().map(|fault| (fault.code, fault.message));
    let of = |search: Value| Value::Record(vec![("learning_rate".into(), search)]);
    assert_eq!(reason(of(range(0.5, 0.1))).unwrap().0, "GML0229");
    let log = Value::Symbol { name: "log".into(), args: vec![("range".into(), range(0.0, 0.5))] };
    assert_eq!(reason(of(log)).unwrap().0, "GML0229");
    assert_eq!(reason(Value::Record(Vec::new())).unwrap().0, "GML0229");
    let all_fail = reason(of(range(-2.0, -1.0))).unwrap();
    assert_eq!(all_fail.0, "GML0921");
    assert!(all_fail.1.contains("none of 20 trials"), "{}", all_fail.1);
}
