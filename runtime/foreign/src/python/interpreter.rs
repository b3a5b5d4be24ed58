//! Which Python runs the nodes of a project, and what it has.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gml_connect::Fault;
use gml_ir::Python;
use serde_json::Value as Json;

use crate::code;

/// Tells its version and what is installed, from the names of folders: no package is loaded.
const ASK: &str = r#"
import importlib.util, json, os, sys
names = set()
for place in sys.path:
    try:
        names.update(name for name in os.listdir(place or ".") if name.endswith((".dist-info", ".egg-info", ".egg-link")))
    except OSError:
        pass
has = [name for name in ("pandas", "polars", "pyarrow") if importlib.util.find_spec(name)]
print(json.dumps({"version": sys.version, "minor": sys.version_info[:2], "platform": sys.platform, "packages": sorted(names), "has": has}))
"#;

/// A Python.
#[derive(Clone, Debug)]
pub(super) struct Interpreter {
    pub(super) program: PathBuf,
    /// Its version and platform.
    pub(super) version: String,
    /// The packages that it has, with their versions.
    pub(super) packages: Vec<String>,
}

impl Interpreter {
    /// The Python of a project. It is asked once.
    ///
    /// # Errors
    /// Where there is none, or it can read no tables.
    pub(super) fn of(project: &Path, settings: &Python) -> Result<Arc<Self>, Fault> {
        type Known = Mutex<HashMap<(PathBuf, Option<Arc<str>>), Result<Arc<Interpreter>, Fault>>>;
        static KNOWN: OnceLock<Known> = OnceLock::new();
        let known = KNOWN.get_or_init(Known::default);
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (project.to_path_buf(), settings.venv.clone());
        known.entry(key).or_insert_with(|| Self::asked(project, settings).map(Arc::new)).clone()
    }

    fn asked(project: &Path, settings: &Python) -> Result<Self, Fault> {
        let (program, named) = program(project, settings)?;
        let output = Command::new(&program)
            .args(["-c", ASK])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(project)
            .stdin(Stdio::null())
            .output();
        let output = output.map_err(|error| missing(&program, &named, &error.to_string()))?;
        let found = output.status.success().then(|| serde_json::from_slice::<Json>(&output.stdout).ok()).flatten();
        let Some(found) = found else {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().last().unwrap_or("it says nothing").to_owned();
            return Err(missing(&program, &named, &said));
        };
        let list = |name: &str| -> Vec<String> {
            let items = found.get(name).and_then(Json::as_array).into_iter().flatten();
            items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let text = |name: &str| found.get(name).and_then(Json::as_str).unwrap_or("").to_owned();
        let number = |place: usize| found["minor"][place].as_u64().unwrap_or(0);
        if (number(0), number(1)) < (3, 9) {
            let message =
                format!("{} is Python {}.{}, and 3.9 or later is due", program.display(), number(0), number(1));
            return Err(Fault::new(code::PYTHON_MISSING, message).help(named.help()));
        }
        let has = list("has");
        if !has.iter().any(|name| name == "pyarrow" || name == "polars") {
            let message = format!(
                "{} has neither pyarrow nor polars, and tables go to Python through one of them",
                program.display()
            );
            return Err(Fault::new(code::PYTHON_MISSING, message)
                .help(format!("install one: {} -m pip install pyarrow pandas", program.display())));
        }
        Ok(Self {
            version: format!("{} {}", text("version").replace('\n', " "), text("platform")),
            packages: list("packages"),
            program,
        })
    }
}

/// Where a Python was named.
enum Named {
    Venv(String),
    Active,
    Path,
}

impl Named {
    fn help(&self) -> String {
        match self {
            Self::Venv(venv) => format!("gml.toml names the environment {venv}: make it with `python3 -m venv {venv}`"),
            Self::Active => {
                "the variable VIRTUAL_ENV names it: activate another environment, or name one in gml.toml".into()
            }
            Self::Path => {
                "install Python 3, or name a virtual environment in gml.toml: `[python]` and `venv = \".venv\"`".into()
            }
        }
    }
}

fn program(project: &Path, settings: &Python) -> Result<(PathBuf, Named), Fault> {
    let inside = |folder: &Path| {
        let names = if cfg!(windows) { ["Scripts/python.exe", "python.exe"] } else { ["bin/python", "bin/python3"] };
        names.map(|name| folder.join(name)).into_iter().find(|program| program.is_file())
    };
    if let Some(venv) = &settings.venv {
        let (folder, named) = (project.join(&**venv), Named::Venv(venv.to_string()));
        let found = inside(&folder).ok_or_else(|| missing(&folder, &named, "there is no Python in it"))?;
        // The system tells a relative program from another folder than the worker's.
        return Ok((std::path::absolute(&found).unwrap_or(found), named));
    }
    if let Some(folder) = std::env::var_os("VIRTUAL_ENV").filter(|folder| !folder.is_empty()) {
        let folder = PathBuf::from(folder);
        let found = inside(&folder).ok_or_else(|| missing(&folder, &Named::Active, "there is no Python in it"))?;
        return Ok((found, Named::Active));
    }
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let names = ["python3", "python"];
    let found = names.iter().find_map(|name| {
        std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|program| program.is_file())
    });
    found
        .map(|found| (found, Named::Path))
        .ok_or_else(|| missing(Path::new("python3"), &Named::Path, "it is not on the path"))
}

fn missing(program: &Path, named: &Named, why: &str) -> Fault {
    Fault::new(code::PYTHON_MISSING, format!("{} cannot be used: {why}", program.display())).help(named.help())
}
