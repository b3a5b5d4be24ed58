//! The commands.

mod check;
mod choice;
mod clean;
mod compile;
mod deploy;
mod doc;
mod explain;
mod fmt;
mod graph;
mod infer;
mod lineage;
mod model;
mod new;
mod plan;
mod prepare;
mod run;
mod runs;
mod saved;
mod serve;
mod setup;
mod show;
mod test;
mod ui;

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::{Shell, generate};
use gml_analysis::suggest;

use choice::{ChoiceArgs, chosen, read_at, store};

use crate::exit::Exit;
use crate::output::{self, Format};

/// GML: machine-learning pipelines that are proved right before a row is read.
#[derive(Debug, Parser)]
#[command(name = "gmlc", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

impl Cli {
    /// Whether the command reads rows, not only programs.
    pub fn reads_data(&self) -> bool {
        matches!(
            self.command,
            Command::Run { .. } | Command::Test { .. } | Command::Infer { .. } | Command::New(_) | Command::Show { .. }
        )
    }

    /// The number of threads that the command line allows.
    pub fn threads(&self) -> Option<u16> {
        match &self.command {
            Command::Run { given, .. } => given.threads,
            Command::Serve(args) => args.threads,
            _ => None,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Begin a project: a small whole program, or one on data of yours.
    New(new::NewArgs),
    /// Prove programs right, without reading data.
    Check(check::CheckArgs),
    /// Run a pipeline, or all of them in order.
    Run {
        /// The pipeline; all of them where none is named.
        pipeline: Option<String>,
        #[command(flatten)]
        program: ProgramArgs,
        #[command(flatten)]
        choice: ChoiceArgs,
        #[command(flatten)]
        given: run::GivenArgs,
        #[command(flatten)]
        told: run::ToldArgs,
    },
    /// Run the tests of a program.
    Test {
        /// Only tests whose text holds this.
        filter: Option<String>,
        #[command(flatten)]
        program: ProgramArgs,
    },
    /// Print the steps of a pipeline, or of all of them, and which would run and why, without running any.
    Plan {
        /// The pipeline; all of them where none is named.
        pipeline: Option<String>,
        #[command(flatten)]
        program: ProgramArgs,
        #[command(flatten)]
        choice: ChoiceArgs,
    },
    /// Show the first rows of a dataset.
    Show {
        /// The dataset, by its name in the catalog.
        dataset: String,
        /// How many rows.
        #[arg(long, short = 'n', default_value_t = 10)]
        rows: usize,
        #[command(flatten)]
        program: ProgramArgs,
    },
    /// Serve a page, to this machine only, that shows the graph of a project and its runs as they go.
    Ui(ui::UiArgs),
    /// Serve a saved model over HTTP: rows in, scores out.
    Serve(Box<serve::ServeArgs>),
    /// Compile a saved model, with its recipe and calibration, to a shared library and a C header.
    Compile(compile::CompileArgs),
    /// Write what a platform needs to run pipelines as tasks in containers (Kubeflow Pipelines, Vertex AI, Argo, Kubernetes, Airflow), or
    /// the Dockerfile of their image. Nothing is built, pushed or started.
    Deploy(Box<deploy::DeployArgs>),
    /// List, show and compare runs, and throw away the records of old ones.
    Runs(runs::RunsArgs),
    /// Throw away what is kept of earlier runs. Datasets and run records stay.
    Clean(clean::CleanArgs),
    /// Print what flows through a program: datasets, steps and nodes, with the schema on every edge. Runs nothing.
    Graph(graph::GraphArgs),
    /// Put programs into the one form that all programs have. Changes blanks and line breaks, never what a program says.
    Fmt(fmt::FmtArgs),
    /// Write the reference of a program and of the standard library as a site of pages.
    Doc(doc::DocArgs),
    /// Print the page of a diagnostic.
    Explain {
        /// Its code or its name: GML0301, unknown-column. All of them are listed where none is given.
        code: Option<String>,
    },
    /// Print the schema of a CSV, Parquet or JSON-lines file.
    Infer {
        /// The file.
        file: PathBuf,
    },
    /// Print a script that lets a shell complete the commands of gmlc.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Serve an editor over standard input and output: the language-server protocol.
    Lsp {
        /// Accepted, since editors say so; there is no other way.
        #[arg(long)]
        stdio: bool,
    },
    /// Models that others trained.
    Model(model::ModelArgs),
    /// Fetch the native libraries that runs need, once: all of them, or one.
    Setup {
        /// The library.
        #[arg(value_enum)]
        library: Option<setup::Library>,
        /// The one for NVIDIA GPUs, of ONNX Runtime.
        #[arg(long, requires = "library")]
        cuda: bool,
    },
}

/// Which program, with which settings.
#[derive(Debug, Args)]
pub struct ProgramArgs {
    /// The program: a `.gml` file, or a folder with a main.gml.
    #[arg(long, short, value_name = "PATH", default_value = ".")]
    project: PathBuf,
    /// The env to lay over the program.
    #[arg(long)]
    env: Option<String>,
    /// Set a parameter of the program or of the pipeline.
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    /// The form of diagnostics.
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("write it as name=value".to_owned()),
    }
}

/// The names that there are, and which of them a name that is none of them was meant to be.
fn names_there(name: &str, there: &[&str]) -> String {
    let all = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
    match suggest::did_you_mean(name, there.iter().copied()) {
        Some(near) => format!("{all}; {near}"),
        None => all,
    }
}

/// Does what the command line asks for.
pub fn dispatch(cli: Cli) -> Exit {
    match cli.command {
        Command::New(args) => new::new(&args),
        Command::Check(args) => check::check(&args),
        Command::Run { pipeline, program, choice, given, told } => {
            run::run(pipeline.as_deref(), &program, &choice, &given, &told)
        }
        Command::Test { filter, program } => test::test(filter.as_deref(), &program),
        Command::Plan { pipeline, program, choice } => plan::plan(pipeline.as_deref(), &program, &choice),
        Command::Show { dataset, rows, program } => show::show(&dataset, rows, &program),
        Command::Ui(args) => ui::ui(&args),
        Command::Serve(args) => serve::serve(&args),
        Command::Compile(args) => compile::compile(&args),
        Command::Deploy(args) => deploy::deploy(&args),
        Command::Runs(args) => runs::runs(&args),
        Command::Clean(args) => clean::clean(&args),
        Command::Graph(args) => graph::graph(&args),
        Command::Fmt(args) => fmt::fmt(&args),
        Command::Doc(args) => doc::doc(&args),
        Command::Explain { code } => explain::explain(code.as_deref()),
        Command::Infer { file } => infer::infer(&file),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            generate(shell, &mut Cli::command(), "gmlc", &mut script);
            output::text(&String::from_utf8_lossy(&script));
            Exit::Done
        }
        Command::Lsp { stdio: _ } => crate::lsp::serve(),
        Command::Model(args) => model::model(&args),
        Command::Setup { library, cuda } => setup::setup(library, cuda),
    }
}
