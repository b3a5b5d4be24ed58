//! Layers whose gradients are written out.

use std::rc::Rc;

use rayon::prelude::*;

use crate::kernels::{self, NUMBERS, Strides, multiply};
use crate::matrix::Matrix;
use crate::tensor::Tensor;

/// Rows of a gated unit that are computed together.
const ROWS: usize = 64;

/// [`Matrix::gated`]
pub(crate) fn gated(state: &Tensor, of_input: &Tensor, of_state: &Tensor) -> Tensor {
    let [rows, width] = state.size();
    let (own, hidden) = (Rc::clone(state.values()), Rc::clone(of_state.values()));
    let mut values = vec![0.0; rows * width];
    let mut gates = vec![0.0; rows * 3 * width];
    let given: [&[f32]; 3] = [&own, of_input.values(), &hidden];
    let parts = values.par_chunks_mut(ROWS * width).zip(gates.par_chunks_mut(ROWS * 3 * width));
    parts.with_min_len(NUMBERS / (ROWS * width) + 1).enumerate().for_each(|(part, (next, gates))| {
        let rows = next.chunks_exact_mut(width).zip(gates.chunks_exact_mut(3 * width));
        for (row, (next, gates)) in (part * ROWS..).zip(rows) {
            let [state, input, hidden] = given;
            let gate = row * 3 * width..(row + 1) * 3 * width;
            let given = [&state[row * width..(row + 1) * width], &input[gate.clone()], &hidden[gate]];
            kernels::gates(given, gates, next);
        }
    });
    let back = move |gradient: &[f32]| {
        let mut of_own = vec![0.0; rows * width];
        let (mut of_input, mut of_hidden) = (vec![0.0; rows * 3 * width], vec![0.0; rows * 3 * width]);
        let given: [&[f32]; 4] = [gradient, &own, &hidden, &gates];
        let parts = of_input.par_chunks_mut(ROWS * 3 * width).zip(of_hidden.par_chunks_mut(ROWS * 3 * width));
        let parts = of_own.par_chunks_mut(ROWS * width).zip(parts).with_min_len(NUMBERS / (ROWS * width) + 1);
        parts.enumerate().for_each(|(part, (of_own, (of_input, of_hidden)))| {
            let rows = of_input.chunks_exact_mut(3 * width).zip(of_hidden.chunks_exact_mut(3 * width));
            let rows = of_own.chunks_exact_mut(width).zip(rows);
            for (row, (of_own, (of_input, of_hidden))) in (part * ROWS..).zip(rows) {
                let [gradient, own, hidden, gates] = given;
                let (at, gate) = (row * width..(row + 1) * width, row * 3 * width..(row + 1) * 3 * width);
                let given = [&gradient[at.clone()], &own[at], &hidden[gate.clone()], &gates[gate]];
                kernels::slopes_of_gates(given, [of_own, of_input, of_hidden]);
            }
        });
        vec![of_own, of_input, of_hidden]
    };
    Tensor::made(values, [rows, width], vec![state.clone(), of_input.clone(), of_state.clone()], back)
}

/// What is added to the variance of a row.
pub(crate) const EPSILON: f32 = 1e-5;

/// [`Matrix::normal`]
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

/// [`Matrix::attention`]
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
        let given: [&[f32]; 3] = given.each_ref().map(|of| of.as_slice());
        let of_sequence = |(place, (start, end)): (usize, &(usize, usize))| -> [Vec<f32>; 3] {
            let length = end - start;
            let mut slopes = [vec![0.0; length * width], vec![0.0; length * width], vec![0.0; length * width]];
            let (mut of_head, mut of_shares) = (vec![0.0; length * part], vec![0.0; length * length]);
            for (head, shares) in shares[place].chunks_exact(length * length).enumerate() {
                let (at, own_at) = (start * width + head * part, head * part);
                let factors =
                    kept.as_ref().map(|kept| &kept[squares[place] + head * length * length..][..length * length]);
                let mut used = shares.to_vec();
                if let Some(factors) = factors {
                    kernels::multiply_each(&mut used, factors);
                }
                let rows = Strides::rows(width);
                let of_gradient = (&gradient[at..], rows);
                let put = |into: &mut Vec<f32>, of_head: &[f32]| {
                    for (row, of_head) in of_head.chunks_exact(part).enumerate() {
                        into[own_at + row * width..][..part].copy_from_slice(of_head);
                    }
                };
                multiply(&mut of_head, [length, part, length], (&used, Strides::columns(length)), of_gradient, false);
                put(&mut slopes[2], &of_head);
                let of_values = (&given[2][at..], Strides::columns(width));
                multiply(&mut of_shares, [length, length, part], of_gradient, of_values, false);
                if let Some(factors) = factors {
                    kernels::multiply_each(&mut of_shares, factors);
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
            slopes
        };
        let of_sequences: Vec<[Vec<f32>; 3]> = spans.par_iter().enumerate().map(of_sequence).collect();
        // Sequences lie one after the other.
        let whole = |place: usize| of_sequences.iter().flat_map(|of| of[place].iter().copied()).collect::<Vec<f32>>();
        vec![whole(0), whole(1), whole(2)]
    };
    Tensor::made(out, [count, width], vec![queries.clone(), keys.clone(), values.clone()], back)
}

/// Attention is not sharper than this.
pub(crate) const SHARPEST: f32 = 30.0;
/// Less than any share.
pub(crate) const NOTHING: f32 = 1e-20;

/// Nodes whose attention is computed together.
const NODES: usize = 32;

/// [`Matrix::seen`]
pub(crate) fn seen([questions, keys, values]: [&Tensor; 3], asks: &[u32], ends: &[u32], there: &[f32]) -> Tensor {
    let ([_, width], count) = (values.size(), asks.len());
    let scale = (width as f32).sqrt().recip();
    let given = [questions, keys, values].map(|of| Rc::clone(of.values()));
    let (asks, ends) = (asks.to_vec(), ends.to_vec());
    let of_nodes = |part: usize, out: &mut [f32], slices: [&[f32]; 3]| -> Vec<[f32; 2]> {
        let ([questions, keys, values], mut seen) = (slices, Vec::new());
        for (node, out) in (part * NODES..).zip(out.chunks_exact_mut(width)) {
            let rows = rows_of(&ends, node);
            let (question, first) = (row(questions, asks[node] as usize, width), seen.len());
            let mut sum = NOTHING;
            for at in rows.clone() {
                let score = kernels::dot(question, row(keys, at, width)) * scale;
                let share = score.clamp(-SHARPEST, SHARPEST).exp() * there[at];
                sum += share;
                seen.push([share, score]);
            }
            for (at, [share, _]) in rows.zip(&mut seen[first..]) {
                *share /= sum;
                kernels::add_times(out, row(values, at, width), *share);
            }
        }
        seen
    };
    let mut out = vec![0.0; count * width];
    let slices = given.each_ref().map(|of| of.as_slice());
    let parts = out.par_chunks_mut(NODES * width).enumerate();
    let seen: Vec<Vec<[f32; 2]>> = parts.map(|(part, out)| of_nodes(part, out, slices)).collect();
    let shares: Vec<[f32; 2]> = seen.concat();
    let (means, size) = (out.clone(), questions.values().len());
    let back = move |gradient: &[f32]| {
        let [questions, keys, values] = given.each_ref().map(|of| of.as_slice());
        let of_part = |part: usize| -> [Vec<f32>; 3] {
            let nodes = part * NODES..((part + 1) * NODES).min(count);
            let (first, last) = (rows_of(&ends, nodes.start).start, rows_of(&ends, nodes.end - 1).end);
            let mut of_questions = vec![0.0; nodes.len() * width];
            let mut slopes = [vec![0.0; (last - first) * width], vec![0.0; (last - first) * width]];
            for (node, of_question) in nodes.zip(of_questions.chunks_exact_mut(width)) {
                let (gradient, question) = (row(gradient, node, width), row(questions, asks[node] as usize, width));
                let along_mean = kernels::dot(gradient, row(&means, node, width));
                for at in rows_of(&ends, node) {
                    let [share, score] = shares[at];
                    let along = kernels::dot(gradient, row(values, at, width)) - along_mean;
                    let slope = if score.abs() > SHARPEST { 0.0 } else { along * share * scale };
                    kernels::add_times(of_question, row(keys, at, width), slope);
                    let own = (at - first) * width..(at - first + 1) * width;
                    kernels::add_times(&mut slopes[0][own.clone()], question, slope);
                    kernels::add_times(&mut slopes[1][own], gradient, share);
                }
            }
            let [of_keys, of_values] = slopes;
            [of_questions, of_keys, of_values]
        };
        let parts: Vec<[Vec<f32>; 3]> = (0..count.div_ceil(NODES)).into_par_iter().map(of_part).collect();
        let mut of_questions = vec![0.0; size];
        let of_nodes = parts.iter().flat_map(|[of, ..]| of.chunks_exact(width));
        for (asks, of) in asks.iter().zip(of_nodes) {
            kernels::add(&mut of_questions[*asks as usize * width..][..width], of);
        }
        let whole = |place: usize| parts.iter().flat_map(|of| of[place].iter().copied()).collect::<Vec<f32>>();
        vec![of_questions, whole(1), whole(2)]
    };
    Tensor::made(out, [count, width], vec![questions.clone(), keys.clone(), values.clone()], back)
}

/// The rows around a node.
fn rows_of(ends: &[u32], node: usize) -> std::ops::Range<usize> {
    let start = node.checked_sub(1).map_or(0, |before| ends[before] as usize);
    start..ends[node] as usize
}

fn row(of: &[f32], at: usize, width: usize) -> &[f32] {
    &of[at * width..(at + 1) * width]
}
