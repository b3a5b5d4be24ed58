//! `std.math`, `std.text` and `std.time`.

use gml_ir::BinaryOp::{Divide, Equal, Greater, Less, LessEqual, NotEqual};
use gml_ir::{BinaryOp, Expr, ExprKind, IntKind, Type, Value};

use super::kit::*;

fn math(function: &str, values: &[f64]) -> String {
    let mut cells: Vec<Vec<Value>> = values.iter().map(|value| vec![value.value()]).collect();
    cells.push(vec![Value::Null]);
    let t = table(&[("x", opt(Type::Float))], cells);
    eval(&t, f(function, &[("x", c("x", opt(Type::Float)))], opt(Type::Float)))
}

#[test]
fn numbers() {
    assert_eq!(math("abs", &[-1.5, 2.0]), "1.5 2.0 null");
    assert_eq!(math("floor", &[-1.5, 2.7]), "-2.0 2.0 null");
    assert_eq!(math("ceil", &[-1.5, 2.2]), "-1.0 3.0 null");
    assert_eq!(math("sqrt", &[4.0, -1.0]), "2.0 NaN null");
    assert_eq!(math("exp", &[0.0]), "1.0 null");
    assert_eq!(math("ln", &[1.0, 0.0]), "0.0 -inf null");
    assert_eq!(math("log10", &[1000.0]), "3.0 null");
    assert_eq!(math("log1p", &[0.0]), "0.0 null");
    assert_eq!(math("sign", &[-3.5, 0.0, 2.0]), "-1.0 0.0 1.0 null");
    assert_eq!(math("is_finite", &[1.0, f64::INFINITY, f64::NAN]), "true false false null");
    assert_eq!(math("to_whole", &[-1.9, 1.9, 1e300, f64::NAN]), "-1 1 null null null");
    let rounded = |x: f64, digits: i64| constant_of(&f("round", &[("x", k(x)), ("digits", k(digits))], Type::Float));
    assert_eq!(
        (rounded(2.5, 0), rounded(-2.5, 0), rounded(1.25, 1), rounded(1250.0, -2)),
        ("3.0".into(), "-3.0".into(), "1.3".into(), "1300.0".into())
    );
    assert_eq!(rounded(1e300, 300), "1e300");
    let abs = f("abs", &[("x", k(i64::MIN))], Type::INT);
    assert!(crate::expr::compute(&[], &abs).is_err());
    assert_eq!(constant_of(&f("abs", &[("x", k(-3))], Type::INT)), "3");
    assert_eq!(constant_of(&f("as_float", &[("x", k(3))], Type::Float)), "3.0");
    assert_eq!(constant_of(&f("as_int", &[("x", k(true))], Type::INT)), "1");
}

#[test]
fn bounds() {
    let t = table(&[("a", opt(Type::INT)), ("b", opt(Type::INT))], rows![[1, 2], [5, 3], [(), 1], [1, ()]]);
    let two = [("a", c("a", opt(Type::INT))), ("b", c("b", opt(Type::INT)))];
    assert_eq!(eval(&t, f("least", &two, opt(Type::INT))), "1 3 null null");
    assert_eq!(eval(&t, f("greatest", &two, opt(Type::INT))), "2 5 null null");
    let clip = f("clip", &[("x", c("a", opt(Type::INT))), ("low", k(2)), ("high", k(4))], opt(Type::INT));
    assert_eq!(eval(&t, clip), "2 4 null 2");
}

fn text(function: &str, more: &[(&str, Expr)], texts: &[&str]) -> String {
    let mut cells: Vec<Vec<Value>> = texts.iter().map(|text| vec![text.value()]).collect();
    cells.push(vec![Value::Null]);
    let t = table(&[("s", opt(Type::Str))], cells);
    let mut args = vec![("text", c("s", opt(Type::Str)))];
    args.extend_from_slice(more);
    eval(&t, f(function, &args, opt(Type::Str)))
}

#[test]
fn texts() {
    assert_eq!(text("lower", &[], &["ÄB"]), r#""äb" null"#);
    assert_eq!(text("upper", &[], &["äb"]), r#""ÄB" null"#);
    assert_eq!(text("trim", &[], &[" \ta b\n"]), r#""a b" null"#);
    assert_eq!(text("char_count", &[], &["äb", ""]), "2 0 null");
    assert_eq!(text("word_count", &[], &[" a  bc ", ""]), "2 0 null");
    assert_eq!(text("has_text", &[("part", k("."))], &["a.b", "ab"]), "true false null");
    assert_eq!(text("starts_with", &[("part", k("a"))], &["ab", "ba"]), "true false null");
    assert_eq!(text("ends_with", &[("part", k("a"))], &["ab", "ba"]), "false true null");
    assert_eq!(text("matches", &[("pattern", k("^a+$"))], &["aa", "ab"]), "true false null");
    let extract = |group: i64| text("extract", &[("pattern", k(r"(\d)(\w)")), ("group", k(group))], &["x1y", "x"]);
    assert_eq!((extract(0), extract(2)), (r#""1y" null null"#.into(), r#""y" null null"#.into()));
    assert_eq!(text("replace", &[("old", k(".")), ("new", k("$1"))], &["a.b.c"]), r#""a$1b$1c" null"#);
    assert_eq!(text("replace_pattern", &[("pattern", k("(b)")), ("new", k("<$1>"))], &["abb"]), r#""a<b><b>" null"#);
    assert_eq!(text("split_text", &[("separator", k(","))], &["a,b", ""]), r#"["a", "b"] [""] null"#);
    let slice = |start: i64, length: i64| text("slice", &[("start", k(start)), ("length", k(length))], &["äbcd"]);
    assert_eq!(
        (slice(1, 2), slice(-2, 9), slice(0, -1)),
        (r#""bc" null"#.into(), r#""cd" null"#.into(), r#""" null"#.into())
    );
    assert_eq!(text("to_int", &[], &["12", " -3 ", "1.5", "x", "99999999999999999999"]), "12 -3 null null null null");
    assert_eq!(text("to_float", &[], &["1.5", "-2", "1e3", "nan", "", ".5"]), "1.5 -2.0 1000.0 null null 0.5 null");
    assert_eq!(text("to_date", &[("format", k("%Y%m%d"))], &["20210126", "2021"]), "@2021-01-26 null null");
    let moment = |format: &str, value: &str| text("to_timestamp", &[("format", k(format))], &[value]);
    assert_eq!(moment("%Y-%m-%dT%H:%M:%S", "2021-01-26T08:00:01"), "@2021-01-26T08:00:01Z null");
    assert_eq!(moment("%Y-%m-%dT%H:%M:%S%z", "2021-01-26T08:00:00+0100"), "@2021-01-26T07:00:00Z null");
    assert_eq!(text("to_category", &[], &["a"]), r#""a" null"#);
}

#[test]
fn closed_text() {
    let t = table(&[("s", opt(Type::Str))], rows![["a"], ["b"], [()]]);
    let listed = opt(Type::Enum(["a".into()].into()));
    assert_eq!(eval(&t, f("to_category", &[("text", c("s", opt(Type::Str)))], listed)), r#""a" null null"#);
    let both = f("concat", &[("first", c("s", opt(Type::Str))), ("second", k("!"))], opt(Type::Str));
    assert_eq!(eval(&t, both), r#""a!" "b!" null"#);
}

#[test]
fn values_as_text() {
    let shown = |value: Value| constant_of(&f("to_text", &[("value", k(value))], Type::Str));
    assert_eq!(shown(12.value()), r#""12""#);
    assert_eq!(shown(true.value()), r#""true""#);
    assert_eq!(shown(0.5.value()), r#""0.5""#);
    assert_eq!(shown(day(1)), r#""1970-01-02""#);
    assert_eq!(shown(at(1)), r#""1970-01-01T01:00:00Z""#);
    assert_eq!(shown(Value::Timestamp(1_500_000)), r#""1970-01-01T00:00:01.500Z""#);
    assert_eq!(shown(hours(2)), r#""2h""#);
}

#[test]
fn parts_of_time() {
    // A Tuesday, in the fourth week.
    let moment = Value::Timestamp(1_611_648_000_000_000 + 8 * 3_600_000_000 + 61_000_000);
    let date = day(18_653);
    let part = |function: &str, value: &Value| constant_of(&f(function, &[("moment", k(value.clone()))], Type::INT));
    for value in [&moment, &date] {
        assert_eq!(part("year", value), "2021");
        assert_eq!(part("month", value), "1");
        assert_eq!(part("day", value), "26");
        assert_eq!(part("weekday", value), "2");
        assert_eq!(part("week", value), "4");
        assert_eq!(part("quarter", value), "1");
        assert_eq!(part("day_of_year", value), "26");
    }
    assert_eq!(
        (part("hour", &moment), part("minute", &moment), part("second", &moment)),
        ("16".into(), "1".into(), "1".into())
    );
    assert_eq!(constant_of(&f("to_day", &[("moment", k(moment.clone()))], Type::Date)), "@2021-01-26");
    assert_eq!(constant_of(&f("to_moment", &[("day", k(date.clone()))], Type::Timestamp)), "@2021-01-26T00:00:00Z");
    let truncated = |value: &Value, unit: Value, ty: Type| {
        constant_of(&f("truncate", &[("moment", k(value.clone())), ("unit", k(unit))], ty))
    };
    assert_eq!(truncated(&moment, hours(1), Type::Timestamp), "@2021-01-26T16:00:00Z");
    assert_eq!(truncated(&moment, hours(24), Type::Timestamp), "@2021-01-26T00:00:00Z");
    assert_eq!(truncated(&date, hours(24 * 7), Type::Date), "@2021-01-25");
    assert_eq!(truncated(&day(-1), hours(24 * 7), Type::Date), "@1969-12-29");
    let zero = f("truncate", &[("moment", k(date)), ("unit", k(hours(0)))], Type::Date);
    assert_eq!(crate::expr::compute(&[], &zero).unwrap_err().code, "GML0229");
}

#[test]
fn lengths_of_time() {
    let two = |later: Value, earlier: Value| [("later", k(later)), ("earlier", k(earlier))];
    assert_eq!(constant_of(&f("days_since", &two(at(36), at(0)), Type::Float)), "1.5");
    assert_eq!(constant_of(&f("days_between", &two(day(1), day(3)), Type::Float)), "-2.0");
    let length = |function: &str| constant_of(&f(function, &[("length", k(hours(36)))], Type::Float));
    assert_eq!(length("in_days"), "1.5");
    assert_eq!(length("in_hours"), "36.0");
    assert_eq!(length("in_minutes"), "2160.0");
    assert_eq!(length("in_seconds"), "129600.0");
    let t = table(&[("m", opt(Type::Timestamp))], rows![[at(24)], [()]]);
    let since = f("days_since", &[("later", c("m", opt(Type::Timestamp))), ("earlier", k(at(0)))], opt(Type::Float));
    assert_eq!(eval(&t, since), "1.0 null");
}

#[test]
fn a_length_does_not_depend_on_the_rows_beside_it() {
    let seconds = |seconds: i64| Value::Duration(seconds * 1_000_000);
    let one = table(&[("d", Type::Duration)], rows![[seconds(90)]]);
    let several = table(&[("d", Type::Duration)], rows![[seconds(90)], [seconds(0)], [seconds(7)]]);
    let d = || c("d", Type::Duration);
    let since = |moment: Value| {
        let args = [("later", op(BinaryOp::Add, k(at(0)), d(), Type::Timestamp)), ("earlier", k(moment))];
        f("days_since", &args, Type::Float)
    };
    let of = |function: &str| f(function, &[("length", d())], Type::Float);
    for expr in [
        of("in_days"),
        of("in_hours"),
        of("in_minutes"),
        of("in_seconds"),
        op(Divide, d(), k(seconds(420)), Type::Float),
        op(Divide, d(), k(7), Type::Duration),
        since(at(-1)),
    ] {
        let (alone, first) = (eval(&one, expr.clone()), eval(&several, expr));
        assert_eq!(first.split(' ').next(), Some(alone.as_str()));
    }
    assert_eq!(eval(&several, of("in_hours")), format!("{} 0.0 {}", 90.0 / 3600.0, 7.0 / 3600.0));
}

#[test]
fn a_uint64_beside_an_int_is_compared_exactly() {
    const LARGE: i64 = 1 << 53;
    let uint64 = opt(Type::Int(IntKind::U64));
    let columns = [("u", uint64.clone()), ("i", opt(Type::INT))];
    let t = table(&columns, rows![[LARGE + 1, LARGE], [LARGE, LARGE], [5, -5], [(), 1]]);
    let (u, i) = (|| c("u", uint64.clone()), || c("i", opt(Type::INT)));
    let is = |of: BinaryOp, left: Expr, right: Expr| eval(&t, op(of, left, right, opt(Type::Bool)));
    assert_eq!(is(Equal, u(), i()), "false true false null");
    assert_eq!(is(NotEqual, u(), i()), "true false true null");
    assert_eq!(is(Greater, u(), i()), "true false true null");
    assert_eq!(is(Less, i(), u()), "true false true null");
    assert_eq!(is(LessEqual, u(), i()), "false true false null");
    assert_eq!(is(Equal, u(), k(LARGE)), "false true false null");
    assert_eq!(is(Less, k(LARGE), u()), "true false false null");
    assert_eq!(is(Greater, u(), k(-1)), "true true true null");
    let among = |within: Value| {
        let kind = ExprKind::In(Box::new(u()), Box::new(k(within)));
        eval(&t, Expr { kind, ty: opt(Type::Bool) })
    };
    assert_eq!(among(list(vec![LARGE.value(), (-5_i64).value()])), "false true false null");
    assert_eq!(among(list(vec![(-5_i64).value()])), "false false false null");
    let range = |start: i64| Value::Range {
        start: Box::new(Value::Int(start)),
        end: Box::new(Value::Int(LARGE + 9)),
        inclusive: false,
    };
    assert_eq!(among(range(LARGE + 1)), "true false false null");
    assert_eq!(among(range(-1)), "true true true null");
}
