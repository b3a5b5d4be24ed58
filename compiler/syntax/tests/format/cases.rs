//! What the formatter makes of single things.

use gml_syntax::format::{Refusal, format};

use crate::laws::{FILE, formatted};

fn becomes(before: &str, after: &str) {
    assert_eq!(formatted(before), after);
    assert_eq!(formatted(after), after);
}

#[test]
fn columns_of_a_schema_are_aligned_behind_their_roles() {
    becomes(
        "schema A{target b:bool,id a:int in 0 .. 5,\nc : str ? ,unique[a,]}",
        "schema A { target b: bool, id a: int in 0..5, c: str?, unique [a] }\n",
    );
    becomes(
        "schema A {\n id a: int, target b: bool, ## not a doc\n c: str? }",
        "schema A {\n    id     a: int,\n    target b: bool,  ## not a doc\n           c: str?,\n}\n",
    );
}

#[test]
fn signs_of_entries_and_columns_are_aligned_between_empty_lines() {
    becomes(
        "catalog {\n a: int = f(), long_name: str = g(),\n\n b: table { one: int, another_one_that_is_long: int } = h() }",
        "catalog {\n    a: int         = f(),\n    long_name: str = g(),\n\n    \
         b: table { one: int, another_one_that_is_long: int } = h(),\n}\n",
    );
    becomes(
        "node n(a: table[A]) -> table { a |> group(by: .b) {\nx=count(),long=sum(.c)} }",
        "node n(a: table[A]) -> table {\n    a |> group(by: .b) {\n        x    = count(),\n        long = sum(.c),\n    }\n}\n",
    );
}

#[test]
fn what_was_broken_stays_broken_and_what_was_not_is_joined() {
    becomes("param a: int = f(b,\n c)", "param a: int = f(b, c)\n");
    becomes("param a: int = f(\n b, c)", "param a: int = f(\n    b, c,\n)\n");
    becomes("param a: int = f(\n b,\n c)", "param a: int = f(\n    b,\n    c,\n)\n");
    becomes("param a: bool = b and\nc or d", "param a: bool = b\n    and c\n    or d\n");
}

#[test]
fn a_pipe_is_broken_at_every_step_or_at_none() {
    becomes("pipeline p { let a = b |> f() |> g() }", "pipeline p { let a = b |> f() |> g() }\n");
    becomes(
        "pipeline p { save a |> f()\n |> g() as b }",
        "pipeline p {\n    save a\n        |> f()\n        |> g()\n        as b\n}\n",
    );
}

#[test]
fn links_of_a_chain_are_aligned_behind_an_assignment() {
    becomes(
        "pipeline p {\nlet recipe = impute(mean)\n>> one_hot()\n>> ordinal([\n.a, .b]) }",
        "pipeline p {\n    let recipe = impute(mean)\n              >> one_hot()\n              >> ordinal([\n                     \
         .a, .b,\n                 ])\n}\n",
    );
}

#[test]
fn percentages_stay_percentages() {
    becomes("schema A { a: float > 5%\nnamed \"b\" }", "schema A {\n    a: float > 5%\n    named \"b\",\n}\n");
    becomes("param a: float = 10 %3", "param a: float = 10 % 3\n");
}

#[test]
fn ranges_are_tight_where_they_can_be() {
    becomes("param a: x = 1 .. 2", "param a: x = 1..2\n");
    becomes("param a: x = b+1 .. 2", "param a: x = b + 1 .. 2\n");
    becomes("param a: x = b .. .c", "param a: x = b .. .c\n");
}

#[test]
fn comments_stay_where_they_are() {
    becomes("# top\n\n\n# next\nparam a: int = 1 # why", "# top\n\n# next\nparam a: int = 1  # why\n");
    becomes("param a: x = [1 # one\n, 2]", "param a: x = [\n    1,  # one\n    2,\n]\n");
    becomes("param a: x = [ # none\n]", "param a: x = [  # none\n]\n");
    becomes("schema A { a: int\n## of a\n, b: int }", "schema A {\n    a: int\n    ## of a\n    ,\n    b: int,\n}\n");
}

/// What is aligned follows from the empty lines that are seen afterwards, wherever comments were before.
#[test]
fn signs_are_aligned_the_same_way_the_next_time() {
    becomes(
        "catalog {\n    a: int = f()\n    # before a comma\n    ,\n\n    long_name: str = g(),\n}",
        "catalog {\n    a: int = f(),\n    # before a comma\n\n    long_name: str = g(),\n}\n",
    );
    becomes(
        "catalog {\n a: int = f(), # behind\n\n # above\n long_name: str = g(),\n # between\n\n b: int = h() }",
        "catalog {\n    a: int = f(),  # behind\n\n    # above\n    long_name: str = g(),\n    # between\n\n    b: int = h(),\n}\n",
    );
    becomes(
        "node n(a: table[A]) -> table { a |> derive {\n x = 1\n# c\n,\n\nhour = ## c\n.at.hour(), day = .at.day() } }",
        "node n(a: table[A]) -> table {\n    a |> derive {\n        x = 1,\n        # c\n\n        hour =  ## c\n        \
         .at.hour(),\n        day  = .at.day(),\n    }\n}\n",
    );
    becomes("param a: x = [\n1 # one\n, 2,\n3]", "param a: x = [\n    1,  # one\n    2,\n    3,\n]\n");
}

#[test]
fn the_kind_of_line_break_and_the_mark_at_the_start_are_kept() {
    becomes("param a: int=1\r\nparam b: int=2\r\n", "param a: int = 1\r\nparam b: int = 2\r\n");
    becomes("\u{feff}param a: int=1", "\u{feff}param a: int = 1\n");
    becomes("", "");
    becomes("\n# only\n\n", "# only\n");
}

#[test]
fn a_broken_program_is_refused_with_what_is_wrong_in_it() {
    for text in
        ["param a: int = ", "pipeline p { track a && b }", "param a: date = @2021-02-30", "schema A { a: int; }"]
    {
        match format(FILE, text) {
            Err(Refusal::Broken(found)) => assert!(found.iter().any(gml_diagnostics::Diagnostic::is_error)),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn large_and_deep_programs_take_time_in_proportion() {
    let rows = "    let a = b |> f(x, [1, 2], { c: 3 }) |> group(by: .d) { e = sum(.f) }\n".repeat(500);
    let start = std::time::Instant::now();
    formatted(&format!("pipeline p {{\n{rows}}}\n"));
    formatted(&format!("param a: x = [{}]\n", "1, ".repeat(5_000)));
    let nest = |open: &str, close: &str| format!("param a: x = {}1{}\n", open.repeat(60), close.repeat(60));
    for (open, close) in
        [("f(", ")"), ("[", "]"), ("{ a: ", " }"), ("(", ")"), ("f([1], a: ", ")"), ("if a then ", " else 2")]
    {
        formatted(&nest(open, close));
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(60), "{:?}", start.elapsed());
}
