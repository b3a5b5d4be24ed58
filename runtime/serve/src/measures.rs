//! What a server counts, in the text form of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use crate::model::Model;

/// Seconds.
const TIMES: [f64; 16] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Rows.
const SIZES: [f64; 13] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0];

/// Numbers by size.
struct Histogram {
    bounds: &'static [f64],
    counts: Vec<AtomicU64>,
    /// The sum, in millionths.
    sum: AtomicU64,
}

impl Histogram {
    fn new(bounds: &'static [f64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, counts, sum: AtomicU64::new(0) }
    }

    fn add(&self, value: f64) {
        let place = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add((value * 1e6) as u64, Ordering::Relaxed);
    }

    fn write(&self, text: &mut String, name: &str, help: &str) {
        let mut count = 0;
        // Writing into a text never fails.
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} histogram\n");
        let bounds = self.bounds.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
        for (bound, own) in bounds.zip(&self.counts) {
            count += own.load(Ordering::Relaxed);
            let _ = writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {count}");
        }
        let sum = self.sum.load(Ordering::Relaxed) as f64 / 1e6;
        let _ = write!(text, "{name}_sum {sum}\n{name}_count {count}\n");
    }
}

/// What is counted.
pub(crate) struct Measures {
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    times: Histogram,
    batches: Histogram,
    rows: AtomicU64,
    pub(crate) waiting: AtomicI64,
    /// Bytes of the bodies of all requests that are not answered yet.
    pub(crate) body_bytes: AtomicI64,
    pub(crate) connections: AtomicI64,
    pub(crate) turned_away: AtomicU64,
    pub(crate) reloads: AtomicU64,
    pub(crate) failed_reloads: AtomicU64,
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            requests: Mutex::default(),
            times: Histogram::new(&TIMES),
            batches: Histogram::new(&SIZES),
            rows: AtomicU64::new(0),
            waiting: AtomicI64::new(0),
            body_bytes: AtomicI64::new(0),
            connections: AtomicI64::new(0),
            turned_away: AtomicU64::new(0),
            reloads: AtomicU64::new(0),
            failed_reloads: AtomicU64::new(0),
        }
    }
}

impl Measures {
    /// A request was answered.
    pub(crate) fn answered(&self, path: &'static str, status: u16) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((path, status)).or_default() += 1;
    }

    /// How long a request for scores took.
    pub(crate) fn took(&self, time: Duration) {
        self.times.add(time.as_secs_f64());
    }

    /// So many rows were scored at once.
    pub(crate) fn scored(&self, rows: usize) {
        self.batches.add(rows as f64);
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// All of it.
    pub(crate) fn text(&self, model: &Model) -> String {
        let mut text = String::new();
        let name = "gml_serve_requests_total";
        let _ = write!(text, "# HELP {name} Requests that were answered.\n# TYPE {name} counter\n");
        for ((path, status), count) in self.requests.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let _ = writeln!(text, "{name}{{path=\"{path}\",status=\"{status}\"}} {count}");
        }
        self.times.write(
            &mut text,
            "gml_serve_request_seconds",
            "How long requests for scores took, once they were read.",
        );
        self.batches.write(&mut text, "gml_serve_batch_rows", "Rows that were scored at once.");
        let mut single = |name: &str, kind: &str, help: &str, value: String| {
            let _ = write!(
                text,
                "# HELP gml_serve_{name} {help}\n# TYPE gml_serve_{name} {kind}\ngml_serve_{name} {value}\n"
            );
        };
        let counter = |value: &AtomicU64| value.load(Ordering::Relaxed).to_string();
        let gauge = |value: &AtomicI64| value.load(Ordering::Relaxed).max(0).to_string();
        single("rows_total", "counter", "Rows that were scored.", counter(&self.rows));
        single("waiting_requests", "gauge", "Requests that wait to be scored.", gauge(&self.waiting));
        let help = "Bytes of the bodies of requests that are not answered yet.";
        single("body_bytes", "gauge", help, gauge(&self.body_bytes));
        single("connections", "gauge", "Connections that are open.", gauge(&self.connections));
        single("turned_away_total", "counter", "Connections that were one too many.", counter(&self.turned_away));
        single("reloads_total", "counter", "New versions of the model that were taken.", counter(&self.reloads));
        let help = "New versions of the model that could not be loaded.";
        single("failed_reloads_total", "counter", help, counter(&self.failed_reloads));
        let loaded = model.loaded.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        single("model_loaded_seconds", "gauge", "When the model was loaded, since 1970.", loaded.to_string());
        let name = "gml_serve_model_info";
        let _ = write!(
            text,
            "# HELP {name} The model that is served.\n# TYPE {name} gauge\n{name}{{version=\"{}\",sha256=\"{}\"}} 1\n",
            model.version(),
            model.newest.hash
        );
        text
    }
}
