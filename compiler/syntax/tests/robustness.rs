//! Whatever the input: no panic, an error where one is due, a tree that can be walked, and time in proportion.

// Helpers of tests may panic and print as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gml_diagnostics::{FileId, codes};
use gml_syntax::{CONTEXTUAL, DECLARATIONS, MAX_BYTES, Parsed, RESERVED, ROLES, decode, parse, parse_expression};
use proptest::prelude::*;

const FILE: FileId = FileId(0);

/// Parses and checks what must hold of every input.
fn check(text: &str) -> Parsed {
    let parsed = parse(FILE, text);
    for found in &parsed.diagnostics {
        let (start, end) = (found.span.start as usize, found.span.end as usize);
        assert!(start <= end && end <= text.len(), "{found:?}");
        assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{found:?} in {text:?}");
    }
    for item in &parsed.module.items {
        assert!(text.get(item.span.start as usize..item.span.end as usize).is_some_and(|item| !item.is_empty()));
    }
    parsed
}

fn programs() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = std::env::var_os("GML_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let Ok(entries) = std::fs::read_dir(shared.join("design/programs")) else {
        println!("skipped: no shared data");
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn every_prefix_of_a_program_is_read() {
    for program in programs() {
        for end in (0..program.len())
            .step_by(if cfg!(debug_assertions) { 23 } else { 1 })
            .filter(|end| program.is_char_boundary(*end))
        {
            check(&program[..end]);
        }
    }
}

#[test]
fn a_program_that_lacks_a_line_keeps_its_other_declarations() {
    for program in programs() {
        let whole = check(&program).module.items.len();
        let lines: Vec<&str> = program.split_inclusive('\n').collect();
        for missing in 0..lines.len() {
            let text: String =
                lines.iter().enumerate().filter(|(index, _)| *index != missing).map(|(_, line)| *line).collect();
            let parsed = check(&text);
            let lost = whole.saturating_sub(parsed.module.items.len());
            assert!(lost <= 1, "without line {} {lost} declarations are lost", missing + 1);
            let errors = parsed.diagnostics.iter().filter(|found| found.is_error()).count();
            assert!(errors <= 3, "without line {} there are {errors} errors: {:#?}", missing + 1, parsed.diagnostics);
        }
    }
}

/// What stands in programs beside the words of the language.
const OTHERS: &[&str] = &[
    "a",
    "b",
    "S",
    "int",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "=",
    "->",
    "=>",
    "|>",
    ">>",
    "??",
    "?",
    ".",
    "..",
    "..<",
    "+",
    "-",
    "*",
    "/",
    "**",
    "%",
    "<",
    "==",
    "!",
    "&&",
    "|",
    "\"a\"",
    "f\"{",
    "}\"",
    "r\"x\"",
    "\"\"\"",
    "@2021-01-01",
    "42",
    "0.5",
    "7d",
    "# c\n",
    "## d\n",
    "\n",
    "is null",
    "not in",
    "else if",
];

fn words() -> impl Strategy<Value = &'static str> {
    let words: Vec<&str> = RESERVED.into_iter().chain(CONTEXTUAL).chain(ROLES).chain(OTHERS.iter().copied()).collect();
    prop::sample::select(words)
}

/// Words that a body can hold without ending the declaration it is in.
fn words_of_bodies() -> impl Strategy<Value = &'static str> {
    let declares = |word: &&str| !DECLARATIONS.contains(word);
    let is_plain =
        |word: &&str| !word.contains(['"', '#', '\n', '@']) && !word.starts_with(|c: char| c.is_ascii_digit());
    let words = RESERVED.into_iter().chain(CONTEXTUAL).chain(ROLES).chain(OTHERS.iter().copied());
    prop::sample::select(words.filter(declares).filter(is_plain).collect::<Vec<&str>>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        check(&text);
        parse_expression(FILE, &text);
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        match decode(FILE, &bytes) {
            Ok(text) => { check(text); }
            Err(found) => prop_assert_eq!(found.code, codes::INVALID_UTF8),
        }
    }

    #[test]
    fn any_soup_of_words_is_read(words in prop::collection::vec(words(), 0..120), tight in any::<bool>()) {
        let text = words.join(if tight { "" } else { " " });
        check(&text);
        parse_expression(FILE, &text);
    }

    #[test]
    fn a_soup_within_a_body_costs_only_its_declaration(words in prop::collection::vec(words_of_bodies(), 0..30)) {
        let text = format!("param a: int = 1\n\npipeline p {{\n    {}\n}}\n\nparam b: int = 2\n", words.join(" "));
        let names: Vec<String> = check(&text).module.items.iter().map(|item| format!("{:?}", item.kind)).collect();
        prop_assert!(names.first().is_some_and(|name| name.starts_with("Param")));
        prop_assert!(names.last().is_some_and(|name| name.starts_with("Param")));
    }
}

fn repeat(open: &str, inner: &str, close: &str, times: usize) -> String {
    format!("{}{inner}{}", open.repeat(times), close.repeat(times))
}

/// Ways to nest, with how often 60 of each can stand within one another.
const NESTS: [(&str, &str, &str); 11] = [
    ("(", "1", ")"),
    ("[", "1", "]"),
    ("{ a: ", "1", " }"),
    ("{ a = ", "1", " }"),
    ("f(", "1", ")"),
    ("f(a: ", "1", ")"),
    ("x |> f { a = (", "1", ") }"),
    ("if a then ", "1", " else 2"),
    ("if ", "a", " then 1 else 2"),
    ("match x { 1 => ", "1", ", _ => 2 }"),
    ("for x in y { ", "1", " }"),
];

#[test]
fn sixty_of_each_nest_in_no_time() {
    for (open, inner, close) in NESTS {
        let times = if open.ends_with('(') && open.contains('{') { 30 } else { 60 };
        let text = format!("pipeline p {{ track {} }}", repeat(open, inner, close, times));
        let start = Instant::now();
        let parsed = check(&text);
        assert_eq!(parsed.diagnostics, [], "{open}");
        assert!(start.elapsed() < Duration::from_millis(500), "{open} took {:?}", start.elapsed());
        // The same, broken in the middle: the error must not cost more.
        let start = Instant::now();
        let text = format!("pipeline p {{ track {} }}", repeat(open, "1 1", close, times));
        assert!(!check(&text).diagnostics.is_empty(), "{open}");
        assert!(start.elapsed() < Duration::from_millis(1000), "broken {open} took {:?}", start.elapsed());
    }
}

#[test]
fn types_nest_in_no_time() {
    for (open, close) in [("list[", "]"), ("struct { a: ", " }"), ("(", ")"), ("table { a: ", "}")] {
        let text = format!("param p: {}", repeat(open, "int", close, 60));
        assert_eq!(check(&text).diagnostics, [], "{open}");
    }
}

#[test]
fn deeper_nesting_is_one_error() {
    for times in [66, 100, 20_000] {
        for (open, inner, close) in NESTS {
            let text = format!("pipeline p {{ track {} }}\nparam a: int = 1", repeat(open, inner, close, times));
            let parsed = check(&text);
            let [found] = parsed.diagnostics.as_slice() else { panic!("{open}: {:#?}", parsed.diagnostics) };
            assert_eq!(found.code, codes::NESTING_TOO_DEEP, "{open}");
            assert_eq!(parsed.module.items.len(), 2, "{open}");
        }
    }
    for open in ["if .let then ", "if x.save then ", "if true then # else\n ", "match .if + "] {
        let text = format!("pipeline p {{ track {}1 }}", open.repeat(20_000));
        let found: Vec<_> = check(&text).diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(found, [codes::NESTING_TOO_DEEP], "{open}");
    }
    let (_, found) = parse_expression(FILE, &repeat("(", "1", ")", 1000));
    assert_eq!(found.len(), 1);
}

#[test]
fn the_deepest_that_is_allowed_fits_on_a_small_stack() {
    let work = || {
        for (open, inner, close) in [
            ("(if a then ", "1", " else 2)"),
            ("f(a: if a then ", "1", " else 2)"),
            ("match -x.y { 1 => ", "1", ", _ => 2 }"),
            ("x |> f { a = if b then ", "1", " else 2 }"),
            ("f\"{if b then ", "1", " else 2}\""),
            ("if f(for x in [y] { ", "1", " }) then 2 else 3"),
        ] {
            let text = format!(
                "pipeline p {{ track {} }}",
                repeat(open, inner, close, if open.contains("f(for") { 20 } else { 63 })
            );
            assert_eq!(check(&text).diagnostics, [], "{open}");
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn long_chains_are_one_error() {
    let chains = [
        "1 + ",
        "a ?? ",
        "not ",
        "- ",
        "a ** ",
        "a >> ",
        "a and ",
        "if a then 1 else ",
        "if a then 1 else # c\n",
        "if a then 1 elif b then 2 else ",
    ];
    for link in chains {
        let text = format!("pipeline p {{ track {}1 }}\nparam a: int = 1", link.repeat(10_000));
        let parsed = check(&text);
        let codes: Vec<_> =
            parsed.diagnostics.iter().map(|found| found.code).filter(|code| *code != codes::FOREIGN_KEYWORD).collect();
        assert_eq!(codes, [codes::NESTING_TOO_DEEP], "{link}");
        assert_eq!(parsed.module.items.len(), 2, "{link}");
    }
    for link in [" |> f()", ".f()", ".a", " |> f { a = 1 }"] {
        let text = format!("pipeline p {{ track a{} }}", link.repeat(10_000));
        let found: Vec<_> = check(&text).diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(found, [codes::NESTING_TOO_DEEP], "{link}");
    }
    for chain in ["A | ", "A -> ", "A + "] {
        let text = format!("type t = {}A", chain.repeat(10_000));
        assert_eq!(check(&text).diagnostics.len(), 1, "{chain}");
    }
}

#[test]
fn what_is_long_but_flat_is_no_error() {
    let long = "1, ".repeat(50_000);
    assert_eq!(check(&format!("param a: list[int] = [{long}]")).diagnostics, []);
    let statements = "let a = if b then c else d\n for x in y { track x }\n".repeat(2_000);
    assert_eq!(check(&format!("pipeline p {{ {statements} }}")).diagnostics, []);
    let chain = "a |> ".to_owned() + &"f() |> ".repeat(200) + "g()";
    assert_eq!(check(&format!("pipeline p {{ track {chain} }}")).diagnostics, []);
}

#[test]
fn a_file_of_four_mebibytes_is_read_and_a_larger_one_refused() {
    // Without optimisation an eighth will do.
    let size = if cfg!(debug_assertions) { MAX_BYTES / 8 } else { MAX_BYTES };
    let mut text = String::new();
    for number in 0.. {
        let start = text.len();
        write!(
            text,
            "## Node {number}.\nnode n{number}(orders: table[Order], days: range[date]) -> table {{\n    \
             let recent = orders |> filter(.day in days and .total > 0.5 * {number})\n    \
             recent\n        |> group(by: [.customer, .country]) {{\n            \
             total = sum(.total, where: .status == \"paid\"),\n            orders = count(),\n        }}\n        \
             |> derive {{ mean = .total / .orders, large = if .total > 100 then \"yes\" else \"no\" }}\n}}\n\n"
        )
        .unwrap();
        if text.len() > size {
            text.truncate(start);
            break;
        }
    }
    let start = Instant::now();
    let parsed = check(&text);
    let seconds = start.elapsed().as_secs_f64();
    println!("{:.1} MB/s", text.len() as f64 / seconds / 1e6);
    assert_eq!(parsed.diagnostics, []);
    assert!(seconds < 30.0, "{seconds} s");
    text.push_str(&"# more\n".repeat(MAX_BYTES / 7));
    assert_eq!(check(&text).diagnostics[0].code, codes::FILE_TOO_LARGE);
    assert_eq!(decode(FILE, text.as_bytes()).unwrap_err().code, codes::FILE_TOO_LARGE);
}

#[test]
fn many_errors_take_time_in_proportion() {
    let once = |times: usize| {
        let text = "pipeline p {\n    track f(a b)\n    let x = )\n}\n node ( x\n".repeat(times);
        let start = on_processor();
        assert!(check(&text).diagnostics.len() >= times);
        on_processor() - start
    };
    // The shortest of several. A hundred times would be quadratic.
    let time = |times: usize| (0..5).map(|_| once(times)).fold(f64::INFINITY, f64::min);
    let (few, many) = (time(200).max(0.001), time(2_000));
    assert!(many / few < 60.0, "ten times the errors took {:.0} times as long", many / few);
}

/// Seconds that the thread has had a processor, which a machine that does other things does not make longer.
fn on_processor() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|first| first.parse::<f64>().ok());
    match nanoseconds {
        Some(nanoseconds) => nanoseconds / 1e9,
        None => {
            static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
            START.get_or_init(Instant::now).elapsed().as_secs_f64()
        }
    }
}
