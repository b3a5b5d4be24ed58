//! Functions that are not exact, over whole slices.
//!
//! Where the C library has its vector functions (libmvec of glibc, on x86-64) and the processor has the vectors, those
//! compute: each value by the same routine whatever stands beside it, so that a result does not depend on where a block or a
//! thread begins. Each routine is held against the scalar one when it is loaded, and one that is not as near as promised or
//! takes a special value for another is not used. Elsewhere the scalar functions of the C library compute.

#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "routines of a library are called"))]

#[cfg(target_arch = "x86_64")]
mod trusted;
#[cfg(target_arch = "x86_64")]
mod vector;

use crate::trees::Machine;

/// A function of one float.
pub struct Unary {
    scalar: fn(f64) -> f64,
    #[cfg(target_arch = "x86_64")]
    vector: Option<vector::Unary>,
}

/// A function of two floats.
pub struct Binary {
    scalar: fn(f64, f64) -> f64,
    #[cfg(target_arch = "x86_64")]
    vector: Option<vector::Binary>,
}

/// The functions of a machine.
#[allow(missing_docs)]
pub struct Math {
    pub exp: Unary,
    pub ln: Unary,
    pub log10: Unary,
    pub log1p: Unary,
    pub power: Binary,
}

impl Unary {
    const fn scalar(scalar: fn(f64) -> f64) -> Self {
        Self {
            scalar,
            #[cfg(target_arch = "x86_64")]
            vector: None,
        }
    }

    /// The function of each of the values; the other slice is as long at least.
    pub fn apply(&self, values: &[f64], out: &mut [f64]) {
        #[cfg(target_arch = "x86_64")]
        if let Some(vector) = &self.vector {
            return vector.apply(values, out);
        }
        for (value, out) in values.iter().zip(out) {
            *out = (self.scalar)(*value);
        }
    }

    /// The function of one value: what [`Unary::apply`] gives of it.
    pub fn one(&self, value: f64) -> f64 {
        let mut out = [0.0];
        self.apply(&[value], &mut out);
        out[0]
    }
}

impl Binary {
    const fn scalar(scalar: fn(f64, f64) -> f64) -> Self {
        Self {
            scalar,
            #[cfg(target_arch = "x86_64")]
            vector: None,
        }
    }

    /// The function of each of the pairs; the last slice is as long at least.
    pub fn apply(&self, left: &[f64], right: &[f64], out: &mut [f64]) {
        #[cfg(target_arch = "x86_64")]
        if let Some(vector) = &self.vector {
            return vector.apply(left, right, out);
        }
        for ((left, right), out) in left.iter().zip(right).zip(out) {
            *out = (self.scalar)(*left, *right);
        }
    }

    /// The function of one pair: what [`Binary::apply`] gives of it.
    pub fn one(&self, left: f64, right: f64) -> f64 {
        let mut out = [0.0];
        self.apply(&[left], &[right], &mut out);
        out[0]
    }
}

static SCALAR: Math = Math {
    exp: Unary::scalar(f64::exp),
    ln: Unary::scalar(f64::ln),
    log10: Unary::scalar(f64::log10),
    log1p: Unary::scalar(f64::ln_1p),
    power: Binary::scalar(f64::powf),
};

impl Math {
    /// Those of a machine that can do no more than that.
    pub fn of(machine: Machine) -> &'static Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(math) = vector::math(machine.min(Machine::detect())) {
            return math;
        }
        let _ = machine;
        &SCALAR
    }

    /// How each function is computed: its name, and at how many values at once (1 by the scalar function).
    #[must_use]
    pub fn widths(&self) -> [(&'static str, usize); 5] {
        #[cfg(target_arch = "x86_64")]
        {
            let one = |function: &Unary| function.vector.as_ref().map_or(1, vector::Unary::width);
            let power = self.power.vector.as_ref().map_or(1, vector::Binary::width);
            return [
                ("exp", one(&self.exp)),
                ("ln", one(&self.ln)),
                ("log10", one(&self.log10)),
                ("log1p", one(&self.log1p)),
                ("power", power),
            ];
        }
        #[cfg(not(target_arch = "x86_64"))]
        [("exp", 1), ("ln", 1), ("log10", 1), ("log1p", 1), ("power", 1)]
    }
}
