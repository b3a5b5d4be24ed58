//! From a command's arguments to a program that can run.

use gml_analysis::package::Package;
use gml_analysis::typed::{TypedPipeline, TypedProgram, TypedStatement, TypedStatementKind};
use gml_analysis::{Settings, lower};
use gml_diagnostics::{Diagnostic, Sources, codes};
use gml_ir::{Pipeline, Program};

use super::{ProgramArgs, names_there};
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
    /// The parameters that the command line sets.
    pub set: Vec<String>,
}

/// Checks and lowers the program; diagnostics are shown.
///
/// # Errors
/// The exit code, where the program or the command line is wrong.
pub fn prepare(args: &ProgramArgs) -> Result<Prepared, Exit> {
    prepare_telling(args, |diagnostics, sources| output::diagnostics(diagnostics, sources, args.format))
}

/// Checks and lowers the program; `tell` is given all diagnostics.
///
/// # Errors
/// The exit code, where the program or the command line is wrong.
pub fn prepare_telling(args: &ProgramArgs, tell: impl FnOnce(&[Diagnostic], &Sources)) -> Result<Prepared, Exit> {
    prepare_with(args, &settings(args.env.as_deref(), &args.set), tell)
}

/// Checks and lowers the program with other settings than those of a run on this machine.
///
/// # Errors
/// As [`prepare_telling`].
pub fn prepare_with(
    args: &ProgramArgs,
    settings: &Settings,
    tell: impl FnOnce(&[Diagnostic], &Sources),
) -> Result<Prepared, Exit> {
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
        lower(&analysis.package, &analysis.program, settings).map_err(|wrong| {
            let exit = exit_of(&wrong);
            diagnostics.extend(wrong);
            exit
        })
    };
    tell(&diagnostics, sources);
    let set = args.set.iter().map(|(name, _)| name.clone()).collect();
    Ok(Prepared { project, program: lowered?, package: analysis.package, typed: analysis.program, set })
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
    /// The pipeline of that name, or all of them in the order in which they run.
    ///
    /// # Errors
    /// The exit code, where there is none of that name, or nothing gives a parameter its value.
    pub fn pipelines(&self, name: Option<&str>) -> Result<Vec<&Pipeline>, Exit> {
        let all = &self.program.pipelines;
        let Some(name) = name else {
            if all.is_empty() && !self.typed.pipelines.is_empty() {
                self.left_out(None).iter().for_each(output::error_line);
                return Err(Exit::Usage);
            }
            return Ok(self.program.in_order());
        };
        if let Some(pipeline) = all.iter().find(|pipeline| &*pipeline.name == name) {
            return Ok(vec![pipeline]);
        }
        let declared = &self.typed.pipelines;
        if let Some(pipeline) = declared.iter().find(|pipeline| &*pipeline.name == name) {
            output::error_line(self.needs(pipeline));
            return Err(Exit::Usage);
        }
        let names: Vec<_> = declared.iter().map(|pipeline| &*pipeline.name).collect();
        output::error_line(format!("the program has no pipeline `{name}`; it has {}", names_there(name, &names)));
        Err(Exit::Usage)
    }

    /// Refuses what `--set` says of parameters that only other pipelines than the chosen one have: it would change nothing.
    ///
    /// # Errors
    /// The exit code, where there is such a setting.
    pub fn set_for(&self, name: Option<&str>) -> Result<(), Exit> {
        let Some(chosen) = name else { return Ok(()) };
        let takes = |pipeline: &TypedPipeline, name: &str| pipeline.params.iter().any(|param| &*param.name == name);
        let mut exit = Ok(());
        for set in &self.set {
            let is_of_program = self.typed.params.iter().any(|param| *param.name == **set);
            let owners = self.typed.pipelines.iter().filter(|pipeline| takes(pipeline, set));
            let owners: Vec<&str> = owners.map(|pipeline| &*pipeline.name).collect();
            if is_of_program || owners.is_empty() || owners.contains(&chosen) {
                continue;
            }
            let named: Vec<String> = owners.iter().map(|owner| format!("`{owner}`")).collect();
            let what = if owners.len() == 1 { "pipeline" } else { "pipelines" };
            output::error_line(format!(
                "`{set}` is a parameter of the {what} {}, and `{chosen}` has none of that name: leave out --set {set}=.., or \
                 write `run {}({set}: ..)` in `{chosen}` where it is to run that one",
                named.join(", "),
                owners[0],
            ));
            exit = Err(Exit::Usage);
        }
        exit
    }

    /// What is to be said of pipelines that are left out where all are to run: nothing gives them the values that they need.
    pub fn left_out(&self, name: Option<&str>) -> Vec<String> {
        let declared = &self.typed.pipelines;
        let runs = |pipeline: &TypedPipeline| self.program.pipelines.iter().any(|other| other.name == pipeline.name);
        // One that another pipeline runs gets its values there.
        let is_run = |place: usize| declared.iter().any(|other| mentions(&other.body, place));
        let left_out = declared.iter().enumerate().filter(|(place, pipeline)| !runs(pipeline) && !is_run(*place));
        let told = left_out.map(|(_, pipeline)| format!("left out: {}", self.needs(pipeline)));
        if name.is_none() { told.collect() } else { Vec::new() }
    }

    /// Which values a pipeline lacks, and how it is given them.
    fn needs(&self, pipeline: &TypedPipeline) -> String {
        let lacking: Vec<&str> = pipeline
            .params
            .iter()
            .filter(|param| param.default.is_none() && !self.set.iter().any(|name| **name == *param.name))
            .map(|param| &*param.name)
            .collect();
        let named: Vec<String> = lacking.iter().map(|name| format!("`{name}`")).collect();
        let given: String = lacking.iter().map(|name| format!(" --set {name}=..")).collect();
        format!("`{}` needs {}:{given}", pipeline.name, named.join(", "))
    }
}

/// Whether the pipeline at that place is run by one of the statements.
fn mentions(statements: &[TypedStatement], place: usize) -> bool {
    statements.iter().any(|statement| match &statement.kind {
        TypedStatementKind::Run { pipeline, .. } => pipeline.0 as usize == place,
        TypedStatementKind::When { body, .. } | TypedStatementKind::For { body, .. } => mentions(body, place),
        _ => false,
    })
}
