//! What operators and expressions use of their rows: which columns, which fields of them, which rows.
//!
//! A reader of files asks this to read no more. Where an operator is not known to leave something alone, it uses all.

use std::sync::Arc;

use gml_connect::{Bound, Wanted};
use gml_ir::{Arg, BinaryOp, Expr, ExprKind, NamedExpr, Type, Value};

use crate::embed::embeds;
use crate::expr::Scope;
use crate::expr::window::Plan;

/// The arguments of a call, by parameter.
type Arguments = [(Arc<str>, Arg)];

/// Whether an operator looks at each row by itself, so that it may be given the rows of its `input` part by part.
pub fn by_rows(module: &str, operator: &str, args: &Arguments) -> bool {
    // Vectors are computed for all rows at once, by all threads.
    if arg(args, gml_ir::INPUTS).is_some() && args.iter().any(|(_, arg)| embeds(arg)) {
        return false;
    }
    match (module, operator) {
        ("std.table", "filter" | "select" | "drop" | "rename") => true,
        ("std.table", "derive") => Plan::of(named(args, "columns")).is_ok_and(|plan| plan.calls.is_empty()),
        _ => false,
    }
}

/// Whether an operator looks at each row of its `input` by itself and at all of another table, where it finds what belongs to the row.
pub fn looks_up(module: &str, operator: &str, args: &Arguments) -> bool {
    match (module, operator) {
        ("std.pairs", "label") => true,
        ("std.table", "join") => {
            // Which rows of the other one meet none is only known of all rows, and so is whether two of them meet the same one.
            word(args, "how", &["inner", "left", "semi", "anti"])
                && !word(args, "expect", &["one_to_one", "one_to_many"])
        }
        _ => false,
    }
}

/// Whether an operator that looks at each row by itself may leave some out.
pub fn leaves_out(module: &str, operator: &str, args: &Arguments) -> bool {
    match (module, operator) {
        ("std.table", "filter") => true,
        ("std.table", "join") => word(args, "how", &["inner", "semi", "anti"]),
        _ => false,
    }
}

/// Whether an argument is one of these words.
fn word(args: &Arguments, name: &str, words: &[&str]) -> bool {
    let word = arg(args, name).and_then(|arg| if let Arg::Const(value) = arg { value.as_str() } else { None });
    word.is_some_and(|word| words.contains(&word))
}

/// Whether an operator applies something learned to its `input`: row by row, if [`crate::Fitted::by_rows`] of that says so.
pub fn applies(module: &str, operator: &str) -> bool {
    module == "std.learning" && matches!(operator, "predict" | "apply")
}

/// Whether an operator gives as many rows as its table `input` has, whatever is in them.
pub fn keeps_rows(module: &str, operator: &str, args: &Arguments) -> bool {
    match (module, operator) {
        ("std.table", "derive" | "select" | "drop" | "rename" | "sort" | "fill" | "conform") => true,
        // A row that meets none stays, and none meets two.
        ("std.table", "join") => {
            word(args, "how", &["asof"])
                || word(args, "how", &["left"]) && word(args, "expect", &["one_to_one", "many_to_one"])
        }
        ("std.pairs", "label") => true,
        _ => applies(module, operator),
    }
}

/// What an operator uses of its table `input`, where `wanted` of its result is needed. `ty` is the type of its result.
pub fn used(module: &str, operator: &str, args: &Arguments, ty: &Type, wanted: &Wanted) -> Wanted {
    if (module, operator) == ("std.recommend", "top_k") {
        let mut uses = Uses::default();
        return uses.expr(arg(args, "user")).expr(arg(args, "item")).expr(arg(args, "by")).of_row.clone();
    }
    if module != "std.table" {
        return Wanted::All;
    }
    // What is wanted of each column by its name, where all columns have names that are known.
    let explicit = match (wanted, ty) {
        (Wanted::All, Type::Table(table)) if !table.row.open => {
            Wanted::Fields(table.row.columns.iter().map(|column| (column.name.clone(), Wanted::All)).collect())
        }
        _ => wanted.clone(),
    };
    let mut uses = Uses::default();
    match (operator, explicit) {
        ("filter", wanted) => uses.pass(wanted).expr(arg(args, "condition")),
        ("sort", wanted) => uses.pass(wanted).expr(arg(args, "by")),
        ("take", wanted) => uses.pass(wanted).expr(arg(args, "per")),
        ("top" | "take_last", wanted) => uses.pass(wanted).expr(arg(args, "by")).expr(arg(args, "per")),
        ("count", _) => &mut uses,
        ("derive", wanted) => {
            let made = named(args, "columns");
            uses.pass(without(wanted, made))
                .columns(made, &Wanted::All)
                .expr(arg(args, "over"))
                .expr(arg(args, "order"))
        }
        ("select", wanted) => uses.columns(named(args, "columns"), &wanted).expr(single(args, "columns")),
        ("drop", wanted @ Wanted::Fields(_)) => uses.pass(wanted),
        ("rename", Wanted::Fields(fields)) => {
            // Each name that is wanted, as the input has it.
            let renamed = named(args, "columns");
            let old = |name: Arc<str>| match renamed.iter().find(|column| column.name == name).map(|new| &new.expr.kind)
            {
                Some(ExprKind::Column(old)) => old.clone(),
                _ => name,
            };
            uses.pass(Wanted::Fields(fields.into_iter().map(|(name, wanted)| (old(name), wanted)).collect()))
        }
        ("group", _) => uses
            .columns(named(args, "by"), &Wanted::All)
            .expr(single(args, "by"))
            .columns(named(args, "aggregates"), &Wanted::All),
        _ => return Wanted::All,
    };
    uses.of_row
}

/// Comparisons of columns with constants that hold for every row which a filter keeps.
pub fn bounds(args: &Arguments) -> Vec<Bound> {
    let mut bounds = Vec::new();
    if let Some(Arg::Expr(condition)) = arg(args, "condition") {
        of_condition(condition, &mut bounds);
    }
    bounds
}

fn of_condition(condition: &Expr, bounds: &mut Vec<Bound>) {
    let constant = |expr: &Expr| Scope::default().constant(expr);
    let mut add = |column: &Expr, op: BinaryOp, value: Value| {
        if let ExprKind::Column(column) = &column.kind {
            bounds.push(Bound { column: column.clone(), op, value });
        }
    };
    match &condition.kind {
        ExprKind::Binary(BinaryOp::And, left, right) => {
            of_condition(left, bounds);
            of_condition(right, bounds);
        }
        ExprKind::Binary(op, left, right) => match (constant(left), constant(right)) {
            (None, Some(value)) if is_order(*op) => add(left, *op, value),
            (Some(value), None) if is_order(*op) => add(right, op.flipped().unwrap_or(*op), value),
            _ => {}
        },
        ExprKind::In(item, among) => {
            if let Some(Value::Range { start, end, inclusive }) = constant(among) {
                add(item, BinaryOp::GreaterEqual, *start);
                add(item, if inclusive { BinaryOp::LessEqual } else { BinaryOp::Less }, *end);
            }
        }
        _ => {}
    }
}

pub(super) fn is_order(op: BinaryOp) -> bool {
    use BinaryOp::{Equal, Greater, GreaterEqual, Less, LessEqual};
    matches!(op, Equal | Less | LessEqual | Greater | GreaterEqual)
}

/// The argument of that name.
pub(super) fn arg<'a>(args: &'a Arguments, name: &str) -> Option<&'a Arg> {
    args.iter().find(|(own, _)| &**own == name).map(|(_, arg)| arg)
}

/// The columns that an argument makes.
pub(super) fn named<'a>(args: &'a Arguments, name: &str) -> &'a [NamedExpr] {
    if let Some(Arg::Columns(columns)) = arg(args, name) { columns } else { &[] }
}

/// A single column given without braces.
fn single<'a>(args: &'a Arguments, name: &str) -> Option<&'a Arg> {
    arg(args, name).filter(|arg| !matches!(arg, Arg::Columns(_)))
}

/// What is wanted, without columns that are made here.
fn without(wanted: Wanted, made: &[NamedExpr]) -> Wanted {
    match wanted {
        Wanted::All => Wanted::All,
        Wanted::Fields(mut fields) => {
            fields.retain(|name, _| !made.iter().any(|column| column.name == *name));
            Wanted::Fields(fields)
        }
    }
}

/// What is used of the row at hand, collected while walking over expressions.
struct Uses {
    of_row: Wanted,
}

impl Default for Uses {
    fn default() -> Self {
        Self { of_row: Wanted::presence() }
    }
}

impl Uses {
    /// Columns that go through as they are.
    fn pass(&mut self, wanted: Wanted) -> &mut Self {
        self.of_row.add(wanted);
        self
    }

    /// An argument with expressions over the row.
    fn expr(&mut self, arg: Option<&Arg>) -> &mut Self {
        match arg {
            Some(Arg::Expr(expr)) => self.walk(expr, &Wanted::All),
            Some(Arg::Columns(columns)) => columns.iter().for_each(|column| self.walk(&column.expr, &Wanted::All)),
            Some(Arg::Order(keys)) => keys.iter().for_each(|key| self.walk(&key.expr, &Wanted::All)),
            Some(Arg::Step(_) | Arg::Const(_) | Arg::List(_) | Arg::Record(_)) | None => {}
        }
        self
    }

    /// Columns that are made, of which `wanted` is needed. All are made, whether anybody needs them or not.
    fn columns(&mut self, columns: &[NamedExpr], wanted: &Wanted) -> &mut Self {
        for column in columns {
            self.walk(&column.expr, wanted.field(&column.name).unwrap_or(&Wanted::presence()));
        }
        self
    }

    /// An expression, of whose value `wanted` is needed.
    fn walk(&mut self, expr: &Expr, wanted: &Wanted) {
        match &expr.kind {
            ExprKind::Column(name) => self.of_row.add(Wanted::only(name.clone(), wanted.clone())),
            ExprKind::Input(_) | ExprKind::Literal(_) => {}
            ExprKind::Field(of, name) => self.walk(of, &Wanted::only(name.clone(), wanted.clone())),
            ExprKind::IsNull(of) => self.walk(of, &Wanted::presence()),
            ExprKind::Unary(_, of) | ExprKind::Cast(of) => self.walk(of, &Wanted::All),
            ExprKind::Binary(BinaryOp::Coalesce, left, right) => {
                self.walk(left, wanted);
                self.walk(right, wanted);
            }
            ExprKind::Binary(_, left, right) | ExprKind::In(left, right) => {
                self.walk(left, &Wanted::All);
                self.walk(right, &Wanted::All);
            }
            ExprKind::If(condition, yes, no) => {
                self.walk(condition, &Wanted::All);
                self.walk(yes, wanted);
                self.walk(no, wanted);
            }
            ExprKind::List(items) => items.iter().for_each(|item| self.walk(item, &Wanted::All)),
            ExprKind::Struct(fields) => {
                for field in fields {
                    self.walk(&field.expr, wanted.field(&field.name).unwrap_or(&Wanted::presence()));
                }
            }
            ExprKind::Call { function, args } => self.call(function, args, wanted),
        }
    }

    fn call(&mut self, function: &str, args: &[(Arc<str>, Expr)], wanted: &Wanted) {
        let of = |name: &str| args.iter().find(|(own, _)| &**own == name).map(|(_, expr)| expr);
        // Of an item that is no struct there is nothing less than all of it.
        let items = of("items").filter(|items| match items.ty.non_null() {
            Type::List(item) => matches!(item.non_null(), Type::Struct(_)),
            _ => false,
        });
        let over_items = |value: &str, wanted: Wanted| {
            let mut of_item = Self { of_row: wanted };
            of_item.walk(of(value)?, &Wanted::All);
            Some(of_item.of_row)
        };
        let used = match (function, items) {
            ("find" | "where_items", Some(items)) => over_items("condition", wanted.clone()).map(|used| (items, used)),
            ("any_item" | "all_items", Some(items)) => {
                over_items("condition", Wanted::presence()).map(|used| (items, used))
            }
            ("each", Some(items)) => over_items("value", Wanted::presence()).map(|used| (items, used)),
            ("length", Some(items)) => Some((items, Wanted::presence())),
            _ => None,
        };
        match used {
            Some((items, used)) => self.walk(items, &used),
            // What the condition of an unknown function calls a column may be one of its items': more is read then.
            None => args.iter().for_each(|(_, arg)| self.walk(arg, &Wanted::All)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expr(kind: ExprKind) -> Expr {
        Expr { kind, ty: Type::Unknown }
    }

    fn column(name: &str) -> Box<Expr> {
        Box::new(expr(ExprKind::Column(name.into())))
    }

    fn field(of: Box<Expr>, name: &str) -> Box<Expr> {
        Box::new(expr(ExprKind::Field(of, name.into())))
    }

    fn uses(of: &Expr) -> Wanted {
        let mut uses = Uses::default();
        uses.walk(of, &Wanted::All);
        uses.of_row
    }

    fn fields(fields: &[(&str, Wanted)]) -> Wanted {
        Wanted::Fields(fields.iter().map(|(name, wanted)| (Arc::from(*name), wanted.clone())).collect())
    }

    /// `params`, a list of structs.
    fn params() -> Expr {
        let item = Type::Struct(Arc::new(gml_ir::Row::of(vec![gml_ir::Column::new("key", Type::Str)])));
        Expr { kind: ExprKind::Column("params".into()), ty: Type::List(Arc::new(item)) }
    }

    fn is(column_name: &str, value: Value) -> Expr {
        let value = Box::new(expr(ExprKind::Literal(value)));
        expr(ExprKind::Binary(BinaryOp::Equal, column(column_name), value))
    }

    #[test]
    fn a_found_item_needs_the_fields_of_its_condition_and_those_taken_from_it() {
        let condition = is("key", Value::Str("id".into()));
        let args = vec![("items".into(), params()), ("condition".into(), condition)];
        let found = Box::new(expr(ExprKind::Call { function: "find".into(), args }));
        let taken = field(field(found, "value"), "int_value");
        let value = fields(&[("int_value", Wanted::All)]);
        assert_eq!(uses(&taken), fields(&[("params", fields(&[("key", Wanted::All), ("value", value)]))]));
    }

    #[test]
    fn the_length_of_a_list_needs_none_of_its_fields() {
        let length =
            |function: &str| expr(ExprKind::Call { function: function.into(), args: vec![("items".into(), params())] });
        assert_eq!(uses(&length("length")), fields(&[("params", Wanted::presence())]));
        assert_eq!(uses(&length("unique_items")), fields(&[("params", Wanted::All)]));
    }

    #[test]
    fn what_is_made_is_not_read_and_what_it_is_made_of_is() {
        let made = NamedExpr { name: "a".into(), expr: *field(column("s"), "x") };
        let args: Vec<(Arc<str>, Arg)> = vec![("columns".into(), Arg::Columns(vec![made]))];
        let wanted = fields(&[("a", Wanted::All), ("b", Wanted::All)]);
        let of_s = fields(&[("x", Wanted::All)]);
        let derived = used("std.table", "derive", &args, &Type::Unknown, &wanted);
        assert_eq!(derived, fields(&[("b", Wanted::All), ("s", of_s.clone())]));
        assert_eq!(used("std.table", "select", &args, &Type::Unknown, &wanted), fields(&[("s", of_s)]));
        assert_eq!(used("std.table", "join", &args, &Type::Unknown, &wanted), Wanted::All);
    }

    #[test]
    fn rows_of_each_combination_need_what_tells_them_apart() {
        let per = NamedExpr { name: "g".into(), expr: *column("g") };
        let args: Vec<(Arc<str>, Arg)> = vec![("per".into(), Arg::Columns(vec![per]))];
        let wanted = fields(&[("a", Wanted::All)]);
        let both = fields(&[("a", Wanted::All), ("g", Wanted::All)]);
        assert_eq!(used("std.table", "take", &args, &Type::Unknown, &wanted), both);
        assert_eq!(used("std.table", "take", &[], &Type::Unknown, &wanted), wanted);
        let by = [("by".into(), Arg::Expr(*column("b")))];
        let with_order = fields(&[("a", Wanted::All), ("b", Wanted::All), ("g", Wanted::All)]);
        let top: Vec<(Arc<str>, Arg)> = args.into_iter().chain(by).collect();
        assert_eq!(used("std.table", "top", &top, &Type::Unknown, &wanted), with_order);
    }

    #[test]
    fn a_join_keeps_rows_where_none_is_lost_and_none_meets_two() {
        let join = |words: &[(&str, &str)]| {
            let word = |(name, word): &(&str, &str)| (Arc::from(*name), Arg::Const(Value::Str(Arc::from(*word))));
            keeps_rows("std.table", "join", &words.iter().map(word).collect::<Vec<_>>())
        };
        assert!(join(&[("how", "left"), ("expect", "many_to_one")]) && join(&[("how", "asof")]));
        assert!(!join(&[("how", "left")]) && !join(&[("expect", "many_to_one")]));
        assert!(
            !join(&[("how", "left"), ("expect", "one_to_many")])
                && !join(&[("how", "inner"), ("expect", "one_to_one")])
        );
        assert!(keeps_rows("std.table", "sort", &[]) && !keeps_rows("std.table", "filter", &[]));
    }

    #[test]
    fn a_filter_gives_the_comparisons_that_all_kept_rows_satisfy() {
        let days = Value::Range { start: Box::new(Value::Date(1)), end: Box::new(Value::Date(3)), inclusive: false };
        let within = expr(ExprKind::In(column("day"), Box::new(expr(ExprKind::Literal(days)))));
        let either =
            expr(ExprKind::Binary(BinaryOp::Or, Box::new(is("n", Value::Int(1))), Box::new(is("n", Value::Int(2)))));
        let both = expr(ExprKind::Binary(BinaryOp::And, Box::new(within), Box::new(either)));
        let bound = |op, day| Bound { column: "day".into(), op, value: Value::Date(day) };
        let args: Vec<(Arc<str>, Arg)> = vec![("condition".into(), Arg::Expr(both))];
        assert_eq!(bounds(&args), [bound(BinaryOp::GreaterEqual, 1), bound(BinaryOp::Less, 3)]);
        let turned = ExprKind::Binary(BinaryOp::Less, Box::new(expr(ExprKind::Literal(Value::Int(5)))), column("n"));
        let args: Vec<(Arc<str>, Arg)> = vec![("condition".into(), Arg::Expr(expr(turned)))];
        assert_eq!(bounds(&args), [Bound { column: "n".into(), op: BinaryOp::Greater, value: Value::Int(5) }]);
    }
}
