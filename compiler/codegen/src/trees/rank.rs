//! How many thresholds lie below a value: an even grid tells about where, a search without branches tells exactly.
//!
//! The cell of a value never falls as the value grows (subtraction, multiplication and rounding keep order), so thresholds in
//! lower cells lie below the value and those in higher cells do not: only those of its own cell are compared with it.

#[cfg(target_arch = "x86_64")]
pub(super) mod avx512;

use super::codes::STRIP;

/// Thresholds that are searched in registers, without a grid.
const IN_REGISTERS: usize = 15;
/// Room for thresholds as 32-bit floats: what four vectors hold.
const SINGLES: usize = 64;
/// Cells that a grid may have.
const MOST_CELLS: usize = 2048;

/// The thresholds of one feature.
pub(super) struct Thresholds {
    /// Sorted, and made up by infinities so that the search of the last cell stays within.
    padded: Vec<f64>,
    /// The first of them as 32-bit floats, made up by infinities.
    singles: [f32; SINGLES],
    /// How many there are.
    count: usize,
    low: f64,
    scale: f64,
    last_cell: f64,
    /// How many thresholds lie in lower cells, for each cell; some more at the end, since vectors read them by eight bytes.
    starts: Vec<u16>,
    /// Halvings that find a place among the thresholds of the fullest cell.
    halvings: u32,
}

fn halvings(count: usize) -> u32 {
    usize::BITS - count.leading_zeros()
}

impl Thresholds {
    /// Of sorted thresholds, each once.
    pub(super) fn new(sorted: &[f64]) -> Self {
        let mut best = Self::with_cells(sorted, 1);
        let mut cells = sorted.len().next_power_of_two();
        // A search of three halves the fullest cell twice; less is not worth a larger grid.
        while u16::try_from(sorted.len()).is_ok() && cells <= MOST_CELLS && best.halvings > 2 {
            let finer = Self::with_cells(sorted, cells);
            if finer.halvings < best.halvings {
                best = finer;
            }
            cells *= 2;
        }
        best
    }

    fn with_cells(sorted: &[f64], cells: usize) -> Self {
        let (low, high) = (sorted.first().copied().unwrap_or(0.0), sorted.last().copied().unwrap_or(0.0));
        let scale = cells as f64 / (high - low);
        let (cells, low, scale) = if cells > 1 && low.is_finite() && scale.is_finite() && scale > 0.0 {
            (cells, low, scale)
        } else {
            (1, 0.0, 0.0)
        };
        let mut singles = [f32::INFINITY; SINGLES];
        singles.iter_mut().zip(sorted).for_each(|(single, threshold)| *single = *threshold as f32);
        let mut made = Self {
            padded: sorted.to_vec(),
            singles,
            count: sorted.len(),
            low,
            scale,
            last_cell: (cells - 1) as f64,
            starts: Vec::new(),
            halvings: halvings(sorted.len()),
        };
        if cells > 1 {
            let of: Vec<usize> = sorted.iter().map(|threshold| made.cell(*threshold)).collect();
            let starts: Vec<usize> = (0..cells).map(|cell| of.partition_point(|other| *other < cell)).collect();
            let ends = starts.iter().copied().skip(1).chain([sorted.len()]);
            let fullest = starts.iter().zip(ends).map(|(start, end)| end - start).max().unwrap_or(0);
            made.halvings = halvings(fullest);
            made.starts = starts.into_iter().map(|start| start as u16).chain([0; 3]).collect();
        }
        let room = (1 << made.halvings).max(IN_REGISTERS + 1);
        made.padded.resize(sorted.len() + room, f64::INFINITY);
        made
    }

    /// They themselves, where there are no more than so many.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn few(&self, most: usize) -> Option<&[f64]> {
        (self.count <= most).then(|| &self.padded[..self.count])
    }

    /// Whether there are so few that a byte tells how many lie below.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn fit_a_byte(&self) -> bool {
        self.count <= usize::from(u8::MAX)
    }

    /// How many lie below one of them.
    pub(super) fn place(&self, threshold: f64) -> usize {
        self.padded[..self.count].partition_point(|other| *other < threshold)
    }

    /// The cell of a value; that of NaN is the first.
    #[inline(always)]
    fn cell(&self, value: f64) -> usize {
        let at = (value - self.low) * self.scale;
        let at = if at > 0.0 { at } else { 0.0 };
        let at = if at < self.last_cell { at } else { self.last_cell };
        // SAFETY: it lies between 0 and the last cell, of which there are at most 2048.
        unsafe { at.to_int_unchecked::<i32>() as usize }
    }

    /// How many lie below a value; none lies below NaN.
    #[inline(always)]
    pub(super) fn below(&self, value: f64) -> usize {
        self.search(self.start(value), self.halvings, value)
    }

    /// How many lie below each value of a strip. Loops of a known length are unrolled.
    #[inline(always)]
    pub(super) fn below_each(&self, values: &[f64; STRIP], into: &mut [u32; STRIP]) {
        // The cells first: all of them are computed in vectors.
        let mut starts = [0; STRIP];
        if !self.starts.is_empty() {
            starts.iter_mut().zip(values).for_each(|(start, value)| *start = self.cell(*value) as u32);
            // SAFETY: every cell has its start.
            starts
                .iter_mut()
                .for_each(|start| *start = u32::from(unsafe { *self.starts.get_unchecked(*start as usize) }));
        }
        match self.halvings {
            1 => self.each::<1>(&starts, values, into),
            2 => self.each::<2>(&starts, values, into),
            3 => self.each::<3>(&starts, values, into),
            _ => into.iter_mut().zip(values).for_each(|(into, value)| *into = self.below(*value) as u32),
        }
    }

    #[inline(always)]
    fn each<const HALVINGS: u32>(&self, starts: &[u32; STRIP], values: &[f64; STRIP], into: &mut [u32; STRIP]) {
        for ((into, start), value) in into.iter_mut().zip(starts).zip(values) {
            *into = self.search(*start as usize, HALVINGS, *value) as u32;
        }
    }

    /// How many lie in cells below that of a value.
    #[inline(always)]
    fn start(&self, value: f64) -> usize {
        if self.starts.is_empty() {
            return 0;
        }
        // SAFETY: every cell has its start.
        usize::from(unsafe { *self.starts.get_unchecked(self.cell(value)) })
    }

    /// How many lie below a value, of which so many do.
    #[inline(always)]
    fn search(&self, start: usize, halvings: u32, value: f64) -> usize {
        let mut below = start;
        for step in (0..halvings).rev() {
            let asked = below + (1 << step) - 1;
            // SAFETY: a start is at most the count, the steps from it sum up to less than two to the power of the halvings, and as
            // many infinities lie behind the thresholds.
            let threshold = unsafe { *self.padded.get_unchecked(asked) };
            below += usize::from(threshold < value) << step;
        }
        // The values of NaN and of the infinities behind are the same: nothing lies below.
        below
    }
}
