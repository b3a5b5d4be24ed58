//! The entries for Helix's configuration: they name what is there.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use gml_tests::{gmlc_folder, repository};
use toml_edit::{DocumentMut, Item};

fn configuration() -> DocumentMut {
    let text = std::fs::read_to_string(repository().join("editors/helix/languages.toml")).unwrap();
    text.parse().unwrap()
}

/// The one table of a list of tables.
fn only(list: &Item) -> toml_edit::Table {
    let tables = list.as_array_of_tables().expect("a list of tables");
    assert_eq!(tables.len(), 1);
    tables.get(0).unwrap().clone()
}

fn texts(item: &Item) -> Vec<&str> {
    item.as_array().expect("a list").iter().map(|value| value.as_str().expect("a text")).collect()
}

#[test]
fn helix_knows_the_files_and_the_grammar() {
    let configuration = configuration();
    let language = only(&configuration["language"]);
    assert_eq!(language["name"].as_str(), Some("gml"));
    assert_eq!(language["scope"].as_str(), Some("source.gml"));
    assert_eq!(texts(&language["file-types"]), ["gml"]);
    assert_eq!(texts(&language["roots"]), ["gml.toml", "main.gml"]);
    assert_eq!(language["comment-tokens"].as_array().unwrap().get(0).unwrap().as_str(), Some("#"));
    assert_eq!(language["auto-format"].as_bool(), Some(true));
    assert_eq!(texts(&language["language-servers"]), ["gmlc"]);

    // Its lines are as long, and as far in, as the formatter writes them.
    let unit = language["indent"]["unit"].as_str().unwrap();
    let formatted =
        gml_syntax::format::format(gml_diagnostics::FileId(0), "schema S {\na: int,\nb: int,\n}\n").unwrap();
    assert!(formatted.contains(&format!("\n{unit}")), "{formatted}");
    assert_eq!(language["text-width"].as_integer(), Some(120));

    let grammar = only(&configuration["grammar"]);
    assert_eq!(grammar["name"].as_str(), Some("gml"), "the grammar is found by the name of the language");
    let path = grammar["source"]["path"].as_str().unwrap();
    let folder = path.strip_prefix("/path/to/gml/").expect("the checkout, as the page calls it");
    assert!(repository().join(folder).join("src/parser.c").is_file(), "{path}");
    let page = std::fs::read_to_string(repository().join("editors/helix/README.md")).unwrap();
    assert!(page.contains("/path/to/gml/editors/helix/queries/gml"), "{page}");
    assert!(repository().join("editors/helix/queries/gml/highlights.scm").is_file());
}

/// The command of the configuration is a language server.
#[test]
fn helix_starts_the_server() {
    let configuration = configuration();
    let server = &configuration["language-server"]["gmlc"];
    assert_eq!(server["command"].as_str(), Some("gmlc"));
    let mut process = Command::new(gmlc_folder().join(server["command"].as_str().unwrap()))
        .args(texts(&server["args"]))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}"#;
    let mut input = process.stdin.take().unwrap();
    write!(input, "Content-Length: {}\r\n\r\n{asked}", asked.len()).unwrap();
    input.flush().unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let mut length = 0;
    for line in output.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()) {
        if let Some(bytes) = line.strip_prefix("Content-Length: ") {
            length = bytes.parse().unwrap();
        }
    }
    let mut answer = vec![0; length];
    output.read_exact(&mut answer).unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["result"]["serverInfo"]["name"], "gmlc");
    assert_eq!(answer["result"]["capabilities"]["documentFormattingProvider"], true, "saving formats");
    drop(input);
    process.kill().unwrap();
    process.wait().unwrap();
}
