//! Which steps a run does, and what it keeps.

use std::path::Path;

use clap::Args;
use gml_analysis::suggest;
use gml_engine::{At, Choice, Joining, RowBackend, StoreSettings, UnknownStep};
use gml_ir::{Pipeline, Program};

use super::prepare::Prepared;
use crate::exit::Exit;
use crate::output;

/// Which steps are done. A step is named as the plan calls it (`fit`, `save sessions`), or by the node that it is of, the
/// dataset that it reads or writes, or its pipeline.
#[derive(Debug, Args)]
pub struct ChoiceArgs {
    /// Do the steps anew, whatever is kept of them.
    #[arg(long)]
    force: bool,
    /// Only these steps and all that depend on them.
    #[arg(long, value_name = "STEP")]
    from: Vec<String>,
    /// Only these steps and all that they need.
    #[arg(long, value_name = "STEP")]
    to: Vec<String>,
    /// Only these steps. What they need is taken from the store, or made.
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Only the steps of pipelines and nodes with one of these tags: `tags(nightly)` above them.
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    tags: Vec<String>,
    /// Do each step by itself, with its whole table in memory, so that the rows on every edge are counted: for looking into a
    /// pipeline. Results are the same; it takes more time and memory.
    #[arg(long)]
    stepwise: bool,
    /// What computes row expressions: what is expected to be the fastest of all (auto), the operations of the table engine, or
    /// programs of several at once, by an interpreter, by cranelift or by LLVM. What programs cannot hold, the table engine computes.
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = backend)]
    backend: RowBackend,
    /// Read an older version of datasets that keep them: a version (`3`, `buyer=3`), what was there when a run ran, or at a time.
    #[arg(long, value_name = "VERSION", value_parser = At::parse)]
    at: Vec<At>,
}

/// A way to compute row expressions that this gmlc has.
fn backend(text: &str) -> Result<RowBackend, String> {
    let found = RowBackend::ALL.into_iter().find(|backend| backend.name() == text);
    match found {
        Some(backend) if backend.is_there() => Ok(backend),
        Some(backend) => Err(format!(
            "this gmlc was built without {}: build it with `cargo build --release -p gmlc --features llvm`, which needs LLVM 19 \
             (Debian: llvm-19-dev, libpolly-19-dev, libzstd-dev, zlib1g-dev), or take `cranelift`",
            backend.name()
        )),
        None => {
            let names = RowBackend::ALL.into_iter().filter(|backend| backend.is_there()).map(RowBackend::name);
            Err(format!("there are {}", names.collect::<Vec<_>>().join(", ")))
        }
    }
}

/// Puts the versions that the command line asks for in the place of the newest. Gives what is to be said of that.
///
/// # Errors
/// The exit code, where there are none.
pub fn read_at(args: &ChoiceArgs, prepared: &mut Prepared, pipeline: Option<&str>) -> Result<Vec<String>, Exit> {
    let names: Vec<String> = prepared.pipelines(pipeline)?.iter().map(|pipeline| pipeline.name.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match gml_engine::read_at(&mut prepared.program, &names, &prepared.project.folder, &args.at) {
        Ok(versions) => {
            let told = versions
                .into_iter()
                .map(|(name, version)| format!("{name} is read as of version {} ({})", version.number, version.at));
            Ok(told.collect())
        }
        Err(fault) => {
            output::fault(&fault);
            Err(Exit::RunFailed)
        }
    }
}

/// The choice of the command line, held against the steps that there are.
///
/// # Errors
/// The exit code, where a name is that of no step.
pub fn chosen(args: &ChoiceArgs, program: &Program, pipelines: &[&Pipeline]) -> Result<Choice, Exit> {
    let ChoiceArgs { force, from, to, only, tags, stepwise, backend, at: _ } = args;
    let (from, to, only, tags) = (from.clone(), to.clone(), only.clone(), tags.clone());
    let joining = if *stepwise { Joining::Nothing } else { Joining::Queries };
    let choice = Choice { force: *force, from, to, only, tags, joining, backend: *backend };
    let plans: Vec<_> = pipelines.iter().map(|pipeline| gml_engine::plan(program, pipeline, joining)).collect();
    let all = pipelines.iter().zip(&plans).map(|(pipeline, plan)| (&*pipeline.name, &pipeline.graph, plan));
    choice.check(program, all).map_err(|UnknownStep { name, known, is_tag }| {
        let near = suggest::did_you_mean(&name, known.iter().map(String::as_str)).map(|text| format!("; {text}"));
        let what = if is_tag { "nothing has the tag" } else { "no step is called" };
        output::error_line(format!("{what} `{name}`{}", near.unwrap_or_default()));
        let there = if known.is_empty() {
            "none: write tags(name) above a pipeline or a node".into()
        } else {
            known.join(", ")
        };
        output::error_line(format!("there are {there}"));
        Exit::Usage
    })?;
    Ok(choice)
}

/// What the project wants of its store.
///
/// # Errors
/// The exit code, where the configuration is wrong.
pub fn store(_folder: &Path) -> Result<StoreSettings, Exit> {
    let mut settings = StoreSettings::default();
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(text) = variable(LIMIT) {
        let limit = text.parse::<f64>().ok().filter(|gibibytes| *gibibytes >= 0.0 && gibibytes.is_finite());
        settings.limit = limit.map(|gibibytes| (gibibytes * (1_u64 << 30) as f64) as u64).ok_or_else(|| {
            output::error_line(format!("{LIMIT} is {text:?}, which is no number of GiB, such as 20 or 0.5"));
            Exit::Usage
        })?;
    }
    if let Some(text) = variable(KEEP_ABOVE) {
        let milliseconds = text.parse::<u64>().map_err(|_| {
            output::error_line(format!("{KEEP_ABOVE} is {text:?}, which is no number of milliseconds, such as 10"));
            Exit::Usage
        })?;
        settings.keep_above = std::time::Duration::from_millis(milliseconds);
    }
    Ok(settings)
}

/// The variable with the size of the store, in GiB.
const LIMIT: &str = "GML_STORE_LIMIT";
/// The variable with the milliseconds from which on results are kept.
const KEEP_ABOVE: &str = "GML_STORE_KEEP_ABOVE";
