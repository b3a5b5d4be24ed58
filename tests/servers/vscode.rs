//! The extension for Visual Studio Code: built, tested and packaged by npm as its page says, and what is in the package.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use gml_tests::repository;
use serde_json::Value;

use crate::{on_path, servers_python, succeeds, wanted};

/// What is built or installed, and no part of the extension's source.
const PASSED_OVER: [&str; 3] = ["node_modules", "dist", "LICENSE"];

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (name, path) = (entry.file_name(), entry.path());
        if PASSED_OVER.iter().any(|passed| name == *passed) {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// The extension in a copy of what it needs of the repository, where npm may write.
fn workplace(folder: &Path) -> PathBuf {
    let extension = folder.join("editors/vscode");
    copy(&repository().join("editors/vscode"), &extension);
    std::fs::copy(repository().join("LICENSE"), folder.join("LICENSE")).unwrap();
    // The programs that its tests read.
    for name in ["blueprints", "stdlib"] {
        std::os::unix::fs::symlink(repository().join(name), folder.join(name)).unwrap();
    }
    extension
}

/// Paths within the package that its `package.json` names.
fn contributed(package: &Value) -> BTreeSet<String> {
    let lists = [("languages", "configuration"), ("grammars", "path"), ("snippets", "path")];
    let named = lists.iter().flat_map(|(list, key)| {
        let items = package["contributes"][list].as_array().expect("a list of contributions");
        items.iter().map(move |item| item[key].as_str().expect("a path"))
    });
    let named = named.chain(package["main"].as_str());
    named.map(|path| path.trim_start_matches("./").to_owned()).collect()
}

#[test]
fn the_extension_is_built_tested_and_packaged() {
    let Some(npm) = wanted("npm", on_path("npm")) else { return };
    let Some(python) = wanted("Python", servers_python()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let extension = workplace(folder.path());
    let run = |args: &[&str]| succeeds(Command::new(&npm).args(args).current_dir(&extension), folder.path());
    run(&["ci", "--prefer-offline", "--no-audit", "--no-fund"]);
    run(&["run", "compile"]);
    run(&["run", "lint"]);
    let tested = run(&["test"]);
    assert!(tested.contains("# fail 0") || tested.contains("fail 0"), "{tested}");
    run(&["run", "package"]);
    let lock = std::fs::read_to_string(extension.join("package-lock.json")).unwrap();
    assert!(!lock.contains("\"resolved\""), "the lock file names packages, not where they were fetched from");

    // A .vsix is an archive of zip, which Python reads wherever it is.
    let opened = folder.path().join("opened");
    let archive = extension.join("dist/gml.vsix");
    succeeds(Command::new(python).args(["-m", "zipfile", "-e"]).arg(&archive).arg(&opened), folder.path());
    let packaged = opened.join("extension");
    let package: Value = serde_json::from_slice(&std::fs::read(packaged.join("package.json")).unwrap()).unwrap();
    assert_eq!((&package["name"], &package["publisher"]), (&"gml".into(), &"gml-lang".into()));
    let named = contributed(&package);
    assert_eq!(
        named.iter().map(String::as_str).collect::<Vec<_>>(),
        ["dist/extension.js", "language-configuration.json", "snippets/gml.json", "syntaxes/gml.tmLanguage.json"]
    );
    for path in named.iter().filter(|path| !path.starts_with("dist/")) {
        let source = std::fs::read(repository().join("editors/vscode").join(path)).unwrap();
        assert!(std::fs::read(packaged.join(path)).unwrap() == source, "{path} is another in the package");
    }
    let licence = std::fs::read(packaged.join("LICENSE.txt")).unwrap();
    assert!(licence == std::fs::read(repository().join("LICENSE")).unwrap());
    for left_out in ["src", "tests", "node_modules", "package-lock.json", "esbuild.mjs"] {
        assert!(!packaged.join(left_out).exists(), "{left_out} is in the package");
    }
    the_client_loads(&packaged.join("dist/extension.js"), folder.path());
}

/// The one file of the client has all that it needs but the editor, and what the editor calls.
fn the_client_loads(client: &Path, cache: &Path) {
    let node = on_path("node").expect("npm runs on node");
    let script = "const Module = require('node:module');\n\
                  const anything = new Proxy(class {}, { get: (of, name) => name in of ? of[name] : anything });\n\
                  const load = Module._load;\n\
                  Module._load = (name, ...rest) => name === 'vscode' ? anything : load(name, ...rest);\n\
                  const client = require(process.argv[1]);\n\
                  console.log(typeof client.activate, typeof client.deactivate);";
    let said = succeeds(Command::new(node).args(["-e", script]).arg(client), cache);
    assert_eq!(said.trim(), "function function");
    let text = std::fs::read_to_string(client).unwrap();
    for command in ["gml.showGraph", "gml.restartServer", "gml.showOutput"] {
        assert!(text.contains(command), "nothing answers to {command}");
    }
}

/// A snippet with its defaults, once for each of its choices.
fn written_out(body: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut rest = body;
    while let Some((before, behind)) = rest.split_once('$') {
        texts.iter_mut().for_each(|text| text.push_str(before));
        let digits = |text: &str| text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
        let Some(place) = behind.strip_prefix('{') else {
            rest = &behind[digits(behind)..];
            continue;
        };
        let (inside, behind) = place.split_once('}').expect("a place ends");
        let said = &inside[digits(inside)..];
        let choices: Vec<&str> = match said.strip_prefix('|') {
            Some(list) => list.trim_end_matches('|').split(',').collect(),
            None => vec![said.trim_start_matches(':')],
        };
        texts = texts.iter().flat_map(|text| choices.iter().map(move |choice| format!("{text}{choice}"))).collect();
        rest = behind;
    }
    texts.iter_mut().for_each(|text| text.push_str(rest));
    texts
}

/// The snippet of a declaration is a program; that of steps or statements is part of a pipeline.
fn program_of(prefix: &str, text: &str) -> String {
    let indented = text.replace('\n', "\n    ");
    match prefix {
        "group" => format!("pipeline p {{\n    save rows\n    {indented} as out\n}}\n"),
        "training" => format!("pipeline p {{\n    {indented}\n}}\n"),
        _ => format!("{text}\n"),
    }
}

#[test]
fn every_snippet_is_a_program_in_its_form() {
    let file = repository().join("editors/vscode/snippets/gml.json");
    let snippets: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let snippets = snippets.as_object().unwrap();
    let mut programs = 0;
    for (name, snippet) in snippets {
        let lines: Vec<&str> = snippet["body"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let prefix = snippet["prefix"].as_str().unwrap();
        assert!(snippet["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
        for text in written_out(&lines.join("\n")) {
            let program = program_of(prefix, text.trim_end());
            let parsed = gml_syntax::parse(gml_diagnostics::FileId(0), &program);
            assert!(parsed.diagnostics.is_empty(), "{name}:\n{program}\n{:#?}", parsed.diagnostics);
            if prefix != "group" {
                let formatted = gml_syntax::format::format(gml_diagnostics::FileId(0), &program);
                assert_eq!(formatted.ok().as_deref(), Some(&*program), "{name}");
            }
            programs += 1;
        }
    }
    assert!(snippets.len() >= 10 && programs > snippets.len(), "{} snippets, {programs} programs", snippets.len());
}

#[test]
fn what_a_snippet_leaves_open_is_filled_in() {
    assert_eq!(written_out("a ${1:b} $0c ${2|d,e|} ${3}."), ["a b c d .", "a b c e ."]);
    assert_eq!(written_out("no place"), ["no place"]);
}
