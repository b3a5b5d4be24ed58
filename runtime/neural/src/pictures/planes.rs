//! Layers of pictures, with their gradients written out.

use std::ops::Range;
use std::rc::Rc;

use rayon::prelude::*;

use crate::kernels::{self, Strides, multiply};
use crate::matrix::Matrix;
use crate::tensor::Tensor;

/// A filter sees so many lines and columns.
pub(crate) const SIDE: usize = 3;

/// Pixels that a filter sees.
pub(crate) const SEEN: usize = SIDE * SIDE;

/// What is left of numbers below 0 where they are rectified. With nothing left, a step that goes too far may leave filters that
/// give nothing for any picture, and are never moved again.
pub(crate) const LEAK: f32 = 0.01;

/// Numbers that filters see at once: what is written out for the product should stay in the cache.
const TOGETHER: usize = 1 << 16;

/// How a picture lies in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Planes {
    /// Lines.
    pub(crate) height: usize,
    /// Pixels of a line.
    pub(crate) width: usize,
    /// Numbers of a pixel.
    pub(crate) depth: usize,
}

impl Planes {
    /// How many numbers.
    pub(crate) fn count(self) -> usize {
        self.height * self.width * self.depth
    }

    /// Half as many lines and columns, rounded down.
    pub(crate) fn halved(self) -> Self {
        Self { height: self.height / 2, width: self.width / 2, ..self }
    }

    /// As large, with another number of numbers a pixel.
    pub(crate) fn with_depth(self, depth: usize) -> Self {
        Self { depth, ..self }
    }

    /// Lines that are written out at once, band by band.
    fn bands(self) -> impl Iterator<Item = Range<usize>> {
        let lines = (TOGETHER / (self.width * SEEN * self.depth)).max(1);
        (0..self.height).step_by(lines).map(move |from| from..self.height.min(from + lines))
    }

    /// The pixels around a pixel of a line that filters see one beside the other: where they lie, and where they stand among what
    /// is seen. Beyond the edges there is nothing.
    fn around(self, column: usize) -> (Range<usize>, usize) {
        let (from, to) = (column.saturating_sub(1), self.width.min(column + 2));
        (from * self.depth..to * self.depth, (from + 1 - column) * self.depth)
    }

    /// The lines around a line, with their places among those that a filter sees.
    fn lines_around(self, line: usize) -> impl Iterator<Item = (usize, usize)> {
        (0..SIDE)
            .filter_map(move |place| Some((place, (line + place).checked_sub(1)?)))
            .filter(move |of| of.1 < self.height)
    }

    /// Writes out what filters see around each pixel of some lines.
    fn write_out(self, picture: &[f32], lines: Range<usize>, into: &mut Vec<f32>) {
        let (row, seen) = (self.width * self.depth, SEEN * self.depth);
        into.clear();
        into.resize(lines.len() * self.width * seen, 0.0);
        for (line, into) in lines.zip(into.chunks_exact_mut(self.width * seen)) {
            for (place, of) in self.lines_around(line) {
                let picture = &picture[of * row..(of + 1) * row];
                for (column, into) in into.chunks_exact_mut(seen).enumerate() {
                    let (from, at) = self.around(column);
                    let at = place * SIDE * self.depth + at;
                    into[at..at + from.len()].copy_from_slice(&picture[from]);
                }
            }
        }
    }

    /// Adds what was written out for some lines back to where it came from.
    fn add_back(self, written: &[f32], lines: Range<usize>, picture: &mut [f32]) {
        let (row, seen) = (self.width * self.depth, SEEN * self.depth);
        for (line, written) in lines.zip(written.chunks_exact(self.width * seen)) {
            for (place, of) in self.lines_around(line) {
                let picture = &mut picture[of * row..(of + 1) * row];
                for (column, written) in written.chunks_exact(seen).enumerate() {
                    let (from, at) = self.around(column);
                    let at = place * SIDE * self.depth + at;
                    let written = &written[at..at + from.len()];
                    picture[from].iter_mut().zip(written).for_each(|(sum, value)| *sum += value);
                }
            }
        }
    }
}

/// [`Matrix::convolution`]
pub(crate) fn convolution(
    pictures: &Tensor,
    planes: Planes,
    filters: &Tensor,
    bias: &Tensor,
    is_rectified: bool,
) -> Tensor {
    let ([count, length], [seen, depth]) = (pictures.size(), filters.size());
    debug_assert_eq!((length, seen), (planes.count(), SEEN * planes.depth));
    let made = planes.with_depth(depth);
    let mut values = vec![0.0; count * made.count()];
    let (given, weights, biases) =
        (pictures.values().as_slice(), filters.values().as_slice(), bias.values().as_slice());
    let of_picture = |(picture, into): (&[f32], &mut [f32])| {
        let mut written = Vec::new();
        for lines in planes.bands() {
            planes.write_out(picture, lines.clone(), &mut written);
            let into = &mut into[lines.start * made.width * depth..lines.end * made.width * depth];
            let size = [lines.len() * planes.width, depth, seen];
            multiply(into, size, (&written, Strides::rows(seen)), (weights, Strides::rows(depth)), false);
            for pixel in into.chunks_exact_mut(depth) {
                for (value, bias) in pixel.iter_mut().zip(biases) {
                    let sum = *value + bias;
                    *value = if is_rectified && sum < 0.0 { sum * LEAK } else { sum };
                }
            }
        }
    };
    given.par_chunks_exact(length).zip(values.par_chunks_exact_mut(made.count())).for_each(of_picture);

    let values = Rc::new(values);
    let (given, weights) = (Rc::clone(pictures.values()), Rc::clone(filters.values()));
    let rectified = is_rectified.then(|| Rc::clone(&values));
    let is_followed = pictures.is_followed();
    let back = move |gradient: &[f32]| {
        let (given, weights) = (given.as_slice(), weights.as_slice());
        let rectified = rectified.as_ref().map(|values| values.as_slice());
        let mut of_given = vec![0.0; if is_followed { given.len() } else { 0 }];
        let parts: Vec<Option<&mut [f32]>> = match is_followed {
            true => of_given.chunks_exact_mut(length).map(Some).collect(),
            false => (0..count).map(|_| None).collect(),
        };
        let of_picture = |(place, mut of_given): (usize, Option<&mut [f32]>)| {
            let picture = &given[place * length..(place + 1) * length];
            let (mut of_filters, mut of_bias) = (vec![0.0; seen * depth], vec![0.0; depth]);
            let (mut written, mut slopes) = (Vec::new(), Vec::new());
            for lines in planes.bands() {
                let of_lines = lines.start * made.width * depth..lines.end * made.width * depth;
                let part = place * made.count() + of_lines.start..place * made.count() + of_lines.end;
                slopes.clear();
                slopes.extend_from_slice(&gradient[part.clone()]);
                if let Some(values) = rectified {
                    slopes
                        .iter_mut()
                        .zip(&values[part])
                        .for_each(|(slope, value)| *slope *= if *value < 0.0 { LEAK } else { 1.0 });
                }
                let pixels = lines.len() * planes.width;
                planes.write_out(picture, lines.clone(), &mut written);
                let (seen_by, slopes_by) = (Strides::columns(seen), Strides::rows(depth));
                multiply(&mut of_filters, [seen, depth, pixels], (&written, seen_by), (&slopes, slopes_by), true);
                slopes.chunks_exact(depth).for_each(|slopes| kernels::add(&mut of_bias, slopes));
                if let Some(of_given) = &mut of_given {
                    let filters = (weights, Strides::columns(depth));
                    multiply(&mut written, [pixels, seen, depth], (&slopes, slopes_by), filters, false);
                    planes.add_back(&written, lines, of_given);
                }
            }
            (of_filters, of_bias)
        };
        let of_pictures: Vec<_> = parts.into_par_iter().enumerate().map(of_picture).collect();
        let (mut of_filters, mut of_bias) = (vec![0.0; seen * depth], vec![0.0; depth]);
        for (filters, bias) in &of_pictures {
            kernels::add(&mut of_filters, filters);
            kernels::add(&mut of_bias, bias);
        }
        vec![of_given, of_filters, of_bias]
    };
    Tensor::made(values, [count, made.count()], vec![pictures.clone(), filters.clone(), bias.clone()], back)
}

/// [`Matrix::pooled`]
pub(crate) fn pooled(pictures: &Tensor, planes: Planes) -> Tensor {
    let ([count, length], made) = (pictures.size(), planes.halved());
    let (row, depth) = (planes.width * planes.depth, planes.depth);
    // Where the four neighbours that become a pixel begin.
    let neighbours = move |pixel: usize| {
        let first = 2 * (pixel / made.width) * row + 2 * (pixel % made.width) * depth;
        [first, first + depth, first + row, first + row + depth]
    };
    let mut values = vec![0.0; count * made.count()];
    let mut chosen = vec![0_u8; values.len()];
    let given = pictures.values().as_slice();
    let into = values.par_chunks_exact_mut(made.count()).zip(chosen.par_chunks_exact_mut(made.count()));
    given.par_chunks_exact(length).zip(into).for_each(|(picture, (into, chosen))| {
        let pixels = into.chunks_exact_mut(depth).zip(chosen.chunks_exact_mut(depth)).enumerate();
        for (pixel, (into, chosen)) in pixels {
            let four = neighbours(pixel).map(|first| &picture[first..first + depth]);
            for (number, (into, chosen)) in into.iter_mut().zip(chosen).enumerate() {
                (*into, *chosen) = (four[0][number], 0);
                for (place, other) in (1..).zip(&four[1..]) {
                    if other[number] > *into {
                        (*into, *chosen) = (other[number], place);
                    }
                }
            }
        }
    });
    let back = move |gradient: &[f32]| {
        let mut of_given = vec![0.0; count * length];
        let of_made = gradient.par_chunks_exact(made.count()).zip(chosen.par_chunks_exact(made.count()));
        of_given.par_chunks_exact_mut(length).zip(of_made).for_each(|(into, (gradient, chosen))| {
            let pixels = gradient.chunks_exact(depth).zip(chosen.chunks_exact(depth)).enumerate();
            for (pixel, (gradient, chosen)) in pixels {
                let four = neighbours(pixel);
                for (number, (gradient, chosen)) in gradient.iter().zip(chosen).enumerate() {
                    into[four[usize::from(*chosen)] + number] += gradient;
                }
            }
        });
        vec![of_given]
    };
    Tensor::made(values, [count, made.count()], vec![pictures.clone()], back)
}

/// [`Matrix::enlarged`]
pub(crate) fn enlarged(pictures: &Tensor, planes: Planes, made: Planes) -> Tensor {
    let ([count, length], depth) = (pictures.size(), planes.depth);
    let source = move |place: usize| {
        let (line, column) = (place / made.width / 2, place % made.width / 2);
        (line.min(planes.height - 1) * planes.width + column.min(planes.width - 1)) * depth
    };
    let mut values = vec![0.0; count * made.count()];
    let given = pictures.values().as_slice();
    given.par_chunks_exact(length).zip(values.par_chunks_exact_mut(made.count())).for_each(|(picture, into)| {
        for (place, into) in into.chunks_exact_mut(depth).enumerate() {
            into.copy_from_slice(&picture[source(place)..][..depth]);
        }
    });
    let back = move |gradient: &[f32]| {
        let mut of_given = vec![0.0; count * length];
        let of_made = gradient.par_chunks_exact(made.count());
        of_given.par_chunks_exact_mut(length).zip(of_made).for_each(|(into, gradient)| {
            for (place, gradient) in gradient.chunks_exact(depth).enumerate() {
                let into = &mut into[source(place)..][..depth];
                into.iter_mut().zip(gradient).for_each(|(sum, value)| *sum += value);
            }
        });
        vec![of_given]
    };
    Tensor::made(values, [count, made.count()], vec![pictures.clone()], back)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that are spread over -1 to 1, no two of them near each other.
    fn spread(count: usize) -> Vec<f32> {
        (0..count).map(|place| (place * 37 % count) as f32 / count as f32 * 2.0 - 1.0).collect()
    }

    /// The gradients of a sum of what is made, each number times another factor, are its slopes.
    fn gradients_are_slopes(name: &str, given: &[(Vec<f32>, [usize; 2])], make: impl Fn(&[Tensor]) -> Tensor) {
        let factor = |place: usize| ((place * 29 + 7) % 64) as f32 / 32.0 - 1.0;
        let sum = |given: &[(Vec<f32>, [usize; 2])]| -> f64 {
            let given: Vec<Tensor> =
                given.iter().map(|(values, size)| Tensor::constant(values.clone(), *size)).collect();
            let made = make(&given);
            made.values().iter().enumerate().map(|(place, value)| f64::from(*value) * f64::from(factor(place))).sum()
        };
        let leaves: Vec<Tensor> = given.iter().map(|(values, size)| Tensor::weights(values.clone(), *size)).collect();
        let made = make(&leaves);
        let mut gradients = made.backward((0..made.values().len()).map(factor).collect());
        let mut largest = 0.0_f64;
        for (part, leaf) in leaves.iter().enumerate() {
            for (place, got) in gradients.take(leaf).unwrap().into_iter().enumerate() {
                let at = |by: f32| {
                    let mut given = given.to_vec();
                    given[part].0[place] += by;
                    sum(&given)
                };
                // What is made changes by straight lines, with a kink only where two numbers meet or one becomes 0.
                let (by, got) = (1.0 / 256.0, f64::from(got));
                let exact = (at(by) - at(-by)) / f64::from(2.0 * by);
                assert!((got - exact).abs() < 1e-3, "{name}: {part} {place}: {got} {exact}");
                largest = largest.max(got.abs());
            }
        }
        assert!(largest > 0.5, "{name}: {largest}");
    }

    #[test]
    fn gradients_of_layers_are_their_slopes() {
        let planes = Planes { height: 4, width: 5, depth: 2 };
        let pictures = (spread(3 * planes.count()), [3, planes.count()]);
        let filters = (spread(SEEN * 2 * 3), [SEEN * 2, 3]);
        let bias = (vec![0.013, -0.21, 0.4], [1, 3]);
        for is_rectified in [false, true] {
            let given = [pictures.clone(), filters.clone(), bias.clone()];
            gradients_are_slopes("convolution", &given, |given| {
                convolution(&given[0], planes, &given[1], &given[2], is_rectified)
            });
        }
        gradients_are_slopes("pooled", std::slice::from_ref(&pictures), |given| pooled(&given[0], planes));
        for made in [Planes { height: 8, width: 10, depth: 2 }, Planes { height: 9, width: 11, depth: 2 }] {
            gradients_are_slopes("enlarged", std::slice::from_ref(&pictures), |given| {
                enlarged(&given[0], planes, made)
            });
        }
    }

    #[test]
    fn filters_see_what_is_around_a_pixel() {
        // One filter, which makes of what is around a pixel a number with a digit for each pixel.
        let planes = Planes { height: 2, width: 3, depth: 1 };
        let pictures = Tensor::constant(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1, 6]);
        let filter: Vec<f32> = (0..SEEN as i32).map(|place| 10_f32.powi(place - 4)).collect();
        let (filter, bias) = (Tensor::constant(filter, [SEEN, 1]), Tensor::constant(vec![-100.0], [1, 1]));
        let exact = [54_021.0, 65_432.1, 6_503.2, 54.021, 65.4321, 6.5032].map(|value: f32| value - 100.0);
        for (is_rectified, left) in [(false, 1.0), (true, LEAK)] {
            let made = convolution(&pictures, planes, &filter, &bias, is_rectified);
            for (made, exact) in made.values().iter().zip(exact) {
                let exact = if exact < 0.0 { exact * left } else { exact };
                assert!((made - exact).abs() < 0.01, "{made} {exact}");
            }
        }
    }

    #[test]
    fn pictures_become_smaller_and_larger() {
        let planes = Planes { height: 3, width: 4, depth: 1 };
        let pictures = Tensor::constant((0..12).map(|value| (value * 7 % 12) as f32).collect::<Vec<_>>(), [1, 12]);
        assert_eq!(**pictures.values(), [0.0, 7.0, 2.0, 9.0, 4.0, 11.0, 6.0, 1.0, 8.0, 3.0, 10.0, 5.0]);
        let small = pooled(&pictures, planes);
        assert_eq!(**small.values(), [11.0, 9.0]);
        let large = enlarged(&small, planes.halved(), planes);
        assert_eq!(**large.values(), [11.0, 11.0, 9.0, 9.0].repeat(3));
    }

    #[test]
    fn bands_cover_all_lines() {
        for planes in [
            Planes { height: 7, width: 128, depth: 64 },
            Planes { height: 128, width: 128, depth: 3 },
            Planes { height: 1, width: 1, depth: 1 },
        ] {
            let lines: Vec<usize> = planes.bands().flatten().collect();
            assert_eq!(lines, (0..planes.height).collect::<Vec<_>>());
        }
    }
}
