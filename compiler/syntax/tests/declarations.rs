//! Declarations, statements, types, documentation.

// Helpers of tests may panic and print as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod show;

use gml_diagnostics::{FileId, codes};
use gml_syntax::ast::{Item, ItemKind, Module, NodeBody, SignatureKind, Statement, StatementKind};

#[track_caller]
fn module(source: &str) -> Module {
    let parsed = gml_syntax::parse(FileId(0), source);
    assert_eq!(parsed.diagnostics, [], "{source}");
    parsed.module
}

#[track_caller]
fn item(source: &str) -> Item {
    let mut items = module(source).items;
    assert_eq!(items.len(), 1, "{source}");
    let item = items.remove(0);
    assert_eq!(&source[item.span.start as usize..item.span.end as usize], source.trim(), "the span");
    item
}

macro_rules! item_of {
    ($variant:ident, $source:expr) => {
        match item($source).kind {
            ItemKind::$variant(found) => found,
            other => panic!("{other:?}"),
        }
    };
}

#[test]
fn uses() {
    let found = item_of!(Use, "use std.prep.{impute, one_hot as dummies,}");
    let path: Vec<&str> = found.path.iter().map(|name| &*name.text).collect();
    assert_eq!(path, ["std", "prep"]);
    assert_eq!(found.names.len(), 2);
    assert_eq!(&*found.names[1].alias.as_ref().unwrap().text, "dummies");
    let found = item_of!(Use, "use sessions.sessionize as cut");
    assert_eq!((found.path.len(), &*found.names[0].name.text), (1, "sessionize"));
    assert_eq!(&*found.names[0].alias.as_ref().unwrap().text, "cut");
}

#[test]
fn params_and_connections() {
    let found = item_of!(Param, "param threshold: float = 4%");
    assert_eq!(
        (&*found.name.text, show::ty(&found.ty), show::expr(&found.default.unwrap())),
        ("threshold", "float".into(), "0.04".into())
    );
    assert!(item_of!(Param, "param root: str").default.is_none());
    let found = item_of!(Connection, "connection warehouse = postgres(url: secret(\"URL\"))");
    assert_eq!(show::expr(&found.value), "postgres(url: secret(\"URL\"))");
}

#[test]
fn schemas() {
    let source = "schema S {
    id     visitor: str,
    ## When it began.
    time   started_at: timestamp? named \"Start\" parsed us,
           id: int in 0..100_000,
           time: date parsed \"%Y\",
           price: float > 0 <= 10 != 5,
           kind: str in [\"a\", \"b\"],
           email: str? matches r\"^@$\",
           unique: bool,
    target hit: enum[\"a\", \"b\"],
    unique [visitor, time],
    ..
}";
    let found = item_of!(Schema, source);
    let columns: Vec<String> = found.columns.iter().map(|column| show::column(&column.column)).collect();
    assert_eq!(
        columns,
        [
            "id visitor: str",
            "time started_at: timestamp?",
            "id: int in (0 .. 100000)",
            "time: date",
            "price: float Greater 0 LessEqual 10 NotEqual 5",
            "kind: str in [\"a\", \"b\"]",
            "email: str? matches \"^@$\"",
            "unique: bool",
            "target hit: enum[\"a\", \"b\"]",
        ]
    );
    let started = &found.columns[1];
    assert_eq!(started.docs.as_deref(), Some("When it began."));
    assert_eq!((&*started.named.as_ref().unwrap().0, &*started.parsed.as_ref().unwrap().0), ("Start", "us"));
    assert_eq!(found.unique[0].len(), 2);
    assert!(found.open.is_some());
}

#[test]
fn catalogs() {
    let source = "catalog {
    ## One file a day.
    events: table[Event] = parquet(f\"{root}/*.parquet\"),
    pictures: table { id article_id: str, picture: image } = images(\"x\", resize: [128, 128]),
    looks: encoder[image -> vector[32]] = artifact(\"y\"),
    model: model = artifact(\"z\"),
}";
    let found = item_of!(Catalog, source);
    let types: Vec<String> = found.entries.iter().map(|entry| show::ty(&entry.ty)).collect();
    let expected =
        ["table[Event]", "table {id article_id: str, picture: image}", "encoder[(image -> vector[32])]", "model"];
    assert_eq!(types, expected);
    assert_eq!(found.entries[0].docs.as_deref(), Some("One file a day."));
}

#[test]
fn functions() {
    let found =
        item_of!(Function, "fn rate(part: int, whole: int = 1) -> float? = if whole == 0 then null else part / whole");
    assert_eq!((found.params.len(), show::ty(&found.result)), (2, "float?".to_owned()));
    assert_eq!(show::expr(&found.body), "(if (whole Equal 0) then null else (part Divide whole))");
}

#[test]
fn the_result_of_a_node_is_a_row_only_where_it_reads_like_one() {
    for (source, result, body) in [
        ("node n(a: table[A]) -> table { a |> f() }", "table", "pipe f(a)"),
        ("node n(a: table[A]) -> table { { a: 1 } |> f() }", "table", "pipe f({a: 1})"),
        ("node n(a: table[A]) -> table { user: str, .. } { a }", "table {user: str, ..}", "a"),
        ("node n(a: table[A]) -> table { id user: str } { a }", "table {id user: str}", "a"),
        ("node n(a: table[A]) -> table { .. } { a }", "table {..}", "a"),
        ("node n(a: table[A]) -> table {} { a }", "table {}", "a"),
        ("node n() -> table[A] { a }", "table[A]", "a"),
        ("node n() -> model[A -> B] { a }", "model[(A -> B)]", "a"),
        ("node n() -> struct { a: int }? { a }", "struct {a: int}?", "a"),
    ] {
        let found = item_of!(Node, source);
        assert_eq!(show::ty(&found.result), result, "{source}");
        let NodeBody::Block(block) = found.body else { panic!("{source}") };
        assert_eq!(show::expr(&block.result), body, "{source}");
    }
}

#[test]
fn bodies_of_nodes() {
    let found = item_of!(Node, "node n(a: table[A]) -> table { let b = a |> f() let c: table[C] = g(b) b |> join(c) }");
    let NodeBody::Block(block) = found.body else { panic!() };
    let lets: Vec<String> = block.lets.iter().map(|binding| show::expr(&binding.value)).collect();
    assert_eq!(lets, ["pipe f(a)", "g(b)"]);
    assert_eq!(show::ty(block.lets[1].ty.as_ref().unwrap()), "table[C]");
    assert_eq!(show::expr(&block.result), "pipe join(b, c)");
    let found = item_of!(Node, "node n(a: table[A]) -> table[B] = python(\"f.py\", \"g\")");
    let NodeBody::Foreign { language, args, .. } = found.body else { panic!() };
    assert_eq!((&*language.text, args.len()), ("python", 2));
}

fn statement(statement: &Statement) -> String {
    let body = |body: &[Statement]| body.iter().map(self::statement).collect::<Vec<_>>().join("; ");
    match &statement.kind {
        StatementKind::Let(binding) => format!("let {} = {}", binding.name.text, show::expr(&binding.value)),
        StatementKind::Save { value, entry } => format!("save {} as {}", show::expr(value), entry.text),
        StatementKind::Track(value) => format!("track {}", show::expr(value)),
        StatementKind::Expect { condition, message } => {
            format!("expect {} {:?}", show::expr(condition), message.as_ref().map(show::expr))
        }
        StatementKind::When { condition, body: inner } => format!("when {} {{{}}}", show::expr(condition), body(inner)),
        StatementKind::For { name, items, body: inner } => {
            format!("for {} in {} {{{}}}", name.text, show::expr(items), body(inner))
        }
        StatementKind::Run { pipeline, args } => format!("run {} {}", pipeline.text, args.len()),
    }
}

#[test]
fn statements() {
    let source = "pipeline p(days: range[date] = @2021-01-26..@2021-01-30) {
    let a = f(x)
    save a |> g { b = .c } as d
    track a
    expect a.b > 3, \"too few\"
    expect a
    when share(a) > 30% { run q(days: days) }
    when ready(a) { track a }
    for x in all(a) { track x run q() }
    for y in [1] { }
}";
    let found = item_of!(Pipeline, source);
    let body: Vec<String> = found.body.iter().map(statement).collect();
    assert_eq!(
        body,
        [
            "let a = f(x)",
            "save pipe g(a) {b = .c} as d",
            "track a",
            "expect (a.b Greater 3) Some(\"\\\"too few\\\"\")",
            "expect a None",
            "when (share(a) Greater 0.3) {run q 1}",
            "when ready(a) {track a}",
            "for x in all(a) {track x; run q 0}",
            "for y in [1] {}",
        ]
    );
    assert!(item_of!(Pipeline, "pipeline p { }").params.is_empty());
    let found = item_of!(Test, "test \"says so\" { expect true }");
    assert_eq!((&*found.name, found.body.len()), ("says so", 1));
}

#[test]
fn envs() {
    let found = item_of!(
        Env,
        "env cloud extends base { root = \"gs://b\", catalog.events = f(), resources(training) = { cpu: 8, memory: 30GiB } }"
    );
    assert_eq!(&*found.extends.unwrap().text, "base");
    let settings: Vec<String> = found
        .settings
        .iter()
        .map(|setting| {
            let path: Vec<&str> = setting.path.iter().map(|name| &*name.text).collect();
            format!("{}{:?} = {}", path.join("."), setting.of.as_ref().map(|of| &*of.text), show::expr(&setting.value))
        })
        .collect();
    let memory = "resources(training)".replace("(training)", "Some(\"training\") = {cpu: 8, memory: 32212254720B}");
    assert_eq!(settings, ["rootNone = \"gs://b\"".to_owned(), "catalog.eventsNone = f()".to_owned(), memory]);
}

#[test]
fn signatures() {
    let cases = [
        (
            "operator group[R, K, A](input: table[R], by: columns[R -> K], aggregates: aggregates[R -> A]) -> table[K + A]",
            "table[(K + A)]",
        ),
        (
            "operator fit[R, O](learner: estimator[R -> O], train: table[R] in train, valid: table[R]? in valid = null) -> model[R -> O]",
            "model[(R -> O)]",
        ),
        (
            "operator j[L, R, K](on: keys[L & R -> K]) -> table[L | nullable[R - K - L]]",
            "table[(L | nullable[((R - K) - L)])]",
        ),
        (
            "operator e[R](a: row[R] -> bool) -> estimator[transform[R -> (R - K) + S]]",
            "estimator[transform[(R -> ((R - K) + S))]]",
        ),
        ("operator e[R]() -> estimator[R & { target _: bool } -> P]", "estimator[((R & {target _: bool}) -> P)]"),
        (
            "operator s[R, T: dated](input: table[R]) -> { train: table[R] in train, test: table[R] in test if test }",
            "{train: (table[R] in train), test: (table[R] in test) if test}",
        ),
        ("function f() -> case[how, \"a\", X, \"b\", Y]", "case[how, \"a\", X, \"b\", Y]"),
        ("function f() -> A -> B -> C", "(A -> (B -> C))"),
    ];
    for (source, result) in cases {
        assert_eq!(show::ty(&item_of!(Signature, source).result), result, "{source}");
    }
    let found = item_of!(Signature, "aggregate sum[T: number](values: T, for: int = 1) -> T else 0");
    assert_eq!((found.kind, show::expr(&found.empty.unwrap())), (SignatureKind::Aggregate, "0".to_owned()));
    assert_eq!(&*found.type_params[0].bound.as_ref().unwrap().text, "number");
    let fit = item_of!(Signature, cases[1].0);
    assert_eq!(show::ty(&fit.params[1].ty), "(table[R] in train)");
    let alias = item_of!(TypeAlias, "type kind = enum[\"a\", \"b\"]");
    assert_eq!(show::ty(&alias.ty), "enum[\"a\", \"b\"]");
}

#[test]
fn allow_and_documentation() {
    let source = "## The module.\n## Two lines.\n\nuse a.b\n# no docs\n## Of p.\n##\n## More.\nallow(unused_let, shadowing)\nparam p: int = 1\n";
    let module = module(source);
    assert_eq!(module.docs.as_deref(), Some("The module.\nTwo lines."));
    let param = &module.items[1];
    assert_eq!(param.docs.as_deref(), Some("Of p.\n\nMore."));
    let allow: Vec<&str> = param.allow.iter().map(|name| &*name.text).collect();
    assert_eq!(allow, ["unused_let", "shadowing"]);
    assert_eq!(self::module("## Of p.\nparam p: int").docs, None);
    assert_eq!(self::module("## Of all.\nuse a.b").docs.as_deref(), Some("Of all."));
    assert_eq!(self::module("## Of all.").docs.as_deref(), Some("Of all."));
}

#[test]
fn declarations_need_no_lines_of_their_own() {
    let source =
        "param a: int = 1 param b: int = 2 fn f(tested: int) -> int = tested node n() -> table { x } test \"t\" { }";
    assert_eq!(module(source).items.len(), 5);
    let source = "operator o[R](a: table[R] in train) -> table[R] in test\nwindow lag[T](values: T) -> T?\ntype t = window\nparam window: int = 3\nparam type: int = window";
    assert_eq!(module(source).items.len(), 5);
}

#[test]
fn a_broken_declaration_keeps_what_can_be_read_of_it() {
    let source = "node n(a: table[A], b: int) -> table[B] {\n    let c = a |> f(\n    let d = 5\n    c |> g(d) )\n}\nparam last: int = 1";
    let parsed = gml_syntax::parse(FileId(0), source);
    assert!(!parsed.diagnostics.is_empty());
    let [node, last] = parsed.module.items.as_slice() else { panic!("{:?}", parsed.module) };
    let ItemKind::Node(node) = &node.kind else { panic!() };
    assert_eq!((&*node.name.text, node.params.len(), show::ty(&node.result)), ("n", 2, "table[B]".to_owned()));
    let NodeBody::Block(block) = &node.body else { panic!() };
    let lets: Vec<&str> = block.lets.iter().map(|binding| &*binding.name.text).collect();
    assert_eq!(lets, ["c", "d"]);
    assert!(matches!(last.kind, ItemKind::Param(_)));
}

#[test]
fn of_a_broken_head_the_name_is_kept() {
    let source = "node n(a: table[A], b int) -> table[B] { a }\nfn f(x float) -> float = x\npipeline p(days int) { track 1 }\nenv e extend b { x = 1 }";
    let parsed = gml_syntax::parse(FileId(0), source);
    assert_eq!(parsed.diagnostics.len(), 4, "{:#?}", parsed.diagnostics);
    let names = parsed.module.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Unread(name) => Some(&*name.text),
        _ => None,
    });
    assert_eq!(names.collect::<Vec<_>>(), ["n", "f", "p"]);
}

#[test]
fn a_word_of_the_language_that_is_used_as_a_name_is_told_once() {
    let source = "pipeline p {\n    let test = a\n    let b = f(test, x: [test])\n    for node in test { track node }\n    track b |> g(.test, test: test)\n}";
    let parsed = gml_syntax::parse(FileId(0), source);
    let told: Vec<_> = parsed
        .diagnostics
        .iter()
        .map(|found| (found.code, &source[found.span.start as usize..found.span.end as usize]))
        .collect();
    assert_eq!(told, [(codes::RESERVED_WORD, "test"), (codes::RESERVED_WORD, "node")]);
    let edits = parsed.diagnostics[0].fix.as_ref().map(|fix| fix.edits.len());
    assert_eq!(edits, Some(5), "the name and where it is used, no column and no argument");
    let ItemKind::Pipeline(pipeline) = &parsed.module.items[0].kind else { panic!() };
    let body: Vec<String> = pipeline.body.iter().map(statement).collect();
    let expected = [
        "let test = a",
        "let b = f(test, x: [test])",
        "for node in test {track node}",
        "track pipe g(b, .test, test: test)",
    ];
    assert_eq!(body, expected);
    let source = "node n(test: table[A], env: int) -> table[A] { test |> filter(.a > test) }";
    let parsed = gml_syntax::parse(FileId(0), source);
    assert!(parsed.diagnostics.iter().all(|found| found.code == codes::RESERVED_WORD), "{:#?}", parsed.diagnostics);
    assert_eq!(parsed.diagnostics.len(), 2, "each parameter is told once: {:#?}", parsed.diagnostics);
    assert!(matches!(parsed.module.items[0].kind, ItemKind::Node(_)));
}

#[test]
fn a_broken_statement_costs_itself_only() {
    let source = "pipeline p {\n    let a = ]\n    when a > 3 {\n        track )\n        save a as b\n    }\n    save f(,) as c\n    track d\n}";
    let parsed = gml_syntax::parse(FileId(0), source);
    assert_eq!(parsed.diagnostics.len(), 3);
    let ItemKind::Pipeline(pipeline) = &parsed.module.items[0].kind else { panic!() };
    let body: Vec<String> = pipeline.body.iter().map(statement).collect();
    let expected = ["let a = error", "when (a Greater 3) {track error; save a as b}", "save error as c", "track d"];
    assert_eq!(body, expected);
}

#[test]
fn a_broken_entry_costs_itself_only() {
    let source = "catalog {\n    a: table[A] = csv(\"a\" \"b\"),\n    b: table[B] = csv(\"b\"),\n}\nschema S { a: int, b int, c: str }";
    let parsed = gml_syntax::parse(FileId(0), source);
    assert_eq!(parsed.diagnostics.len(), 2, "{:#?}", parsed.diagnostics);
    let ItemKind::Catalog(catalog) = &parsed.module.items[0].kind else { panic!() };
    let values: Vec<String> = catalog.entries.iter().map(|entry| show::expr(&entry.value)).collect();
    assert_eq!(values, ["error", "csv(\"b\")"]);
    let ItemKind::Schema(schema) = &parsed.module.items[1].kind else { panic!() };
    assert_eq!((schema.columns.len(), schema.open.is_some()), (2, true), "a lost column may be any");
}

#[test]
fn invalid_utf8_is_placed() {
    let found = gml_syntax::decode(FileId(3), b"param a\n\xff").unwrap_err();
    assert_eq!((found.code, found.span.start, found.span.file), (codes::INVALID_UTF8, 8, FileId(3)));
    assert!(found.message.contains("byte 8 (0xFF), on line 2"), "{}", found.message);
    assert_eq!(gml_syntax::decode(FileId(0), "ü".as_bytes()), Ok("ü"));
}

#[test]
fn a_byte_order_mark_is_no_error() {
    assert_eq!(module("\u{feff}param a: int = 1\r\n").items.len(), 1);
}

#[test]
fn every_comment_is_kept() {
    let source = "# one\nparam a: str = \"# no\" # two\n## three\nparam b: str = f\"{a}#\"\n";
    let comments = gml_syntax::parse(FileId(0), source).comments;
    let texts: Vec<&str> = comments.iter().map(|comment| &*comment.text).collect();
    assert_eq!(texts, ["# one", "# two", "## three"]);
    for comment in &comments {
        assert_eq!(&source[comment.span.start as usize..comment.span.end as usize], &*comment.text);
    }
}

#[test]
fn words_of_the_library_are_names_of_loops() {
    for word in ["window", "aggregate", "operator", "function", "type"] {
        item_of!(Function, &format!("fn f(xs: list[int]) -> list[int] = for {word} in (xs) {{ {word} }}"));
        item_of!(Pipeline, &format!("pipeline p {{\n    for {word} in (1..3) {{ expect {word} > 80% // 2 }}\n}}"));
    }
}

#[test]
fn tags_stand_above_what_runs_and_are_names_elsewhere() {
    let tags = |source: &str| -> Vec<String> { item(source).tags.iter().map(|name| name.text.to_string()).collect() };
    assert_eq!(tags("tags(nightly, slow,)\nallow(unused_let)\npipeline p { }"), ["nightly", "slow"]);
    assert_eq!(tags("tags(a) tags(b)\nnode n(t: table) -> table { t }"), ["a", "b"]);
    assert_eq!(tags("param tags: list[str] = tags(a, b)"), [""; 0]);
    let parsed = gml_syntax::parse(
        FileId(0),
        "fn f(a: int) -> int =\n    tags(a)\nnode n(tags: table) -> table { tags |> filter(.tags) }\ntags(x)\npipeline p { let tags = tags(1) }\n",
    );
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    let found: Vec<usize> = parsed.module.items.iter().map(|item| item.tags.len()).collect();
    assert_eq!(found, [0, 0, 1]);
}

#[test]
fn tags_stand_behind_any_type_that_ends_a_declaration() {
    for result in ["int?", "table[R] in test", "table[R] in train", "list[int?]?", "{ a: int }", "float else 80%"] {
        let source = format!("operator o(a: int) -> {result}\ntags(b,)\npipeline p {{ }}\n");
        let parsed = gml_syntax::parse(FileId(0), &source);
        assert!(parsed.diagnostics.is_empty(), "{source}{:?}", parsed.diagnostics);
        let found: Vec<usize> = parsed.module.items.iter().map(|item| item.tags.len()).collect();
        assert_eq!(found, [0, 1], "{source}");
    }
}
