//! Asks a saved network what comes next and says how long that takes:
//!
//! ```text
//! next_items LIBRARY MODEL.onnx SESSIONS [K] [THREADS] [AT_MOST]
//! ```
//!
//! `LIBRARY` is the file of ONNX Runtime or the folder that it lies in. A line of `SESSIONS` is a session, its items are numbers from 0.
//! First they are asked about one at a time, as a server is, then 64 of one length together, as `recommend` does; each time the `K`
//! items with the highest scores are taken. `tests/bench/networks.py` reads what it prints.

#![allow(clippy::print_stdout, reason = "its result")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use gml_inference::{Options, Runtime, Session, Tensor};
use ndarray::Array2;

/// Sessions that are asked about together.
const TOGETHER: usize = 64;

/// The last clicks of a session that are looked at.
const CLICKS: usize = 50;

/// The first `k` items by their scores, and then by their numbers.
fn best(scores: &[f32], k: usize) -> Vec<u32> {
    let mut items: Vec<u32> = (0..scores.len() as u32).collect();
    let before = |left: &u32, right: &u32| {
        scores[*right as usize].total_cmp(&scores[*left as usize]).then_with(|| left.cmp(right))
    };
    if k < items.len() {
        items.select_nth_unstable_by(k, before);
        items.truncate(k);
    }
    items.sort_unstable_by(before);
    items
}

/// What is recommended after sessions of one length.
fn asked(session: &mut Session, sessions: &[&[i64]], k: usize) -> Result<Vec<Vec<u32>>, Box<dyn Error>> {
    let length = sessions.first().map_or(0, |first| first.len());
    let items = Array2::from_shape_vec((sessions.len(), length), sessions.concat())?;
    let given = session.run(&[("items", &Tensor::from(items))], &["scores"])?;
    let scores = given.into_iter().next().and_then(Tensor::into_float32).ok_or("the model gave no scores")?;
    let scores = scores.into_raw_vec_and_offset().0;
    let items = scores.len() / sessions.len().max(1);
    Ok(scores.chunks_exact(items.max(1)).map(|scores| best(scores, k)).collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [library, model, sessions, numbers @ ..] = &arguments[..] else {
        return Err("see the head of the file".into());
    };
    let number = |place: usize, otherwise: usize| -> Result<usize, Box<dyn Error>> {
        Ok(numbers.get(place).map_or(Ok(otherwise), |text| text.parse())?)
    };
    let (k, threads, most) = (number(0, 20)?, number(1, 1)?, number(2, usize::MAX)?);
    let runtime = Runtime::open(Path::new(library))?;
    let mut session = Session::open(&runtime, Path::new(model), Options { threads, ..Options::default() })?;
    let mut read: Vec<Vec<i64>> = Vec::new();
    for line in std::fs::read_to_string(sessions)?.lines().filter(|line| !line.is_empty()).take(most) {
        let items: Vec<i64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        read.push(items[items.len().saturating_sub(CLICKS)..].to_vec());
    }
    // The first call makes room.
    let first = read.first().ok_or("there is no session")?;
    asked(&mut session, &[first], k)?;
    let (mut taken, mut one_by_one) = (Vec::with_capacity(read.len()), Vec::new());
    for of in &read {
        let began = Instant::now();
        one_by_one.extend(asked(&mut session, &[of], k)?);
        taken.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    taken.sort_by(f64::total_cmp);
    let at = |share: f64| taken[((taken.len() - 1) as f64 * share) as usize];
    println!("one at a time: p50 {:.3} ms, p99 {:.3} ms, {:.0} a second", at(0.5), at(0.99), {
        1000.0 * taken.len() as f64 / taken.iter().sum::<f64>()
    });
    let mut order: Vec<usize> = (0..read.len()).collect();
    order.sort_by_key(|place| read[*place].len());
    let began = Instant::now();
    let mut differ = 0;
    for places in order.chunk_by(|left, right| read[*left].len() == read[*right].len()) {
        for places in places.chunks(TOGETHER) {
            let sessions: Vec<&[i64]> = places.iter().map(|place| &*read[*place]).collect();
            let together = asked(&mut session, &sessions, k)?;
            differ += places.iter().zip(&together).filter(|(place, found)| one_by_one[**place] != **found).count();
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("together: {:.0} a second", read.len() as f64 / seconds);
    // Sums are rounded otherwise there, which turns items of nearly the same score round.
    println!("other items or another order: {differ} of {}", read.len());
    Ok(())
}
