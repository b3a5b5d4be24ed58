//! The language server driven by clients that are not ours: Neovim's built-in one and pytest-lsp. And what editors are
//! given: the extension for Visual Studio Code and the configuration for Helix.
//!
//! `tests/all` sets both up. Where one is absent the test says so and has nothing to do, but not where `CI` is set: there
//! it fails.

mod helix;
#[cfg(unix)]
mod tracking;
#[cfg(unix)]
mod vscode;

use std::path::{Path, PathBuf};
use std::process::Command;

use gml_tests::{fences, gmlc_folder, repository, wanted};

const MAIN: &str = "use lib.{Order}\n\ncatalog { orders: table[Order] = csv(\"o.csv\"), out: table[Order] = csv(\"x.csv\") }\n\nnode dear(orders: table[Order], least: float) -> table[Order] {\n    orders\n        |> filter(.price > least)\n        |> take(3)\n}\n\npipeline p {\n    save dear(orders, least: 2.0) as out\n}\n";
const LIB: &str = "schema Order {\n    id order: int,\n       price: float,\n       note: str?,\n}\n";

fn on_path(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// The interpreter with the clients and servers that are not ours.
fn servers_python() -> Option<PathBuf> {
    std::env::var_os("GML_SERVERS_PYTHON").map(PathBuf::from).filter(|python| python.exists())
}

fn succeeds(command: &mut Command, cache: &Path) -> String {
    let command = command.env("GMLC", gmlc_folder().join("gmlc")).env("XDG_CACHE_HOME", cache);
    let output = command.output().expect("the client can be started");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn neovim() {
    let Some(nvim) = wanted("Neovim", on_path("nvim")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("project");
    std::fs::create_dir(&project).unwrap();
    std::fs::write(project.join("main.gml"), MAIN).unwrap();
    std::fs::write(project.join("lib.gml"), LIB).unwrap();
    let script = repository().join("tests/servers/neovim.lua");
    let said = succeeds(
        Command::new(nvim)
            .args(["--headless", "--clean", "-u", "NONE", "-c"])
            .arg(format!("luafile {}", script.display()))
            .env("GML_FOLDER", &project)
            .env("XDG_STATE_HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path()),
        folder.path(),
    );
    assert!(said.matches("ok ").count() >= 15, "{said}");
}

/// `editors/neovim`, loaded as its page says.
#[test]
fn neovim_configuration() {
    let Some(nvim) = wanted("Neovim", on_path("nvim")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let main = folder.path().join("project/main.gml");
    std::fs::create_dir_all(main.parent().unwrap()).unwrap();
    std::fs::copy(repository().join("blueprints/ga4_propensity/main.gml"), &main).unwrap();

    // The page's init.lua, with the paths of this machine.
    let page = std::fs::read_to_string(repository().join("editors/neovim/README.md")).unwrap();
    let shown = fences(&page).into_iter().find(|fence| fence.words == ["lua"]).expect("the page shows an init.lua");
    let (checkout, command) = (repository().display().to_string(), gmlc_folder().join("gmlc").display().to_string());
    let init = shown.text.replace("/path/to/gml", &checkout).replace("\"gmlc\"", &format!("{command:?}"));
    assert!(init.contains(&checkout) && init.contains(&command), "{init}");
    let configuration = folder.path().join("configuration");
    std::fs::create_dir_all(configuration.join("nvim")).unwrap();
    std::fs::write(configuration.join("nvim/init.lua"), init).unwrap();

    let script = repository().join("tests/servers/neovim_configuration.lua");
    let said = succeeds(
        Command::new(nvim)
            .args(["--headless", "-i", "NONE", "-n", "-c"])
            .arg(format!("luafile {}", script.display()))
            .env("GML_MAIN", &main)
            .env("XDG_CONFIG_HOME", &configuration)
            .env("XDG_STATE_HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path()),
        folder.path(),
    );
    assert!(said.matches("ok ").count() >= 20, "{said}");
}

#[test]
fn pytest_lsp() {
    let Some(python) = wanted("pytest-lsp", servers_python()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let script = repository().join("tests/servers/test_gmlc.py");
    let said = succeeds(
        Command::new(python).arg(script).env("PYTHONDONTWRITEBYTECODE", "1").current_dir(folder.path()),
        folder.path(),
    );
    assert!(said.contains(" passed"), "{said}");
}
