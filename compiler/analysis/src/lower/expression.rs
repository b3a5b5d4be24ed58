//! Expressions: constants are folded, the rest becomes expressions over a row or steps of the graph.

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{BinaryOp, Expr, ExprKind, NamedExpr, StepKind, Type, UnaryOp, Value};

use super::body::Lowering;
use super::constant;
use super::value::{Inputs, Lowered};
use crate::message;
use crate::typed::{Text, Typed, TypedKind};

impl Lowering<'_> {
    /// What an expression becomes.
    pub(super) fn value(&mut self, typed: &Typed) -> Lowered {
        let (ty, span) = (&typed.ty, typed.span);
        match &typed.kind {
            TypedKind::Literal(value) => Lowered::Const(value.clone()),
            TypedKind::Format(parts) => self.format(parts, ty),
            TypedKind::Range { start, end, inclusive } => self.range(start, end, *inclusive),
            TypedKind::List(items) => {
                let items = items.iter().map(|item| self.value(item)).collect();
                self.list(items, ty, span)
            }
            TypedKind::Record(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.clone(), self.value(value))).collect();
                self.record(fields, ty, span)
            }
            TypedKind::Param(param) => match self.params.get(param.0 as usize) {
                Some(value) => Lowered::Const(value.clone()),
                None => Lowered::Error,
            },
            TypedKind::Local(local) => self.local(*local, span),
            TypedKind::Dataset(dataset) => {
                let location = self.location(span);
                Lowered::Step(self.builder.step(StepKind::Load(dataset.0), ty.clone(), location))
            }
            TypedKind::Column(name) => Lowered::expr(ExprKind::Column(name.clone()), ty),
            TypedKind::Field(of, name) => self.field(of, name, ty, span),
            TypedKind::Unary(operator, of) => self.unary(*operator, of, ty, span),
            TypedKind::Binary(operator, left, right) => self.binary(*operator, left, right, ty, span),
            TypedKind::IsNull(of) => match self.value(of) {
                Lowered::Const(value) => Lowered::Const(Value::Bool(value == Value::Null)),
                value => self.combine(vec![(value, &of.ty)], ty, span, |mut parts| ExprKind::IsNull(take(&mut parts))),
            },
            TypedKind::In(of, within) => self.is_in(of, within, ty, span),
            TypedKind::If(condition, then, otherwise) => self.choose(condition, then, otherwise, ty, span),
            TypedKind::Cast(of) => self.cast(of, ty, span),
            TypedKind::Conform(of, declared_by) => self.conform(of, declared_by.as_ref(), ty, span),
            TypedKind::Call(call) => self.call(call, ty, span),
            TypedKind::Function(function, args) => self.inlined_function(*function, args, span),
            TypedKind::Node { node, args, instance } => {
                let node = instance.clone().or_else(|| self.program.nodes.get(node.0 as usize).cloned());
                node.map_or(Lowered::Error, |node| self.inlined_node(&node, args, ty, span))
            }
            TypedKind::For { local, items, body } => {
                let items = self.items(items).into_iter().map(|item| {
                    self.locals.insert(*local, item);
                    self.value(body)
                });
                Lowered::list(items.collect())
            }
            TypedKind::Table(rows) => self.table(rows, ty, span),
            TypedKind::Chain(parts) => self.chain(parts, ty, span),
            TypedKind::Error => Lowered::Error,
        }
    }

    /// An expression over the columns of a row that may look at what was learned: the steps that it uses are added.
    pub(super) fn expr_with(&mut self, typed: &Typed, inputs: &mut Inputs) -> Option<Expr> {
        match self.value(typed) {
            Lowered::Const(value) => Some(Expr { kind: ExprKind::Literal(value), ty: typed.ty.clone() }),
            Lowered::Expr { inputs: own, expr } => Some(inputs.adopt(&own, expr)),
            Lowered::Step(step) => Some(Expr { kind: ExprKind::Input(inputs.place(step)), ty: typed.ty.clone() }),
            Lowered::Error => None,
            Lowered::List(_) | Lowered::Record(_) | Lowered::Range { .. } | Lowered::Search(_) => {
                self.not_constant(typed.span, "what is no column in an expression over rows");
                None
            }
        }
    }

    /// An expression of several parts, none of them folded.
    pub(super) fn combine(
        &mut self,
        parts: Vec<(Lowered, &Type)>,
        ty: &Type,
        span: Span,
        build: impl FnOnce(Vec<Expr>) -> ExprKind,
    ) -> Lowered {
        let mut inputs = Inputs::default();
        let mut exprs = Vec::with_capacity(parts.len());
        for (part, ty) in parts {
            exprs.push(match part {
                Lowered::Const(value) => Expr { kind: ExprKind::Literal(value), ty: ty.clone() },
                Lowered::Expr { inputs: own, expr } => inputs.adopt(&own, expr),
                Lowered::Step(step) => Expr { kind: ExprKind::Input(inputs.place(step)), ty: ty.clone() },
                composite @ (Lowered::List(_) | Lowered::Record(_)) => match self.step_of(composite, ty, span) {
                    Some(step) => Expr { kind: ExprKind::Input(inputs.place(step)), ty: ty.clone() },
                    None => return Lowered::Error,
                },
                Lowered::Range { .. } => {
                    self.not_constant(span, "a range by itself");
                    return Lowered::Error;
                }
                Lowered::Search(search) => {
                    self.search_decided_late(&search);
                    return Lowered::Error;
                }
                Lowered::Error => return Lowered::Error,
            });
        }
        Lowered::Expr { inputs: inputs.finish(), expr: Expr { kind: build(exprs), ty: ty.clone() } }
    }

    fn format(&mut self, parts: &[Typed], ty: &Type) -> Lowered {
        let values: Vec<(Lowered, &Typed)> = parts.iter().map(|part| (self.value(part), part)).collect();
        if values.iter().all(|(value, _)| value.constant().is_some()) {
            let text: String = values.iter().filter_map(|(value, _)| value.constant()).map(constant::show).collect();
            return Lowered::Const(Value::Str(text.into()));
        }
        let mut joined: Option<Lowered> = None;
        for (value, part) in values {
            let text = if part.ty.is_text() {
                value
            } else {
                let text = |mut parts| ExprKind::Call {
                    function: "to_text".into(),
                    args: vec![("value".into(), *take(&mut parts))],
                };
                self.combine(vec![(value, &part.ty)], &Type::Str, part.span, text)
            };
            joined = Some(match joined {
                None => text,
                Some(before) => {
                    let add = |mut parts: Vec<Expr>| {
                        let right = take(&mut parts);
                        ExprKind::Binary(BinaryOp::Add, take(&mut parts), right)
                    };
                    self.combine(vec![(before, &Type::Str), (text, &Type::Str)], ty, part.span, add)
                }
            });
        }
        joined.unwrap_or_else(|| Lowered::Const(Value::Str("".into())))
    }

    fn range(&mut self, start: &Typed, end: &Typed, inclusive: bool) -> Lowered {
        match (self.settled(start), self.settled(end)) {
            (Lowered::Const(from), Lowered::Const(to)) => {
                Lowered::Const(Value::Range { start: Box::new(from), end: Box::new(to), inclusive })
            }
            (Lowered::Error, _) | (_, Lowered::Error) => Lowered::Error,
            (start, end) => Lowered::Range { start: Box::new(start), end: Box::new(end), inclusive },
        }
    }

    /// A list; one of row expressions is an expression itself.
    fn list(&mut self, items: Vec<Lowered>, ty: &Type, span: Span) -> Lowered {
        if !items.iter().any(|item| matches!(item, Lowered::Expr { .. })) {
            return Lowered::list(items);
        }
        let item_ty = if let Type::List(item) = ty { item.as_ref() } else { &Type::Unknown };
        let parts = items.into_iter().map(|item| (item, item_ty)).collect();
        self.combine(parts, ty, span, ExprKind::List)
    }

    fn record(&mut self, fields: Vec<(Text, Lowered)>, ty: &Type, span: Span) -> Lowered {
        if !fields.iter().any(|(_, value)| matches!(value, Lowered::Expr { inputs, .. } if inputs.is_empty())) {
            return Lowered::record(fields);
        }
        let row = match ty.non_null() {
            Type::Struct(row) | Type::Record(row) => Some(row),
            _ => None,
        };
        let unknown = Type::Unknown;
        let names: Vec<Text> = fields.iter().map(|(name, _)| name.clone()).collect();
        let parts = fields.into_iter().map(|(name, value)| {
            let ty = row.and_then(|row| row.get(&name)).map_or(&unknown, |column| &column.ty);
            (value, ty)
        });
        let parts = parts.collect();
        self.combine(parts, ty, span, |exprs| {
            ExprKind::Struct(names.into_iter().zip(exprs).map(|(name, expr)| NamedExpr { name, expr }).collect())
        })
    }

    fn field(&mut self, of: &Typed, name: &Text, ty: &Type, span: Span) -> Lowered {
        match self.value(of) {
            Lowered::Const(Value::Null) => Lowered::Const(Value::Null),
            Lowered::Const(value) => value.get(name).cloned().map_or(Lowered::Error, Lowered::Const),
            Lowered::Record(fields) => {
                fields.into_iter().find(|(field, _)| field == name).map_or(Lowered::Error, |(_, value)| value)
            }
            Lowered::Step(step) if !matches!(of.ty.non_null(), Type::Struct(_)) => {
                let location = self.location(span);
                let part = StepKind::Part(self.builder.reach(step), name.clone());
                Lowered::Step(self.builder.step(part, ty.clone(), location))
            }
            value => {
                let name = name.clone();
                self.combine(vec![(value, &of.ty)], ty, span, |mut parts| ExprKind::Field(take(&mut parts), name))
            }
        }
    }

    fn unary(&mut self, operator: UnaryOp, of: &Typed, ty: &Type, span: Span) -> Lowered {
        match self.value(of) {
            Lowered::Const(value) => {
                let folded = constant::unary(operator, &value);
                self.folded(folded, ty, span)
            }
            value => {
                self.combine(vec![(value, &of.ty)], ty, span, |mut parts| ExprKind::Unary(operator, take(&mut parts)))
            }
        }
    }

    fn binary(&mut self, operator: BinaryOp, left: &Typed, right: &Typed, ty: &Type, span: Span) -> Lowered {
        match (self.value(left), self.value(right)) {
            (Lowered::Const(a), Lowered::Const(b)) => match constant::binary(operator, &a, &b) {
                Some(value) => Lowered::Const(value),
                None => {
                    self.diagnostics.push(message::types::beyond(operator, [&a, &b], ty, span));
                    Lowered::Error
                }
            },
            (a, b) => self.combine(vec![(a, &left.ty), (b, &right.ty)], ty, span, |mut parts| {
                let right = take(&mut parts);
                ExprKind::Binary(operator, take(&mut parts), right)
            }),
        }
    }

    fn is_in(&mut self, of: &Typed, within: &Typed, ty: &Type, span: Span) -> Lowered {
        match (self.value(of), self.value(within)) {
            (Lowered::Const(Value::Null), Lowered::Const(_)) => Lowered::Const(Value::Null),
            (Lowered::Const(value), Lowered::Const(list)) => {
                let folded = constant::contains(&list, &value).map(Value::Bool);
                self.folded(folded, ty, span)
            }
            (a, Lowered::Range { start, end, inclusive }) => {
                let item = if let Type::Range(item) = within.ty.non_null() { &**item } else { &Type::Unknown };
                let mut holds = |operator: BinaryOp, end: Lowered| {
                    self.combine(vec![(a.clone(), &of.ty), (end, item)], ty, span, |mut parts| {
                        let end = take(&mut parts);
                        ExprKind::Binary(operator, take(&mut parts), end)
                    })
                };
                let from = holds(BinaryOp::GreaterEqual, *start);
                let to = holds(if inclusive { BinaryOp::LessEqual } else { BinaryOp::Less }, *end);
                self.combine(vec![(from, ty), (to, ty)], ty, span, |mut parts| {
                    let to = take(&mut parts);
                    ExprKind::Binary(BinaryOp::And, take(&mut parts), to)
                })
            }
            (a, b) => self.combine(vec![(a, &of.ty), (b, &within.ty)], ty, span, |mut parts| {
                let within = take(&mut parts);
                ExprKind::In(take(&mut parts), within)
            }),
        }
    }

    fn choose(&mut self, condition: &Typed, then: &Typed, otherwise: &Typed, ty: &Type, span: Span) -> Lowered {
        match self.settled(condition) {
            Lowered::Const(Value::Bool(true)) => self.value(then),
            Lowered::Const(_) => self.value(otherwise),
            decision => {
                let undecided = usize::from(self.depends_on_settings(condition));
                self.undecided += undecided;
                let (a, b) = (self.value(then), self.value(otherwise));
                self.undecided -= undecided;
                let parts = vec![(decision, &condition.ty), (a, &then.ty), (b, &otherwise.ty)];
                self.combine(parts, ty, span, |mut parts| {
                    let otherwise = take(&mut parts);
                    let then = take(&mut parts);
                    ExprKind::If(take(&mut parts), then, otherwise)
                })
            }
        }
    }

    fn cast(&mut self, of: &Typed, ty: &Type, span: Span) -> Lowered {
        match self.value(of) {
            Lowered::Const(value) => {
                let converted = constant::convert(value, ty).ok();
                self.folded(converted, ty, span)
            }
            value @ Lowered::Expr { .. } => {
                self.combine(vec![(value, &of.ty)], ty, span, |mut parts| ExprKind::Cast(take(&mut parts)))
            }
            // A number of another step; tables and what was learned need no conversion.
            value @ Lowered::Step(_) if of.ty.is_numeric() && ty.is_numeric() => {
                self.combine(vec![(value, &of.ty)], ty, span, |mut parts| ExprKind::Cast(take(&mut parts)))
            }
            other => other,
        }
    }

    /// The result of an operation on constants, or a diagnostic where it has none in its type.
    pub(super) fn folded(&mut self, value: Option<Value>, ty: &Type, span: Span) -> Lowered {
        match value {
            Some(value) => Lowered::Const(value),
            None => {
                self.diagnostics.push(
                    Diagnostic::new(
                        codes::LITERAL_OUT_OF_RANGE,
                        span,
                        format!("the value of this constant is no {ty}"),
                    )
                    .with_label("too large, too small, or not of this type")
                    .help("change the constants or the settings that it is computed from"),
                );
                Lowered::Error
            }
        }
    }
}

/// The last of the parts.
fn take(parts: &mut Vec<Expr>) -> Box<Expr> {
    let missing = || Expr { kind: ExprKind::Literal(Value::Null), ty: Type::Error };
    Box::new(parts.pop().unwrap_or_else(missing))
}
