use proptest::prelude::*;

use super::{Fixes, mend, mend_file};
use crate::{MemoryWorld, check};

/// The main file after its fixes, and what was done.
fn mended(text: &str, fixes: Fixes) -> (String, Vec<String>) {
    let mended = mend(&MemoryWorld::new([("main.gml", text)]), "main.gml", fixes);
    let text = mended.files.get("main.gml").map_or_else(|| text.to_owned(), |file| file.after.to_string());
    let done = mended.done.iter().map(|done| format!("{}:{} {}", done.line, done.column, done.title)).collect();
    (text, done)
}

#[test]
fn imports_lets_and_allows_that_nothing_uses_go() {
    let program = "\
use std.metrics.{auc, log_loss}
use std.prep.{
    impute,
    one_hot,
}

allow(unused_let)
node twice(t: table { n: int }) -> table {
    let a = t |> filter(.n > 1)
    t |> derive { m = .n * 2 }
}

test \"twice\" {
    let unused = 1
    let more = unused + 1
    expect count(twice(table { n: int } [])) == 0
}
";
    let (text, done) = mended(program, Fixes::Safe);
    assert_eq!(
        text,
        "\
allow(unused_let)
node twice(t: table { n: int }) -> table {
    let a = t |> filter(.n > 1)
    t |> derive { m = .n * 2 }
}

test \"twice\" {
    expect count(twice(table { n: int } [])) == 0
}
"
    );
    assert_eq!(done.len(), 6, "{done:?}");
}

#[test]
fn an_allow_in_vain_goes() {
    let program = "allow(unused_let, unused_fn)\ntest \"a\" { let _b = 1 expect 1 < 2 }\n";
    assert_eq!(mended(program, Fixes::Safe).0, "test \"a\" { let _b = 1 expect 1 < 2 }\n");
    let some = "allow(unused_let, unused_fn)\ntest \"a\" { let b = 1 expect 1 < 2 }\n";
    assert_eq!(mended(some, Fixes::Safe).0, "allow(unused_let)\ntest \"a\" { let b = 1 expect 1 < 2 }\n");
}

#[test]
fn guesses_are_made_only_where_they_are_asked_for() {
    let program = "param seed: int = 1\ntest \"a\" { expect sedd == 1 }\n";
    assert_eq!(mended(program, Fixes::Safe), (program.to_owned(), Vec::new()));
    let (text, done) = mended(program, Fixes::All);
    assert_eq!(text, "param seed: int = 1\ntest \"a\" { expect seed == 1 }\n");
    assert_eq!(done, ["2:19 replace with `seed`"]);
}

#[test]
fn what_makes_it_worse_is_not_kept() {
    // Each of the two would be right by itself; after both there is an import that nothing uses.
    let program = "use std.prep.{impute}\nuse std.prep.{one_hot}\ntest \"a\" { expect 1 < 2 }\n";
    assert_eq!(mended(program, Fixes::Safe).0, "test \"a\" { expect 1 < 2 }\n");
}

#[test]
fn one_file_of_a_project_is_mended_alone() {
    let world = MemoryWorld::new([
        ("main.gml", "use lib.{twice}\nuse std.metrics.{auc}\ntest \"a\" { expect twice(1) == 2 }\n"),
        ("lib.gml", "use std.metrics.{brier}\nfn twice(n: int) -> int = n * 2\n"),
    ]);
    let mended = mend_file(&world, "main.gml", "main.gml", Fixes::Safe);
    assert_eq!(mended.files.keys().collect::<Vec<_>>(), ["main.gml"]);
    assert_eq!(&*mended.files["main.gml"].after, "use lib.{twice}\ntest \"a\" { expect twice(1) == 2 }\n");
    assert_eq!(mended.analysis.diagnostics.len(), 1, "what is left is told: {:?}", mended.analysis.diagnostics);
}

#[test]
fn files_of_a_project_are_mended_together() {
    let world = MemoryWorld::new([
        ("main.gml", "use lib.{twice}\nuse std.metrics.{auc}\ntest \"a\" { expect twice(1) == 2 }\n"),
        ("lib.gml", "use std.metrics.{brier}\nfn twice(n: int) -> int = n * 2\n"),
    ]);
    let mended = mend(&world, "main.gml", Fixes::Safe);
    assert_eq!(mended.files.keys().collect::<Vec<_>>(), ["lib.gml", "main.gml"]);
    assert_eq!(&*mended.files["lib.gml"].after, "fn twice(n: int) -> int = n * 2\n");
    assert_eq!(&*mended.files["lib.gml"].before, "use std.metrics.{brier}\nfn twice(n: int) -> int = n * 2\n");
    assert!(mended.analysis.diagnostics.is_empty());
}

const PROGRAM: &str = r#"
use std.prep.{impute, one_hot}
schema Visit { id who: str, day: date, pages: int in 0..100, price: float?, target bought: bool }
catalog { visits: table[Visit] = csv("visits.csv"), kept: table[Visit] = csv("kept.csv") }
param limit: int = 3
fn rate(a: int, b: int) -> float = a / b
node ready(visits: table[Visit]) -> table {
    let kept = visits |> filter(.pages >= 0 and .price > 1.0 ?? false)
    kept |> derive { rate = rate(.pages, 3), free = .price is null }
}
pipeline p {
    let all = ready(visits) |> filter(.pages > limit)
    save all |> drop([.rate, .free]) as kept
    expect count(all) > 0, "empty"
}
"#;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    /// However a program is broken, mending it ends, and leaves no more errors than there were.
    #[test]
    fn mending_never_adds_errors(start in 0..900_usize, length in 0..20_usize, at in 0..900_usize, word in "[a-z.&|=!;',]{0,4}") {
        let cut = |place: usize| PROGRAM.floor_char_boundary(place.min(PROGRAM.len()));
        let (start, at) = (cut(start), cut(at));
        let end = cut(start + length);
        let (first, second) = if at <= start { (at, start) } else { (start, at.max(end)) };
        let broken = match at <= start {
            true => format!("{}{word}{}{}", &PROGRAM[..first], &PROGRAM[first..second], &PROGRAM[end.max(second)..]),
            false => format!("{}{}{word}{}", &PROGRAM[..first], &PROGRAM[end.min(second)..second], &PROGRAM[second..]),
        };
        let world = MemoryWorld::new([("main.gml", broken.as_str())]);
        let errors = |analysis: &crate::Analysis| analysis.diagnostics.iter().filter(|one| one.is_error()).count();
        let before = errors(&check(&world, "main.gml"));
        for fixes in [Fixes::Safe, Fixes::All] {
            let after = mend(&world, "main.gml", fixes);
            prop_assert!(errors(&after.analysis) <= before, "{broken}\n{:?}", after.done);
        }
    }
}
