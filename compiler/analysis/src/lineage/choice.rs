//! Values of which there is one or the other: what `if`, `match` and `when` leave open before the run.
//!
//! What lives here: conditions, and the walk of each way by itself, so that no row of the one way stands beside a row of the
//! other. What does not: what a step does to rows and columns. Conditions that surely have the same value are one condition,
//! wherever they stand, and of those that hold one value against several constants at most one holds.

use std::sync::Arc;

use gml_ir::{BinaryOp, Type, UnaryOp, Value};

use super::fact::{Fact, LearnedFacts, Seen, TableFacts};
use super::flow::Flow;
use super::number::{constant_number, number_of};
use crate::typed::{Typed, TypedKind};

/// Ways that are walked by themselves in a program, at most: conditions multiply. Of what is beyond nothing is known.
const MOST_WAYS: usize = 20_000;
/// Conditions that are open within each other, at most.
const DEEPEST: usize = 12;

/// Something that is so or not, and of which it is not known before the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Condition {
    /// The number of what is looked at.
    of: u64,
    /// The number of the constant that it is held against; where there is none, it is itself true or false.
    equals: Option<u64>,
    /// How many constants it may be equal to, one of which it is; 0 where that is not known.
    values: usize,
}

/// A condition as it is written, made of others.
pub(super) enum Test {
    Known(bool),
    Is(Condition),
    Not(Box<Test>),
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
}

/// What is taken to be so on the way that is walked.
pub(super) type Assumed = Vec<(Condition, bool)>;

impl Condition {
    /// Whether it holds where that is so.
    fn given(self, (known, truth): (Self, bool)) -> Option<bool> {
        let excluded = truth && known.of == self.of && known.equals.is_some() && self.equals.is_some();
        if known == self { Some(truth) } else { excluded.then_some(false) }
    }
}

impl Test {
    /// Whether it holds where all that is so.
    pub fn given(&self, assumed: &Assumed) -> Option<bool> {
        match self {
            Self::Known(truth) => Some(*truth),
            Self::Is(condition) => assumed.iter().find_map(|one| condition.given(*one)),
            Self::Not(of) => of.given(assumed).map(|truth| !truth),
            Self::And(left, right) => match (left.given(assumed), right.given(assumed)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(left, right) => match (left.given(assumed), right.given(assumed)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }

    /// What is so where it holds, or where it does not.
    pub fn implied(&self, truth: bool, found: &mut Assumed) {
        match self {
            Self::Is(condition) => found.push((*condition, truth)),
            Self::Not(of) => of.implied(!truth, found),
            Self::And(left, right) if truth => [left, right].iter().for_each(|part| part.implied(true, found)),
            Self::Or(left, right) if !truth => [left, right].iter().for_each(|part| part.implied(false, found)),
            _ => {}
        }
    }

    /// What has the one value where it holds, and the other where it does not.
    pub fn choice<'p>(&self, then: Fact<'p>, otherwise: Fact<'p>) -> Fact<'p> {
        match self {
            Self::Known(truth) => {
                if *truth {
                    then
                } else {
                    otherwise
                }
            }
            Self::Is(condition) => Fact::choice(*condition, then, otherwise),
            Self::Not(of) => of.choice(otherwise, then),
            Self::And(left, right) => {
                let both = right.choice(then, otherwise.clone());
                left.choice(both, otherwise)
            }
            Self::Or(left, right) => {
                let neither = right.choice(then.clone(), otherwise);
                left.choice(then, neither)
            }
        }
    }
}

impl<'p> Fact<'p> {
    /// One or the other; what is the same in both is not told apart.
    pub fn choice(condition: Condition, then: Self, otherwise: Self) -> Self {
        let then = then.assuming((condition, true));
        let otherwise = otherwise.assuming((condition, false));
        match (&then, &otherwise) {
            (Self::Unknown, Self::Unknown) => Self::Unknown,
            (Self::Table(a), Self::Table(b)) if a.id == b.id => then,
            (Self::Value(a, _), Self::Value(b, _)) if a == b => then,
            (Self::Value(a, inputs), Self::Value(b, others)) => {
                Self::Value(number_of((condition, a, b)), inputs.iter().chain(others.iter()).cloned().collect())
            }
            _ => Self::Choice(condition, Arc::new([then, otherwise])),
        }
    }

    /// The same, where such rows have decided which one it is.
    pub(super) fn chosen_by(self, rows: &[Seen]) -> Self {
        match self {
            _ if rows.is_empty() => self,
            Self::Learned(learned) => {
                let mut learned = LearnedFacts::clone(&learned);
                learned.seen.extend(rows.iter().cloned());
                Self::Learned(Arc::new(learned))
            }
            Self::Choice(condition, ways) => {
                Self::Choice(condition, Arc::new([&ways[0], &ways[1]].map(|way| way.clone().chosen_by(rows))))
            }
            _ => self,
        }
    }

    /// What is left of it where that is so.
    fn assuming(&self, one: (Condition, bool)) -> Self {
        match self {
            Self::Choice(condition, ways) => match condition.given(one) {
                Some(truth) => ways[usize::from(!truth)].assuming(one),
                None => Self::choice(*condition, ways[0].assuming(one), ways[1].assuming(one)),
            },
            Self::List(items) if self.condition().is_some() => {
                Self::List(items.iter().map(|item| item.assuming(one)).collect())
            }
            Self::Record(parts) if self.condition().is_some() => {
                Self::Record(parts.iter().map(|(name, part)| (name.clone(), part.assuming(one))).collect())
            }
            _ => self.clone(),
        }
    }

    /// A condition on which it depends, or a part of it.
    fn condition(&self) -> Option<Condition> {
        match self {
            Self::Choice(condition, _) => Some(*condition),
            Self::List(items) => items.iter().find_map(Self::condition),
            Self::Record(parts) => parts.iter().find_map(|(_, part)| part.condition()),
            _ => None,
        }
    }

    /// The tables that it may be; those of its parts are not among them.
    pub fn each_table(&self, found: &mut dyn FnMut(&Arc<TableFacts>)) {
        match self {
            Self::Table(table) => found(table),
            Self::Choice(_, ways) => ways.iter().for_each(|way| way.each_table(found)),
            _ => {}
        }
    }
}

impl<'p> Flow<'p> {
    /// A fact as it is on the way that is walked.
    pub(super) fn on_this_way(&self, fact: &Fact<'p>) -> Fact<'p> {
        let mut fact = fact.clone();
        if fact.condition().is_some() {
            for one in &self.assumed {
                fact = fact.assuming(*one);
            }
        }
        fact
    }

    /// Whether the way that is walked is one: something must be one of the values that it may have.
    fn is_way(&self) -> bool {
        let Some((last, false)) = self.assumed.last() else { return true };
        let mut others: Vec<Option<u64>> = Vec::new();
        for (one, truth) in &self.assumed {
            if one.of == last.of && one.equals.is_some() && !truth && !others.contains(&one.equals) {
                others.push(one.equals);
            }
        }
        last.values == 0 || others.len() < last.values
    }

    /// What comes of facts, looked at for each way by itself.
    pub(super) fn in_each_way(
        &mut self,
        facts: Vec<Fact<'p>>,
        one: &mut dyn FnMut(&mut Self, Vec<Fact<'p>>) -> Fact<'p>,
    ) -> Fact<'p> {
        let Some(condition) = facts.iter().find_map(Fact::condition) else { return one(self, facts) };
        self.ways += 1;
        if self.ways > MOST_WAYS || self.assumed.len() >= DEEPEST {
            return Fact::Unknown;
        }
        let ways = [true, false].map(|truth| {
            let left = facts.iter().map(|fact| fact.assuming((condition, truth))).collect();
            self.assumed.push((condition, truth));
            let fact = self.is_way().then(|| self.in_each_way(left, one));
            self.assumed.pop();
            fact
        });
        match ways {
            [Some(then), Some(otherwise)] => Fact::choice(condition, then, otherwise),
            [then, otherwise] => then.or(otherwise).unwrap_or_default(),
        }
    }

    /// What comes of one fact, looked at for each way by itself.
    pub(super) fn each_way_of(
        &mut self,
        fact: Fact<'p>,
        mut one: impl FnMut(&mut Self, Fact<'p>) -> Fact<'p>,
    ) -> Fact<'p> {
        if fact.condition().is_none() {
            return one(self, fact);
        }
        self.in_each_way(vec![fact], &mut |flow, mut facts| {
            let fact = facts.pop().unwrap_or_default();
            one(flow, fact)
        })
    }

    /// What comes of something where a condition holds, or where it does not.
    pub(super) fn under<T>(&mut self, test: &Test, truth: bool, look: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.assumed.len();
        test.implied(truth, &mut self.assumed);
        let seen = look(self);
        self.assumed.truncate(before);
        seen
    }

    /// One value or another.
    pub(super) fn chosen(&mut self, condition: &Typed, then: &'p Typed, otherwise: &'p Typed) -> Fact<'p> {
        let test = self.test(condition);
        match test.given(&self.assumed) {
            Some(true) => self.value(then),
            Some(false) => self.value(otherwise),
            None => {
                let then = self.under(&test, true, |flow| flow.value(then));
                let otherwise = self.under(&test, false, |flow| flow.value(otherwise));
                test.choice(then, otherwise)
            }
        }
    }

    /// A condition, taken apart.
    pub(super) fn test(&self, value: &Typed) -> Test {
        match &value.kind {
            TypedKind::Literal(Value::Bool(truth)) => Test::Known(*truth),
            TypedKind::Cast(of) => self.test(of),
            TypedKind::Unary(UnaryOp::Not, of) => Test::Not(Box::new(self.test(of))),
            TypedKind::Binary(BinaryOp::And, left, right) => {
                Test::And(Box::new(self.test(left)), Box::new(self.test(right)))
            }
            TypedKind::Binary(BinaryOp::Or, left, right) => {
                Test::Or(Box::new(self.test(left)), Box::new(self.test(right)))
            }
            TypedKind::Binary(BinaryOp::Equal, left, right) => self.equal(left, right),
            TypedKind::Binary(BinaryOp::NotEqual, left, right) => Test::Not(Box::new(self.equal(left, right))),
            TypedKind::Binary(BinaryOp::Less, left, right) => self.less(left, right),
            TypedKind::Binary(BinaryOp::Greater, left, right) => self.less(right, left),
            TypedKind::Binary(BinaryOp::GreaterEqual, left, right) => Test::Not(Box::new(self.less(left, right))),
            TypedKind::Binary(BinaryOp::LessEqual, left, right) => Test::Not(Box::new(self.less(right, left))),
            TypedKind::IsNull(of) => self.is_constant(of, &Value::Null),
            _ => {
                let of = self.number(value, None);
                let truth = |truth| constant_number(&Value::Bool(truth)) == of;
                match (truth(true), truth(false)) {
                    (true, _) => Test::Known(true),
                    (_, true) => Test::Known(false),
                    _ => Test::Is(Condition { of, equals: None, values: 0 }),
                }
            }
        }
    }

    fn equal(&self, left: &Typed, right: &Typed) -> Test {
        match (left.literal(), right.literal()) {
            (_, Some(constant)) => self.is_constant(left, constant),
            (Some(constant), None) => self.is_constant(right, constant),
            _ => {
                let [left, right] = [left, right].map(|side| self.number(side, None));
                let sides = if left < right { [left, right] } else { [right, left] };
                Test::Is(Condition { of: number_of((BinaryOp::Equal, sides)), equals: None, values: 0 })
            }
        }
    }

    fn is_constant(&self, value: &Typed, constant: &Value) -> Test {
        if let (Type::Bool, Value::Bool(truth)) = (&value.ty, constant) {
            let test = self.test(value);
            return if *truth { test } else { Test::Not(Box::new(test)) };
        }
        let (of, constant) = (self.number(value, None), constant_number(constant));
        let values = match value.ty.non_null() {
            Type::Enum(values) => values.len() + usize::from(value.ty.is_nullable()),
            _ => 0,
        };
        if of == constant {
            Test::Known(true)
        } else if self.constants.contains(&of) {
            Test::Known(false)
        } else {
            Test::Is(Condition { of, equals: Some(constant), values })
        }
    }

    fn less(&self, left: &Typed, right: &Typed) -> Test {
        let sides = [left, right].map(|side| self.number(side, None));
        Test::Is(Condition { of: number_of((BinaryOp::Less, sides)), equals: None, values: 0 })
    }
}
