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
            "//" | "%" if base == Base::Int && !matches!(right.kind, Kind::Literal(_)) => true,
            _ => left.null || right.null,
        };
        Self::new(Kind::Binary(op, Box::new(left), Box::new(right)), base, null)
    }

    /// Any expression of that type; `depth` bounds how it nests.
    pub fn any(choose: &mut Chooser, table: &Relation, base: &Base, depth: usize) -> Self {
        let columns = table.usable_where(|column| column.base == *base);
        let leaf = depth == 0 || choose.one_in(3);
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
                let base = *choose.pick(&[Base::Int, Base::Str, Base::Float, Base::Date]);
                let left = Self::any(choose, table, &base, depth);
                // An integer can be compared with a float.
                let other = if base == Base::Float { *choose.pick(&[Base::Float, Base::Int]) } else { base };
                let right = Self::any(choose, table, &other, depth);
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
                let base = *choose.pick(&[Base::Int, Base::Str, Base::Date]);
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
            Kind::Literal(value) => value.text(),
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

    pub fn value(&self, table: &Relation, row: &[V]) -> V {
        let plain = self.plain(table, row);
        match (&self.base, plain) {
            // An integer where a float is due is one.
            (Base::Float, V::Int(number)) => V::Float(number as f64),
            (_, value) => value,
        }
    }

    fn plain(&self, table: &Relation, row: &[V]) -> V {
        let of = |expr: &Self| expr.value(table, row);
        match &self.kind {
            Kind::Column(name) => row[table.place(name)].clone(),
            Kind::Literal(value) => value.clone(),
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
        _ => match (op, left.number(), right.number()) {
            ("+", Some(a), Some(b)) => V::Float(a + b),
            ("-", Some(a), Some(b)) => V::Float(a - b),
            ("*", Some(a), Some(b)) => V::Float(a * b),
            ("/", Some(a), Some(b)) => V::Float(a / b),
            _ => panic!("{left:?} {op} {right:?} is never made"),
        },
    }
}
