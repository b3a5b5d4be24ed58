//! How long a step of the autoencoder of pictures takes:
//!
//! ```text
//! cargo run --release -p gml-neural --example pictures -- [SIZE [BATCH [THREADS]]]
//! ```
//!
//! `tests/peers/picture_networks.py step` does the same with PyTorch.

#![allow(clippy::print_stdout, reason = "its result")]

use std::ops::ControlFlow;
use std::time::Instant;

use gml_neural::pictures::{Autoencoder, COLOURS, Data, Pictures, train};
use gml_neural::{Device, Error, Schedule};

/// Pictures of no more than noise.
struct Noise {
    count: usize,
}

impl Pictures for Noise {
    fn count(&self) -> usize {
        self.count
    }

    fn bytes(&self, place: usize, into: &mut [u8]) -> Result<(), Error> {
        let mut state = place as u32 + 1;
        for byte in into {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (state >> 24) as u8;
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut given = std::env::args().skip(1).map(|number| number.parse::<usize>());
    let mut next = |default: usize| given.next().unwrap_or(Ok(default));
    let (size, batch, threads) = (next(128)?, next(64)?, next(2)?);
    let schedule =
        Schedule { epochs: 1, batch, learning_rate: 0.001, l2: 0.0, stop_after: None, seed: 1, device: Device::Cpu };
    let noise = Noise { count: batch * 6 };
    let (mut taken, mut start) = (Vec::new(), Instant::now());
    let mut watch = |progress: &gml_neural::pictures::Progress<'_>| {
        if !progress.is_complete {
            taken.push(start.elapsed().as_secs_f64());
        }
        start = Instant::now();
        ControlFlow::Continue(())
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let data = Data { train: &noise, valid: None };
    pool.install(|| train(&Autoencoder::new(size, 32), &schedule, data, None, &mut watch))?;
    taken.remove(0);
    taken.sort_by(f64::total_cmp);
    println!(
        "a step of {batch} pictures of {} numbers {:.3} s, fastest {:.3} s",
        size * size * COLOURS,
        taken[taken.len() / 2],
        taken[0]
    );
    Ok(())
}
