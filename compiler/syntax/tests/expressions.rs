//! Expressions: what each form means, and which operator is stronger.

// Helpers of tests may panic and print as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod show;

use gml_diagnostics::FileId;
use gml_syntax::parse_expression;

#[track_caller]
fn reads(source: &str, expected: &str) {
    let (expr, diagnostics) = parse_expression(FileId(0), source);
    assert_eq!(diagnostics, [], "{source}");
    let expr = expr.unwrap();
    assert_eq!(show::expr(&expr), expected, "{source}");
    let span = expr.span;
    assert_eq!(&source[span.start as usize..span.end as usize], source.trim(), "the span of {source}");
}

#[test]
fn numbers() {
    reads("42", "42");
    reads("1_000_000", "1000000");
    reads("0.5", "0.5");
    reads("1e-3", "0.001");
    reads("1.5E+3", "1500.0");
    reads("80%", "0.8");
    reads("4%", "0.04");
    reads("0.1%", "0.001");
    reads("9223372036854775807", "9223372036854775807");
}

#[test]
fn the_smallest_int_can_be_written() {
    reads("-9223372036854775808", "-9223372036854775808");
    reads("- 9_223_372_036_854_775_808", "-9223372036854775808");
    reads("1 + -9223372036854775808", "(1 Add -9223372036854775808)");
    reads("match x { -9223372036854775808..0 => 1, _ => 2 }", "match x {(-9223372036854775808 .. 0) => 1, _ => 2}");
    let told = |source: &str| parse_expression(FileId(0), source).1.len();
    for wrong in ["9223372036854775808", "0 - 9223372036854775808", "-9223372036854775809", "-9223372036854775808 ** 2"]
    {
        assert_eq!(told(wrong), 1, "{wrong}");
    }
}

#[test]
fn a_percent_sign_before_an_operand_is_a_remainder() {
    reads("10 % 3", "(10 Remainder 3)");
    reads("10%3", "(10 Remainder 3)");
    reads("10 % x", "(10 Remainder x)");
    reads("10 % .x", "(10 Remainder .x)");
    reads("10 % (3)", "(10 Remainder 3)");
    reads("x % 3", "(x Remainder 3)");
    reads("80% + 1", "(0.8 Add 1)");
    reads("80% // 2", "(0.8 FloorDivide 2)");
    reads("80%..90%", "(0.8 .. 0.9)");
    reads("[10%, 20%]", "[0.1, 0.2]");
    reads("x > 30% and y", "((x Greater 0.3) And y)");
    reads("if x > 30% then 1 else 2", "(if (x Greater 0.3) then 1 else 2)");
    reads("{ a: 5% }", "{a: 0.05}");
    reads("match 5% { _ => 1 }", "match 0.05 {_ => 1}");
}

#[test]
fn durations_and_sizes() {
    reads("30s", "30000000us");
    reads("15min", "900000000us");
    reads("12h", "43200000000us");
    reads("7d", "604800000000us");
    reads("6w", "3628800000000us");
    reads("5ms", "5000us");
    reads("1.5h", "5400000000us");
    reads("512MiB", "536870912B");
    reads("16GiB", "17179869184B");
    reads("0.5KiB", "512B");
}

#[test]
fn dates() {
    reads("@2021-01-26", "day 18653");
    reads("@2021-01-26T08:00:00Z", "time 1611648000000000");
    reads("@2021-01-26T08:00:00.25Z", "time 1611648000250000");
    reads("@2021-01-26..@2021-01-28", "(day 18653 .. day 18655)");
    reads("@2021-01-26..<@2021-01-28", "(day 18653 ..< day 18655)");
    reads("@2021-01-26 - 7d", "(day 18653 Subtract 604800000000us)");
    reads("day..day", "(day .. day)");
}

#[test]
fn texts() {
    reads(r#""plain""#, r#""plain""#);
    reads(r#""a\n\t\r\\\"\{\}\u{e9}""#, r#""a\n\t\r\\\"{}é""#);
    reads(r#"r"^\d+$""#, r#""^\\d+$""#);
    reads("\"\"\"\n    one\n      two \\\"\n    \"\"\"", r#""one\n  two \"""#);
    reads("r\"\"\"a\"b\\\"\"\"", r#""a\"b\\""#);
    reads("\"# no comment { } // ; 'x'\"", "\"# no comment { } // ; 'x'\"");
}

#[test]
fn formats() {
    reads(r#"f"{root}/events_{day}.parquet""#, r#"f<root "/events_" day ".parquet">"#);
    reads(r#"f"{a}{b}""#, "f<a b>");
    reads(r#"f"}}{{{a}}}\n""#, r#"f<"}{" a "}\n">"#);
    reads(r#"f"{x.find("}", a: { b: 1 }).c} d""#, r#"f<method find(x, "}", a: {b: 1}).c " d">"#);
    reads(r#"f"{f"{a}"}""#, "f<f<a>>");
    reads(r#"f"\u{e9}{a}\u{1F600}\{{b}""#, r#"f<"é" a "😀{" b>"#);
    reads("f\"\"\"\\u{e9}{a}\"\"\"", r#"f<"é" a>"#);
    reads("f\"\"", "f<>");
    reads("f\"\"\"\n    a {b}\n      c\n    \"\"\"", r#"f<"a " b "\n  c">"#);
}

#[test]
fn brackets() {
    reads("[7d, 30d, null,]", "[604800000000us, 2592000000000us, null]");
    reads("[]", "[]");
    reads("{ mean: 1, zero: 2 }", "{mean: 1, zero: 2}");
    reads("{}", "{}");
    reads("{ start, end }", "{start: start, end: end}");
    reads("{ a: 1, b }", "{a: 1, b: b}");
    reads("{ for: 1, in: 2, test: 3 }", "{for: 1, in: 2, test: 3}");
    reads("{ a = .x, b = sum(.y), }", "{a = .x, b = sum(.y)}");
    reads("group(by: { visitor = .id })", "group(by: {visitor = .id})");
    reads("table[Session] [ { a: 1 }, { a: 2 } ]", "table[Session] [{a: 1}, {a: 2}]");
    reads("table { id a: int, .. } [ {} ]", "table {id a: int, ..} [{}]");
    reads("table", "table");
    reads("( a )", "a");
}

#[test]
fn names_fields_and_columns() {
    reads(".price", ".price");
    reads(".time", ".time");
    reads(".if", ".if");
    reads(".device.category", ".device.category");
    reads("a?.b.c", "a?.b.c");
    reads("period.test", "period.test");
    reads(".a.find(.key == \"x\")?.value.int_value", "method find(.a, (.key Equal \"x\"))?.value.int_value");
    reads("a?.b(1)", "optional b(a, 1)");
    reads("format", "format");
    reads("notable", "notable");
    reads("order", "order");
    reads("inner", "inner");
    reads("f", "f");
    reads("r(f)", "r(f)");
}

#[test]
fn calls_and_blocks() {
    reads("f(x, name: y,)", "f(x, name: y)");
    reads("f(for: 1, where: 2, test: 3, by: 4)", "f(for: 1, where: 2, test: 3, by: 4)");
    reads("f()", "f()");
    reads("f(x) { a = 1 }", "f(x) {a = 1}");
    reads("f(x) {}", "f(x) {}");
    reads("x.f(y) { a = 1 }", "method f(x, y) {a = 1}");
    reads("x |> f", "pipe f(x)");
    reads("x |> f { a = .x == 1 }", "pipe f(x) {a = (.x Equal 1)}");
    reads("x |> f(y) |> g", "pipe g(pipe f(x, y))");
    reads("x |> group(by: [.a]) { n = count(), }", "pipe group(x, by: [.a]) {n = count()}");
    reads("match f(x) { 1 => 2 }", "match f(x) {1 => 2}");
    reads("for x in f(y) { x }", "(for x in f(y) {x})");
    reads("for x in f(y) { { a = x } }", "(for x in f(y) {{a = x}})");
}

#[test]
fn strength() {
    reads("a + b * c", "(a Add (b Multiply c))");
    reads("a - b - c", "((a Subtract b) Subtract c)");
    reads("a * b / c // d % e", "((((a Multiply b) Divide c) FloorDivide d) Remainder e)");
    reads("a ** b ** c", "(a Power (b Power c))");
    reads("-a ** b", "(Negate (a Power b))");
    reads("a ** -b", "(a Power (Negate b))");
    reads("-a * b", "((Negate a) Multiply b)");
    reads("--a", "(Negate (Negate a))");
    reads("-a.b", "(Negate a.b)");
    reads("a..b + 1", "(a .. (b Add 1))");
    reads("a in b..c", "(a In (b .. c))");
    reads("a not in [1]", "(a NotIn [1])");
    reads("not a in b", "(Not (a In b))");
    reads("not a and b", "((Not a) And b)");
    reads("not not a", "(Not (Not a))");
    reads("a or b and c", "(a Or (b And c))");
    reads("a ?? b or c", "(a Coalesce (b Or c))");
    reads("a >> b ?? c", "(a Chain (b Coalesce c))");
    reads("a == 1 and b != 2", "((a Equal 1) And (b NotEqual 2))");
    reads("(a < b) == c", "((a Less b) Equal c)");
    reads("a is null or b is not null", "((a is null) Or (b is not null))");
    reads("a + 1 is null", "((a Add 1) is null)");
    reads("not a is null", "(Not (a is null))");
    reads("a >> b |> f", "pipe f((a Chain b))");
    reads("a > 3 |> f", "pipe f((a Greater 3))");
    reads("(a |> f) + 1", "(pipe f(a) Add 1)");
    reads("a -b", "(a Subtract b)");
}

#[test]
fn values_with_words() {
    reads("if a then b else c", "(if a then b else c)");
    reads("if a then b else if c then d else e", "(if a then b else (if c then d else e))");
    reads("if a then if b then c else d else e", "(if a then (if b then c else d) else e)");
    reads("if a then b else c |> f", "(if a then b else pipe f(c))");
    reads("(if a then b else c) |> f", "pipe f((if a then b else c))");
    reads("1 + if a then b else c + d", "(1 Add (if a then b else (c Add d)))");
    reads("match .x { \"a\" => 1, _ => 0, }", "match .x {\"a\" => 1, _ => 0}");
    reads("match x { 1 | 2 => a, -3..5 => b, null => c }", "match x {1 | 2 => a, ((Negate 3) .. 5) => b, null => c}");
    reads(
        "match x { \"a\" | \"b\" => if y then 1 else 2, _ => 3 }",
        "match x {\"a\" | \"b\" => (if y then 1 else 2), _ => 3}",
    );
    reads("for p in [{ days: 7d }] { p.days }", "(for p in [{days: 604800000000us}] {p.days})");
}

#[test]
fn a_pattern_for_everything_stands_alone() {
    reads("match x { _ # all\n => 1 }", "match x {_ => 1}");
    for pattern in ["1.._", "_..1", "-_", "a"] {
        let (_, diagnostics) = parse_expression(FileId(0), &format!("match x {{ {pattern} => 1 }}"));
        assert_eq!(diagnostics.len(), 1, "{pattern}");
    }
}

#[test]
fn comments_and_newlines_mean_nothing() {
    reads("a # one\n  # two\n  |> f(\n x # three\n)", "pipe f(a, x)");
    reads("if a # why\n then b\r\n else\tc", "(if a then b else c)");
    reads("a\n    .b", "a.b");
}

#[test]
fn what_is_no_expression_is_none() {
    for source in ["", "a b", "let x = 1", "1 +", "f(", "# only a comment"] {
        let (expr, diagnostics) = parse_expression(FileId(0), source);
        assert!(expr.is_none(), "{source}");
        assert_eq!(diagnostics.len(), 1, "{source}");
    }
}
