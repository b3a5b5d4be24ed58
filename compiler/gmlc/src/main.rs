//! The gmlc command: checks, plans, runs and tests GML programs.
//!
//! What lives here: the command line, files, the terminal, exit codes. What does not: anything about the language, the
//! data or the models.

mod allocator;
mod command;
mod exit;
mod interrupt;
mod libraries;
mod lsp;
mod output;
mod progress;
mod project;
mod replace;
mod sources;
mod world;

use clap::Parser;
use clap::error::ErrorKind;

use command::Cli;
use exit::Exit;

#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

/// How often a thread of LightGBM (of OpenMP) looks for work before it sleeps. By default it is 300,000 times, which takes
/// the processor from the thread that would make the work: of two runs at once on two processors each took 100 times as long
/// (36 s for 0.3 s). With 1,000, two take 0.6 s, and one alone as long as before.
const SPINS: &str = "1000";

fn main() -> std::process::ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A reader that closed early (`gmlc --help | head`) is no failure.
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked { Exit::Done } else { Exit::Usage }.into();
        }
    };
    if !cli.reads_data() {
        allocator::reads_programs();
    }
    // A panic inside of a step is caught and told as a fault; the trace is for those who ask for it.
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(|_| {}));
    }
    if let Some(threads) = cli.threads() {
        // SAFETY: no other thread was started yet, so none reads the environment.
        unsafe { std::env::set_var("POLARS_MAX_THREADS", threads.to_string()) };
    }
    if ["GOMP_SPINCOUNT", "OMP_WAIT_POLICY"].iter().all(|name| std::env::var_os(name).is_none()) {
        // SAFETY: no other thread was started yet, so none reads the environment.
        unsafe { std::env::set_var("GOMP_SPINCOUNT", SPINS) };
    }
    // Programs nest deeper than the default stack of a thread on some systems allows for.
    let worker = std::thread::Builder::new().stack_size(64 << 20).spawn(move || command::dispatch(cli));
    let exit = worker.map(std::thread::JoinHandle::join);
    match exit {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(_)) | Err(_) => {
            output::error_line("gmlc stopped: this is a fault of gmlc, not of your program; please report it");
            Exit::RunFailed.into()
        }
    }
}
