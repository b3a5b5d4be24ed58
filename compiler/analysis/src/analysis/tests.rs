use proptest::prelude::*;

use crate::{Analysis, MemoryWorld, Session, check};

const MAIN: &str = r#"
use lib.{Session, rate}
use std.prep.{impute, one_hot}
use std.learn.{boosted_trees}
use std.metrics.{auc}

param root: str = "data"
param seed: int = 42

catalog {
    sessions: table[Session] = parquet(f"{root}/sessions.parquet"),
    propensity: model        = artifact(f"{root}/model"),
    scored: table { id visitor: str, score: float in 0.0..1.0 } = csv("scored.csv"),
}

node ready(sessions: table[Session], days: range[date]) -> table {
    let kept = sessions |> filter(.date in days)
    kept |> derive { rate = rate(.views, .hits), is_mobile = match .device { "mobile" => true, _ => false } }
}

pipeline training(days: range[date] = @2021-01-01..@2021-01-20) {
    let data = ready(sessions, days)
        |> split_time(by: .date, train: @2021-01-01..@2021-01-10, test: @2021-01-11..@2021-01-20)
    let recipe = impute(mean, [.rate]) >> one_hot([.device])
    let model = fit(recipe >> boosted_trees(objective: binary, seed: seed), train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc])
    save model as propensity
}

pipeline scoring(days: range[date] = @2021-01-21..@2021-01-21) {
    save ready(sessions, days) |> predict(propensity) |> select([.visitor, .score]) as scored
}

test "a rate of nothing is nothing" { expect rate(0, 0) is null }
"#;

const LIB: &str = r#"
schema Session {
    id     visitor: str,
    id     date: date,
           device: enum["mobile", "desktop"],
           views: int >= 0,
           hits: int,
    target bought: bool,
    unique [visitor, date],
}

fn rate(part: int, whole: int) -> float? = if whole == 0 then null else part / whole
"#;

/// Nodes that are looked into for the rows that a call gives them, and one behind the other.
const OPEN: &str = r#"
node recent(rows: table { date: date, .. }, days: range[date]) -> table { date: date, .. } {
    let within = rows |> filter(.date in days)
    within
}

## Visits by day.
node counted(sessions: table[Session], days: range[date]) -> table {
    recent(sessions, days) |> group(by: [.date]) { visits = count() }
}

pipeline counting(days: range[date] = @2021-01-01..@2021-01-20) {
    let counts = counted(sessions, days)
    expect count(counts) >= 0
    expect count(recent(counts, days)) >= 0
}
"#;

/// Pipelines that learn, in two groups that have nothing to do with each other, with nodes that both call, and a node that
/// none of them calls.
const LEARNING: &str = r#"
use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, time day: date, pages: int, seconds: float, target bought: bool }

catalog {
    visits: table[Visit]   = csv("visits.csv"),
    others: table[Visit]   = csv("others.csv"),
    prepared: table[Visit] = parquet("prepared.parquet"),
    buyer: model           = artifact("buyer"),
}

node paced(rows: table[Visit]) -> table {
    rows |> derive(over: [.visitor], order: [.day], rows: before) { pace = mean(.seconds) }
}

node kept(rows: table[Visit]) -> table[Visit] {
    rows |> filter(.pages > 1)
}

node alone(rows: table[Visit]) -> table[Visit] {
    rows |> derive(over: [.visitor], order: [.day], rows: before) { pages = count(where: .bought) }
}

pipeline preparing { save kept(visits) as prepared }

pipeline training {
    let data = paced(prepared) |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary, stop_after: 5, seed: 1), train: data.train, valid: data.valid)
    track evaluate(model, on: [data.test], metrics: [auc])
    save model as buyer
}

pipeline judging { track evaluate(buyer, on: [paced(kept(others))], metrics: [auc]) }

pipeline training_of_others {
    let data = paced(others)
        |> split_time(by: .day, train: @2021-01-01..@2021-01-10, test: @2021-01-11..@2021-01-20)
    let model = fit(boosted_trees(objective: binary, seed: 1), train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc])
}
"#;

/// What is put for what, or back, in programs that learn: most of it makes a leak or a change without one.
const EXCHANGED: &[(&str, &str)] = &[
    ("rows: before", "rows: all"),
    ("[data.test]", "[data.train]"),
    ("train: data.train", "train: data.valid"),
    ("valid: data.valid", "valid: data.train"),
    ("mean(.seconds)", "count(where: .bought)"),
    ("kept(visits)", "kept(others)"),
    ("kept(others)", "kept(prepared)"),
    ("prepared) |>", "visits) |>"),
    (".pages > 1", ".bought"),
    ("track", "# track"),
    ("save model as buyer", ""),
    ("target bought", "bought"),
    ("time day", "day"),
    ("node", "# a line more\n\nnode"),
    ("pipeline judging {", "pipeline judging { run preparing() "),
];

/// What one types.
const TYPED: &[&str] = &[
    "",
    "x",
    " ",
    "\n",
    "}",
    "(",
    ", ",
    ".views",
    "null",
    "let a = 1\n",
    "\"",
    "# ",
    "## doc\n",
    "fn f(a: int) -> int = a\n",
];

fn project(main: &str, lib: &str) -> Analysis {
    check(&MemoryWorld::new([("main.gml", main), ("lib.gml", lib)]), "main.gml")
}

fn told(analysis: &Analysis) -> String {
    let line = |diagnostic: &gml_diagnostics::Diagnostic| {
        let (line, column) = analysis.package.sources.line_column(diagnostic.span.file, diagnostic.span.start);
        let path = analysis.package.sources.path(diagnostic.span.file);
        format!("{path}:{line}:{column} {} {}", diagnostic.code, diagnostic.message)
    };
    analysis.diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_program_without_faults() {
    let analysis = project(MAIN, LIB);
    assert_eq!(told(&analysis), "");
    assert!(!analysis.has_errors());
    assert_eq!((analysis.program.pipelines.len(), analysis.program.nodes.len()), (2, 1));
}

#[test]
fn by_file_and_place_whichever_stage_says_it() {
    let main = MAIN.replace("param seed", "param Unused: int = 1\nparam seed").replace(".views, .hits", ".view, .hits");
    let lib = LIB.replace("bought: bool", "bought: boolean");
    insta::assert_snapshot!(told(&project(&main, &lib)), @r#"
    main.gml:8:7 GML0122 the parameter `Unused` is never used
    main.gml:8:7 GML0804 `Unused` is not written in `snake_case`
    main.gml:19:34 GML0301 the row at hand has no column `view`
    lib.gml:8:20 GML0215 there is no type `boolean`
    "#);
}

#[test]
fn allowed_where_the_declaration_says_so() {
    let lib =
        LIB.replace("fn rate(", "allow(unused_argument)\nfn rate(unread: int, ").replace("rate(0, 0)", "rate(0, 0, 0)");
    let main = MAIN.replace("rate(.views", "rate(1, .views").replace("rate(0, 0)", "rate(0, 0, 0)");
    assert_eq!(told(&project(&main, &lib)), "");
}

#[test]
fn another_default_is_held_against_what_takes_it() {
    let program = |n: i64| {
        let text = format!(
            "param n: int = {n}\nschema S {{ a: int }}\ncatalog {{ s: table[S] = csv(\"s.csv\") }}\npipeline p {{ expect count(s |> take(n)) > 0 }}\n"
        );
        MemoryWorld::new([("main.gml", text)])
    };
    let mut session = Session::default();
    assert_eq!(told(&session.check(&program(1), "main.gml")), "");
    let wrong = told(&session.check(&program(-1), "main.gml"));
    assert_eq!(wrong, "main.gml:4:37 GML0229 `n` of `take` is -1, and must be `>= 0`");
    assert_eq!(told(&session.check(&program(2), "main.gml")), "");
}

#[test]
fn the_same_whenever_it_is_asked() {
    let main = MAIN.replace(".views", ".vews").replace("seed: seed", "sed: seed").replace("auc]", "auk]");
    let first = told(&project(&main, LIB));
    assert!(first.lines().count() >= 3, "{first}");
    for _ in 0..5 {
        assert_eq!(told(&project(&main, LIB)), first);
    }
}

/// All that an analysis says of a program, in an order of its own.
fn all_of(analysis: &Analysis) -> String {
    let trees: Vec<_> =
        analysis.package.modules.iter().map(|module| (&module.name, module.file, &module.ast)).collect();
    format!("{:?}\n{:?}\n{trees:?}", analysis.diagnostics, analysis.program)
}

/// Programs in which nothing learns are not looked through for leaks: it has to be known that there are none.
#[test]
fn where_nothing_learns_nothing_leaks() {
    let mut waiting = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/ui/cases"))];
    let (mut learning, mut others) = (0, 0);
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let Some(text) = path.extension().filter(|it| *it == "gml").and_then(|_| std::fs::read_to_string(&path).ok())
        else {
            continue;
        };
        let analysis = check(&MemoryWorld::new([("main.gml", &*text)]), "main.gml");
        if crate::lint::program(&analysis.package, &analysis.program, None).learns {
            learning += 1;
            continue;
        }
        others += 1;
        let found = crate::leakage::check(&analysis.package, &analysis.program, None);
        assert!(found.is_empty(), "{}: {found:?}", path.display());
    }
    assert!(learning > 20 && others > 100, "{learning} and {others}");
}

/// What was looked through for leaks by a session: groups of pipelines, and nodes by themselves.
fn looked_at(session: &mut Session, text: &str) -> usize {
    let world = MemoryWorld::new([("main.gml", text)]);
    let analysis = session.check(&world, "main.gml");
    assert_eq!(told(&analysis), told(&check(&world, "main.gml")));
    session.without_leaks.looked_at
}

#[test]
fn only_what_an_edit_touches_is_looked_through_for_leaks() {
    let mut session = Session::default();
    // Declarations beside an edit are read again: here these are none that count.
    let mut spaced = String::new();
    for (place, declaration) in LEARNING.split("\n\n").enumerate() {
        spaced += declaration;
        (0..8).for_each(|n| spaced += &format!("\n\ntest \"{place}, {n}\" {{ expect true }}\n\n"));
    }
    let with = |of: &str, put: &str| spaced.replace(of, put);
    assert_eq!(looked_at(&mut session, &spaced), 3);
    assert_eq!(looked_at(&mut session, &spaced), 0);
    assert_eq!(looked_at(&mut session, &with("schema", "\n\nschema")), 0);
    assert_eq!(looked_at(&mut session, &spaced), 0);
    let in_one_group = with(".pages > 1", ".pages > 2");
    assert_eq!(looked_at(&mut session, &in_one_group), 1);
    assert_eq!(looked_at(&mut session, &in_one_group.replace("mean(.seconds)", "max(.seconds)")), 2);
    assert_eq!(looked_at(&mut session, &in_one_group), 2);
    assert_eq!(looked_at(&mut session, &in_one_group.replace("count(where: .bought)", "count()")), 1);
}

/// Of what something was said, it is said again wherever it stands now; of what is mended nothing is said any more.
#[test]
fn leaks_come_and_go_in_a_session() {
    let mut session = Session::default();
    let leak = LEARNING.replacen("[data.test]", "[data.train]", 1);
    let moved = leak.replace("node paced", "\n\nnode paced");
    let both = moved.replace("rows: before) { pace", "rows: all) { pace");
    for (text, codes) in [
        (LEARNING, &[][..]),
        (&leak, &["GML0605"]),
        (&moved, &["GML0605"]),
        (&both, &["GML0614", "GML0605"]),
        (&moved, &["GML0605"]),
        (LEARNING, &[]),
    ] {
        let world = MemoryWorld::new([("main.gml", text)]);
        let analysis = session.check(&world, "main.gml");
        let told = analysis.diagnostics.iter().map(|diagnostic| diagnostic.code.id());
        let told: Vec<&str> = told.filter(|id| id.starts_with("GML06")).collect();
        assert_eq!(told, codes, "{text}");
        assert_eq!(all_of(&analysis), all_of(&check(&world, "main.gml")));
    }
}

#[test]
fn a_session_notices_files_that_come_and_go() {
    let mut session = Session::default();
    let more = "fn more(x: int) -> int = x\n";
    let using = MAIN.replace("use lib", "use more.{more}\nuse lib");
    let worlds = [
        vec![("main.gml", MAIN), ("lib.gml", LIB)],
        vec![("main.gml", &using), ("lib.gml", LIB)],
        vec![("main.gml", &using), ("lib.gml", LIB), ("more.gml", more)],
        vec![("main.gml", MAIN)],
        vec![("main.gml", MAIN), ("lib.gml", LIB)],
    ];
    for files in worlds {
        let world = MemoryWorld::new(files);
        assert_eq!(all_of(&session.check(&world, "main.gml")), all_of(&check(&world, "main.gml")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(120) })]

    /// Whatever is typed or deleted, wherever: a session says what a fresh check says.
    #[test]
    fn a_session_gives_what_a_fresh_check_gives(
        edits in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>(), 0..12_usize, prop::sample::select(TYPED)), 1..6)
    ) {
        let mut texts = [format!("{MAIN}{OPEN}"), LIB.to_owned()];
        let mut session = Session::default();
        for (in_lib, at, length, typed) in edits {
            let text = &mut texts[usize::from(in_lib)];
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, typed);
            let world = MemoryWorld::new([("main.gml", &*texts[0]), ("lib.gml", &*texts[1])]);
            prop_assert_eq!(all_of(&session.check(&world, "main.gml")), all_of(&check(&world, "main.gml")));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(120) })]

    /// Whatever leaks and stops leaking: a session says what a fresh check says.
    #[test]
    fn a_session_finds_the_leaks_that_a_fresh_check_finds(
        edits in prop::collection::vec((prop::sample::select(EXCHANGED), any::<prop::sample::Index>(), any::<bool>()), 1..8)
    ) {
        let mut text = LEARNING.to_owned();
        let mut session = Session::default();
        for ((there, put), at, back) in edits {
            let (there, put) = if back && !put.is_empty() { (put, there) } else { (there, put) };
            let places: Vec<usize> = text.match_indices(there).map(|(at, _)| at).collect();
            if let Some(start) = places.get(at.index(places.len().max(1))) {
                text.replace_range(*start..start + there.len(), put);
            }
            let world = MemoryWorld::new([("main.gml", &*text)]);
            prop_assert_eq!(all_of(&session.check(&world, "main.gml")), all_of(&check(&world, "main.gml")));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// Whatever is cut out of a program, or doubled, there is an answer, and it points into the files.
    #[test]
    fn broken_programs_are_answered(start in 0..2000_usize, length in 0..200_usize, at in 0..2000_usize, in_lib: bool) {
        let text = if in_lib { LIB } else { MAIN };
        let cut = |place: usize| text.floor_char_boundary(place % text.len());
        let (start, at) = (cut(start), cut(at));
        let end = text.floor_char_boundary((start + length).min(text.len()));
        let moved = format!("{}{}", &text[..start], &text[end..]);
        let at = moved.floor_char_boundary(at.min(moved.len()));
        let broken = format!("{}{}{}", &moved[..at], &text[start..end], &moved[at..]);
        let analysis = if in_lib { project(MAIN, &broken) } else { project(&broken, LIB) };
        for diagnostic in &analysis.diagnostics {
            let places = diagnostic.labels.iter().map(|label| label.span).chain([diagnostic.span]);
            for span in places {
                let text = analysis.package.sources.text(span.file);
                prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{diagnostic:?}");
            }
            prop_assert!(!diagnostic.message.is_empty());
        }
    }
}
