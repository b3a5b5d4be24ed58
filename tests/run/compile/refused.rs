//! What is not compiled, and what is left then.

use gml_tests::{Finished, Project, gmlc_with};

const PROGRAM: &str = "use std.learn.{blend, boosted_trees}\n\
    schema Home {\n    id home: int,\n    group street: int,\n    rooms: int,\n    rent: decimal[8, 2],\n    target grade: int,\n}\n\
    schema Plain {\n    id home: int,\n    rooms: int,\n    target grade: int,\n}\n\
    catalog {\n    homes: table[Home] = csv(\"homes.csv\"),\n    plain: model = artifact(\"models/plain\"),\n    \
    both: model = artifact(\"models/both\"),\n    priced: model = artifact(\"models/priced\"),\n}\n\
    node plainly(homes: table[Home]) -> table[Plain] {\n    homes |> select([.home, .rooms, .grade])\n}\n\
    pipeline training {\n    \
    let ranker = fit(boosted_trees(objective: lambdarank, rounds: 2, min_rows: 1), train: homes)\n    \
    save blend([ranker, ranker]) as both\n    \
    save ranker as priced\n    \
    save fit(boosted_trees(objective: regression, rounds: 2, min_rows: 1), train: plainly(homes)) as plain\n}\n";

fn project() -> Project {
    let home = |home: usize| format!("{home},{},{},{}.50,{}\n", home / 6, home % 5, home % 7, home % 5);
    let rows: String = (0..60).map(home).collect();
    let project = Project::of(&[
        ("main.gml", PROGRAM.to_owned()),
        ("homes.csv", format!("home,street,rooms,rent,grade\n{rows}")),
    ]);
    project.done(&["run"]);
    project
}

fn refused(finished: &Finished, code: &str, said: &str) {
    assert_eq!(finished.code, 3, "{finished:?}");
    assert!(
        finished.stderr.contains(&format!("error[{code}]")) && finished.stderr.contains(said),
        "{}",
        finished.stderr
    );
}

#[test]
fn what_cannot_be_compiled_is_named_and_nothing_is_written() {
    let project = project();
    let blended = project.gmlc(&["compile", "both", "--output", "out"]);
    refused(&blended, "GML0937", "a blend counts the places of rows within their groups");
    assert!(blended.stderr.contains("compile each of its models"), "{blended:?}");
    refused(
        &project.gmlc(&["compile", "priced", "--output", "out"]),
        "GML0937",
        "the column `rent` is of type decimal[8, 2]",
    );
    refused(&project.gmlc(&["compile", "./models/none", "--output", "out"]), "GML0901", "models/none is no folder");
    refused(&project.gmlc(&["compile", "./models", "--output", "out"]), "GML0901", "holds no saved model");
    assert!(!project.path("out").exists());
    let unknown = project.gmlc(&["compile", "plane", "--output", "out"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("it keeps plain, both, priced"), "{unknown:?}");
    let named = project.gmlc(&["compile", "plain", "--output", "out", "--name", "a-b"]);
    assert!(named.code == 2 && named.stderr.contains("write a letter first"), "{named:?}");
    let taken = project.gmlc(&["compile", "plain", "--output", "out", "--name", "m"]);
    assert!(taken.code == 2 && taken.stderr.contains("is a library of the system"), "{taken:?}");
    project.write("file", "");
    refused(&project.gmlc(&["compile", "plain", "--output", "file/out"]), "GML0910", "the library cannot be written");
    let signature = String::from_utf8(project.read("models/plain/signature.json")).unwrap();
    project.write("models/plain/signature.json", &signature[..signature.len() / 2]);
    refused(&project.gmlc(&["compile", "plain", "--output", "out"]), "GML0918", "a saved model cannot be loaded");
}

#[test]
fn without_a_compiler_the_object_file_is_left_and_how_to_link_it() {
    let project = project();
    let compile = |compiler: &str| {
        gmlc_with(&project.path("."), &["compile", "plain", "--output", "out dir"], &[("CC", compiler)])
    };
    refused(&compile("no-such-compiler"), "GML0938", "there is no C compiler `no-such-compiler`");
    let names = || -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(project.path("out dir"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(), ["plain.h", "plain.o"]);
    let failing = compile("cc -no-such-option-of-it");
    refused(&failing, "GML0938", "could not link libplain.so");
    // The command that is named makes the library.
    let by_hand = failing.stderr.lines().find_map(|line| line.split_once("link it by hand: ")).unwrap().1;
    let by_hand = by_hand.replace(" -no-such-option-of-it", "");
    let shell =
        std::process::Command::new("sh").args(["-c", &by_hand]).current_dir(project.path(".")).status().unwrap();
    assert!(shell.success(), "{by_hand}");
    assert_eq!(names(), ["libplain.so", "plain.h", "plain.o"]);
    assert!(compile("no-such-compiler").stderr.contains("libplain.so of an earlier model is still there"));
    let first = project.read("out dir/libplain.so");
    assert_eq!(compile("cc").code, 0);
    assert_eq!(project.read("out dir/libplain.so"), first);
    assert_eq!(names(), ["libplain.so", "plain.h", "plain.o"]);
}

/// `cc main.c -Lout -lm` would take the model for the functions of mathematics.
#[test]
fn no_model_is_called_as_a_library_of_the_system_is() {
    let project = project();
    let copied =
        std::process::Command::new("cp").args(["-r", "models/plain", "m"]).current_dir(project.path(".")).status();
    assert!(copied.unwrap().success());
    project.done(&["compile", "./m", "--output", "out"]);
    assert!(project.path("out/model_m.h").is_file() && project.path("out/libmodel_m.so").is_file());
}
