//! Trains networks on sequences in files of text and says how well they do:
//!
//! ```text
//! sessions train NETWORK TRAIN VALID TEST     sessions: each prefix is asked for what comes next
//! sessions last NETWORK TRAIN VALID TEST      sessions: the last item of each is asked for
//! sessions users NETWORK ALL                  users: the last item is asked for, the one before it is to stop by
//! sessions step NETWORK TRAIN                 how long a step takes
//! sessions epoch NETWORK TRAIN                how long an epoch takes
//! sessions graphs NETWORK TRAIN               how long the graphs of sr_gnn take, of every prefix
//! ```
//!
//! `cargo run --release -p gml-neural --example sessions -- train sr_gnn ..`. A line is a sequence, items are numbers from 0;
//! behind a colon an item may have the time of its click, which `dgsr` asks for. Options, each with a value: `--epochs
//! --stop-after --dimension --batch --learning-rate --l2 --dropout --length --hops --neighbours --items --seed --steps --device
//! --checkpoint --onnx`.
//! `tests/peers/session_networks.py` does the same with PyTorch.

#![allow(clippy::print_stdout, reason = "its result")]

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::str::FromStr;
use std::time::Instant;

use gml_neural::{
    Architecture, Data, Device, Dgsr, Extent, Gru4Rec, Judged, Model, SasRec, Schedule, Sequences, SrGnn, train,
};

#[derive(Default)]
struct File {
    items: Vec<u32>,
    times: Vec<i64>,
    offsets: Vec<usize>,
}

impl File {
    fn of<'a>(sequences: impl Iterator<Item = (&'a [u32], &'a [i64])>) -> Self {
        let mut file = Self { offsets: vec![0], ..Self::default() };
        for (items, times) in sequences {
            file.items.extend_from_slice(items);
            file.times.extend_from_slice(times);
            file.offsets.push(file.items.len());
        }
        file
    }

    fn read(path: &str) -> Result<Self, Box<dyn Error>> {
        let mut file = Self { offsets: vec![0], ..Self::default() };
        for line in fs::read_to_string(path)?.lines() {
            for click in line.split_whitespace() {
                let (item, time) = click.split_once(':').unwrap_or((click, "0"));
                file.items.push(item.parse()?);
                file.times.push(time.parse()?);
            }
            file.offsets.push(file.items.len());
        }
        Ok(file)
    }

    fn iter(&self) -> impl Iterator<Item = (&[u32], &[i64])> {
        self.offsets.windows(2).map(|ends| (&self.items[ends[0]..ends[1]], &self.times[ends[0]..ends[1]]))
    }

    /// Each prefix with what comes next as a sequence of its own.
    fn prefixes(&self) -> Self {
        Self::of(self.iter().flat_map(|(items, times)| (2..=items.len()).map(|end| (&items[..end], &times[..end]))))
    }

    /// Without so many of the last items.
    fn without(&self, last: usize) -> Self {
        Self::of(self.iter().map(|(items, times)| {
            let end = items.len().saturating_sub(last);
            (&items[..end], &times[..end])
        }))
    }
}

fn shown(judged: Option<Judged>) -> String {
    match judged {
        Some(Judged { hit_rate, mrr, count }) => {
            format!("HR@20 {:.2} %, MRR@20 {:.2} % of {count}", hit_rate * 100.0, mrr * 100.0)
        }
        None => "nothing to judge by".into(),
    }
}

/// HR@10 and NDCG@10 in percent of the last item among those that the user did not have before.
fn unseen(model: &Model, all: &File) -> (f64, f64) {
    let sequences: Vec<&[u32]> = all.iter().map(|(items, _)| items).filter(|items| items.len() > 1).collect();
    let (mut hits, mut gains) = (0.0, 0.0);
    for sequences in sequences.chunks(64) {
        let given: Vec<&[u32]> = sequences.iter().map(|items| &items[..items.len() - 1]).collect();
        let scores = model.scores(&given);
        for ((scores, given), items) in scores.chunks_exact(model.items).zip(&given).zip(sequences) {
            let next = items[items.len() - 1];
            let own = scores[next as usize];
            let above = (0..scores.len() as u32).filter(|item| scores[*item as usize] > own && !given.contains(item));
            let rank = above.count() + 1;
            if rank <= 10 {
                hits += 1.0;
                gains += 1.0 / (rank as f64 + 1.0).log2();
            }
        }
    }
    (100.0 * hits / sequences.len() as f64, 100.0 * gains / sequences.len() as f64)
}

fn graphs(architecture: &Architecture, sequences: Sequences<'_>, together: usize) -> Result<(), Box<dyn Error>> {
    let Architecture::SrGnn(network) = architecture else { return Err("only sr_gnn has graphs of sessions".into()) };
    let began = Instant::now();
    let Extent { graphs, nodes, edges } = network.graphs(sequences, together);
    let second = graphs as f64 / began.elapsed().as_secs_f64();
    println!("{graphs} graphs of {nodes} nodes and {edges} edges: {second:.0} a second");
    Ok(())
}

struct Options<'a>(HashMap<&'a str, &'a str>);

impl Options<'_> {
    fn get<T: FromStr<Err: Error + 'static>>(&self, name: &str, otherwise: T) -> Result<T, Box<dyn Error>> {
        Ok(self.0.get(name).map_or(Ok(otherwise), |value| value.parse())?)
    }

    fn network(&self, name: &str) -> Result<Architecture, Box<dyn Error>> {
        let (dimension, dropout) = (self.get("dimension", 100)?, self.get("dropout", 0.2)?);
        Ok(match name {
            "sr_gnn" => Architecture::SrGnn(SrGnn { dimension, steps: 1 }),
            "gru4rec" => Architecture::Gru4Rec(Gru4Rec { dimension, layers: 1, dropout }),
            "sasrec" => {
                let length = self.get("length", 50)?;
                Architecture::SasRec(SasRec { dimension, heads: 1, layers: 2, length, dropout }.checked()?)
            }
            "dgsr" => {
                let (hops, neighbours) = (self.get("hops", 2)?, self.get("neighbours", 50)?);
                Architecture::Dgsr(Dgsr { dimension, hops, neighbours })
            }
            other => return Err(format!("no network {other}").into()),
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (mut places, mut options) = (Vec::new(), HashMap::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.strip_prefix("--") {
            Some(name) => drop(options.insert(name, rest.next().ok_or("an option without a value")?.as_str())),
            None => places.push(argument.as_str()),
        }
    }
    let options = Options(options);
    let [command, network, paths @ ..] = &places[..] else { return Err("see the head of the file".into()) };
    let architecture = options.network(network)?;
    let mut files: Vec<File> = paths.iter().map(|path| File::read(path)).collect::<Result<_, _>>()?;
    let items = files.iter().flat_map(|file| &file.items).max().map_or(0, |item| *item as usize + 1);
    let items = options.get("items", items)?;
    match (*command, files.len()) {
        ("users", 1) => files = vec![files[0].without(2), files[0].without(1), files.remove(0)],
        ("step" | "epoch" | "graphs", 1) => {}
        ("last", 3) => {}
        ("train", 3) => files.iter_mut().skip(1).for_each(|file| *file = file.prefixes()),
        _ => return Err("see the head of the file".into()),
    }
    let sequences: Vec<Sequences<'_>> =
        files.iter().map(|file| Sequences::new(&file.items, &file.offsets, items)).collect::<Result<_, _>>()?;
    if *command == "graphs" {
        return graphs(&architecture, sequences[0], options.get("batch", 100)?);
    }
    let stop_after = options.0.get("stop-after").map(|value| value.parse()).transpose()?;
    let schedule = Schedule {
        epochs: options.get("epochs", if *command == "epoch" { 1 } else { 10 })?,
        batch: options.get("batch", 100)?,
        learning_rate: options.get("learning-rate", 0.001)?,
        l2: options.get("l2", 1e-5)?,
        stop_after,
        seed: options.get("seed", 1)?,
        device: options.get("device", Device::Cpu)?,
    };
    let data = Data { items, train: sequences[0], times: Some(&files[0].times), valid: sequences.get(1).copied() };
    let (mut taken, mut last, mut begun, mut epochs) = (Vec::new(), Instant::now(), Instant::now(), 0);
    let (is_measured, steps, all) = (*command == "step", options.get("steps", 60)?, Instant::now());
    let mut watch = |progress: &gml_neural::Progress<'_>| {
        taken.push(last.elapsed().as_secs_f64() * 1000.0);
        if progress.history.len() > epochs {
            epochs = progress.history.len();
            let epoch = progress.history[epochs - 1];
            let seconds = begun.elapsed().as_secs_f64();
            println!("epoch {epochs}: loss {:.4}, valid {}, {seconds:.0} s", epoch.loss, shown(epoch.valid));
            begun = Instant::now();
        }
        if progress.step.is_multiple_of(500) && !is_measured {
            println!("  step {} of {}: loss {:.4}", progress.step, progress.steps, progress.loss);
        }
        last = Instant::now();
        if is_measured && taken.len() == steps { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let model = train(&architecture, &schedule, &data, options.0.get("checkpoint").map(Path::new), &mut watch)?;
    let Some(model) = model else {
        let steps = &mut taken[steps / 6..];
        steps.sort_by(f64::total_cmp);
        println!("a step {:.1} ms; fastest {:.1}", steps[steps.len() / 2], steps[0]);
        return Ok(());
    };
    if *command == "epoch" {
        println!("an epoch {:.2} s", all.elapsed().as_secs_f64() / model.history.len() as f64);
    }
    for (place, epoch) in model.history.iter().enumerate() {
        println!("epoch {}: loss {:.4}, valid {}", place + 1, epoch.loss, shown(epoch.valid));
    }
    if let Some(test) = sequences.get(2) {
        println!("epoch {} on test: {}", model.best, shown(model.judge(*test)));
    }
    if *command == "users" {
        let (hits, gains) = unseen(&model, &files[2]);
        println!("without what was seen: HR@10 {hits:.2} %, NDCG@10 {gains:.2} %");
    }
    if let Some(path) = options.0.get("onnx") {
        fs::write(path, model.onnx("What comes next in a sequence"))?;
    }
    Ok(())
}
