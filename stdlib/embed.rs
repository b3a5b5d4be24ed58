//! The standard library of GML, in GML, as text.
//!
//! What lives here: the sources, by module name, and where in them each declaration stands. What does not: anything that
//! knows what they mean.

mod index;

pub use index::{Declaration, Word};

/// A module of the standard library.
#[derive(Clone, Copy, Debug)]
pub struct StdModule {
    /// Its name, `std.table`.
    pub name: &'static str,
    /// The path shown in messages, `std/table.gml`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Whether its names can be used without `use`.
    pub prelude: bool,
    /// Its declarations, in order: found when this crate is compiled, so that a program reads only those that it uses.
    pub declarations: &'static [Declaration],
}

impl StdModule {
    /// Signatures of that name.
    pub fn declares(&self, name: &str) -> bool {
        self.declarations.iter().any(|declaration| declaration.is_signature() && declaration.name == name)
    }
}

macro_rules! modules {
    ($($folder:literal $name:literal),* $(,)?) => {
        &[$(StdModule {
            name: concat!("std.", $name),
            path: concat!("std/", $name, ".gml"),
            text: include_str!(concat!($folder, $name, ".gml")),
            prelude: !$folder.is_empty(),
            declarations: {
                const TEXT: &str = include_str!(concat!($folder, $name, ".gml"));
                &index::declarations::<{ index::count(TEXT) }>(TEXT)
            },
        }),*]
    };
}

/// Every module, the prelude first.
pub const MODULES: &[StdModule] = modules![
    "prelude/" "table",
    "prelude/" "aggregate",
    "prelude/" "window",
    "prelude/" "list",
    "prelude/" "text",
    "prelude/" "time",
    "prelude/" "math",
    "prelude/" "data",
    "prelude/" "split",
    "prelude/" "learning",
    "prelude/" "explain",
    "prelude/" "plots",
    "prelude/" "pairs",
    "" "prep",
    "" "learn",
    "" "metrics",
    "" "monitor",
    "" "report",
    "" "embed",
    "" "recommend",
    "" "features",
    "" "graph",
];
