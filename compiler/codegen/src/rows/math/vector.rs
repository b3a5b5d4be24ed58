//! Functions of vectors: those of glibc's libmvec, found once, and our own formulas made into vectors.

#![expect(unsafe_code, reason = "routines of a library are called, and code for what the processor was found to have")]
#![allow(improper_ctypes_definitions, reason = "the vector function ABI of x86-64 passes vectors in vector registers")]

use std::arch::x86_64::{__m256d, __m512d, _mm256_loadu_pd, _mm256_storeu_pd, _mm512_loadu_pd, _mm512_storeu_pd};
use std::sync::OnceLock;

use libloading::Library;

use super::{Math, Routine, SCALAR, formulas, trusted};
use crate::trees::Machine;

type Four = unsafe extern "C" fn(__m256d) -> __m256d;
type Eight = unsafe extern "C" fn(__m512d) -> __m512d;
type FourPairs = unsafe extern "C" fn(__m256d, __m256d) -> __m256d;
type EightPairs = unsafe extern "C" fn(__m512d, __m512d) -> __m512d;

/// How vectors go through a routine of one float.
#[derive(Clone, Copy)]
enum Of {
    Four(Four),
    Eight(Eight),
    /// A loop over a formula, which is also there as a routine.
    Loop(unsafe fn(&[f64], &mut [f64]), usize, usize),
}

/// A routine of one float. There only where the processor has such vectors.
#[derive(Clone, Copy)]
pub(super) struct Unary {
    name: &'static str,
    of: Of,
}

/// How vectors go through a routine of two floats.
#[derive(Clone, Copy)]
enum OfPairs {
    Four(FourPairs),
    Eight(EightPairs),
}

/// A routine of two floats. There only where the processor has such vectors.
#[derive(Clone, Copy)]
pub(super) struct Binary {
    name: &'static str,
    of: OfPairs,
}

impl Unary {
    pub(super) fn routine(&self) -> Routine {
        let (address, width) = match self.of {
            Of::Four(routine) => (routine as *const () as usize, 4),
            Of::Eight(routine) => (routine as *const () as usize, 8),
            Of::Loop(_, address, width) => (address, width),
        };
        Routine { name: self.name, address, width }
    }

    pub(super) fn apply(&self, values: &[f64], out: &mut [f64]) {
        let out = &mut out[..values.len()];
        // SAFETY: a routine is there only where the processor has its vectors.
        unsafe {
            match self.of {
                Of::Four(routine) => four(routine, values, out),
                Of::Eight(routine) => eight(routine, values, out),
                Of::Loop(function, ..) => function(values, out),
            }
        }
    }
}

impl Binary {
    pub(super) fn routine(&self) -> Routine {
        let (address, width) = match self.of {
            OfPairs::Four(routine) => (routine as *const () as usize, 4),
            OfPairs::Eight(routine) => (routine as *const () as usize, 8),
        };
        Routine { name: self.name, address, width }
    }

    pub(super) fn apply(&self, left: &[f64], right: &[f64], out: &mut [f64]) {
        let (right, out) = (&right[..left.len()], &mut out[..left.len()]);
        // SAFETY: as above.
        unsafe {
            match self.of {
                OfPairs::Four(routine) => four_pairs(routine, left, right, out),
                OfPairs::Eight(routine) => eight_pairs(routine, left, right, out),
            }
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

/// A formula as a loop and as a routine.
macro_rules! formula {
    ($loop:ident, $routine:ident, $formula:path, $vector:ty, $width:literal, $features:literal, $load:ident, $store:ident) => {
        #[target_feature(enable = $features)]
        unsafe fn $loop(values: &[f64], out: &mut [f64]) {
            for (value, out) in values.iter().zip(out) {
                *out = $formula(*value);
            }
        }

        #[target_feature(enable = $features)]
        unsafe extern "C" fn $routine(vector: $vector) -> $vector {
            let mut numbers = [0.0; $width];
            // SAFETY: the array holds a vector.
            unsafe { $store(numbers.as_mut_ptr(), vector) };
            // A loop, because that is what is made into vectors.
            for number in &mut numbers {
                *number = $formula(*number);
            }
            // SAFETY: as above.
            unsafe { $load(numbers.as_ptr()) }
        }
    };
}

formula!(exp_by_four, exp_of_four, formulas::exp, __m256d, 4, "avx2,fma", _mm256_loadu_pd, _mm256_storeu_pd);
formula!(
    exp_by_eight,
    exp_of_eight,
    formulas::exp,
    __m512d,
    8,
    "avx512f,avx512dq,fma",
    _mm512_loadu_pd,
    _mm512_storeu_pd
);
formula!(log10_by_four, log10_of_four, formulas::log10, __m256d, 4, "avx2,fma", _mm256_loadu_pd, _mm256_storeu_pd);
formula!(
    log10_by_eight,
    log10_of_eight,
    formulas::log10,
    __m512d,
    8,
    "avx512f,avx512dq,fma",
    _mm512_loadu_pd,
    _mm512_storeu_pd
);

/// The functions for vectors of a machine; `None` where it has none. The machine is this one or less.
pub(super) fn math(machine: Machine) -> Option<&'static Math> {
    static FOUR: OnceLock<Math> = OnceLock::new();
    static EIGHT: OnceLock<Math> = OnceLock::new();
    let (found, wide) = match machine {
        // A product and a sum in one step came to processors together with these vectors.
        _ if !is_x86_feature_detected!("fma") => return None,
        Machine::Portable => return None,
        Machine::Avx2 => (&FOUR, false),
        Machine::Avx512 | Machine::Avx512Vbmi => (&EIGHT, true),
    };
    Some(found.get_or_init(|| load(wide)))
}

/// The library, which stays loaded; `None` where there is none.
fn library() -> Option<&'static Library> {
    static LIBRARY: OnceLock<Option<Library>> = OnceLock::new();
    // SAFETY: the library is the C library's own, and does nothing when it is loaded.
    LIBRARY.get_or_init(|| unsafe { Library::new("libmvec.so.1") }.ok()).as_ref()
}

fn load(wide: bool) -> Math {
    let own = |names: [&'static str; 2], narrow: Of, eight: Of, function: &super::Unary| {
        let vector = if wide { Unary { name: names[1], of: eight } } else { Unary { name: names[0], of: narrow } };
        trusted(function, vector)
    };
    let of_library = |names: [&'static str; 2], function: &super::Unary| {
        let found = library().and_then(|library| {
            // SAFETY: the names say what the routines take and give (the vector function ABI of x86-64).
            unsafe {
                if wide {
                    let routine = library.get::<Eight>(names[1].as_bytes()).ok()?;
                    Some(Unary { name: names[1], of: Of::Eight(*routine) })
                } else {
                    let routine = library.get::<Four>(names[0].as_bytes()).ok()?;
                    Some(Unary { name: names[0], of: Of::Four(*routine) })
                }
            }
        });
        found.map_or_else(|| super::Unary::scalar(function.name, function.scalar), |vector| trusted(function, vector))
    };
    Math {
        exp: own(
            ["gml_exp4", "gml_exp8"],
            Of::Loop(exp_by_four, exp_of_four as *const () as usize, 4),
            Of::Loop(exp_by_eight, exp_of_eight as *const () as usize, 8),
            &SCALAR.exp,
        ),
        ln: of_library(["_ZGVdN4v_log", "_ZGVeN8v_log"], &SCALAR.ln),
        log10: own(
            ["gml_log10_4", "gml_log10_8"],
            Of::Loop(log10_by_four, log10_of_four as *const () as usize, 4),
            Of::Loop(log10_by_eight, log10_of_eight as *const () as usize, 8),
            &SCALAR.log10,
        ),
        log1p: of_library(["_ZGVdN4v_log1p", "_ZGVeN8v_log1p"], &SCALAR.log1p),
        power: power(wide),
    }
}

/// The function by vectors, if those are as near as promised.
fn trusted(function: &super::Unary, vector: Unary) -> super::Unary {
    let vector = trusted::unary(&vector, function.scalar).then_some(vector);
    super::Unary { scalar: function.scalar, name: function.name, vector }
}

fn power(wide: bool) -> super::Binary {
    let (name, four) = if wide { ("_ZGVeN8vv_pow", false) } else { ("_ZGVdN4vv_pow", true) };
    let found = library().and_then(|library| {
        // SAFETY: as above.
        let of = unsafe {
            if four {
                OfPairs::Four(*library.get::<FourPairs>(name.as_bytes()).ok()?)
            } else {
                OfPairs::Eight(*library.get::<EightPairs>(name.as_bytes()).ok()?)
            }
        };
        Some(Binary { name, of })
    });
    let scalar = SCALAR.power.scalar;
    let vector = found.filter(|vector| trusted::binary(vector, scalar));
    super::Binary { scalar, name: SCALAR.power.name, vector }
}
