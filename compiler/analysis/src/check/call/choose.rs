//! Which of several signatures of one name a call means.

use std::sync::Arc;

use gml_diagnostics::Diagnostic;
use gml_ir::{Learned, Type};
use gml_syntax::ast::{self, ExprKind, SignatureKind};
use smallvec::SmallVec;

use super::bind::{Bindings, Given, bind};
use super::{BindFault, Syntax, shapes};
use crate::check::body::Body;
use crate::check::frame::FrameKind;
use crate::check::message;
use crate::check::signature::{ParamKind, Shape, Signature};
use crate::check::value::Value;
use crate::package::Definition;
use crate::types::{Fit, assignable, satisfies};

/// Arguments that were checked to find the signature.
pub(in crate::check) type Ready<'a> = Vec<(*const ast::Expr, Value<'a>)>;

/// The value of an argument, where it was checked already. It is moved out: the argument of one parameter is no other's.
pub(super) fn taken<'a>(ready: &mut Ready<'a>, expr: &ast::Expr) -> Option<Value<'a>> {
    let place = ready.iter().position(|(known, _)| std::ptr::eq(*known, expr))?;
    Some(ready.swap_remove(place).1)
}

/// The signature that a call means.
pub(super) struct Choice<'a> {
    pub signature: &'a Signature,
    pub given: Bindings<'a>,
    pub ready: Ready<'a>,
}

struct Candidate<'a> {
    signature: &'a Signature,
    given: Bindings<'a>,
}

impl<'a> Body<'a> {
    /// The signature that fits best. No diagnostic where an argument has one already.
    pub(super) fn choose(
        &mut self,
        signatures: &[&'a Signature],
        syntax: &Syntax<'a>,
    ) -> Result<Choice<'a>, Option<Diagnostic>> {
        // A name of one signature, as nearly all are, that its arguments fit.
        if let [signature] = signatures
            && let Ok(given) = bind(&signature.views, syntax)
        {
            let candidate = Candidate { signature, given };
            if word_of(&candidate) != Word::Fails {
                return Ok(Choice { signature, given: candidate.given, ready: Vec::new() });
            }
        }
        let mut candidates = Vec::new();
        let mut faults: Vec<(&'a Signature, BindFault<'a>)> = Vec::new();
        for signature in signatures {
            match bind(&signature.views, syntax) {
                Ok(given) => candidates.push(Candidate { signature, given }),
                Err(fault) => faults.push((signature, fault)),
            }
        }
        let on_table = self.is_on_table(syntax);
        let rank = |signature: &Signature| self.rank(signature.kind, on_table);
        if candidates.is_empty() {
            return Err(Some(self.closest(faults, signatures, syntax)));
        }
        // What fits the place comes before what fits the arguments: `count()` among aggregates is the aggregate.
        let best = candidates.iter().map(|candidate| rank(candidate.signature)).min().unwrap_or(0);
        let wanted = signatures.iter().map(|signature| rank(signature)).min().unwrap_or(0);
        candidates.retain(|candidate| rank(candidate.signature) == best);
        if best > wanted && best >= MISPLACED {
            faults.retain(|(signature, _)| rank(signature) == wanted);
            return Err(Some(self.closest(faults, signatures, syntax)));
        }
        let others: Vec<&Signature> =
            faults.iter().map(|(signature, _)| *signature).filter(|other| rank(other) == best).collect();
        faults.retain(|(signature, fault)| matches!(fault, BindFault::Missing(_)) && knows_word(signature, syntax));
        // Another form knows the word that these do not, and lacks something else.
        if !faults.is_empty() && candidates.iter().all(|candidate| word_of(candidate) == Word::Fails) {
            return Err(Some(self.closest(faults, signatures, syntax)));
        }
        self.by_words(&mut candidates, &others, syntax).map_err(|diagnostic| {
            if faults.is_empty() { diagnostic } else { Some(self.closest(faults, signatures, syntax)) }
        })?;
        let mut ready = Vec::new();
        by_form(&mut candidates, syntax);
        if candidates.len() > 1 {
            self.by_types(&mut candidates, &mut ready, syntax)?;
        }
        if candidates.len() > 1 {
            self.by_space(&mut candidates);
        }
        match candidates.into_iter().next() {
            Some(Candidate { signature, given }) => Ok(Choice { signature, given, ready }),
            None => Err(None),
        }
    }

    /// Which kinds of signatures are meant first at this place.
    fn rank(&self, kind: SignatureKind, on_table: bool) -> u8 {
        use SignatureKind::{Aggregate, Function, Operator, Window};
        if on_table && kind == Operator {
            return 0;
        }
        match (self.frame.as_ref().map(|frame| &frame.kind), kind) {
            (None, Operator | Function) => 0,
            (None, _) => MISPLACED,
            (Some(FrameKind::Window(_) | FrameKind::Group(_)), Aggregate | Window) => 0,
            (Some(FrameKind::Window(_) | FrameKind::Group(_)), Function) => 1,
            (Some(FrameKind::Within { .. }), Function | Window) => 0,
            (Some(FrameKind::Row | FrameKind::Items), Function) => 0,
            (Some(_), Aggregate | Window) => MISPLACED,
            (Some(_), _) => MISPLACED + 1,
        }
    }

    /// Whether the first argument is the bare name of a table.
    fn is_on_table(&self, syntax: &Syntax<'a>) -> bool {
        let Some(ExprKind::Name(name)) = syntax.positional.first().map(|expr| &expr.kind) else { return false };
        match self.find_local(name) {
            Some(local) => matches!(self.local(local).ty, Type::Table(_)),
            None => matches!(self.shared.package.lookup(self.module, name), Some(Definition::Dataset(_))),
        }
    }

    /// The fault of the signature that came nearest.
    fn closest(
        &self,
        faults: Vec<(&'a Signature, BindFault<'a>)>,
        all: &[&'a Signature],
        syntax: &Syntax<'a>,
    ) -> Diagnostic {
        let on_table = self.is_on_table(syntax);
        let best = faults.iter().map(|(signature, _)| self.rank(signature.kind, on_table)).min().unwrap_or(0);
        let mut nearest: Option<&(&'a Signature, BindFault<'a>)> = None;
        for fault in faults.iter().filter(|(signature, _)| self.rank(signature.kind, on_table) == best) {
            if nearest.is_none_or(|nearest| fault.1.progress() > nearest.1.progress()) {
                nearest = Some(fault);
            }
        }
        match nearest {
            Some((signature, fault)) => {
                let diagnostic = message::calls::bind_fault(fault, &signature.views, syntax);
                let others: Vec<&Signature> = all
                    .iter()
                    .filter(|other| self.rank(other.kind, on_table) == best && !std::ptr::eq(**other, *signature))
                    .copied()
                    .collect();
                message::calls::naming_others(diagnostic, signature, &others)
            }
            None => message::calls::no_overload(syntax, all),
        }
    }

    /// By arguments that are one of several words: `how: left`. `others` are signatures that other arguments rule out: their words
    /// are told with those of the candidates where none is right.
    fn by_words(
        &mut self,
        candidates: &mut Vec<Candidate<'a>>,
        others: &[&Signature],
        syntax: &Syntax<'a>,
    ) -> Result<(), Option<Diagnostic>> {
        let verdicts: SmallVec<[Word; 8]> = candidates.iter().map(word_of).collect();
        if verdicts.contains(&Word::Fails)
            && let Some(diagnostic) = self.unknown_word(candidates, &verdicts, others, syntax)
        {
            return Err(Some(diagnostic));
        }
        // A word beats a value; a text beats a word: `impute("mean", ..)` puts that text.
        let wanted = if verdicts.contains(&Word::Fits) && !self.is_text(candidates) { Word::Fits } else { Word::None };
        if verdicts.contains(&wanted) {
            let mut verdicts = verdicts.into_iter();
            candidates.retain(|_| verdicts.next() == Some(wanted));
        }
        Ok(())
    }

    fn is_text(&self, candidates: &[Candidate<'a>]) -> bool {
        candidates.iter().any(|candidate| {
            candidate.signature.params.iter().zip(&candidate.given).any(|(param, given)| {
                let takes_any = matches!(&param.kind, ParamKind::Value { ty: Shape::Variable(_), .. });
                takes_any && matches!(given, Some(Given::Expr(expr)) if matches!(expr.kind, ExprKind::Text(_)))
            })
        })
    }

    /// What is said of a word that no signature knows: where all of them want one, or where it means nothing else.
    fn unknown_word(
        &self,
        candidates: &[Candidate<'a>],
        verdicts: &[Word],
        others: &[&Signature],
        syntax: &Syntax<'a>,
    ) -> Option<Diagnostic> {
        let all_fail = candidates.len() > 1 && verdicts.iter().all(|verdict| *verdict == Word::Fails);
        let words = candidates.iter().flat_map(|candidate| {
            candidate.signature.params.iter().zip(&candidate.given).filter_map(|(param, given)| {
                let (ParamKind::Value { ty, .. }, Some(Given::Expr(expr))) = (&param.kind, given) else { return None };
                match (&expr.kind, ty.enum_values()) {
                    (ExprKind::Name(word), Some(values)) => Some((word, expr.span, values)),
                    _ => None,
                }
            })
        });
        let words: Vec<_> = words.collect();
        for (word, span, _) in &words {
            let known: Vec<&Arc<str>> =
                words.iter().filter(|(_, at, _)| at == span).flat_map(|(.., values)| values.iter()).collect();
            let meaning = self.shared.package.lookup(self.module, word);
            // A value may hold one of the words.
            let is_value = self.find_local(word).is_some() || matches!(meaning, Some(Definition::Param(_)));
            if known.contains(word) || is_value || (meaning.is_some() && !all_fail) {
                continue;
            }
            let named = syntax.named.iter().find(|(_, expr)| expr.span == *span).map(|(name, _)| &name.text);
            // Another form of the call knows the word, and has no place for something else that was given.
            let knows = |other: &&&Signature| {
                named.is_some_and(|name| words_of(other, name).is_some_and(|values| values.contains(word)))
            };
            let excess = others.iter().find(knows).and_then(|other| {
                syntax.named.iter().map(|(name, _)| name).find(|name| other.param(&name.text).is_none())
            });
            if let (Some(name), Some(excess)) = (named, excess) {
                return Some(message::calls::not_beside(&syntax.function.text, excess, name, word));
            }
            let of_others = named.into_iter().flat_map(|name| others.iter().filter_map(|other| words_of(other, name)));
            let mut values: Vec<Arc<str>> = Vec::new();
            for value in known.into_iter().chain(of_others.flat_map(|values| values.iter())) {
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }
            return Some(message::names::unknown_choice(word, *span, &values));
        }
        None
    }

    /// By the types of arguments that have a meaning by themselves.
    fn by_types(
        &mut self,
        candidates: &mut Vec<Candidate<'a>>,
        ready: &mut Ready<'a>,
        syntax: &Syntax<'a>,
    ) -> Result<(), Option<Diagnostic>> {
        let exprs: SmallVec<[&'a ast::Expr; 8]> =
            syntax.positional.iter().copied().chain(syntax.named.iter().map(|(_, expr)| *expr)).collect();
        for expr in exprs {
            let kinds: Vec<&ParamKind> = candidates.iter().filter_map(|candidate| kind_of(candidate, expr)).collect();
            let differ = kinds.windows(2).any(|pair| !shapes::alike(pair[0], pair[1]));
            if kinds.len() != candidates.len() || !differ || !kinds.iter().all(|kind| kind.stands_alone()) {
                continue;
            }
            // Arguments of an operator have no row; those of an aggregate have the rows that it is over.
            let signature = candidates.first().map(|candidate| candidate.signature);
            let frame = signature.and_then(|signature| match signature.kind {
                SignatureKind::Operator => None,
                SignatureKind::Function => self.frame.clone(),
                SignatureKind::Aggregate | SignatureKind::Window => self.frame_within(signature, syntax),
            });
            let value = self.in_frame(frame, |body| body.expr(expr, None));
            let fits: Vec<Fit> = candidates
                .iter()
                .zip(&kinds)
                .map(|(candidate, kind)| fit(kind, candidate.signature, value.ty()))
                .collect();
            let silent = value.ty().is_silent();
            let best = fits.iter().min().copied().unwrap_or(Fit::No);
            if silent {
                ready.push((std::ptr::from_ref(expr), value));
                continue;
            }
            if best == Fit::No {
                // What was not fitted yet is told by the parameter that wants it fitted, and a whole split by the one that
                // wants a part of it.
                let misses = |kind: &&ParamKind| match value.ty() {
                    Type::Estimator(_) => matches!(kind, ParamKind::Learned(_)),
                    Type::Record(_) => matches!(kind, ParamKind::Table { .. }),
                    _ => false,
                };
                if let Some(place) = kinds.iter().position(misses) {
                    *candidates = vec![candidates.swap_remove(place)];
                    ready.push((std::ptr::from_ref(expr), value));
                    break;
                }
                let shapes: Vec<String> = candidates
                    .iter()
                    .zip(&kinds)
                    .map(|(candidate, kind)| shapes::show(kind, candidate.signature))
                    .collect();
                return Err(Some(message::calls::no_type_fits(syntax, &value, &shapes)));
            }
            let mut fits = fits.into_iter();
            candidates.retain(|_| fits.next() == Some(best));
            ready.push((std::ptr::from_ref(expr), value));
            if candidates.len() == 1 {
                break;
            }
        }
        Ok(())
    }

    /// `derive { .. }` means windows where an aggregate or a window function is in it, else rows.
    fn by_space(&self, candidates: &mut Vec<Candidate<'a>>) {
        let window_block = candidates.iter().find_map(|candidate| {
            candidate.signature.params.iter().zip(&candidate.given).find_map(|(param, given)| {
                matches!(param.kind, ParamKind::Windows { .. }).then_some(given.as_ref()).flatten().copied()
            })
        });
        let Some(given) = window_block else { return };
        let wants_window = match given {
            Given::Block(bindings, _) => bindings.iter().any(|binding| self.looks_at_rows(&binding.value)),
            Given::Expr(expr) => self.looks_at_rows(expr),
        };
        candidates.retain(|candidate| {
            let is_window =
                candidate.signature.params.iter().any(|param| matches!(param.kind, ParamKind::Windows { .. }));
            is_window == wants_window
        });
    }

    /// Whether an aggregate or a window function is called in an expression.
    fn looks_at_rows(&self, expr: &ast::Expr) -> bool {
        let mut found = false;
        crate::check::walk::calls(expr, &mut |name| {
            if let Some(Definition::Std(ids)) = self.shared.package.lookup(self.module, name) {
                let kinds = || ids.iter().map(|id| self.shared.signature(*id).kind);
                found |= kinds().any(|kind| matches!(kind, SignatureKind::Aggregate | SignatureKind::Window));
            }
        });
        found
    }
}

/// By how arguments are written: a range is no column, and `[.a]` no value, so that `log(0.1..1.0)` is a scale to search on
/// where the `log` of columns is imported too.
fn by_form<'a>(candidates: &mut Vec<Candidate<'a>>, syntax: &Syntax<'a>) {
    let is_column = |expr: &ast::Expr| matches!(expr.kind, ExprKind::Column(_));
    for expr in syntax.positional.iter().chain(syntax.named.iter().map(|(_, expr)| expr)) {
        let are_columns = match &expr.kind {
            ExprKind::Column(_) => true,
            ExprKind::List(items) => !items.is_empty() && items.iter().all(is_column),
            ExprKind::Range { .. } | ExprKind::Int(_) | ExprKind::Float(_) => false,
            _ => continue,
        };
        let wanted = |candidate: &Candidate<'a>| match kind_of(candidate, expr) {
            Some(ParamKind::Keys { .. }) => are_columns,
            Some(ParamKind::Value { .. }) => !are_columns,
            _ => true,
        };
        let takes_keys = |candidate: &Candidate<'a>| matches!(kind_of(candidate, expr), Some(ParamKind::Keys { .. }));
        if candidates.iter().any(takes_keys) && candidates.iter().any(wanted) {
            candidates.retain(wanted);
        }
    }
}

/// Kinds that cannot stand at a place.
const MISPLACED: u8 = 2;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Fails,
    None,
    Fits,
}

/// What the words among the arguments say of a candidate.
fn word_of(candidate: &Candidate<'_>) -> Word {
    let mut best = Word::None;
    for (param, given) in candidate.signature.params.iter().zip(&candidate.given) {
        let (ParamKind::Value { ty, .. }, Some(Given::Expr(expr))) = (&param.kind, given) else { continue };
        let Some(values) = ty.enum_values() else { continue };
        match &expr.kind {
            ExprKind::Name(word) | ExprKind::Text(word) if values.contains(word) => {
                best = best.max(Word::Fits);
            }
            ExprKind::Name(_) => return Word::Fails,
            _ => {}
        }
    }
    best
}

/// Whether a word that a call gives by name is one of those that the signature takes there.
fn knows_word(signature: &Signature, syntax: &Syntax<'_>) -> bool {
    syntax.named.iter().any(|(name, expr)| {
        let ExprKind::Name(word) = &expr.kind else { return false };
        words_of(signature, &name.text).is_some_and(|values| values.contains(word))
    })
}

/// The words that a signature takes under the name of a parameter, where it takes one of several there.
fn words_of<'s>(signature: &'s Signature, param: &str) -> Option<&'s Arc<[Arc<str>]>> {
    match &signature.params[signature.param(param)?].kind {
        ParamKind::Value { ty, .. } => ty.enum_values(),
        _ => None,
    }
}

fn kind_of<'c>(candidate: &'c Candidate<'_>, expr: &ast::Expr) -> Option<&'c ParamKind> {
    let place = candidate
        .given
        .iter()
        .position(|given| matches!(given, Some(Given::Expr(other)) if std::ptr::eq(*other, expr)))?;
    Some(&candidate.signature.params[place].kind)
}

fn learned_fits(shape: &Shape, ty: &Type) -> bool {
    let Type::Learned(learned) = ty else { return false };
    match (shape, &**learned) {
        (Shape::Model(..), Learned::Model(rows)) => match (shapes::predicts(shape), rows) {
            (Some(due), Some((_, output))) => crate::rows::may_predict(output, due),
            _ => true,
        },
        (Shape::Transform(..), Learned::Transform(_))
        | (Shape::Recommender(_), Learned::Recommender(_))
        | (Shape::Encoder(..), Learned::Encoder(..)) => true,
        _ => false,
    }
}

/// Whether something was said of a value or of its items already.
fn is_silent(ty: &Type) -> bool {
    match ty {
        Type::List(item) => item.is_silent(),
        ty => ty.is_silent(),
    }
}

/// How a type fits a parameter, as far as that can be said before its variables are bound.
fn fit(kind: &ParamKind, of: &Signature, ty: &Type) -> Fit {
    let fits = |truth| if truth { Fit::Exact } else { Fit::No };
    match kind {
        ParamKind::Table { .. } => fits(matches!(ty.non_null(), Type::Table(_))),
        ParamKind::Tables(_) => {
            fits(matches!(ty, Type::List(item) if matches!(**item, Type::Table(_) | Type::Unknown)))
        }
        ParamKind::Estimator { .. } => fits(matches!(ty, Type::Estimator(_))),
        ParamKind::Sequences { .. } => fits(matches!(ty.non_null(), Type::Sequences(_))),
        ParamKind::SequencesList { .. } => {
            fits(matches!(ty, Type::List(item) if matches!(**item, Type::Sequences(_) | Type::Unknown)))
        }
        ParamKind::Learned(shape) => fits(learned_fits(shape, ty)),
        ParamKind::Value { ty: Shape::Variable(variable), .. }
            if let Some((_, Some(class))) = of.variables.get(*variable)
                && !is_silent(ty)
                && satisfies(class, ty) == Some(false) =>
        {
            Fit::No
        }
        ParamKind::Value { ty: shape, .. } => {
            let to = shapes::loose(shape);
            if to == Type::Unknown
                && matches!(ty, Type::Table(_) | Type::Sequences(_) | Type::Estimator(_) | Type::Learned(_))
            {
                return Fit::No;
            }
            // A whole number is an int before it is a float.
            match assignable(ty, &to) {
                Fit::Exact if to == Type::Unknown => Fit::Widen,
                fit => fit,
            }
        }
        _ => Fit::Exact,
    }
}
