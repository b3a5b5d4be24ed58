//! Generates `grammar/tree-sitter-gml/src` from `grammar.js`, or with `--check` says whether it is what that gives.
//!
//! This is the library that the command `tree-sitter generate` is made of; here so that nothing has to be installed but
//! Rust, and Node to read `grammar.js`. Without Node `src/grammar.json` is read, which is what Node gave the last time.

use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use tree_sitter_generate::{OptLevel, generate_parser_in_directory};

/// The version of the tables: the newest that Neovim 0.7 takes, and later ones and Helix take too.
const TABLES: usize = 14;

const GENERATED: [&str; 6] = [
    "grammar.json",
    "node-types.json",
    "parser.c",
    "tree_sitter/alloc.h",
    "tree_sitter/array.h",
    "tree_sitter/parser.h",
];

fn main() -> ExitCode {
    let check = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [only] if only == "--check" => true,
        _ => {
            eprintln!("takes `--check` or nothing");
            return ExitCode::from(2);
        }
    };
    match run(check) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("the parser cannot be generated: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is as it should be.
fn run(check: bool) -> Result<bool, Box<dyn Error>> {
    // Cargo says where the sources are now; what was compiled in may be the place of an earlier checkout.
    let sources = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let folder = Path::new(&sources).join("../tree-sitter-gml").canonicalize()?;
    let has_node = has_node();
    if !has_node {
        eprintln!("there is no Node to read grammar.js with: src/grammar.json is taken for it");
    }
    let from = folder.join(if has_node { "grammar.js" } else { "src/grammar.json" });
    let made = tempfile::tempdir()?;
    let mut said = Vec::new();
    generate_parser_in_directory(
        &folder,
        Some(made.path()),
        Some(from),
        TABLES,
        None,
        Some("node"),
        true,
        OptLevel::default(),
        &mut said,
    )?;
    let mut same = true;
    for name in GENERATED {
        let kept = folder.join("src").join(name);
        let fresh = match std::fs::read_to_string(made.path().join(name)) {
            Ok(fresh) => fresh,
            // It is what was read.
            Err(_) if name == "grammar.json" && !has_node => continue,
            Err(error) => return Err(format!("{name}: {error}").into()),
        };
        if std::fs::read_to_string(&kept).is_ok_and(|kept| kept == fresh) {
            continue;
        }
        if check {
            eprintln!("{} is not what the grammar gives: run the generator without `--check`", kept.display());
            same = false;
        } else {
            if let Some(parent) = kept.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(&kept, fresh)?;
            println!("{} was written", kept.display());
        }
    }
    Ok(same)
}

fn has_node() -> bool {
    let version = Command::new("node").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}
