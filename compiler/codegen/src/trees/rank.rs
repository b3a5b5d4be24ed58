//! How many thresholds lie below a value: an even grid tells about where, a search without branches tells exactly.
//!
//! The cell of a value never falls as the value grows (subtraction, multiplication and rounding keep order), so thresholds in
//! lower cells lie below the value and those in higher cells do not: only those of its own cell are compared with it.

/// Thresholds that are searched in registers, without a grid.
const IN_REGISTERS: usize = 15;
/// Cells that a grid may have.
const MOST_CELLS: usize = 2048;

/// The thresholds of one feature.
pub(super) struct Thresholds {
    /// Sorted, and made up by infinities so that the search of the last cell stays within.
    padded: Vec<f64>,
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
        let mut made = Self {
            padded: sorted.to_vec(),
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
        let mut below = if self.starts.is_empty() {
            0
        } else {
            // SAFETY: every cell has its start.
            usize::from(unsafe { *self.starts.get_unchecked(self.cell(value)) })
        };
        for step in (0..self.halvings).rev() {
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

#[cfg(target_arch = "x86_64")]
pub(super) mod avx512 {
    //! Eight values a vector.

    use std::arch::x86_64::{
        __m512d, __m512i, _CMP_LT_OQ, _mm256_storeu_si256, _mm512_add_epi64, _mm512_and_si512, _mm512_cmp_pd_mask,
        _mm512_cvtepi64_epi32, _mm512_cvttpd_epi64, _mm512_i64gather_epi64, _mm512_i64gather_pd, _mm512_loadu_pd,
        _mm512_mask_add_epi64, _mm512_max_pd, _mm512_min_pd, _mm512_mul_pd, _mm512_permutex2var_pd, _mm512_set1_epi64,
        _mm512_set1_pd, _mm512_setzero_pd, _mm512_setzero_si512, _mm512_sub_pd,
    };

    use super::super::codes::STRIP;
    use super::{IN_REGISTERS, Thresholds};

    const LANES: usize = 8;
    const VECTORS: usize = STRIP / LANES;

    /// [`Thresholds::below`] for a strip of values.
    ///
    /// # Safety
    /// AVX-512 with F, BW, DQ and VL.
    #[inline]
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
    pub(in crate::trees) unsafe fn strip(of: &Thresholds, values: &[f64; STRIP], into: &mut [u32; STRIP]) {
        // SAFETY: a strip has so many vectors.
        let value = |vector: usize| unsafe { _mm512_loadu_pd(values.as_ptr().add(vector * LANES)) };
        let mut below = [_mm512_setzero_si512(); VECTORS];
        if of.count <= IN_REGISTERS {
            // SAFETY: 16 numbers at least are padded.
            let (first, second) =
                unsafe { (_mm512_loadu_pd(of.padded.as_ptr()), _mm512_loadu_pd(of.padded.as_ptr().add(LANES))) };
            // Here the grid is not looked at.
            for step in (0..super::halvings(of.count)).rev() {
                let lookup = |asked: __m512i| _mm512_permutex2var_pd(first, asked, second);
                halve(step, &mut below, value, lookup);
            }
        } else {
            if !of.starts.is_empty() {
                let (low, scale) = (_mm512_set1_pd(of.low), _mm512_set1_pd(of.scale));
                let (first, last) = (_mm512_setzero_pd(), _mm512_set1_pd(of.last_cell));
                let short = _mm512_set1_epi64(0xffff);
                for (vector, below) in below.iter_mut().enumerate() {
                    let at = _mm512_mul_pd(_mm512_sub_pd(value(vector), low), scale);
                    // Of NaN and another number, both give the second.
                    let at = _mm512_min_pd(_mm512_max_pd(at, first), last);
                    let cell = _mm512_cvttpd_epi64(at);
                    // SAFETY: every cell has its start, and eight bytes can be read from the last one.
                    let starts = unsafe { _mm512_i64gather_epi64::<2>(cell, of.starts.as_ptr().cast()) };
                    *below = _mm512_and_si512(starts, short);
                }
            }
            for step in (0..of.halvings).rev() {
                // SAFETY: as in `Thresholds::below`, in every lane.
                let lookup = |asked: __m512i| unsafe { _mm512_i64gather_pd::<8>(asked, of.padded.as_ptr()) };
                halve(step, &mut below, value, lookup);
            }
        }
        for (vector, below) in below.iter().enumerate() {
            // SAFETY: there is room for a strip.
            unsafe { _mm256_storeu_si256(into.as_mut_ptr().add(vector * LANES).cast(), _mm512_cvtepi64_epi32(*below)) };
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
    fn halve(
        step: u32,
        below: &mut [__m512i; VECTORS],
        value: impl Fn(usize) -> __m512d,
        lookup: impl Fn(__m512i) -> __m512d,
    ) {
        let half = 1_i64 << step;
        let (to_last, by_half) = (_mm512_set1_epi64(half - 1), _mm512_set1_epi64(half));
        for (vector, below) in below.iter_mut().enumerate() {
            let threshold = lookup(_mm512_add_epi64(*below, to_last));
            let lies_below = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(threshold, value(vector));
            *below = _mm512_mask_add_epi64(*below, lies_below, *below, by_half);
        }
    }
}
