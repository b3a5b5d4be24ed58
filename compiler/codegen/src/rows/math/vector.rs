//! The vector functions of glibc's libmvec, found once.

#![allow(improper_ctypes_definitions, reason = "the vector function ABI of x86-64 passes vectors in vector registers")]

use std::arch::x86_64::{__m256d, __m512d, _mm256_loadu_pd, _mm256_storeu_pd, _mm512_loadu_pd, _mm512_storeu_pd};
use std::sync::OnceLock;

use libloading::Library;

use super::{Math, SCALAR, trusted};
use crate::trees::Machine;

type Four = unsafe extern "C" fn(__m256d) -> __m256d;
type Eight = unsafe extern "C" fn(__m512d) -> __m512d;
type FourPairs = unsafe extern "C" fn(__m256d, __m256d) -> __m256d;
type EightPairs = unsafe extern "C" fn(__m512d, __m512d) -> __m512d;

/// A routine of one float. There only where the processor has such vectors.
#[derive(Clone, Copy)]
pub(super) enum Unary {
    Four(Four),
    Eight(Eight),
}

/// A routine of two floats. There only where the processor has such vectors.
#[derive(Clone, Copy)]
pub(super) enum Binary {
    Four(FourPairs),
    Eight(EightPairs),
}

impl Unary {
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Four(_) => 4,
            Self::Eight(_) => 8,
        }
    }

    pub(super) fn apply(&self, values: &[f64], out: &mut [f64]) {
        let out = &mut out[..values.len()];
        // SAFETY: a routine is there only where the processor has its vectors.
        match *self {
            Self::Four(routine) => unsafe { four(routine, values, out) },
            Self::Eight(routine) => unsafe { eight(routine, values, out) },
        }
    }
}

impl Binary {
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Four(_) => 4,
            Self::Eight(_) => 8,
        }
    }

    pub(super) fn apply(&self, left: &[f64], right: &[f64], out: &mut [f64]) {
        let (right, out) = (&right[..left.len()], &mut out[..left.len()]);
        // SAFETY: as above.
        match *self {
            Self::Four(routine) => unsafe { four_pairs(routine, left, right, out) },
            Self::Eight(routine) => unsafe { eight_pairs(routine, left, right, out) },
        }
    }
}

/// What fills up the last vector: a value that no function finds special.
const FILL: f64 = 1.5;

macro_rules! unary {
    ($name:ident, $routine:ty, $width:literal, $features:literal, $load:ident, $store:ident) => {
        #[target_feature(enable = $features)]
        unsafe fn $name(routine: $routine, values: &[f64], out: &mut [f64]) {
            let (whole, rest) = values.as_chunks::<$width>();
            let (whole_out, rest_out) = out.as_chunks_mut::<$width>();
            for (values, out) in whole.iter().zip(whole_out) {
                // SAFETY: the chunks hold a vector; the routine takes one and gives one.
                unsafe { $store(out.as_mut_ptr(), routine($load(values.as_ptr()))) };
            }
            if !rest.is_empty() {
                let (mut padded, mut result) = ([FILL; $width], [0.0; $width]);
                padded[..rest.len()].copy_from_slice(rest);
                // SAFETY: as above.
                unsafe { $store(result.as_mut_ptr(), routine($load(padded.as_ptr()))) };
                rest_out.copy_from_slice(&result[..rest.len()]);
            }
        }
    };
}

macro_rules! binary {
    ($name:ident, $routine:ty, $width:literal, $features:literal, $load:ident, $store:ident) => {
        #[target_feature(enable = $features)]
        unsafe fn $name(routine: $routine, left: &[f64], right: &[f64], out: &mut [f64]) {
            let (whole, rest) = left.as_chunks::<$width>();
            let (whole_right, rest_right) = right.as_chunks::<$width>();
            let (whole_out, rest_out) = out.as_chunks_mut::<$width>();
            for ((left, right), out) in whole.iter().zip(whole_right).zip(whole_out) {
                // SAFETY: the chunks hold a vector; the routine takes two and gives one.
                unsafe { $store(out.as_mut_ptr(), routine($load(left.as_ptr()), $load(right.as_ptr()))) };
            }
            if !rest.is_empty() {
                let (mut first, mut second, mut result) = ([FILL; $width], [FILL; $width], [0.0; $width]);
                first[..rest.len()].copy_from_slice(rest);
                second[..rest.len()].copy_from_slice(rest_right);
                // SAFETY: as above.
                unsafe { $store(result.as_mut_ptr(), routine($load(first.as_ptr()), $load(second.as_ptr()))) };
                rest_out.copy_from_slice(&result[..rest.len()]);
            }
        }
    };
}

unary!(four, Four, 4, "avx2", _mm256_loadu_pd, _mm256_storeu_pd);
unary!(eight, Eight, 8, "avx512f", _mm512_loadu_pd, _mm512_storeu_pd);
binary!(four_pairs, FourPairs, 4, "avx2", _mm256_loadu_pd, _mm256_storeu_pd);
binary!(eight_pairs, EightPairs, 8, "avx512f", _mm512_loadu_pd, _mm512_storeu_pd);

/// The functions for vectors of a machine; `None` where there is no library or are no vectors. The machine is this one or less.
pub(super) fn math(machine: Machine) -> Option<&'static Math> {
    static FOUR: OnceLock<Option<Math>> = OnceLock::new();
    static EIGHT: OnceLock<Option<Math>> = OnceLock::new();
    let (found, wide) = match machine {
        Machine::Portable => return None,
        Machine::Avx2 => (&FOUR, false),
        Machine::Avx512 | Machine::Avx512Vbmi => (&EIGHT, true),
    };
    found.get_or_init(|| library().map(|library| load(library, wide))).as_ref()
}

/// The library, which stays loaded.
fn library() -> Option<&'static Library> {
    static LIBRARY: OnceLock<Option<Library>> = OnceLock::new();
    // SAFETY: the library is the C library's own, and does nothing when it is loaded.
    LIBRARY.get_or_init(|| unsafe { Library::new("libmvec.so.1") }.ok()).as_ref()
}

fn load(library: &'static Library, wide: bool) -> Math {
    let unary = |name: &str, scalar: fn(f64) -> f64| {
        let symbol = if wide { format!("_ZGVeN8v_{name}") } else { format!("_ZGVdN4v_{name}") };
        // SAFETY: the names say what the routines take and give (the vector function ABI of x86-64).
        let vector = unsafe {
            if wide {
                library.get::<Eight>(symbol.as_bytes()).ok().map(|routine| Unary::Eight(*routine))
            } else {
                library.get::<Four>(symbol.as_bytes()).ok().map(|routine| Unary::Four(*routine))
            }
        };
        super::Unary { scalar, vector: vector.filter(|vector| trusted::unary(vector, scalar)) }
    };
    // SAFETY: as above.
    let power = unsafe {
        if wide {
            library.get::<EightPairs>(b"_ZGVeN8vv_pow").ok().map(|routine| Binary::Eight(*routine))
        } else {
            library.get::<FourPairs>(b"_ZGVdN4vv_pow").ok().map(|routine| Binary::Four(*routine))
        }
    };
    let scalar = &SCALAR;
    Math {
        exp: unary("exp", scalar.exp.scalar),
        ln: unary("log", scalar.ln.scalar),
        log10: unary("log10", scalar.log10.scalar),
        log1p: unary("log1p", scalar.log1p.scalar),
        power: super::Binary {
            scalar: scalar.power.scalar,
            vector: power.filter(|vector| trusted::binary(vector, scalar.power.scalar)),
        },
    }
}
