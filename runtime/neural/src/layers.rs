//! Layers whose gradients are written out.

use std::rc::Rc;

use rayon::prelude::*;

use crate::kernels::{self, Strides, multiply};
use crate::tensor::{Tensor, sigmoid};

/// A gated recurrent unit: what was there, and beside each other the three gates (reset, update, new) of what is given and of what
/// was there.
pub(crate) fn gated(state: &Tensor, of_input: &Tensor, of_state: &Tensor) -> Tensor {
    let [rows, width] = state.size();
    let (own, input, hidden) = (Rc::clone(state.values()), Rc::clone(of_input.values()), Rc::clone(of_state.values()));
    let mut values = Vec::with_capacity(rows * width);
    // Reset, update, new.
    let mut gates = Vec::with_capacity(rows * width);
    for row in 0..rows {
        for column in 0..width {
            let at = |gate: usize| row * 3 * width + gate * width + column;
            let reset = sigmoid(input[at(0)] + hidden[at(0)]);
            let update = sigmoid(input[at(1)] + hidden[at(1)]);
            let new = (input[at(2)] + reset * hidden[at(2)]).tanh();
            values.push(new + update * (own[row * width + column] - new));
            gates.push([reset, update, new]);
        }
    }
    let back = move |gradient: &[f32]| {
        let mut of_own = vec![0.0; rows * width];
        let (mut of_input, mut of_hidden) = (vec![0.0; rows * 3 * width], vec![0.0; rows * 3 * width]);
        for (place, (gradient, [reset, update, new])) in gradient.iter().zip(&gates).enumerate() {
            let (row, column) = (place / width, place % width);
            let at = |gate: usize| row * 3 * width + gate * width + column;
            of_own[place] = gradient * update;
            let of_update = gradient * (own[place] - new) * update * (1.0 - update);
            let of_new = gradient * (1.0 - update) * (1.0 - new * new);
            let of_reset = of_new * hidden[at(2)] * reset * (1.0 - reset);
            for (gate, slope) in [of_reset, of_update, of_new].into_iter().enumerate() {
                of_input[at(gate)] = slope;
                of_hidden[at(gate)] = slope;
            }
            of_hidden[at(2)] = of_new * reset;
        }
        vec![of_own, of_input, of_hidden]
    };
    Tensor::made(values, [rows, width], vec![state.clone(), of_input.clone(), of_state.clone()], back)
}

const EPSILON: f32 = 1e-5;

/// Rows with mean 0 and deviation 1, times a scale and with a bias.
pub(crate) fn normal(rows: &Tensor, scale: &Tensor, bias: &Tensor) -> Tensor {
    let [count, width] = rows.size();
    let mut values = Vec::with_capacity(count * width);
    let (mut normal, mut deviations) = (Vec::with_capacity(count * width), Vec::with_capacity(count));
    let (of_scale, of_bias) = (Rc::clone(scale.values()), bias.values());
    for row in rows.values().chunks_exact(width) {
        let mean = row.iter().sum::<f32>() / width as f32;
        let variance = row.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / width as f32;
        let deviation = (variance + EPSILON).sqrt();
        for (value, (scale, bias)) in row.iter().zip(of_scale.iter().zip(of_bias.iter())) {
            let own = (value - mean) / deviation;
            normal.push(own);
            values.push(own * scale + bias);
        }
        deviations.push(deviation);
    }
    let back = move |gradient: &[f32]| {
        let mut of_rows = Vec::with_capacity(count * width);
        let (mut sum_scale, mut sum_bias) = (vec![0.0; width], vec![0.0; width]);
        let rows = gradient.chunks_exact(width).zip(normal.chunks_exact(width)).zip(&deviations);
        for ((gradient, normal), deviation) in rows {
            let through: Vec<f32> =
                gradient.iter().zip(of_scale.iter()).map(|(gradient, scale)| gradient * scale).collect();
            let mean = through.iter().sum::<f32>() / width as f32;
            let along =
                through.iter().zip(normal).map(|(through, normal)| through * normal).sum::<f32>() / width as f32;
            of_rows.extend(
                through.iter().zip(normal).map(|(through, normal)| (through - mean - normal * along) / deviation),
            );
            for column in 0..width {
                sum_scale[column] += gradient[column] * normal[column];
                sum_bias[column] += gradient[column];
            }
        }
        vec![of_rows, sum_scale, sum_bias]
    };
    Tensor::made(values, [count, width], vec![rows.clone(), scale.clone(), bias.clone()], back)
}

/// Attention of each row of a sequence over those of the same sequence up to it. Sequences lie one after the other and end at
/// `ends`; each row is cut into `heads` parts. `kept` are factors of the attention (0 for what is left out): those of a sequence
/// and a head after the other, each a square.
pub(crate) fn attention(
    [queries, keys, values]: [&Tensor; 3],
    ends: &[usize],
    heads: usize,
    kept: Option<Vec<f32>>,
) -> Tensor {
    let [count, width] = queries.size();
    let part = width / heads;
    let scale = (part as f32).sqrt().recip();
    let given = [queries, keys, values].map(|of| Rc::clone(of.values()));
    let starts: Vec<usize> = std::iter::once(0).chain(ends.iter().copied()).take(ends.len()).collect();
    let spans: Vec<(usize, usize)> = starts.into_iter().zip(ends.iter().copied()).collect();
    // Where the squares of a sequence begin.
    let squares: Vec<usize> = spans
        .iter()
        .scan(0, |from, (start, end)| {
            let own = *from;
            *from += (end - start) * (end - start) * heads;
            Some(own)
        })
        .collect();
    let slices = given.each_ref().map(|of| of.as_slice());
    let of_sequence = |(place, (start, end)): (usize, &(usize, usize))| -> (Vec<f32>, Vec<f32>) {
        let (length, [queries, keys, values]) = (end - start, slices);
        let (mut shares, mut out) = (vec![0.0; heads * length * length], vec![0.0; length * width]);
        let mut of_head = vec![0.0; length * part];
        for (head, shares) in shares.chunks_exact_mut(length * length).enumerate() {
            let at = start * width + head * part;
            let of = (&keys[at..], Strides::columns(width));
            multiply(shares, [length, length, part], (&queries[at..], Strides::rows(width)), of, false);
            for (row, shares) in shares.chunks_exact_mut(length).enumerate() {
                let (seen, later) = shares.split_at_mut(row + 1);
                kernels::scale(seen, scale);
                let (_, sum) = kernels::exponentials(seen);
                kernels::scale(seen, sum.recip());
                later.fill(0.0);
            }
            let mut used = shares.to_vec();
            if let Some(kept) = &kept {
                let from = squares[place] + head * length * length;
                used.iter_mut().zip(&kept[from..]).for_each(|(share, kept)| *share *= kept);
            }
            let of = (&values[at..], Strides::rows(width));
            multiply(&mut of_head, [length, part, length], (&used, Strides::rows(length)), of, false);
            for (out, of_head) in out.chunks_exact_mut(width).zip(of_head.chunks_exact(part)) {
                out[head * part..(head + 1) * part].copy_from_slice(of_head);
            }
        }
        (shares, out)
    };
    let found: Vec<(Vec<f32>, Vec<f32>)> = spans.par_iter().enumerate().map(of_sequence).collect();
    let mut out = Vec::with_capacity(count * width);
    let mut shares = Vec::with_capacity(spans.len());
    for (of_shares, of_out) in found {
        shares.push(of_shares);
        out.extend(of_out);
    }
    let back = move |gradient: &[f32]| {
        let mut slopes = [vec![0.0; count * width], vec![0.0; count * width], vec![0.0; count * width]];
        for (place, (start, end)) in spans.iter().enumerate() {
            let length = end - start;
            let mut of_head = vec![0.0; length * part];
            let mut of_shares = vec![0.0; length * length];
            for (head, shares) in shares[place].chunks_exact(length * length).enumerate() {
                let at = start * width + head * part;
                let factors =
                    kept.as_ref().map(|kept| &kept[squares[place] + head * length * length..][..length * length]);
                let mut used = shares.to_vec();
                if let Some(factors) = factors {
                    used.iter_mut().zip(factors).for_each(|(share, factor)| *share *= factor);
                }
                let rows = Strides::rows(width);
                let of_gradient = (&gradient[at..], rows);
                let put = |into: &mut Vec<f32>, of_head: &[f32]| {
                    for (row, of_head) in of_head.chunks_exact(part).enumerate() {
                        into[at + row * width..][..part].copy_from_slice(of_head);
                    }
                };
                multiply(&mut of_head, [length, part, length], (&used, Strides::columns(length)), of_gradient, false);
                put(&mut slopes[2], &of_head);
                let of_values = (&given[2][at..], Strides::columns(width));
                multiply(&mut of_shares, [length, length, part], of_gradient, of_values, false);
                if let Some(factors) = factors {
                    of_shares.iter_mut().zip(factors).for_each(|(share, factor)| *share *= factor);
                }
                for (slope, shares) in of_shares.chunks_exact_mut(length).zip(shares.chunks_exact(length)) {
                    let along = kernels::dot(slope, shares);
                    slope.iter_mut().zip(shares).for_each(|(slope, share)| *slope = (*slope - along) * share * scale);
                }
                let (own, turned) = (Strides::rows(length), Strides::columns(length));
                multiply(&mut of_head, [length, part, length], (&of_shares, own), (&given[1][at..], rows), false);
                put(&mut slopes[0], &of_head);
                multiply(&mut of_head, [length, part, length], (&of_shares, turned), (&given[0][at..], rows), false);
                put(&mut slopes[1], &of_head);
            }
        }
        slopes.into()
    };
    Tensor::made(out, [count, width], vec![queries.clone(), keys.clone(), values.clone()], back)
}

/// Attention is not sharper than this.
pub(crate) const SHARPEST: f32 = 30.0;
/// Less than any share.
pub(crate) const NOTHING: f32 = 1e-20;

/// Attention of nodes over the rows around them: `questions`, `keys` and `values` have a row for each that is around a node, `nodes`
/// says which, `there` whether it is really there. A node with none around it gets zeros.
pub(crate) fn seen([questions, keys, values]: [&Tensor; 3], nodes: &[i32], there: &[f32], count: usize) -> Tensor {
    let width = values.size()[1];
    let scale = (width as f32).sqrt().recip();
    let given = [questions, keys, values].map(|of| Rc::clone(of.values()));
    let rows = given[0].chunks_exact(width).zip(given[1].chunks_exact(width));
    let scores: Vec<f32> = rows.map(|(question, key)| kernels::dot(question, key) * scale).collect();
    let mut sums = vec![NOTHING; count];
    let mut shares: Vec<f32> = scores
        .iter()
        .zip(nodes.iter().zip(there))
        .map(|(score, (node, there))| {
            let share = score.clamp(-SHARPEST, SHARPEST).exp() * there;
            sums[*node as usize] += share;
            share
        })
        .collect();
    let mut out = vec![0.0; count * width];
    let of_nodes = move |node: &i32| *node as usize * width..(*node as usize + 1) * width;
    for ((share, node), value) in shares.iter_mut().zip(nodes).zip(given[2].chunks_exact(width)) {
        *share /= sums[*node as usize];
        kernels::add_times(&mut out[of_nodes(node)], value, *share);
    }
    let (nodes, means) = (nodes.to_vec(), out.clone());
    let back = move |gradient: &[f32]| {
        let mut slopes = [Vec::new(), Vec::new(), Vec::new()];
        for (place, (node, share)) in nodes.iter().zip(&shares).enumerate() {
            let row = |of: &[f32]| -> Vec<f32> { of[place * width..(place + 1) * width].to_vec() };
            let gradient = &gradient[of_nodes(node)];
            let value = row(&given[2]);
            let along = kernels::dot(gradient, &value) - kernels::dot(gradient, &means[of_nodes(node)]);
            let is_bounded = scores[place].abs() > SHARPEST;
            let slope = if is_bounded { 0.0 } else { along * share * scale };
            slopes[0].extend(row(&given[1]).into_iter().map(|key| key * slope));
            slopes[1].extend(row(&given[0]).into_iter().map(|question| question * slope));
            slopes[2].extend(gradient.iter().map(|gradient| gradient * share));
        }
        slopes.into()
    };
    Tensor::made(out, [count, width], vec![questions.clone(), keys.clone(), values.clone()], back)
}
