//! From a command's arguments to a program that can run.

use gml_analysis::package::Package;
use gml_analysis::typed::TypedProgram;
use gml_analysis::{Settings, lower, suggest};
use gml_diagnostics::{Diagnostic, Sources, codes};
use gml_ir::{Pipeline, Program};

use super::ProgramArgs;
use crate::exit::Exit;
use crate::output;
use crate::project::{Project, has_errors};

/// A program that can run.
pub struct Prepared {
    /// Where it is.
    pub project: Project,
    /// Its graph.
    pub program: Program,
    /// What the compiler knows of it.
    pub package: Package,
    /// What it checked.
    pub typed: TypedProgram,
}

/// Checks and lowers the program; diagnostics are shown.
///
/// # Errors
/// The exit code, where the program or the command line is wrong.
pub fn prepare(args: &ProgramArgs) -> Result<Prepared, Exit> {
    let project = Project::at(&args.project).map_err(|message| {
        output::error_line(message);
        Exit::Usage
    })?;
    let analysis = project.check();
    let sources: &Sources = &analysis.package.sources;
    let mut diagnostics = analysis.diagnostics;
    let lowered = if has_errors(&diagnostics) {
        Err(Exit::ProgramWrong)
    } else {
        let settings = settings(args.env.as_deref(), &args.set);
        lower(&analysis.package, &analysis.program, &settings).map_err(|wrong| {
            let exit = exit_of(&wrong);
            diagnostics.extend(wrong);
            exit
        })
    };
    output::diagnostics(&diagnostics, sources, args.format);
    Ok(Prepared { project, program: lowered?, package: analysis.package, typed: analysis.program })
}

/// What a program that cannot be lowered ends with: it is wrong, or what the command line sets in it.
pub fn exit_of(wrong: &[Diagnostic]) -> Exit {
    let of_command_line =
        |wrong: &Diagnostic| wrong.code == codes::UNKNOWN_SETTING || wrong.code == codes::BAD_SETTING_VALUE;
    if wrong.iter().all(of_command_line) { Exit::Usage } else { Exit::ProgramWrong }
}

/// The settings of a run: an env, what `--set` says, and the variables of this process.
pub fn settings(env: Option<&str>, set: &[(String, String)]) -> Settings {
    Settings {
        env: env.map(str::to_owned),
        set: set.to_vec(),
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
    }
}

impl Prepared {
    /// The pipeline of that name, or all of them.
    ///
    /// # Errors
    /// The exit code, where there is none of that name.
    pub fn pipelines(&self, name: Option<&str>) -> Result<Vec<&Pipeline>, Exit> {
        let all = &self.program.pipelines;
        let Some(name) = name else { return Ok(all.iter().collect()) };
        match all.iter().find(|pipeline| &*pipeline.name == name) {
            Some(pipeline) => Ok(vec![pipeline]),
            None => {
                let names: Vec<_> = all.iter().map(|pipeline| &*pipeline.name).collect();
                let has = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                let near = suggest::did_you_mean(name, names.iter().copied()).map(|text| format!("; {text}"));
                let near = near.unwrap_or_default();
                output::error_line(format!("the program has no pipeline `{name}`; it has {has}{near}"));
                Err(Exit::Usage)
            }
        }
    }
}
