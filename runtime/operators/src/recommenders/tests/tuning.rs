//! `tune` of what learns from sequences.

use std::ops::ControlFlow;
use std::time::Duration;

use super::*;
use crate::learned::Watch;
use crate::recommenders::SequenceEstimator;
use crate::{Observer, Stop, Trial, TrialState};

/// Sessions on a ring of thirty items, in steps of one, two or three.
fn walks(first: i64, count: i64) -> Sequences {
    let walk = |session: i64| -> (String, Vec<i64>) {
        let items = (0..5).map(|step| (session * 7 + step * (1 + session % 3)) % 30);
        (format!("s{session}"), items.collect())
    };
    let walks: Vec<(String, Vec<i64>)> = (first..first + count).map(walk).collect();
    let walks: Vec<(&str, &[i64])> = walks.iter().map(|(name, items)| (name.as_str(), items.as_slice())).collect();
    sessions(&walks)
}

fn learned() -> Sequences {
    walks(0, 60)
}

fn judged_by() -> Sequences {
    walks(60, 30)
}

fn mrr() -> Value {
    metric("mrr", Some(5))
}

fn range(low: Value, high: Value) -> Value {
    Value::Range { start: Box::new(low), end: Box::new(high), inclusive: true }
}

fn neighbours(low: i64, high: i64) -> Value {
    range(Value::Int(low), Value::Int(high))
}

fn decay() -> Value {
    range(Value::Float(0.0), Value::Float(1.0))
}

fn tuned_by(
    threads: usize,
    metric: Value,
    valid: &Sequences,
    over: Value,
) -> Result<Arc<dyn SequenceEstimator>, Fault> {
    let learner = call("std.recommend", "item_knn", knn_args(1.0, constant(())))?;
    let args = vec![
        ("learner", Input::Data(learner)),
        ("train", given(&learned())),
        ("valid", given(valid)),
        ("maximize", Input::Const(metric)),
        ("over", Input::Const(over)),
        ("trials", constant(20)),
        ("seed", constant(1)),
    ];
    let args = args.into_iter().map(|(name, input)| (Arc::from(name), input)).collect();
    let context = Context::new(threads, "/nowhere");
    let call = Call { operator: "tune", args, result: &Type::Unknown, context: &context };
    match operator("std.learn", "tune").unwrap()(call)? {
        Data::SequenceEstimator(estimator) => Ok(estimator),
        _ => panic!("no estimator of sequences"),
    }
}

fn tuned(threads: usize, over: Value) -> Arc<dyn SequenceEstimator> {
    tuned_by(threads, mrr(), &judged_by(), over).unwrap()
}

/// What `evaluate` says of an estimator that is fitted by itself.
fn value_of(learner: Data) -> f64 {
    let args = vec![("learner", Input::Data(learner)), ("train", given(&learned()))];
    let Data::Fitted(model) = call("std.learning", "fit", args).unwrap() else { panic!("nothing learned") };
    judged(&model, &judged_by(), &[mrr()], None).unwrap()[0].value
}

/// The same of `item_knn` with the arguments of a trial.
fn value_alone(trial: &Trial) -> f64 {
    let mut args = knn_args(1.0, constant(()));
    for (name, value) in &trial.arguments {
        let (_, input) = args.iter_mut().find(|(known, _)| known == name).unwrap();
        *input = Input::Const(value.clone());
    }
    value_of(call("std.recommend", "item_knn", args).unwrap())
}

#[test]
fn each_trial_is_what_its_arguments_give_by_themselves() {
    let over = record(&[
        ("neighbours", neighbours(1, 20)),
        ("decay", decay()),
        ("half_life", list(vec![hours(24), hours(24 * 30), Value::Null])),
    ]);
    let best = tuned(2, over);
    let history = best.history().unwrap();
    assert_eq!((history.metric.as_str(), history.maximize, history.trials.len()), ("mrr(5)", true, 20));
    // The program's own arguments, drawn into the ranges.
    let first: Vec<&Value> = history.trials[0].arguments.iter().map(|(_, value)| value).collect();
    assert_eq!(first, [&Value::Int(20), &Value::Float(1.0), &Value::Null]);
    let values: Vec<f64> = history.trials.iter().map(|trial| trial.value.unwrap()).collect();
    assert_eq!(values, history.trials.iter().map(value_alone).collect::<Vec<_>>());
    let most = values.iter().copied().fold(0.0, f64::max);
    assert!(most > values[0] && values[history.best] == most, "{values:?}");
    // What is fitted afterwards is what the best trial fitted.
    assert_eq!(value_of(Data::SequenceEstimator(best.clone())), most);
}

#[test]
fn threads_do_not_change_what_is_found() {
    let run = |threads: usize| {
        let best = tuned(threads, record(&[("neighbours", neighbours(1, 20)), ("decay", decay())]));
        let history = best.history().unwrap();
        let trials = history.trials.iter().map(|trial| (trial.arguments.clone(), trial.state, trial.value));
        (history.best, trials.collect::<Vec<_>>())
    };
    assert_eq!(run(1), run(4));
}

#[test]
fn trials_that_fail_are_passed_over() {
    let best = tuned(2, record(&[("neighbours", neighbours(-6, 6))]));
    let history = best.history().unwrap();
    let failed: Vec<&Trial> = history.trials.iter().filter(|trial| trial.state == TrialState::Failed).collect();
    assert!(!failed.is_empty() && failed.len() < 20, "{failed:?}");
    for trial in &failed {
        assert!(trial.value.is_none() && trial.failure.as_ref().unwrap().contains("neighbours"), "{trial:?}");
    }
    assert_eq!(history.trials[history.best].state, TrialState::Done);
    let fault = tuned_by(2, mrr(), &judged_by(), record(&[("neighbours", neighbours(-6, -1))])).err().unwrap();
    assert_eq!(fault.code, "GML0921");
    assert!(fault.message.contains("none of 20 trials"), "{}", fault.message);
}

#[test]
fn one_of_several_spaces_is_chosen() {
    let whose = record(&[("item_knn", record(&[("neighbours", neighbours(1, 20))]))]);
    let best = tuned(2, list(vec![record(&[("decay", decay())]), whose]));
    let history = best.history().unwrap();
    let mut named: Vec<Vec<&str>> = Vec::new();
    for trial in &history.trials {
        let names = trial.arguments.iter().map(|(name, _)| name.as_str()).collect();
        if !named.contains(&names) {
            named.push(names);
        }
    }
    named.sort();
    assert_eq!(named, [["decay"], ["item_knn.neighbours"]]);
}

#[test]
fn what_no_trial_can_be_judged_by_is_told_at_once() {
    let over = || record(&[("decay", decay())]);
    let code = |metric: Value, valid: &Sequences| tuned_by(2, metric, valid, over()).err().unwrap().code;
    assert_eq!(code(metric("auc", None), &judged_by()), "GML0713");
    assert_eq!(code(metric("recall", None), &judged_by()), "GML0713");
    assert_eq!(code(metric("mrr", Some(0)), &judged_by()), "GML0229");
    for none in [sessions(&[]), sessions(&[("e", &[1]), ("f", &[])])] {
        assert_eq!(code(mrr(), &none), "GML0922");
    }
    let empty = tuned_by(2, mrr(), &judged_by(), record(&[("neighbours", neighbours(9, 2))])).err().unwrap();
    assert_eq!(empty.code, "GML0229");
}

/// A network of six epochs.
fn network(stop_after: Input) -> Arc<dyn SequenceEstimator> {
    let args = vec![
        ("dimension", constant(8)),
        ("layers", constant(1)),
        ("dropout", constant(0.2)),
        ("epochs", constant(6)),
        ("batch", constant(20)),
        ("learning_rate", constant(0.05)),
        ("l2", constant(0.0)),
        ("stop_after", stop_after),
        ("device", constant("cpu")),
        ("seed", constant(1)),
    ];
    let Data::SequenceEstimator(network) = call("std.graph", "gru4rec", args).unwrap() else { panic!("no estimator") };
    network
}

#[test]
fn nothing_to_stop_by_is_told() {
    let train = learned().by_frequency().unwrap();
    for none in [sessions(&[("e", &[1]), ("f", &[])]), sessions(&[])] {
        let valid = none.in_terms_of(train.items()).unwrap();
        let fault = network(constant(2)).fit(&train, Some(&valid), &Context::new(1, "/nowhere")).err().unwrap();
        assert_eq!((fault.code, fault.message.contains("`valid`")), ("GML0922", true), "{}", fault.message);
    }
}

/// A training: what its watch heard, whether it came to its end, and what went wrong.
fn trained(context: &Context, mut at: impl FnMut(usize) -> ControlFlow<()> + Send) -> (Vec<f64>, Result<bool, Fault>) {
    let network = network(constant(()));
    let train = learned().by_frequency().unwrap();
    let valid = judged_by().in_terms_of(train.items()).unwrap();
    let mut heard = Vec::new();
    let mut told = |value: f64| {
        heard.push(value);
        at(heard.len())
    };
    let metric = mrr();
    let watch = Watch { metric: Some(&metric), told: &mut told };
    let result = network.fit_watched(&train, Some(&valid), watch, context).map(|scorer| scorer.is_some());
    (heard, result)
}

fn unwatched(_: usize) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn a_network_tells_of_each_epoch_and_can_be_given_up() {
    let context = Context::new(2, "/nowhere");
    let (whole, result) = trained(&context, unwatched);
    assert!(result.unwrap() && whole.len() == 6, "{whole:?}");
    // Smaller is better, and it gets better.
    assert!(whole[5] < whole[0] && whole[0] < 0.0, "{whole:?}");
    let (heard, result) =
        trained(&context, |epoch| if epoch == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
    assert!(!result.unwrap());
    assert_eq!(heard, whole[..3]);
}

#[test]
fn a_training_that_was_stopped_tells_the_same_when_it_goes_on() {
    let (whole, _) = trained(&Context::new(2, "/nowhere"), unwatched);
    // Within the training, and behind its last epoch.
    for last in [2, 6] {
        let folder = tempfile::tempdir().unwrap();
        let context = |stop: &Arc<Stop>| Context {
            unfinished: Some(folder.path().to_path_buf()),
            observer: Observer::stopped_by(stop),
            ..Context::new(2, "/nowhere")
        };
        let stop = Arc::new(Stop::default());
        let (heard, result) = trained(&context(&stop), |epoch| {
            if epoch == last {
                stop.ask(Duration::ZERO);
            }
            ControlFlow::Continue(())
        });
        assert_eq!((heard, result.unwrap_err().code), (whole[..last].to_vec(), "GML0999"));
        let (heard, result) = trained(&context(&Arc::default()), unwatched);
        assert!(result.unwrap());
        assert_eq!(heard, whole, "stopped behind {last}");
    }
}
