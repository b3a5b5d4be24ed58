//! Trees in one line, so that tests can say what they expect.

use gml_syntax::ast::{
    Argument, Binding, CallStyle, ContractSyntax, Expr, ExprKind, FormatPart, PatternKind, RowSyntax, TypeExpr,
    TypeKind,
};

/// An expression with all its parentheses.
pub fn expr(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Float(value) => format!("{value:?}"),
        ExprKind::Text(value) => format!("{value:?}"),
        ExprKind::Format(parts) => {
            let part = |part: &FormatPart| match part {
                FormatPart::Text(text) => format!("{text:?}"),
                FormatPart::Value(value) => self::expr(value),
            };
            format!("f<{}>", parts.iter().map(part).collect::<Vec<_>>().join(" "))
        }
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Null => "null".to_owned(),
        ExprKind::Date(days) => format!("day {days}"),
        ExprKind::Timestamp(micros) => format!("time {micros}"),
        ExprKind::Duration(micros) => format!("{micros}us"),
        ExprKind::Size(bytes) => format!("{bytes}B"),
        ExprKind::Range { start, end, inclusive } => {
            format!("({} {} {})", self::expr(start), if *inclusive { ".." } else { "..<" }, self::expr(end))
        }
        ExprKind::List(items) => format!("[{}]", list(items)),
        ExprKind::Record(fields) => {
            let field = |(name, value): &(_, Expr)| {
                let name: &gml_syntax::ast::Name = name;
                format!("{}: {}", name.text, self::expr(value))
            };
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        ExprKind::Columns(bindings) => block(bindings),
        ExprKind::Table { ty: table, rows } => format!("{} [{}]", ty(table), list(rows)),
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Column(name) => format!(".{}", name.text),
        ExprKind::Field { of, name, optional } => {
            format!("{}{}{}", self::expr(of), if *optional { "?." } else { "." }, name.text)
        }
        ExprKind::Call { function, args, block: columns, style, .. } => {
            let style = match style {
                CallStyle::Plain => "",
                CallStyle::Method => "method ",
                CallStyle::OptionalMethod => "optional ",
                CallStyle::Pipe => "pipe ",
            };
            let columns = columns.as_ref().map_or(String::new(), |columns| format!(" {}", block(&columns.bindings)));
            format!("{style}{}({}){columns}", function.text, args.iter().map(argument).collect::<Vec<_>>().join(", "))
        }
        ExprKind::Unary(operator, of) => format!("({operator:?} {})", self::expr(of)),
        ExprKind::Binary { operator, left, right, .. } => {
            format!("({} {operator:?} {})", self::expr(left), self::expr(right))
        }
        ExprKind::IsNull { of, negated } => {
            format!("({} is{} null)", self::expr(of), if *negated { " not" } else { "" })
        }
        ExprKind::If { condition, then, otherwise } => {
            format!("(if {} then {} else {})", self::expr(condition), self::expr(then), self::expr(otherwise))
        }
        ExprKind::Match { of, arms } => {
            let arms = arms.iter().map(|arm| {
                let patterns = arm.patterns.iter().map(|pattern| match &pattern.kind {
                    PatternKind::Any => "_".to_owned(),
                    PatternKind::Name(name) => name.text.to_string(),
                    PatternKind::Value(value) => self::expr(value),
                });
                format!("{} => {}", patterns.collect::<Vec<_>>().join(" | "), self::expr(&arm.value))
            });
            format!("match {} {{{}}}", self::expr(of), arms.collect::<Vec<_>>().join(", "))
        }
        ExprKind::For { name, items, body } => {
            format!("(for {} in {} {{{}}})", name.text, self::expr(items), self::expr(body))
        }
        ExprKind::Error => "error".to_owned(),
    }
}

fn list(items: &[Expr]) -> String {
    items.iter().map(expr).collect::<Vec<_>>().join(", ")
}

fn argument(argument: &Argument) -> String {
    match &argument.name {
        Some(name) => format!("{}: {}", name.text, expr(&argument.value)),
        None => expr(&argument.value),
    }
}

fn block(bindings: &[Binding]) -> String {
    let binding = |binding: &Binding| format!("{} = {}", binding.name.text, expr(&binding.value));
    format!("{{{}}}", bindings.iter().map(binding).collect::<Vec<_>>().join(", "))
}

/// A type with all its parentheses.
pub fn ty(of: &TypeExpr) -> String {
    let pair = |left: &TypeExpr, sign: &str, right: &TypeExpr| format!("({} {sign} {})", ty(left), ty(right));
    match &of.kind {
        TypeKind::Named(name, args) if args.is_empty() => name.text.to_string(),
        TypeKind::Named(name, args) => format!("{}[{}]", name.text, args.iter().map(ty).collect::<Vec<_>>().join(", ")),
        TypeKind::Nullable(inner) => format!("{}?", ty(inner)),
        TypeKind::Table(columns) => format!("table {}", row(columns)),
        TypeKind::Struct(columns) => format!("struct {}", row(columns)),
        TypeKind::Row(columns) => row(columns),
        TypeKind::Arrow(left, right) => pair(left, "->", right),
        TypeKind::Plus(left, right) => pair(left, "+", right),
        TypeKind::Minus(left, right) => pair(left, "-", right),
        TypeKind::And(left, right) => pair(left, "&", right),
        TypeKind::Or(left, right) => pair(left, "|", right),
        TypeKind::In(inner, partition) => format!("({} in {})", ty(inner), partition.text),
        TypeKind::Text(text) => format!("{text:?}"),
        TypeKind::Number(number) => number.to_string(),
        TypeKind::Error => "error".to_owned(),
    }
}

fn row(row: &RowSyntax) -> String {
    let mut columns: Vec<String> = row.columns.iter().map(column).collect();
    columns.extend(row.open.map(|_| "..".to_owned()));
    format!("{{{}}}", columns.join(", "))
}

/// A column with its role, contracts and condition.
pub fn column(column: &gml_syntax::ast::RowColumn) -> String {
    let role = column.role.as_ref().map_or(String::new(), |role| format!("{} ", role.text));
    let contracts = column.contracts.iter().map(|contract| match contract {
        ContractSyntax::In(value) => format!(" in {}", expr(value)),
        ContractSyntax::Compare(operator, value) => format!(" {operator:?} {}", expr(value)),
        ContractSyntax::Matches(pattern, _) => format!(" matches {pattern:?}"),
    });
    let condition = column.condition.as_ref().map_or(String::new(), |condition| format!(" if {}", condition.text));
    format!("{role}{}: {}{}{condition}", column.name.text, ty(&column.ty), contracts.collect::<String>())
}
