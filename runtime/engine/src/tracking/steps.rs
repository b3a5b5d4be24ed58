//! What goes step by step, as metrics with steps: the trials of a search, the rounds and epochs of learning.

use serde_json::Value as Json;

use super::batch::{Metric, key};

/// The trials of a search as steps of metrics: the value of each, and the best one up to there.
pub(super) fn of_search(name: &str, history: &Json, started: i64) -> Vec<Metric> {
    let (name, mut told) = (key(name), Vec::new());
    let metric = key(history["metric"].as_str().unwrap_or("value"));
    let maximize = history["maximize"].as_bool().unwrap_or(true);
    let (mut best, mut time): (Option<f64>, i64) = (None, started);
    for (step, trial) in history["trials"].as_array().into_iter().flatten().enumerate() {
        time += (trial["seconds"].as_f64().unwrap_or(0.0) * 1e3) as i64;
        let step = step as i64;
        let mut add = |what: &str, value: f64| {
            told.push(Metric { key: format!("{name}/{what}"), value, time, step });
        };
        if let Some(rounds) = trial["rounds"].as_f64().filter(|rounds| *rounds > 0.0) {
            add("rounds", rounds);
        }
        for (argument, value) in trial["arguments"].as_object().into_iter().flatten() {
            if let Some(number) = value.as_f64() {
                add(&key(argument), number);
            }
        }
        let Some(value) = trial["value"].as_f64() else { continue };
        add(&metric, value);
        let better = best.is_none_or(|best| if maximize { value > best } else { value < best });
        best = if better { Some(value) } else { best };
        add(&format!("best_{metric}"), best.unwrap_or(value));
    }
    told
}

/// What was seen while something learned: each metric by its partition, at the number of its round or epoch.
pub(super) fn of_learning(name: &str, course: &Json, time: i64) -> Vec<Metric> {
    let name = key(name);
    let of_curve = |curve: &Json| {
        let text = |part: &str| key(curve[part].as_str().unwrap_or("value"));
        let key = format!("{name}/{}/{}", text("partition"), text("metric"));
        let steps = curve["steps"].as_array().into_iter().flatten().filter_map(Json::as_i64);
        let values = curve["values"].as_array().into_iter().flatten().map(Json::as_f64);
        let points = steps.zip(values).filter_map(|(step, value)| Some((step, value?)));
        points.map(|(step, value)| Metric { key: key.clone(), value, time, step }).collect::<Vec<_>>()
    };
    course["curves"].as_array().into_iter().flatten().flat_map(of_curve).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_search_becomes_metrics_with_steps() {
        let history = json!({
            "metric": "ndcg(10)", "maximize": false, "best": 1,
            "trials": [
                { "arguments": { "leaves": 8, "how": "fast" }, "value": 0.5, "rounds": 3, "seconds": 1.5 },
                { "arguments": { "leaves": 9 }, "value": 0.25, "rounds": 0, "seconds": 0.5 },
                { "arguments": {}, "value": null, "seconds": 1.0 },
                { "arguments": {}, "value": 0.75, "seconds": 1.0 },
            ],
        });
        let told = of_search("tune", &history, 1_000);
        let told: Vec<_> = told.iter().map(|m| (m.key.as_str(), m.value, m.time, m.step)).collect();
        let due = [
            ("tune/rounds", 3.0, 2_500, 0),
            ("tune/leaves", 8.0, 2_500, 0),
            ("tune/ndcg_10", 0.5, 2_500, 0),
            ("tune/best_ndcg_10", 0.5, 2_500, 0),
            ("tune/leaves", 9.0, 3_000, 1),
            ("tune/ndcg_10", 0.25, 3_000, 1),
            ("tune/best_ndcg_10", 0.25, 3_000, 1),
            ("tune/ndcg_10", 0.75, 5_000, 3),
            ("tune/best_ndcg_10", 0.25, 5_000, 3),
        ];
        assert_eq!(told, due);
    }

    #[test]
    fn rounds_become_metrics_with_steps() {
        let course = json!({
            "step": "round", "kept": 2,
            "curves": [
                { "metric": "binary_logloss", "partition": "train", "steps": [1, 10], "values": [0.5, 0.25] },
                { "metric": "mrr(20)", "partition": "valid", "steps": [1, 2, 3], "values": [0.5, null, 0.75] },
            ],
        });
        let told = of_learning("fit-2", &course, 7);
        let told: Vec<_> = told.iter().map(|m| (m.key.as_str(), m.value, m.time, m.step)).collect();
        let due = [
            ("fit-2/train/binary_logloss", 0.5, 7, 1),
            ("fit-2/train/binary_logloss", 0.25, 7, 10),
            ("fit-2/valid/mrr_20", 0.5, 7, 1),
            ("fit-2/valid/mrr_20", 0.75, 7, 3),
        ];
        assert_eq!(told, due);
    }
}
