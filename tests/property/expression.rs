//! Row expressions: made at random, written as text, and evaluated as the documentation says.

use crate::chooser::Chooser;
use crate::relation::{Base, Column, Relation};
use crate::value::{V, compare, same};

/// An expression with its type.
#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: Kind,
    pub base: Base,
    pub null: bool,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Column(String),
    Literal(V),
    /// A number beside a decimal.
    Written(V),
    /// `as_decimal(..)` of the digits of the type.
    Rounded(Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    IsNull(Box<Expr>, bool),
    Among(Box<Expr>, Vec<V>),
    Between(Box<Expr>, i64, i64, bool),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Call(&'static str, Vec<Expr>),
    /// A date and a number of days.
    Later(Box<Expr>, i64),
}

impl Expr {
    fn new(kind: Kind, base: Base, null: bool) -> Self {
        Self { kind, base, null }
    }

    pub fn column(column: &Column) -> Self {
        Self::new(Kind::Column(column.name.clone()), column.base, column.null)
    }

    fn literal(value: V, base: Base) -> Self {
        let null = value.is_null();
        Self::new(Kind::Literal(value), base, null)
    }

    fn binary(op: &'static str, left: Self, right: Self, base: Base) -> Self {
        let null = match op {
            "??" => right.null,
            // Whole division by what may be zero gives null.
            "//" | "%" if base.digits().is_some() && !matches!(right.kind, Kind::Literal(_) | Kind::Written(_)) => true,
            _ => left.null || right.null,
        };
        Self::new(Kind::Binary(op, Box::new(left), Box::new(right)), base, null)
    }

    /// A number of few digits beside a decimal.
    fn written(choose: &mut Chooser) -> Self {
        let (units, precision, scale) = *choose.pick(&[(5, 1, 1), (-125, 3, 2), (15, 2, 1), (-13, 2, 1), (75, 2, 2)]);
        Self::new(Kind::Written(V::Decimal(units, scale)), Base::Decimal(precision, scale), false)
    }

    /// Decimals computed with: of the type that comes of it.
    fn of_decimals(op: &'static str, left: Self, right: Self) -> Self {
        let (a, b) = (left.base.digits().unwrap_or_default(), right.base.digits().unwrap_or_default());
        let base = Base::of_decimals(op, a, b);
        Self::binary(op, left, right, base)
    }

    /// Decimals computed with, to all the digits that there are.
    pub fn wide(choose: &mut Chooser, table: &Relation, depth: usize) -> Self {
        let left = Self::any(choose, table, &Base::MONEY, depth);
        let columns = table.usable_where(|column| column.base.digits().is_some());
        let right = match columns.is_empty() || choose.one_in(3) {
            true => Self::written(choose),
            false => Self::column(choose.pick(&columns)),
        };
        let op = *choose.pick(&["+", "-", "*", "//", "%"]);
        let digits = |of: &Self| of.base.digits().map_or(0, |(before, behind)| before + behind);
        let op = if op == "*" && digits(&left) + digits(&right) > 38 { "-" } else { op };
        match choose.one_in(2) && matches!(op, "+" | "-" | "*") {
            true => Self::of_decimals(op, right, left),
            false => Self::of_decimals(op, left, right),
        }
    }

    fn rounded(of: Self, base: Base) -> Self {
        let null = of.null;
        Self::new(Kind::Rounded(Box::new(of)), base, null)
    }

    /// Any expression of that type; `depth` bounds how it nests.
    pub fn any(choose: &mut Chooser, table: &Relation, base: &Base, depth: usize) -> Self {
        let columns = table.usable_where(|column| column.base == *base);
        // Of other decimals nobody knows that they have room for what is computed.
        let narrow = matches!(base, Base::Decimal(..)) && *base != Base::MONEY;
        let leaf = depth == 0 || narrow || choose.one_in(3);
        if leaf {
            return match columns.is_empty() || choose.one_in(4) {
                true => Self::literal(base.value(choose), *base),
                false => Self::column(choose.pick(&columns)),
            };
        }
        let depth = depth - 1;
        match choose.below(4) {
            0 => Self::operation(choose, table, base, depth),
            1 => {
                let condition = Self::condition(choose, table, depth);
                let yes = Self::any(choose, table, base, depth);
                let no = match choose.one_in(4) {
                    true => Self::literal(V::Null, *base),
                    false => Self::any(choose, table, base, depth),
                };
                let null = yes.null || no.null;
                Self::new(Kind::If(Box::new(condition), Box::new(yes), Box::new(no)), *base, null)
            }
            2 => {
                let left = Self::any(choose, table, base, depth);
                if !left.null {
                    return left;
                }
                let right = Self::any(choose, table, base, depth);
                Self::binary("??", left, right, *base)
            }
            _ => {
                let nullable: Vec<Column> = columns.into_iter().filter(|column| column.null).collect();
                if nullable.is_empty() {
                    return Self::operation(choose, table, base, depth);
                }
                // The branch knows that the value is there.
                let column = choose.pick(&nullable);
                let test = Self::new(Kind::IsNull(Box::new(Self::column(column)), false), Base::Bool, false);
                let yes = Self { null: false, ..Self::column(column) };
                let no = Self::any(choose, table, base, depth);
                let null = no.null;
                Self::new(Kind::If(Box::new(test), Box::new(yes), Box::new(no)), *base, null)
            }
        }
    }

    fn operation(choose: &mut Chooser, table: &Relation, base: &Base, depth: usize) -> Self {
        match base {
            Base::Int => {
                let left = Self::any(choose, table, base, depth);
                let small = |choose: &mut Chooser| Self::literal(V::Int(choose.below(3) as i64 + 2), Base::Int);
                match choose.below(7) {
                    0 => Self::binary("+", left, Self::any(choose, table, base, depth), Base::Int),
                    1 => Self::binary("-", left, Self::any(choose, table, base, depth), Base::Int),
                    2 => Self::binary("*", left, small(choose), Base::Int),
                    3 => Self::binary("//", left, small(choose), Base::Int),
                    4 => Self::binary("%", left, small(choose), Base::Int),
                    5 => {
                        let ints = table.usable_where(|column| column.base == Base::Int);
                        let op = *choose.pick(&["//", "%"]);
                        if ints.is_empty() {
                            return left;
                        }
                        Self::binary(op, left, Self::column(choose.pick(&ints)), Base::Int)
                    }
                    _ => {
                        let null = left.null;
                        Self::new(Kind::Call("abs", vec![left]), Base::Int, null)
                    }
                }
            }
            Base::Float => {
                let one = *choose.pick(&[Base::Float, Base::Int]);
                let left = Self::any(choose, table, &one, depth);
                let half = |choose: &mut Chooser| Self::literal(V::Float(*choose.pick(&[2.0, 0.5, -1.5])), Base::Float);
                match choose.below(5) {
                    0 => Self::binary("+", left, Self::any(choose, table, base, depth), Base::Float),
                    1 => Self::binary("-", left, Self::any(choose, table, base, depth), Base::Float),
                    2 => Self::binary("*", left, half(choose), Base::Float),
                    3 => Self::binary("/", left, Self::literal(V::Int(2), Base::Int), Base::Float),
                    _ => {
                        let left = Self::any(choose, table, base, depth);
                        let right = Self::any(choose, table, base, depth);
                        let null = left.null || right.null;
                        let name = *choose.pick(&["least", "greatest"]);
                        Self::new(Kind::Call(name, vec![left, right]), Base::Float, null)
                    }
                }
            }
            Base::Decimal(..) => {
                let left = Self::any(choose, table, base, depth);
                let value = match choose.below(6) {
                    0 => {
                        let other = *choose.pick(&[*base, Base::Int]);
                        Self::of_decimals("+", left, Self::any(choose, table, &other, depth))
                    }
                    1 => Self::of_decimals("-", left, Self::any(choose, table, base, depth)),
                    2 => Self::of_decimals("*", left, Self::written(choose)),
                    3 => Self::of_decimals("//", left, Self::written(choose)),
                    4 => Self::of_decimals("%", left, Self::written(choose)),
                    _ => {
                        let right = Self::any(choose, table, base, depth);
                        let null = left.null || right.null;
                        let name = *choose.pick(&["least", "greatest"]);
                        return Self::new(Kind::Call(name, vec![left, right]), *base, null);
                    }
                };
                Self::rounded(value, *base)
            }
            Base::Str => {
                let left = Self::any(choose, table, base, depth);
                let right = Self::any(choose, table, base, depth);
                Self::binary("+", left, right, Base::Str)
            }
            Base::Date => {
                let left = Self::any(choose, table, base, depth);
                let null = left.null;
                let days = choose.below(3) as i64 + 1;
                Self::new(Kind::Later(Box::new(left), days), Base::Date, null)
            }
            _ => Self::truth(choose, table, depth),
        }
    }

    /// Something that is true, false or null; narrows nothing.
    fn truth(choose: &mut Chooser, table: &Relation, depth: usize) -> Self {
        match choose.below(5) {
            0 => {
                let base = *choose.pick(&[Base::Int, Base::Str, Base::Float, Base::Date, Base::MONEY]);
                let left = Self::any(choose, table, &base, depth);
                // An integer can be compared with a float and with a decimal.
                let other = if base.is_number() { *choose.pick(&[base, Base::Int]) } else { base };
                let right = match base == Base::MONEY && choose.one_in(3) {
                    true => Self::written(choose),
                    false => Self::any(choose, table, &other, depth),
                };
                let op = *choose.pick(&["==", "<", ">=", "!=", "<=", ">"]);
                Self::binary(op, left, right, Base::Bool)
            }
            1 => {
                let left = Self::any(choose, table, &Base::Bool, depth);
                let right = Self::any(choose, table, &Base::Bool, depth);
                let op = *choose.pick(&["and", "or"]);
                Self::binary(op, left, right, Base::Bool)
            }
            2 => {
                let inner = Self::any(choose, table, &Base::Bool, depth);
                let null = inner.null;
                Self::new(Kind::Not(Box::new(inner)), Base::Bool, null)
            }
            3 => {
                let base = *choose.pick(&[Base::Int, Base::Str, Base::Date, Base::MONEY]);
                let left = Self::any(choose, table, &base, depth);
                let null = left.null;
                let among = (0..=choose.below(3)).map(|_| base.value(choose)).collect();
                Self::new(Kind::Among(Box::new(left), among), Base::Bool, null)
            }
            _ => {
                let left = Self::any(choose, table, &Base::Int, depth);
                let null = left.null;
                let (start, length) = (choose.below(4) as i64, choose.below(3) as i64);
                let kind = Kind::Between(Box::new(left), start, start + length + 1, choose.one_in(2));
                Self::new(kind, Base::Bool, null)
            }
        }
    }

    /// Something that is true or false.
    pub fn condition(choose: &mut Chooser, table: &Relation, depth: usize) -> Self {
        let truth = Self::truth(choose, table, depth);
        if !truth.null {
            return truth;
        }
        let otherwise = Self::literal(V::Bool(choose.one_in(2)), Base::Bool);
        Self::binary("??", truth, otherwise, Base::Bool)
    }

    /// Whether a column is null.
    pub fn missing(column: &Column, missing: bool) -> Self {
        Self::new(Kind::IsNull(Box::new(Self::column(column)), missing), Base::Bool, false)
    }

    pub fn text(&self) -> String {
        match &self.kind {
            Kind::Column(name) => format!(".{name}"),
            Kind::Literal(value @ V::Decimal(..)) => self.as_decimal(&value.text()),
            Kind::Literal(value) | Kind::Written(value) => value.text(),
            Kind::Rounded(value) => self.as_decimal(&value.text()),
            Kind::Binary(op, left, right) => format!("({} {op} {})", left.text(), right.text()),
            Kind::Not(inner) => format!("(not {})", inner.text()),
            Kind::IsNull(inner, true) => format!("({} is null)", inner.text()),
            Kind::IsNull(inner, false) => format!("({} is not null)", inner.text()),
            Kind::Among(item, among) => format!("({} in {})", item.text(), V::List(among.clone()).text()),
            Kind::Between(item, start, end, true) => format!("({} in {start}..{end})", item.text()),
            Kind::Between(item, start, end, false) => format!("({} in {start}..<{end})", item.text()),
            Kind::If(condition, yes, no) => {
                format!("(if {} then {} else {})", condition.text(), yes.text(), no.text())
            }
            Kind::Call(name, args) => {
                format!("{name}({})", args.iter().map(Self::text).collect::<Vec<_>>().join(", "))
            }
            Kind::Later(date, days) => format!("({} + {days}d)", date.text()),
        }
    }

    /// As a decimal of its type.
    fn as_decimal(&self, text: &str) -> String {
        let (before, behind) = self.base.digits().unwrap_or_default();
        format!("as_decimal({text}, {}, {behind})", before + behind)
    }

    pub fn value(&self, table: &Relation, row: &[V]) -> V {
        let plain = self.plain(table, row);
        match (&self.base, plain) {
            // An integer where a float is due is one.
            (Base::Float, V::Int(number)) => V::Float(number as f64),
            (Base::Decimal(_, scale), V::Decimal(units, behind)) => V::Decimal(rounded(units, behind, *scale), *scale),
            (_, value) => value,
        }
    }

    fn plain(&self, table: &Relation, row: &[V]) -> V {
        let of = |expr: &Self| expr.value(table, row);
        match &self.kind {
            Kind::Column(name) => row[table.place(name)].clone(),
            Kind::Literal(value) | Kind::Written(value) => value.clone(),
            Kind::Rounded(value) => of(value),
            Kind::Binary(op, left, right) => binary(op, of(left), of(right)),
            Kind::Not(inner) => match of(inner) {
                V::Bool(truth) => V::Bool(!truth),
                other => other,
            },
            Kind::IsNull(inner, missing) => V::Bool(of(inner).is_null() == *missing),
            Kind::Among(item, among) => match of(item) {
                V::Null => V::Null,
                item => V::Bool(among.iter().any(|other| same(&item, other))),
            },
            Kind::Between(item, start, end, inclusive) => match of(item) {
                V::Int(item) => V::Bool(*start <= item && (item < *end || *inclusive && item == *end)),
                other => other,
            },
            Kind::If(condition, yes, no) => of(if of(condition) == V::Bool(true) { yes } else { no }),
            Kind::Call("abs", args) => match of(&args[0]) {
                V::Int(number) => V::Int(number.abs()),
                other => other,
            },
            Kind::Call(name, args) => match (of(&args[0]), of(&args[1])) {
                (V::Null, _) | (_, V::Null) => V::Null,
                (a, b) => {
                    let smaller = compare(&a, &b).is_le();
                    if smaller == (*name == "least") { a } else { b }
                }
            },
            Kind::Later(date, days) => match of(date) {
                V::Date(date) => V::Date(date + *days as i32),
                other => other,
            },
        }
    }
}

/// Units with other digits behind the point, halves away from zero.
fn rounded(units: i128, behind: u8, scale: u8) -> i128 {
    if behind <= scale {
        return units * 10_i128.pow((scale - behind).into());
    }
    let one = 10_i128.pow((behind - scale).into());
    (2 * units.abs() + one) / (2 * one) * units.signum()
}

fn binary(op: &str, left: V, right: V) -> V {
    match (op, &left, &right) {
        ("??", V::Null, _) => return right,
        ("??", ..) => return left,
        ("and", V::Bool(false), _) | ("and", _, V::Bool(false)) => return V::Bool(false),
        ("or", V::Bool(true), _) | ("or", _, V::Bool(true)) => return V::Bool(true),
        (_, V::Null, _) | (_, _, V::Null) => return V::Null,
        ("and" | "or", ..) => return V::Bool(op == "and"),
        _ => {}
    }
    let ordering = || compare(&left, &right);
    match (op, &left, &right) {
        ("==", ..) => V::Bool(ordering().is_eq()),
        ("!=", ..) => V::Bool(ordering().is_ne()),
        ("<", ..) => V::Bool(ordering().is_lt()),
        ("<=", ..) => V::Bool(ordering().is_le()),
        (">", ..) => V::Bool(ordering().is_gt()),
        (">=", ..) => V::Bool(ordering().is_ge()),
        ("+", V::Str(a), V::Str(b)) => V::Str(format!("{a}{b}")),
        ("+", V::Int(a), V::Int(b)) => V::Int(a + b),
        ("-", V::Int(a), V::Int(b)) => V::Int(a - b),
        ("*", V::Int(a), V::Int(b)) => V::Int(a * b),
        ("//" | "%", V::Int(_), V::Int(0)) => V::Null,
        ("//", V::Int(a), V::Int(b)) => V::Int((*a as f64 / *b as f64).floor() as i64),
        ("%", V::Int(a), V::Int(b)) => V::Int(a - b * (*a as f64 / *b as f64).floor() as i64),
        (_, V::Decimal(..), V::Decimal(..) | V::Int(_)) | (_, V::Int(_), V::Decimal(..)) => decimals(op, &left, &right),
        _ => match (op, left.number(), right.number()) {
            ("+", Some(a), Some(b)) => V::Float(a + b),
            ("-", Some(a), Some(b)) => V::Float(a - b),
            ("*", Some(a), Some(b)) => V::Float(a * b),
            ("/", Some(a), Some(b)) => V::Float(a / b),
            _ => panic!("{left:?} {op} {right:?} is never made"),
        },
    }
}

/// Decimals and integers, in the digits of the operator's result.
fn decimals(op: &str, left: &V, right: &V) -> V {
    let scale = left.scale().max(right.scale());
    let (Some(a), Some(b)) = (left.units(scale), right.units(scale)) else {
        panic!("{left:?} {op} {right:?} is never made")
    };
    match op {
        "+" => V::Decimal(a + b, scale),
        "-" => V::Decimal(a - b, scale),
        "*" => {
            let units = |of: &V| of.units(of.scale()).unwrap_or_default();
            V::Decimal(units(left) * units(right), left.scale() + right.scale())
        }
        "//" | "%" if b == 0 => V::Null,
        "//" => V::Decimal((a * b.signum()).div_euclid(b.abs()), 0),
        "%" => V::Decimal(a - b * (a * b.signum()).div_euclid(b.abs()), scale),
        _ => panic!("{left:?} {op} {right:?} is never made"),
    }
}
