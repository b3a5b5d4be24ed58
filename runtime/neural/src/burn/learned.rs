//! Weights on a device, and how they are moved.

use burn_autodiff::Autodiff;
use burn_autodiff::grads::Gradients;
use burn_backend::ops::FloatTensorOps;
use burn_backend::tensor::{Device, FloatTensor};
use burn_backend::{AutodiffBackend, Backend, ExecutionError, Shape, TensorData, read_sync};

use super::matrix::OnDevice;
use crate::Error;
use crate::kernels::Adam;
use crate::table::Learned;

/// A matrix that is learned, with what Adam remembers of it.
pub(super) struct Moving<B: Backend> {
    size: [usize; 2],
    values: FloatTensor<B>,
    /// The mean of their gradients.
    means: FloatTensor<B>,
    /// The mean of their squares.
    squares: FloatTensor<B>,
}

impl<B: Backend> Moving<B> {
    /// The matrix as a pass begins with it: its gradient is wanted.
    pub(super) fn leaf(&self) -> OnDevice<Autodiff<B>> {
        let values = Autodiff::<B>::float_set_require_grad(Autodiff::<B>::from_inner(self.values.clone()), true);
        OnDevice::new(values, self.size)
    }

    /// After a step of Adam; see [`Adam::update`].
    fn moved(self, gradient: Option<FloatTensor<B>>, adam: Adam) -> Self {
        let Self { size, values, means, squares } = self;
        let drawn = B::float_mul_scalar(values.clone(), adam.l2.into());
        let gradient = match gradient {
            Some(gradient) => B::float_add(gradient, drawn),
            // What the loss does not hang on has no slope.
            None => drawn,
        };
        let change = B::float_mul_scalar(B::float_sub(gradient.clone(), means.clone()), (1.0 - Adam::MEAN).into());
        let means = B::float_add(means, change);
        let square = B::float_mul_scalar(B::float_mul(gradient.clone(), gradient), (1.0 - Adam::SQUARE).into());
        let squares = B::float_add(B::float_mul_scalar(squares, Adam::SQUARE.into()), square);
        let root = B::float_mul_scalar(B::float_sqrt(squares.clone()), adam.correction.into());
        let way = B::float_div(means.clone(), B::float_add_scalar(root, Adam::EPSILON.into()));
        let values = B::float_sub(values, B::float_mul_scalar(way, adam.rate.into()));
        Self { size, values, means, squares }
    }
}

/// Brings what is learned to a device: matrices that lie one after the other.
pub(super) fn bring<B: Backend>(
    learned: &Learned,
    sizes: impl IntoIterator<Item = [usize; 2]>,
    device: &Device<B>,
) -> Vec<Moving<B>> {
    let mut from = 0;
    let one = |size: [usize; 2]| {
        let own = from..from + size[0] * size[1];
        from = own.end;
        let part = |of: &[f32]| B::float_from_data(TensorData::new(of[own.clone()].to_vec(), Shape::new(size)), device);
        Moving { size, values: part(&learned.values), means: part(&learned.means), squares: part(&learned.squares) }
    };
    sizes.into_iter().map(one).collect()
}

/// Brings them back. Where nothing was brought to the device, nothing was learned there.
pub(super) fn bring_back<B: Backend>(matrices: &[Moving<B>], into: &mut Learned) -> Result<(), Error> {
    let mut from = 0;
    for matrix in matrices {
        let own = from..from + matrix.size[0] * matrix.size[1];
        from = own.end;
        let parts = [
            (&matrix.values, &mut into.values),
            (&matrix.means, &mut into.means),
            (&matrix.squares, &mut into.squares),
        ];
        for (of, into) in parts {
            into[own.clone()].copy_from_slice(&numbers::<B>(of.clone())?);
        }
    }
    Ok(())
}

/// Matrices after a step, by the leaves that the pass began with.
pub(super) fn moved<B: Backend>(
    matrices: Vec<Moving<B>>,
    leaves: Vec<OnDevice<Autodiff<B>>>,
    gradients: &mut Gradients,
    adam: Adam,
) -> Vec<Moving<B>> {
    let one = |(matrix, leaf): (Moving<B>, OnDevice<Autodiff<B>>)| {
        let gradient = Autodiff::<B>::grad_remove(leaf.values(), gradients);
        // With it goes what else holds the numbers, so that they can be moved where they lie.
        drop(leaf);
        matrix.moved(gradient, adam)
    };
    matrices.into_iter().zip(leaves).map(one).collect()
}

/// The numbers of a tensor.
fn numbers<B: Backend>(tensor: FloatTensor<B>) -> Result<Vec<f32>, Error> {
    let data = read_sync(B::float_into_data(tensor)).map_err(|why: ExecutionError| Error::Device(why.to_string()))?;
    data.try_into_vec().map_err(|why| Error::Device(format!("{why:?}")))
}

/// The number of a tensor that has one.
pub(super) fn number<B: Backend>(tensor: FloatTensor<B>) -> Result<f64, Error> {
    let numbers = numbers::<B>(tensor)?;
    numbers.first().map(|number| f64::from(*number)).ok_or_else(|| Error::Device("there is no number".into()))
}
