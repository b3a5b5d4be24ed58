//! The standard library of GML, in GML, as text.
//!
//! What lives here: the sources, by module name. What does not: anything that knows what they mean.

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
}

macro_rules! modules {
    ($($folder:literal $name:literal),* $(,)?) => {
        &[$(StdModule {
            name: concat!("std.", $name),
            path: concat!("std/", $name, ".gml"),
            text: include_str!(concat!($folder, $name, ".gml")),
            prelude: !$folder.is_empty(),
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
    "" "prep",
    "" "learn",
    "" "metrics",
];
