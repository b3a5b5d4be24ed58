//! Steps of trainings by burn, on any device that it has a backend for.
//!
//! The networks are the same as on the tape of this crate: their passes are written over [`Matrix`](crate::matrix::Matrix). What
//! differs is where numbers lie and who follows gradients back. Weights and what Adam remembers of them stay on the device from step
//! to step; they come back where they are judged or kept. The order of examples, what is left out by chance and the rule of Adam are
//! those of this crate, so that a training may be stopped on one device and go on with another: it ends elsewhere only by how sums
//! are rounded.

mod learned;
mod matrix;
#[cfg(test)]
mod tests;

use burn_autodiff::Autodiff;
use burn_backend::{AutodiffBackend, Backend, tensor::Device};

use crate::Error;
use crate::checkpoint::State;
use crate::learner::{Learner, Lesson};
use crate::network::{Batch, Given, Network, Rows, Shape};
use crate::pictures;
use crate::table::Learned;
use learned::{Moving, bring, bring_back, moved, number};
use matrix::OnDevice;

/// burn, on a device of the backend `B`.
pub(crate) struct Burn<B: Backend> {
    device: Device<B>,
    /// The rows of the items; none before the first step.
    table: Vec<Moving<B>>,
    /// The other weights.
    weights: Vec<Moving<B>>,
}

impl Burn<burn_flex::Flex> {
    /// On the processor.
    pub(crate) fn flex() -> Self {
        Self::on(burn_flex::FlexDevice)
    }
}

#[cfg(feature = "cuda")]
impl Burn<burn_cuda::Cuda> {
    /// On a GPU.
    pub(crate) fn gpu(gpu: crate::device::Gpu) -> Self {
        Self::on(gpu)
    }
}

impl<B: Backend> Burn<B> {
    fn on(device: Device<B>) -> Self {
        Self { device, table: Vec::new(), weights: Vec::new() }
    }

    /// Brings weights to the device before the first step.
    fn bring_weights(&mut self, weights: &Learned, shapes: &[Shape]) {
        if self.weights.is_empty() {
            self.weights = bring(weights, shapes.iter().map(|shape| shape.size), &self.device);
        }
    }
}

impl<B: Backend> Learner for Burn<B> {
    fn step<N: Network>(&mut self, lesson: Lesson<'_, N>, state: &mut State) -> Result<f64, Error> {
        let Lesson { network, shapes, batch: Batch { rows, layout }, next, mut noise, adam } = lesson;
        if self.table.is_empty() {
            let width = network.width();
            self.table = bring(&state.table, [[state.table.values.len() / width, width]], &self.device);
        }
        self.bring_weights(&state.weights, shapes);
        let (table, weights) = (self.table[0].leaf(), leaves(&self.weights));
        let given = Given { rows: rows_of(&table, &rows), weights: &weights };
        let vectors = network.forward(&given, &layout, Some(&mut noise));
        let loss = vectors.cross_entropy(&table, next);
        let mut gradients = Autodiff::<B>::backward(loss.clone());
        self.table = moved(std::mem::take(&mut self.table), vec![table], &mut gradients, adam);
        self.weights = moved(std::mem::take(&mut self.weights), weights, &mut gradients, adam);
        number::<Autodiff<B>>(loss)
    }

    fn bring_back(&self, state: &mut State) -> Result<(), Error> {
        bring_back(&self.table, &mut state.table)?;
        bring_back(&self.weights, &mut state.weights)
    }
}

impl<B: Backend> pictures::Learner for Burn<B> {
    fn step(&mut self, lesson: pictures::Lesson<'_>, state: &mut Learned) -> Result<f64, Error> {
        let pictures::Lesson { autoencoder, shapes, pictures, size, adam } = lesson;
        self.bring_weights(state, shapes);
        let weights = leaves(&self.weights);
        let pictures = OnDevice::<Autodiff<B>>::constant(pictures, size, &self.device);
        let made = autoencoder.decode(&autoencoder.encode(pictures.clone(), &weights), &weights);
        let loss = made.mean_squared_difference(&pictures);
        let mut gradients = Autodiff::<B>::backward(loss.clone());
        self.weights = moved(std::mem::take(&mut self.weights), weights, &mut gradients, adam);
        number::<Autodiff<B>>(loss)
    }

    fn bring_back(&self, state: &mut Learned) -> Result<(), Error> {
        bring_back(&self.weights, state)
    }
}

fn leaves<B: Backend>(weights: &[Moving<B>]) -> Vec<OnDevice<Autodiff<B>>> {
    weights.iter().map(Moving::leaf).collect()
}

/// Rows of a table, each the mean of those of some items.
fn rows_of<B: Backend>(table: &OnDevice<B>, rows: &Rows) -> OnDevice<B> {
    use crate::matrix::Matrix as _;
    let items: Vec<i32> = rows.items().iter().map(|item| *item as i32).collect();
    let of_items = table.select(&items);
    if rows.len() == items.len() {
        // Each row is that of one item.
        return of_items;
    }
    let (mut shares, mut to) = (Vec::with_capacity(items.len()), Vec::with_capacity(items.len()));
    for (place, group) in rows.groups().enumerate() {
        shares.resize(shares.len() + group.len(), (group.len() as f32).recip());
        to.resize(shares.len(), place as i32);
    }
    let shares = table.constant_near(shares, [items.len(), 1]);
    of_items.rows_times(&shares).gathered(&to, rows.len())
}
