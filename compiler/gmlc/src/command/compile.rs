//! `gmlc compile`

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use gml_connect::Fault;
use gml_operators::{Facts, is_identifier};
use gml_serve::Place;
use tempfile::TempDir;

use super::ProgramArgs;
use super::saved::{Saved, saved};
use crate::exit::Exit;
use crate::output;

/// Which model, and where to.
#[derive(Debug, Args)]
pub struct CompileArgs {
    /// The name of a dataset of the program that keeps a model, or the folder of a saved model or of its versions.
    model: String,
    #[command(flatten)]
    program: ProgramArgs,
    /// The folder that the library, the object file and the header are written to.
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
    /// What the files are called and the functions begin with; the name of the model where none is given.
    #[arg(long, value_name = "NAME", value_parser = identifier)]
    name: Option<String>,
}

fn identifier(text: &str) -> Result<String, String> {
    if is_of_system(text) {
        return Err(format!("{} is a library of the system: write another name", library_name(text)));
    }
    let fits = is_identifier(text);
    fits.then(|| text.to_owned()).ok_or_else(|| "write a letter first, and letters, digits and _ behind it".to_owned())
}

/// Whether a library of that name would be found instead of one that programs of C are linked with: `cc main.c -Lout -lm` would take
/// the model for the functions of mathematics.
fn is_of_system(name: &str) -> bool {
    ["c", "m", "dl", "rt", "pthread", "util", "gcc", "gcc_s", "System"].contains(&name)
}

/// Compiles the model and links it.
pub fn compile(args: &CompileArgs) -> Exit {
    let saved = match saved(&args.model, &args.program) {
        Ok(saved) => saved,
        Err(exit) => return exit,
    };
    let name = args.name.clone().unwrap_or_else(|| name_of(&args.model, &saved));
    match written(&saved.place, &name, &args.output) {
        Ok(files) => {
            files.iter().for_each(|file| output::line(file.display().to_string()));
            Exit::Done
        }
        Err(fault) => {
            output::fault(&fault);
            Exit::RunFailed
        }
    }
}

/// What a model is called, as C takes it.
fn name_of(model: &str, saved: &Saved) -> String {
    let path = saved.place.path();
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let called = match full.file_name() {
        Some(name) if !saved.is_dataset => name.to_string_lossy().into_owned(),
        _ => model.to_owned(),
    };
    let plain: String = called.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '_' }).collect();
    if is_identifier(&plain) && !is_of_system(&plain) { plain } else { format!("model_{plain}") }
}

/// Writes object file, header and library. Each appears at once, and none before all could be made; without a linker the first two.
fn written(place: &Place, name: &str, folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let (saved, called) = place.newest_folder()?;
    let model = gml_operators::load(&saved)?;
    let version = format!("gmlc {}, model {called}", env!("CARGO_PKG_VERSION"));
    let about = model.facts().into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let compiled = gml_operators::compile(&*model, &Facts { name: name.to_owned(), version, about })?;
    let unwritten = |error: std::io::Error| {
        Fault::new("GML0910", format!("the library cannot be written: {error}"))
            .at(folder.display())
            .help("see that the folder can be made, that it is yours, and that the disk is not full")
    };
    fs::create_dir_all(folder).map_err(unwritten)?;
    let aside = tempfile::Builder::new().prefix(".gmlc-").tempdir_in(folder).map_err(unwritten)?;
    let (object, header) = (format!("{name}.o"), format!("{name}.h"));
    for (file, bytes) in [(&object, &*compiled.object), (&header, compiled.header.as_bytes())] {
        let mut file = fs::File::create(aside.path().join(file)).map_err(unwritten)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(unwritten)?;
    }
    let library = library_name(name);
    let linked = link(&aside, &object, &library, folder);
    let files = match &linked {
        Ok(()) => vec![header, object, library],
        Err(_) => vec![header, object],
    };
    let placed = files.iter().map(|file| {
        let target = folder.join(file);
        fs::rename(aside.path().join(file), &target).map_err(unwritten)?;
        Ok(target)
    });
    let placed = placed.collect::<Result<Vec<_>, Fault>>()?;
    linked.map(|()| placed)
}

/// What the loaders of this system look for.
fn library_name(name: &str) -> String {
    format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

/// How a compiler makes a shared library of an object file that calls nothing but libm.
fn arguments(object: &str, library: &str) -> Vec<String> {
    let more: &[&str] = if cfg!(target_os = "macos") {
        &["-dynamiclib"]
    } else {
        &["-shared", "-Wl,-z,defs", "-Wl,-z,text", "-Wl,--as-needed"]
    };
    let named = if cfg!(target_os = "macos") {
        format!("-Wl,-install_name,@rpath/{library}")
    } else {
        format!("-Wl,-soname,{library}")
    };
    let files = ["-o", library, object, "-lm"];
    more.iter().map(ToString::to_string).chain([named]).chain(files.map(String::from)).collect()
}

/// Links the library beside the object file.
fn link(aside: &TempDir, object: &str, library: &str, folder: &Path) -> Result<(), Fault> {
    let compiler = std::env::var("CC").ok().filter(|compiler| !compiler.trim().is_empty());
    let compiler = compiler.unwrap_or_else(|| "cc".to_owned());
    // `CC` may have arguments: `ccache gcc`.
    let mut words = compiler.split_whitespace();
    let arguments = arguments(object, library);
    let ran =
        Command::new(words.next().unwrap_or("cc")).args(words).args(&arguments).current_dir(aside.path()).output();
    let by_hand = format!("(cd {} && {compiler} {})", output::quoted(&folder.to_string_lossy()), arguments.join(" "));
    let fault = |what: String, help: String| {
        let fault = Fault::new("GML0938", what).at(folder.join(object).display()).help(help);
        match folder.join(library).exists() {
            false => fault,
            true => fault.detail(format!("{library} of an earlier model is still there, and does not fit the header")),
        }
    };
    match ran {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stderr);
            let told = told.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing").trim();
            Err(fault(format!("`{compiler}` could not link {library}: {told}"), format!("link it by hand: {by_hand}")))
        }
        Err(error) => {
            let why = match error.kind() {
                ErrorKind::NotFound => format!("there is no C compiler `{compiler}` to link {library} with"),
                _ => format!("the C compiler `{compiler}` cannot be started: {error}"),
            };
            let help = format!(
                "install one (Debian: gcc and libc6-dev), or name it with CC; or link where there is one: {by_hand}"
            );
            Err(fault(why, help))
        }
    }
}
