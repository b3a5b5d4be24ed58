//! What the library and its header are like.

use std::process::Command;

use gml_codegen::object::{
    Change, Column, Counts, Facts, Holds, Learner, Linear, Link, Model, Part, Pool, Pooled, Uncompiled, Written,
    compile, is_identifier,
};

use super::built::{Built, float, operation, run, seen};

fn tool(name: &str, built: &Built, arguments: &[&str]) -> String {
    run(Command::new(name).args(arguments).current_dir(&built.folder))
}

fn mixed() -> Model {
    let text = Column {
        name: "país \"NAME\" */ UPPER".into(),
        holds: Holds::Text { known: vec!["x".into()], hashed: false },
        nullable: true,
    };
    let operations = vec![operation(0, Change::Log), operation(3, Change::Fill(0.0))];
    Model {
        classes: vec!["a b".into(), "a-b".into()],
        outputs: ["label", "scores_a b", "scores_a-b"].map(String::from).to_vec(),
        parts: vec![Part {
            features: vec![4],
            learner: Learner::Linear(vec![Linear { base: 0.0, terms: vec![(1.0, 0.0)] }; 2], Link::Softmax),
        }],
        ..seen(vec![float("2nd", true), text, float("x", false)], operations, vec![4])
    }
}

#[test]
fn a_library_needs_nothing_but_libm_and_shows_nothing_but_its_functions() {
    let built = Built::of(&mixed());
    let dynamic = tool("readelf", &built, &["-dW", "libmodel.so"]);
    let needed: Vec<&str> = dynamic.lines().filter(|line| line.contains("(NEEDED)")).collect();
    assert!(needed.iter().all(|line| line.contains("[libm.so") || line.contains("[libc.so")), "{needed:?}");
    assert!(!dynamic.contains("TEXTREL"), "{dynamic}");
    let symbols = tool("readelf", &built, &["--dyn-syms", "-W", "libmodel.so"]);
    let mut shown: Vec<&str> = symbols
        .lines()
        .filter(|line| line.contains(" FUNC ") && !line.contains(" UND "))
        .filter_map(|line| line.split_whitespace().last())
        .filter(|name| !["_init", "_fini"].contains(name))
        .collect();
    shown.sort_unstable();
    let functions = [
        "model_category",
        "model_class_name",
        "model_classes",
        "model_column_kind",
        "model_column_name",
        "model_columns",
        "model_output_name",
        "model_outputs",
        "model_score",
        "model_score_texts",
        "model_text_name",
        "model_texts",
        "model_version",
    ];
    assert_eq!(shown, functions);
    let segments = tool("readelf", &built, &["-lW", "libmodel.so"]);
    let stack = segments.lines().find(|line| line.contains("GNU_STACK")).unwrap();
    assert!(stack.contains("RW ") && !stack.contains("RWE"), "{stack}");
}

#[test]
fn a_header_is_c99_and_cpp_without_a_warning() {
    let built = Built::of(&mixed());
    let text = "#include \"model.h\"\n#include \"model.h\"\nint main(void) { double row[MODEL_COLUMNS] = { 0 }, to[MODEL_OUTPUTS];\n\
                row[MODEL_COLUMN_2nd] = 1; return MODEL_CLASS_a_b_2 - 1 + MODEL_CLASSES - 2 + (MODEL_TEXT != 3) + model_score(row, 1, to); }\n";
    for name in ["main.c", "main.cpp"] {
        std::fs::write(built.folder.join(name), text).unwrap();
    }
    let strict = ["-Wall", "-Wextra", "-Werror", "-pedantic"];
    tool("cc", &built, &[&["-std=c99", "-o", "c", "main.c", "model.o", "-lm"], &strict[..]].concat());
    run(&mut Command::new(built.folder.join("c")));
    let is_there = Command::new("c++").arg("--version").output().is_ok_and(|output| output.status.success());
    if is_there {
        tool("c++", &built, &[&["-std=c++98", "-o", "cpp", "main.cpp", "model.o", "-lm"], &strict[..]].concat());
        run(&mut Command::new(built.folder.join("cpp")));
    }
}

#[test]
fn names_and_numbers_are_told() {
    let built = Built::of(&mixed());
    let columns = ["2nd", "país \"NAME\" */ UPPER", "x"];
    for (place, column) in columns.into_iter().enumerate() {
        assert_eq!(built.name("model_column_name", place).as_deref(), Some(column));
    }
    assert_eq!(built.name("model_column_name", 3), None);
    assert_eq!(built.name("model_column_name", usize::MAX), None);
    assert_eq!(built.name("model_output_name", 2).as_deref(), Some("scores_a-b"));
    assert_eq!(built.name("model_class_name", 1).as_deref(), Some("a-b"));
    assert_eq!(built.name("model_class_name", 2), None);
    assert_eq!(built.name("model_version", 0).as_deref(), Some("test 1"));
    assert!(built.refuses_null());
    let header = std::fs::read_to_string(built.folder.join("model.h")).unwrap();
    assert!(
        header.contains("MODEL_COLUMN_pa_s__NAME_____UPPER = 1, /* país \"NAME\" * / UPPER: text; NaN is missing */"),
        "{header}"
    );
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let facts = Facts { name: "m".into(), version: "1".into(), about: Vec::new() };
    assert_eq!(compile(&mixed(), &facts), compile(&mixed(), &facts));
}

fn counts(text: usize, words: &[&str]) -> Counts {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    Counts { text, null: None, rarity: vec![1.0; words.len()], words }
}

#[test]
fn models_that_contradict_themselves_are_refused() {
    let facts = Facts { name: "m".into(), version: "1".into(), about: Vec::new() };
    let broken = |change: &dyn Fn(&mut Model)| {
        let mut model = mixed();
        change(&mut model);
        matches!(compile(&model, &facts), Err(Uncompiled::Broken(_)))
    };
    assert!(!broken(&|_| ()));
    assert!(broken(&|model| model.operations[0].of = 3));
    assert!(broken(&|model| model.parts[0].features[0] = 9));
    assert!(broken(&|model| model.parts[0].features.push(0)));
    assert!(broken(&|model| model.parts.clear()));
    assert!(broken(&|model| model.parts.push(model.parts[0].clone())));
    assert!(broken(&|model| model.pool = Pool::Mean { shares: vec![0.5, 0.5], of: Pooled::Values }));
    assert!(broken(&|model| model.operations[0].change = Change::Hash { written: Written::Whole, buckets: 0 }));
    assert!(broken(&|model| model.counts.push(counts(0, &["a"]))));
    let words = |words: &'static [&'static str]| {
        broken(&move |model: &mut Model| {
            model.texts.push("about".into());
            model.counts.push(counts(0, words));
            let more = words.len();
            model.operations[1].of += more;
            model.parts[0].features[0] += more;
        })
    };
    assert!(!words(&["a", "b"]));
    assert!(words(&[]) && words(&["a", "a"]) && words(&["", "a"]));
    assert!(broken(&|model| model.outputs.truncate(1)));
    assert!(broken(&|model| model.classes.truncate(1)));
    assert!(broken(&|model| model.operations[0].change = Change::DatePart { part: 4, micros: false }));
    assert!(broken(&|model| model.operations[0].change = Change::Count(vec![2.0, 1.0])));
    let named = Facts { name: "no name".into(), ..facts.clone() };
    assert!(matches!(compile(&mixed(), &named), Err(Uncompiled::Broken(_))));
    assert!(
        is_identifier("a_1")
            && !is_identifier("")
            && !is_identifier("1a")
            && !is_identifier("_a")
            && !is_identifier("ä")
    );
}
