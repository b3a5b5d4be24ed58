//! What a run says of how its row expressions are computed.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

#[cfg(feature = "llvm")]
use gml_codegen::rows::Llvm;
use gml_codegen::rows::{Backend, Cranelift, Interpreter, Kernel, Program, Unsupported};

/// What computes row expressions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RowBackend {
    /// Whichever is expected to be the fastest.
    #[default]
    Auto,
    /// Expressions of polars, operation by operation.
    Polars,
    /// Fused programs, interpreted block by block.
    Interpreter,
    /// Fused programs, compiled by cranelift.
    Cranelift,
    /// Fused programs, compiled by LLVM.
    Llvm,
}

impl RowBackend {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Polars, Self::Interpreter, Self::Cranelift, Self::Llvm];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Polars => "polars",
            Self::Interpreter => "interpreter",
            Self::Cranelift => "cranelift",
            Self::Llvm => "llvm",
        }
    }

    /// Whether this build has it.
    pub fn is_there(self) -> bool {
        self != Self::Llvm || cfg!(feature = "llvm")
    }

    /// What makes programs ready; nothing of what is no such thing, or not there.
    pub(super) fn native(self) -> Option<&'static dyn Backend> {
        static INTERPRETER: LazyLock<Interpreter> = LazyLock::new(Interpreter::default);
        static CRANELIFT: LazyLock<Cranelift> = LazyLock::new(Cranelift::default);
        #[cfg(feature = "llvm")]
        static LLVM: LazyLock<Llvm> = LazyLock::new(Llvm::default);
        match self {
            Self::Auto | Self::Polars => None,
            Self::Interpreter => Some(&*INTERPRETER),
            Self::Cranelift => Some(&*CRANELIFT),
            #[cfg(feature = "llvm")]
            Self::Llvm => Some(&*LLVM),
            #[cfg(not(feature = "llvm"))]
            Self::Llvm => None,
        }
    }
}

/// How row expressions are computed.
#[derive(Clone, Debug, Default)]
pub struct Expressions {
    /// By what.
    pub backend: RowBackend,
    /// Of how many rows, where that is known before they are read.
    pub rows: Option<u64>,
    /// Programs that were made ready: rows come part by part, and each part asks anew.
    kernels: Kernels,
}

impl Expressions {
    /// Those that are computed by a backend.
    pub fn by(backend: RowBackend) -> Self {
        Self { backend, ..Self::default() }
    }

    /// The same of so many rows.
    #[must_use]
    pub fn of_rows(&self, rows: Option<u64>) -> Self {
        Self { rows, ..self.clone() }
    }

    /// The program, ready to run.
    pub(super) fn kernel(
        &self,
        backend: &'static dyn Backend,
        program: &Arc<Program>,
    ) -> Result<Arc<dyn Kernel>, Unsupported> {
        let key = (backend.name(), format!("{program:?}"));
        let mut kernels = self.kernels.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kernels.get(&key) {
            return known.clone();
        }
        let kernel = backend.prepare(program).map(Arc::from);
        kernels.insert(key, kernel.clone());
        kernel
    }
}

/// A kernel, or why there is none.
type Prepared = Result<Arc<dyn Kernel>, Unsupported>;

/// Kernels by backend and program.
#[derive(Clone, Default)]
struct Kernels(Arc<Mutex<HashMap<(&'static str, String), Prepared>>>);

impl fmt::Debug for Kernels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kernels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        write!(f, "{} kernels", kernels.len())
    }
}
