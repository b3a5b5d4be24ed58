//! Row expressions as straight-line code over columns, and the ways in which it is executed.
//!
//! A [`Program`] is what adjacent row expressions become: operations on whole columns, each of which names the operations
//! that it uses. A [`Backend`] makes one ready, a [`Kernel`] runs it over rows. All backends give the same values; the
//! interpreter says what they are.

mod backend;
mod columns;
mod cranelift;
mod interpret;
#[cfg(feature = "llvm")]
mod llvm;
pub mod math;
mod program;

pub use self::cranelift::Cranelift;
pub use backend::{Backend, Kernel, RowFault, RowFaultKind, Unsupported};
pub use columns::{Bits, Column, Output, OutputValues, Storage, Values};
pub use interpret::Interpreter;
#[cfg(feature = "llvm")]
pub use llvm::Llvm;
pub use program::{
    ALL_WHOLE, Comparison, Constant, FloatFunction, FloatOperator, IntOperator, Invalid, Kind, Op, Program, Reg, Width,
    power_of_ten,
};
