//! Functions that are called: those of the C library for vectors (`libmvec`), and where it has none, those for one number.

#[cfg(target_arch = "x86_64")]
use std::sync::OnceLock;

use inkwell::values::BasicMetadataValueEnum;
#[cfg(target_arch = "x86_64")]
use libloading::Library;

use super::super::Unsupported;
use super::super::math::Math;
use super::lanes::{Built, Lanes, Writer};
use crate::trees::Machine;

/// A function that is not exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Routine {
    Exp,
    Ln,
    Log10,
    Log1p,
    Power,
}

/// A function that code calls, and where it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Called {
    pub(super) name: String,
    pub(super) address: usize,
    /// How many numbers it is given at once.
    pub(super) width: u32,
}

impl Routine {
    fn operands(self) -> usize {
        if self == Self::Power { 2 } else { 1 }
    }

    /// The function by which a machine computes it: the one that the interpreter calls too.
    fn of(self, machine: Machine) -> Built<Called> {
        let (function, symbol) = match self {
            Self::Exp => ("exp", "v_exp"),
            Self::Ln => ("ln", "v_log"),
            Self::Log10 => ("log10", "v_log10"),
            Self::Log1p => ("log1p", "v_log1p"),
            Self::Power => ("power", "vv_pow"),
        };
        let widths = Math::of(machine).widths();
        let width = widths.iter().find(|(name, _)| *name == function).map_or(1, |(_, width)| *width);
        // The names are those of the vector ABI of x86-64.
        let (name, width) = match width {
            4 => (format!("_ZGVdN4{symbol}"), 4),
            8 => (format!("_ZGVeN8{symbol}"), 8),
            _ => return Ok(self.of_numbers()),
        };
        let address =
            vector_function(&name).ok_or_else(|| Unsupported { reason: format!("the C library has no {name}") })?;
        Ok(Called { name, address, width })
    }

    fn of_numbers(self) -> Called {
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
        // Names of our own: LLVM must not take them for the C library's and fold them by its own.
        let (name, address) = match self {
            Self::Exp => ("gml_exp", exp as *const () as usize),
            Self::Ln => ("gml_ln", ln as *const () as usize),
            Self::Log10 => ("gml_log10", log10 as *const () as usize),
            Self::Log1p => ("gml_log1p", log1p as *const () as usize),
            Self::Power => ("gml_power", power as *const () as usize),
        };
        Called { name: name.to_owned(), address, width: 1 }
    }
}

/// The address of a function of the C library for vectors.
#[cfg(target_arch = "x86_64")]
fn vector_function(name: &str) -> Option<usize> {
    static LIBRARY: OnceLock<Option<Library>> = OnceLock::new();
    // SAFETY: the library is the C library's own, and does nothing when it is loaded.
    let library = LIBRARY.get_or_init(|| unsafe { Library::new("libmvec.so.1") }.ok()).as_ref()?;
    // SAFETY: the symbol is a function, of which no more than the address is taken.
    unsafe { library.get::<unsafe extern "C" fn()>(name.as_bytes()) }.ok().map(|function| *function as usize)
}

#[cfg(not(target_arch = "x86_64"))]
fn vector_function(_: &str) -> Option<usize> {
    None
}

impl<'c> Writer<'_, 'c> {
    /// A function of every lane, in calls as wide as there are functions.
    pub(super) fn routine(&self, routine: Routine, operands: &[Lanes<'c>]) -> Built<Lanes<'c>> {
        let called = routine.of(self.host.machine)?;
        let width = called.width;
        let number = self.context.f64_type();
        let function = self.module.get_function(&called.name).unwrap_or_else(|| {
            let declared = if width == 1 {
                number.fn_type(&vec![number.into(); routine.operands()], false)
            } else {
                let vector = number.vec_type(width);
                vector.fn_type(&vec![vector.into(); routine.operands()], false)
            };
            let function = self.module.add_function(&called.name, declared, None);
            self.host.mark_pure(self.context, function);
            function
        });
        let mut results = Vec::new();
        let mut numbers = self.floats.get_poison();
        for first in (0..self.host.lanes).step_by(width as usize) {
            let mut given: Vec<BasicMetadataValueEnum<'c>> = Vec::new();
            for operand in operands {
                given.push(if width == 1 {
                    let place = self.context.i32_type().const_int(first.into(), false);
                    self.builder.build_extract_element(*operand, place, "")?.into()
                } else if width == self.host.lanes {
                    (*operand).into()
                } else {
                    self.pick(*operand, first..first + width)?.into()
                });
            }
            let result = self.call(function, &given)?;
            if width == 1 {
                let place = self.context.i32_type().const_int(first.into(), false);
                numbers = self.builder.build_insert_element(numbers, result, place, "")?;
            } else {
                results.push(result.into_vector_value());
            }
        }
        let mut calls = self.calls.borrow_mut();
        if !calls.contains(&called) {
            calls.push(called);
        }
        if results.is_empty() { Ok(numbers) } else { self.join(&results) }
    }
}
