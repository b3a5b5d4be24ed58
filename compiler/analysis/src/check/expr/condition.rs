//! `if` and `match`.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{BinaryOp, Type, Value as Constant};
use gml_syntax::ast::{self, Arm, Pattern, PatternKind};

use crate::check::body::{Body, Local};
use crate::check::message;
use crate::check::narrow::{when_not_true, when_true};
use crate::check::value::{Facts, Space, Value};
use crate::typed::{Typed, TypedArg, TypedKind};
use crate::types::decimal::is_decimal;
use crate::types::{common, comparable};

impl<'a> Body<'a> {
    /// `if c then a else b`
    pub(super) fn conditional(
        &mut self,
        condition: &'a ast::Expr,
        then: &'a ast::Expr,
        otherwise: &'a ast::Expr,
        span: Span,
        expected: Option<&Type>,
    ) -> Value<'a> {
        let condition = self.expr(condition, Some(&Type::Bool));
        // A null condition counts as false, so `bool?` will do.
        if !condition.ty().is_silent() && *condition.ty().non_null() != Type::Bool {
            self.emit(message::types::condition(condition.ty(), condition.span()));
        }
        let (holds, fails) = (when_true(&condition.typed), when_not_true(&condition.typed));
        let then = self.narrowed(holds, |body| body.in_branch(|body| body.expr(then, expected)));
        let otherwise = self.narrowed(fails, |body| body.in_branch(|body| body.expr(otherwise, expected)));
        let [then, otherwise] = self.beside_each_other([then, otherwise]);
        let space = Self::space_of([&condition, &then, &otherwise]);
        let Some(ty) = self.common_branch(&[&then, &otherwise], expected) else {
            return Value::new(TypedKind::Error, Type::Error, space, span);
        };
        let facts = self.of_branches(&[&then, &otherwise], &condition);
        let (then, otherwise) = (self.converted(then, &ty), self.converted(otherwise, &ty));
        let kind = TypedKind::If(Box::new(condition.typed), Box::new(then.typed), Box::new(otherwise.typed));
        Value::new(kind, ty, space, span).with(facts)
    }

    /// What is known of a value that is one of the branches, by what decides which.
    fn of_branches(&mut self, branches: &[&Value<'a>], decision: &Value<'a>) -> Option<Arc<Facts<'a>>> {
        let search = self.search_among(branches, decision)?;
        Some(Arc::new(Facts { search: Some(search), ..Facts::default() }))
    }

    /// The type that branches have in common.
    fn common_branch(&mut self, branches: &[&Value<'a>], expected: Option<&Type>) -> Option<Type> {
        let mut ty = branches.first()?.ty().clone();
        for (place, branch) in branches.iter().enumerate().skip(1) {
            match common(&ty, branch.ty()) {
                Some(joined) => ty = joined,
                None => {
                    let other = branches[place - 1];
                    self.emit(message::types::branches_differ(&ty, other.span(), branch.ty(), branch.span()));
                    return None;
                }
            }
        }
        match expected {
            Some(expected) if common(&ty, expected).as_ref() == Some(expected) => Some(expected.clone()),
            _ => Some(ty),
        }
    }

    /// `match x { "a" => 1, _ => 0 }`, as a chain of `if`s.
    pub(super) fn matching(
        &mut self,
        of: &'a ast::Expr,
        arms: &'a [Arm],
        span: Span,
        expected: Option<&Type>,
    ) -> Value<'a> {
        let of = self.expr(of, None);
        // Every pattern repeats what is looked at.
        if size(&of.typed, LARGEST) >= LARGEST {
            self.emit(message::types::too_deep(of.span()));
            return Value::error(span);
        }
        let mut cover = Cover::of(of.ty());
        let mut cases: Vec<(Option<Typed>, Value<'a>)> = Vec::new();
        let mut space = of.space;
        let mut without_null = false;
        for arm in arms {
            if cover.is_complete() && !of.ty().is_silent() {
                self.emit(message::types::unreachable_arm(arm.span, None));
            }
            let mut condition: Option<Typed> = None;
            let mut takes_all = false;
            let mut takes_null = false;
            for pattern in &arm.patterns {
                let (test, any) = self.pattern(&of, pattern, &mut cover);
                takes_all |= any;
                takes_null |= test.as_ref().is_some_and(|test| matches!(test.kind, TypedKind::IsNull(_)));
                condition = match (condition, test) {
                    (Some(left), Some(right)) => Some(either(left, right)),
                    (left, right) => left.or(right),
                };
            }
            let mut known = match (&condition, takes_all) {
                (Some(condition), false) => when_true(condition),
                _ => Vec::new(),
            };
            if without_null && !takes_null {
                known.extend(crate::check::narrow::Path::of(&of.typed));
            }
            let scope = self.scope.len();
            for pattern in &arm.patterns {
                self.name_of_pattern(pattern);
            }
            let value = self.narrowed(known, |body| body.in_branch(|body| body.expr(&arm.value, expected)));
            self.scope.truncate(scope);
            without_null |= takes_null && arm.patterns.len() == 1;
            space = space.max(value.space);
            cases.push((condition.filter(|_| !takes_all), value));
        }
        if let Some(missing) = cover.missing() {
            let diagnostic = message::types::non_exhaustive(of.ty(), &missing, of.span(), (span, self.text(span)));
            self.emit(diagnostic);
        }
        if let Some(ty) = cases.iter().map(|(_, value)| value.ty()).find(|ty| is_decimal(ty)).cloned() {
            cases = cases.into_iter().map(|(condition, value)| (condition, self.beside(value, &ty))).collect();
        }
        let values: Vec<&Value<'a>> = cases.iter().map(|(_, value)| value).collect();
        let Some(ty) = self.common_branch(&values, expected) else {
            return Value::new(TypedKind::Error, Type::Error, space, span);
        };
        let facts = self.of_branches(&values, &of);
        let mut chain: Option<Typed> = None;
        for (condition, value) in cases.into_iter().rev() {
            let value = self.converted(value, &ty).typed;
            chain = Some(match (chain, condition) {
                (Some(rest), Some(condition)) => Typed {
                    kind: TypedKind::If(Box::new(condition), Box::new(value), Box::new(rest)),
                    ty: ty.clone(),
                    span,
                },
                // The last arm of an exhaustive match takes what is left.
                _ => value,
            });
        }
        match chain {
            Some(typed) => Value { typed, space, short: false, facts },
            None => Value::error(span),
        }
    }

    /// A name that stands where a pattern is due was told: that what the arm gives uses it is not told too.
    fn name_of_pattern(&mut self, pattern: &'a Pattern) {
        if let PatternKind::Name(name) = &pattern.kind {
            self.bind(Local {
                name: name.text.clone(),
                ty: Type::Error,
                space: Space::Const,
                known: None,
                listed: false,
                facts: None,
                span: name.span,
            });
        }
    }

    /// The test that a pattern makes, and whether it takes everything.
    fn pattern(&mut self, of: &Value<'a>, pattern: &'a Pattern, cover: &mut Cover) -> (Option<Typed>, bool) {
        let PatternKind::Value(expr) = &pattern.kind else {
            cover.take_all();
            return (None, true);
        };
        let boolean = |kind| Typed { kind, ty: Type::Bool, span: pattern.span };
        let value = self.expr(expr, Some(of.ty().non_null()));
        if *value.ty() == Type::Null {
            if !cover.take_null() {
                self.emit(message::types::unreachable_arm(pattern.span, Some("null")));
            }
            return (Some(boolean(TypedKind::IsNull(Box::new(of.typed.clone())))), false);
        }
        if *of.ty() == Type::Error || value.ty().is_silent() {
            cover.take_all();
            return (Some(boolean(TypedKind::Error)), false);
        }
        if let Type::Range(item) = value.ty() {
            if !comparable(of.ty(), item) {
                self.emit(message::types::pattern_type(of.ty(), of.span(), value.ty(), pattern.span));
            }
            let kind = TypedKind::In(Box::new(of.typed.clone()), Box::new(value.typed));
            return (Some(boolean(kind)), false);
        }
        if let (Type::Enum(values), Some(Constant::Str(text))) = (of.ty().non_null(), value.constant())
            && !values.contains(text)
        {
            let diagnostic = message::types::not_an_enum_value(text, pattern.span, values);
            self.emit(diagnostic);
            return (Some(boolean(TypedKind::Error)), false);
        }
        if !comparable(of.ty(), value.ty()) {
            self.emit(message::types::pattern_type(of.ty(), of.span(), value.ty(), pattern.span));
            return (Some(boolean(TypedKind::Error)), false);
        }
        if let Some(constant) = value.constant()
            && !cover.take(constant)
        {
            self.emit(message::types::unreachable_arm(pattern.span, Some(self.text(pattern.span))));
        }
        let literal = self.literal_in(value, of.ty().non_null());
        let kind = TypedKind::Binary(BinaryOp::Equal, Box::new(of.typed.clone()), Box::new(literal.typed));
        (Some(boolean(kind)), false)
    }

    /// A literal in the type of what it stands beside, where it is one of that type.
    pub(super) fn literal_in(&mut self, value: Value<'a>, ty: &Type) -> Value<'a> {
        let value = self.beside(value, ty);
        if value.space == Space::Const && value.constant().is_some() && common(value.ty(), ty).as_ref() == Some(ty) {
            return self.converted(value, ty);
        }
        match (ty, value.constant()) {
            (Type::Enum(values), Some(Constant::Str(text))) if values.contains(text) => self.converted(value, ty),
            _ => value,
        }
    }
}

/// How many parts an expression may have that a `match` looks at.
const LARGEST: usize = 500;

/// How many parts a tree has; counting stops at `limit`.
fn size(typed: &Typed, limit: usize) -> usize {
    let mut waiting = vec![typed];
    let mut count = 0;
    while let Some(typed) = waiting.pop() {
        count += 1;
        if count >= limit {
            return count;
        }
        match &typed.kind {
            TypedKind::Field(of, _) | TypedKind::Unary(_, of) | TypedKind::IsNull(of) | TypedKind::Cast(of) => {
                waiting.push(of);
            }
            TypedKind::Binary(_, left, right) | TypedKind::In(left, right) => waiting.extend([&**left, right]),
            TypedKind::If(condition, then, otherwise) => waiting.extend([&**condition, then, otherwise]),
            TypedKind::List(items) | TypedKind::Format(items) => waiting.extend(items),
            TypedKind::Record(fields) => waiting.extend(fields.iter().map(|(_, value)| value)),
            TypedKind::Function(_, args) => waiting.extend(args.iter().flatten()),
            TypedKind::Call(call) => waiting.extend(call.args.iter().filter_map(|(_, arg)| match arg {
                TypedArg::Value(value) | TypedArg::Expr(value) => Some(value),
                _ => None,
            })),
            _ => {}
        }
    }
    count
}

fn either(left: Typed, right: Typed) -> Typed {
    let span = left.span.to(right.span);
    Typed { kind: TypedKind::Binary(BinaryOp::Or, Box::new(left), Box::new(right)), ty: Type::Bool, span }
}

/// The values that the arms of a `match` have taken.
struct Cover {
    /// All values, where they can be counted.
    values: Option<Vec<Constant>>,
    nullable: bool,
    taken: Vec<Constant>,
    null_taken: bool,
    all_taken: bool,
}

impl Cover {
    fn of(ty: &Type) -> Self {
        let values = match ty.non_null() {
            Type::Bool => Some(vec![Constant::Bool(true), Constant::Bool(false)]),
            Type::Enum(values) => Some(values.iter().cloned().map(Constant::Str).collect()),
            _ => None,
        };
        let all_taken = *ty == Type::Error;
        // What is not known may be null, and needs no arm for it.
        let nullable = ty.is_nullable() || *ty == Type::Unknown;
        Self { values, nullable, taken: Vec::new(), null_taken: false, all_taken }
    }

    fn take_all(&mut self) {
        self.all_taken = true;
    }

    /// Whether null was still there to take.
    fn take_null(&mut self) -> bool {
        !std::mem::replace(&mut self.null_taken, true) && self.nullable
    }

    /// Whether the value was still there to take.
    fn take(&mut self, value: &Constant) -> bool {
        if self.taken.contains(value) {
            return false;
        }
        self.taken.push(value.clone());
        true
    }

    fn is_complete(&self) -> bool {
        self.all_taken || self.missing().is_none()
    }

    /// What no arm takes, as it would be written; `None` where nothing is left.
    fn missing(&self) -> Option<Vec<String>> {
        if self.all_taken {
            return None;
        }
        let Some(values) = &self.values else { return Some(vec!["_".into()]) };
        let mut missing: Vec<String> =
            values.iter().filter(|value| !self.taken.contains(value)).map(ToString::to_string).collect();
        if self.nullable && !self.null_taken {
            missing.push("null".into());
        }
        (!missing.is_empty()).then_some(missing)
    }
}
