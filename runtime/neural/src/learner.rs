//! Who makes the steps of a training.

use crate::Error;
use crate::checkpoint::State;
use crate::kernels::Adam;
use crate::model::rows_of;
use crate::network::{Batch, Given, Network, Noise, Shape, split};
use crate::table::{self, Aside};
use crate::tensor::Tensor;

/// What a step is made by.
pub(crate) struct Lesson<'l, N: Network> {
    /// The network.
    pub(crate) network: &'l N,
    /// Its weights.
    pub(crate) shapes: &'l [Shape],
    /// What it reads.
    pub(crate) batch: Batch<N::Layout>,
    /// What comes next, for each vector that it makes.
    pub(crate) next: &'l [u32],
    /// What it leaves out.
    pub(crate) noise: Noise,
    /// How weights are moved.
    pub(crate) adam: Adam,
}

/// Who makes the steps, and where.
pub(crate) trait Learner {
    /// A step. Gives the loss before it.
    fn step<N: Network>(&mut self, lesson: Lesson<'_, N>, state: &mut State) -> Result<f64, Error>;

    /// Brings what was learned into the state, where it is kept elsewhere between steps.
    fn bring_back(&self, state: &mut State) -> Result<(), Error>;
}

/// The tape of this crate, on the processor.
pub(crate) struct Tape {
    aside: Aside,
    scores: Vec<f32>,
}

impl Tape {
    /// For a table of so many items.
    pub(crate) fn new(items: usize, width: usize) -> Self {
        Self { aside: Aside::new(items, width), scores: Vec::new() }
    }
}

impl Learner for Tape {
    fn step<N: Network>(&mut self, lesson: Lesson<'_, N>, state: &mut State) -> Result<f64, Error> {
        let Lesson { network, shapes, batch: Batch { rows, layout }, next, mut noise, adam } = lesson;
        let width = network.width();
        let leaves = split(shapes, &state.weights.values);
        let leaves: Vec<Tensor> = leaves.map(|(shape, values)| Tensor::weights(values, shape.size)).collect();
        let of_rows = Tensor::weights(rows_of(&state.table.values, width, &rows), [rows.len(), width]);
        let given = Given { rows: of_rows.clone(), weights: &leaves };
        let vectors = network.forward(&given, &layout, Some(&mut noise));

        self.aside.choose(rows.items());
        let (table, aside) = (&mut state.table, &mut self.aside);
        let descent = table::descend(table, width, vectors.values(), next, aside, adam, &mut self.scores);
        let mut gradients = vectors.backward(descent.gradient);
        if let Some(of_rows) = gradients.take(&of_rows) {
            self.aside.add(&rows, &of_rows);
        }
        self.aside.update(&mut state.table, adam);
        state.weights.update(&gradients.of_weights(&leaves), adam);
        Ok(descent.loss)
    }

    fn bring_back(&self, _: &mut State) -> Result<(), Error> {
        Ok(())
    }
}
