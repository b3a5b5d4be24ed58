//! Programs checked as a whole.

mod calls;
mod expressions;
mod learning;
mod nodes;
mod nulls;
mod pipelines;
mod rows;
mod spaces;

use gml_diagnostics::Diagnostic;

use crate::package::Package;
use crate::typed::TypedProgram;
use crate::world::MemoryWorld;
use crate::{declare, resolve};

/// What every snippet can use.
const COMMON: &str = r#"
schema T {
    id     user: str,
    time   at: timestamp,
           day: date,
           n: int,
           x: float,
           xn: float?,
           s: str,
           sn: str?,
           flag: bool,
           maybe: bool?,
           kind: enum["a", "b"],
           cat: category,
           tags: list[str],
           items: list[struct { key: str, value: int? }],
           web: struct { name: str, of: struct { city: str? }? },
           long: duration,
    target hit: bool,
}
schema U { id user: str, at: timestamp, score: float }
catalog {
    t: table[T] = parquet("t.parquet"),
    u: table[U] = parquet("u.parquet"),
    kept: model = artifact("kept"),
    out: table { user: str, n: int } = parquet("out.parquet"),
}
"#;

pub(super) struct Checked {
    pub package: Package,
    pub program: TypedProgram,
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a file behind the common declarations. Lints about what is never used are left out.
pub(super) fn check(text: &str) -> Checked {
    let world = MemoryWorld::new([("main.gml", format!("{COMMON}{text}"))]);
    let (package, mut diagnostics) = resolve::resolve(&world, "main.gml");
    declare::declarations(&package, None, &mut diagnostics);
    diagnostics.retain(|diagnostic| !diagnostic.code.name().starts_with("unused-"));
    let (program, _) = super::check_program(&package, None, &mut diagnostics, None::<fn()>);
    Checked { package, program, diagnostics }
}

impl Checked {
    fn source(&self, diagnostic: &Diagnostic) -> &str {
        let text = self.package.sources.text(diagnostic.span.file);
        &text[diagnostic.span.start as usize..diagnostic.span.end as usize]
    }

    /// Each diagnostic: its name, the place, the message and the help.
    pub fn told(&self) -> String {
        let one = |diagnostic: &Diagnostic| {
            let help = diagnostic.help.as_deref().unwrap_or("-");
            format!("{} `{}`: {} | {help}", diagnostic.code.name(), self.source(diagnostic), diagnostic.message)
        };
        self.diagnostics.iter().map(one).collect::<Vec<_>>().join("\n")
    }

    /// Name and place of each diagnostic.
    pub fn codes(&self) -> Vec<String> {
        let one = |diagnostic: &Diagnostic| format!("{} `{}`", diagnostic.code.name(), self.source(diagnostic));
        self.diagnostics.iter().map(one).collect()
    }
}

/// The row that steps on `t` give.
#[track_caller]
pub(super) fn row_of(steps: &str) -> String {
    let checked = check(&format!("node f(t: table[T], u: table[U]) -> table {{ t |> {steps} }}"));
    assert_eq!(checked.told(), "", "{steps}");
    checked.program.nodes[0].result.to_string()
}

/// The type of an expression over a row of `t`.
#[track_caller]
pub(super) fn type_of(expr: &str) -> String {
    let row = row_of(&format!("select {{ y = {expr} }}"));
    row.trim_start_matches("table { y: ").trim_end_matches(" }").to_owned()
}

/// Name and place of what is wrong with steps on `t`.
pub(super) fn wrong(steps: &str) -> Vec<String> {
    check(&format!("node f(t: table[T], u: table[U]) -> table {{ t |> {steps} }}")).codes()
}

/// All that is said of steps on `t`.
pub(super) fn told(steps: &str) -> String {
    check(&format!("node f(t: table[T], u: table[U]) -> table {{ t |> {steps} }}")).told()
}

/// Name and place of what is wrong with a pipeline.
pub(super) fn wrong_in_pipeline(statements: &str) -> Vec<String> {
    check(&format!("use std.prep.{{impute, one_hot, ordinal, scale}} use std.learn.{{boosted_trees}} use std.metrics.{{auc}}\npipeline p {{ {statements} }}")).codes()
}
