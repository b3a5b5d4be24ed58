//! Types of expressions over a row.

use super::{check, row_of, told, type_of, wrong};

fn wrong_value(expr: &str) -> Vec<String> {
    wrong(&format!("select {{ y = {expr} }}"))
}

#[test]
fn arithmetic() {
    for (expr, ty) in [
        (".n + 1", "int"),
        (".n + .x", "float"),
        (".n / 2", "float"),
        (".n // 2", "int"),
        (".n // .n", "int?"),
        (".n % 7", "int"),
        (".xn * 2", "float?"),
        ("-.n", "int"),
        (".n ** 2", "float"),
        (".s + \"!\"", "str"),
        (".cat + .s", "str"),
        (".day + 7d", "date"),
        (".at - 12h", "timestamp"),
        (".at - .at", "duration"),
        (".long * 2", "duration"),
        (".long / 1d", "float"),
    ] {
        assert_eq!(type_of(expr), ty, "{expr}");
    }
    for (expr, at) in [(".n + .s", "+"), (".day + 1", "+"), (".flag * 2", "*"), (".day - .at", "-"), (".long + 1", "+")]
    {
        assert_eq!(wrong_value(expr), [format!("operator-does-not-apply `{at}`")], "{expr}");
    }
    assert_eq!(wrong_value(".n // 0"), ["division-by-zero `//`"]);
    assert_eq!(wrong_value("-.s"), ["operator-does-not-apply `.s`"]);
}

#[test]
fn comparisons() {
    for (expr, ty) in [
        (".n == 1", "bool"),
        (".n < .x", "bool"),
        (".xn > 0", "bool?"),
        (".s == .cat", "bool"),
        (".kind == \"a\"", "bool"),
        ("\"b\" != .kind", "bool"),
        (".day <= @2021-01-26", "bool"),
        (".flag and .maybe", "bool?"),
        ("not .flag", "bool"),
        (".n in 1..12", "bool"),
        (".s in [\"a\", \"b\"]", "bool"),
        (".n not in [1, 2]", "bool"),
        (".sn in [\"a\"]", "bool?"),
        (".xn is null", "bool"),
        (".kind in [\"a\"]", "bool"),
        (".s in .tags", "bool"),
    ] {
        assert_eq!(type_of(expr), ty, "{expr}");
    }
    for (expr, wrong) in [
        (".kind == \"c\"", "impossible-comparison `\"c\"`"),
        (".kind in [\"a\", \"c\"]", "impossible-comparison `\"c\"`"),
        (".n == \"1\"", "operator-does-not-apply `==`"),
        (".day < .at", "operator-does-not-apply `<`"),
        (".day == \"2021-01-26\"", "operator-does-not-apply `==`"),
        (".xn == null", "compared-with-null `.xn == null`"),
        (".n and .flag", "operator-does-not-apply `.n`"),
        (".at in @2021-01-01..@2021-01-02", "operator-does-not-apply `.at in @2021-01-01..@2021-01-02`"),
        (".n in .s", "operator-does-not-apply `.s`"),
        (".tags < .tags", "operator-does-not-apply `<`"),
        (".n in 12..1", "empty-range `12..1`"),
    ] {
        assert_eq!(wrong_value(expr), [wrong], "{expr}");
    }
}

#[test]
fn branches() {
    assert_eq!(type_of("if .n > 0 then 1 else 2.5"), "float");
    assert_eq!(type_of("if .n > 0 then .s else null"), "str?");
    assert_eq!(type_of("if .xn is not null then .xn else 0"), "float");
    assert_eq!(type_of("if .xn is null or .xn < 0 then 0 else .xn"), "float");
    assert_eq!(type_of("if .xn > 0 then .xn else 0"), "float");
    assert_eq!(wrong_value("if .n > 0 then 1 else \"a\""), ["branches-differ `\"a\"`"]);
    assert_eq!(wrong_value("if .n then 1 else 2"), ["type-mismatch `.n`"]);
}

#[test]
fn matches() {
    assert_eq!(type_of("match .kind { \"a\" => 1, \"b\" => 2 }"), "int");
    assert_eq!(type_of("match .s { \"a\" | \"b\" => 1, _ => 2.0 }"), "float");
    assert_eq!(type_of("match .n { 0 => \"none\", 1..9 => \"few\", _ => \"many\" }"), "str");
    assert_eq!(type_of("match .flag { true => 1, false => 0 }"), "int");
    assert_eq!(type_of("match .xn { null => 0, _ => .xn }"), "float");
    assert_eq!(type_of("match .maybe { true => 1, false => 0, null => -1 }"), "int");
    assert_eq!(wrong_value("match .kind { \"a\" => 1 }"), ["non-exhaustive-match `.kind`"]);
    assert_eq!(wrong_value("match .maybe { true => 1, false => 0 }"), ["non-exhaustive-match `.maybe`"]);
    assert_eq!(wrong_value("match .n { 1 => 1 }"), ["non-exhaustive-match `.n`"]);
    assert_eq!(wrong_value("match .kind { \"a\" => 1, \"c\" => 2, _ => 3 }"), ["not-an-enum-value `\"c\"`"]);
    assert_eq!(wrong_value("match .kind { \"a\" => 1, \"b\" => 2, _ => 3 }"), ["unreachable-arm `_ => 3`"]);
    assert_eq!(wrong_value("match .n { 1 => 1, 1 => 2, _ => 3 }"), ["unreachable-arm `1`"]);
    assert_eq!(wrong_value("match .n { \"a\" => 1, _ => 3 }"), ["type-mismatch `\"a\"`"]);
}

#[test]
fn fields() {
    assert_eq!(type_of(".web.name"), "str");
    assert_eq!(type_of(".web.of?.city"), "str?");
    assert_eq!(type_of(".items.find(.key == \"a\")?.value"), "int?");
    assert_eq!(type_of("if .web.of is not null then .web.of.city else null"), "str?");
    assert_eq!(wrong_value(".web.of.city"), ["field-of-nullable `city`"]);
    assert_eq!(wrong_value(".web?.name"), ["needless-safe-access `name`"]);
    assert_eq!(wrong_value(".web.nam"), ["unknown-field `nam`"]);
    assert_eq!(wrong_value(".n.name"), ["not-a-struct `name`"]);
}

#[test]
fn a_null_at_the_left_of_a_chain_ends_it() {
    let program = "fn f(items: list[struct { key: str, value: struct { n: int?, .. } }]) -> int? = items.find(.key == \"a\")?.value.n";
    assert_eq!(check(program).told(), "");
    let program = "fn f(items: list[struct { value: struct { n: int }? }]) -> int? = items.find(true)?.value.n";
    assert_eq!(check(program).codes(), ["field-of-nullable `n`"]);
}

#[test]
fn functions_lift_over_null() {
    for (expr, ty) in [
        (".s.lower()", "str"),
        (".sn.lower()", "str?"),
        (".x.round(2)", "float"),
        (".n.clip(0, 10)", "int"),
        (".n.clip(0.5, 10)", "float"),
        (".at.hour()", "int"),
        (".day.weekday()", "int"),
        (".at.days_since(.at)", "float"),
        (".s.to_int()", "int?"),
        (".tags.length()", "int"),
        (".tags.contains(\"a\")", "bool"),
        (".tags.where_items(.item != \"a\")", "list[str]"),
        (".items.each(.value ?? 0)", "list[int]"),
        (".tags.at(0)", "str?"),
        (".n.abs()", "int"),
        (".n.sqrt()", "float"),
        (".kind.upper()", "str"),
        ("greatest(.n, .x)", "float"),
        (".items.any_item(.value > 3)", "bool"),
        (".s.split_text(\",\")", "list[str]"),
        (".n.to_text()", "str"),
        (".s.to_category()", "category"),
    ] {
        assert_eq!(type_of(expr), ty, "{expr}");
    }
}

#[test]
fn functions_that_do_not_fit() {
    for (expr, wrong) in [
        (".n.lower()", "type-mismatch `.n`"),
        (".s.abs()", "type-mismatch `.s`"),
        (".s.hour()", "type-mismatch `.s`"),
        (".x.round(.n)", "constant-needed `.n`"),
        (".s.matches(.s)", "constant-needed `.s`"),
        (".tags.contains(1)", "type-mismatch `1`"),
        (".items.find(.kee == \"a\")", "unknown-column `.kee`"),
        (".n.nothing()", "unknown-function `nothing`"),
        (".s.lowr()", "unknown-function `lowr`"),
        (".s.lower(1)", "too-many-arguments `1`"),
        (".x.round(digit: 1)", "unknown-argument `digit`"),
        (".s.replace(\"a\")", "missing-argument `replace(\"a\")`"),
        (".x.round(1, digits: 2)", "duplicate-argument `digits`"),
        (".web.to_text()", "type-mismatch `.web`"),
    ] {
        assert_eq!(wrong_value(expr), [wrong], "{expr}");
    }
}

#[test]
fn texts_lists_and_ranges() {
    assert_eq!(type_of("f\"{.s}-{.n}\""), "str");
    assert_eq!(type_of("f\"{.sn}\""), "str?");
    assert_eq!(type_of("[.n, .x]"), "list[float]");
    assert_eq!(row_of("select { y = { a: .n, b: .s } }"), "table { y: struct { a: int, b: str } }");
    assert_eq!(wrong_value("[.n, .s]"), ["mixed-list `.s`"]);
    assert_eq!(wrong_value("f\"{.tags}\""), ["type-mismatch `.tags`"]);
}

#[test]
fn bare_names_and_dots() {
    let checked = check(
        "param limit: int = 3\nnode f(t: table[T], most: int) -> table { t |> filter(.n < most and .n < limit) }",
    );
    assert_eq!(checked.told(), "");
    assert_eq!(wrong("filter(n > 3)"), ["unknown-name `n`"]);
    assert!(told("filter(n > 3)").ends_with("write `.n`"), "{}", told("filter(n > 3)"));
    let checked = check("node f(t: table[T], most: int) -> table { t |> filter(.n < .most) }");
    assert!(checked.told().ends_with("`most` is a `let` or a parameter: leave out the dot"), "{}", checked.told());
    assert_eq!(wrong("filter(.n > lmit)"), ["unknown-name `lmit`"]);
    assert_eq!(wrong("filter(.n > t)"), ["constant-needed `t`"]);
}

#[test]
fn functions_of_the_program() {
    let program = "fn rate(part: int, whole: int) -> float = if whole == 0 then 0.0 else part / whole\n";
    let of = |steps: &str| check(&format!("{program}node f(t: table[T]) -> table {{ t |> {steps} }}")).codes();
    assert_eq!(of("select { y = rate(.n, 10) }"), Vec::<String>::new());
    assert_eq!(of("select { y = rate(.n) }"), ["missing-argument `rate(.n)`"]);
    assert_eq!(of("select { y = rate(.n, .s) }"), ["type-mismatch `.s`"]);
    assert_eq!(of("select { y = rate(.n, .xn.to_whole()) }"), ["null-not-allowed `.xn.to_whole()`"]);
    let program = "fn keep(s: str, pattern: str) -> bool = s.matches(pattern)\n";
    let of = |steps: &str| check(&format!("{program}node f(t: table[T]) -> table {{ t |> {steps} }}")).codes();
    assert_eq!(of("filter(.s.keep(\"a\"))"), Vec::<String>::new());
    assert_eq!(of("filter(.s.keep(.s))"), ["constant-needed `.s`"]);
    assert_eq!(check("fn f(x: int) -> int = f(x)").diagnostics.len(), 1);
    assert_eq!(check("fn f(x: int) -> str = x").codes(), ["type-mismatch `x`"]);
}
