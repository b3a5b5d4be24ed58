//! What MLflow takes at once, and how it wants names.

use serde_json::{Value as Json, json};

/// Of one request.
const MOST_METRICS: usize = 1_000;
const MOST_PARAMS: usize = 100;
/// Of a value of a parameter, in characters.
const LONGEST_VALUE: usize = 6_000;
/// Bytes of one request, with room for what is around them.
const LARGEST: usize = 900_000;
/// Of a name, in characters.
const LONGEST_NAME: usize = 250;

/// A number with its step.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Metric {
    pub(super) key: String,
    pub(super) value: f64,
    /// Milliseconds since 1970.
    pub(super) time: i64,
    pub(super) step: i64,
}

/// What is told of a run.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) metrics: Vec<Metric>,
    params: Vec<(String, String)>,
}

impl Batch {
    pub(super) fn param(&mut self, name: String, value: &str) {
        self.params.push((key(&name), value_text(value, LONGEST_VALUE)));
    }

    /// As requests of `log-batch`, none of which is larger than a server takes.
    pub(super) fn parts(&self, run: &str) -> Vec<Json> {
        let metric = |metric: &Metric| json!({ "key": metric.key, "value": number(metric.value), "timestamp": metric.time, "step": metric.step });
        let param = |(key, value): &(String, String)| json!({ "key": key, "value": value });
        let metrics = split(self.metrics.iter().map(metric), MOST_METRICS);
        let params = split(self.params.iter().map(param), MOST_PARAMS);
        let params = params.into_iter().map(|params| json!({ "run_id": run, "params": params }));
        params.chain(metrics.into_iter().map(|metrics| json!({ "run_id": run, "metrics": metrics }))).collect()
    }
}

/// Entries in lists of at most so many, and of at most [`LARGEST`] bytes.
fn split(entries: impl Iterator<Item = Json>, most: usize) -> Vec<Vec<Json>> {
    let (mut parts, mut bytes): (Vec<Vec<Json>>, usize) = (Vec::new(), 0);
    for entry in entries {
        let size = entry.to_string().len() + 1;
        match parts.last_mut() {
            Some(part) if part.len() < most && bytes + size <= LARGEST => {
                part.push(entry);
                bytes += size;
            }
            _ => {
                parts.push(vec![entry]);
                bytes = size;
            }
        }
    }
    parts
}

/// A number as the server reads it: JSON has no infinities.
fn number(value: f64) -> Json {
    match value {
        value if value.is_nan() => json!("NaN"),
        f64::INFINITY => json!("Infinity"),
        f64::NEG_INFINITY => json!("-Infinity"),
        value => json!(value),
    }
}

/// A name as MLflow takes it: letters, digits, `_ - . / :` and blanks. `ndcg(10)` becomes `ndcg_10`.
pub(super) fn key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for character in name.chars().take(LONGEST_NAME) {
        let fits = character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '/' | ':' | ' ');
        match fits {
            true => key.push(character),
            false if key.ends_with('_') => {}
            false => key.push('_'),
        }
    }
    let trimmed = key.trim_matches(['_', ' ', '/', '.']);
    if trimmed.is_empty() { "value".to_owned() } else { trimmed.to_owned() }
}

/// A text of at most so many characters.
pub(super) fn value_text(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most - 1).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_a_server_takes() {
        let keys: Vec<String> = ["ndcg(10)", "auc", "train+valid", "((", "größe 1", "a/b", "x((y))"].map(key).into();
        assert_eq!(keys, ["ndcg_10", "auc", "train_valid", "value", "größe 1", "a/b", "x_y"]);
    }

    #[test]
    fn requests_keep_the_limits() {
        let metric = |step: i64| Metric { key: "auc".into(), value: f64::NAN, time: 0, step };
        let mut whole = Batch { metrics: (0..2_500).map(metric).collect(), params: Vec::new() };
        for place in 0..250 {
            whole.param(format!("p{place}"), &"x".repeat(7_000));
        }
        let parts = whole.parts("r");
        let count = |name: &str| -> Vec<usize> {
            parts.iter().filter_map(|part| part[name].as_array().map(Vec::len)).collect()
        };
        assert_eq!(count("params"), [100, 100, 50]);
        assert_eq!(count("metrics"), [1_000, 1_000, 500]);
        assert!(parts.iter().all(|part| part.to_string().len() < 1_000_000));
        assert_eq!(parts[0]["params"][0]["value"].as_str().unwrap().chars().count(), 6_000);
        assert_eq!(parts[3]["metrics"][0]["value"], "NaN");
        // 100 of them would be too many bytes.
        let mut large = Batch::default();
        (0..200).for_each(|place| large.param(format!("p{place}"), &"ü".repeat(6_000)));
        assert!(large.parts("r").iter().all(|part| part.to_string().len() < 1_000_000));
    }
}
