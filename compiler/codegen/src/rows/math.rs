//! Functions that are not exact, over whole slices.
//!
//! Where the processor has vectors, those compute: `ln`, `log1p` and `power` by the C library's vector functions (libmvec of
//! glibc, on x86-64), `exp` and `log10` by [`formulas`], because libmvec's are up to three floats away from the scalar ones. Each value
//! goes through the same routine whatever stands beside it, so that a result does not depend on where a block or a thread
//! begins. Each routine is held against the scalar one when it is loaded, and one that is not as near as promised or takes a
//! special value for another is not used. Elsewhere the scalar functions of the C library compute.

#[cfg(target_arch = "x86_64")]
pub(super) mod formulas;
#[cfg(target_arch = "x86_64")]
mod trusted;
#[cfg(target_arch = "x86_64")]
mod vector;

use crate::trees::Machine;

/// A function as compiled code calls it: of a number, or of vectors that stand in vector registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routine {
    /// A name for it, which is no other function's.
    pub name: &'static str,
    /// Where it is; it stays there.
    pub address: usize,
    /// How many numbers a vector has; 1 where it takes numbers themselves.
    pub width: usize,
}

/// A function of one float.
pub struct Unary {
    scalar: extern "C" fn(f64) -> f64,
    name: &'static str,
    #[cfg(target_arch = "x86_64")]
    vector: Option<vector::Unary>,
}

/// A function of two floats.
pub struct Binary {
    scalar: extern "C" fn(f64, f64) -> f64,
    name: &'static str,
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
    const fn scalar(name: &'static str, scalar: extern "C" fn(f64) -> f64) -> Self {
        Self {
            scalar,
            name,
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
    #[must_use]
    pub fn one(&self, value: f64) -> f64 {
        let mut out = [0.0];
        self.apply(&[value], &mut out);
        out[0]
    }

    /// What [`Unary::apply`] computes with.
    #[must_use]
    pub fn routine(&self) -> Routine {
        #[cfg(target_arch = "x86_64")]
        if let Some(vector) = &self.vector {
            return vector.routine();
        }
        Routine { name: self.name, address: self.scalar as *const () as usize, width: 1 }
    }
}

impl Binary {
    const fn scalar(name: &'static str, scalar: extern "C" fn(f64, f64) -> f64) -> Self {
        Self {
            scalar,
            name,
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
    #[must_use]
    pub fn one(&self, left: f64, right: f64) -> f64 {
        let mut out = [0.0];
        self.apply(&[left], &[right], &mut out);
        out[0]
    }

    /// What [`Binary::apply`] computes with.
    #[must_use]
    pub fn routine(&self) -> Routine {
        #[cfg(target_arch = "x86_64")]
        if let Some(vector) = &self.vector {
            return vector.routine();
        }
        Routine { name: self.name, address: self.scalar as *const () as usize, width: 1 }
    }
}

extern "C" fn exp(x: f64) -> f64 {
    x.exp()
}

extern "C" fn ln(x: f64) -> f64 {
    x.ln()
}

extern "C" fn log10(x: f64) -> f64 {
    x.log10()
}

extern "C" fn log1p(x: f64) -> f64 {
    x.ln_1p()
}

extern "C" fn power(x: f64, y: f64) -> f64 {
    x.powf(y)
}

static SCALAR: Math = Math {
    exp: Unary::scalar("gml_exp", exp),
    ln: Unary::scalar("gml_ln", ln),
    log10: Unary::scalar("gml_log10", log10),
    log1p: Unary::scalar("gml_log1p", log1p),
    power: Binary::scalar("gml_power", power),
};

impl Math {
    /// Those of a machine that can do no more than that.
    #[must_use]
    pub fn of(machine: Machine) -> &'static Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(math) = vector::math(machine.min(Machine::detect())) {
            return math;
        }
        let _ = machine;
        &SCALAR
    }

    /// What each function computes with: `exp`, `ln`, `log10`, `log1p`, `power`.
    #[must_use]
    pub fn routines(&self) -> [(&'static str, Routine); 5] {
        [
            ("exp", self.exp.routine()),
            ("ln", self.ln.routine()),
            ("log10", self.log10.routine()),
            ("log1p", self.log1p.routine()),
            ("power", self.power.routine()),
        ]
    }
}
