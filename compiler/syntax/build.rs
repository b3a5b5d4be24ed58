//! Compiles `grammar/gml.pest` to plain functions, one a rule: see `src/matcher.rs`.
//!
//! pest's own parser notes at every step what it could have gone on with, so that it can say what is wrong. A program
//! that is right never asks. The functions made here read exactly what pest reads and note nothing.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use pest_meta::ast::RuleType;
use pest_meta::optimizer::{OptimizedExpr as Expr, OptimizedRule as Rule};

const GRAMMAR: &str = "../../grammar/gml.pest";
/// The rule for what may stand between any two words.
const BLANK: &str = "WHITESPACE";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={GRAMMAR}");
    let grammar = std::fs::read_to_string(GRAMMAR)?;
    let (_, rules) = pest_meta::parse_and_optimize(&grammar).map_err(|errors| format!("{errors:?}"))?;
    let code = Compiler::new(&rules).compile()?;
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("matcher.rs"), code)?;
    Ok(())
}

/// What is known of an expression before any text is seen.
#[derive(Clone, Copy, PartialEq)]
struct Facts {
    /// It may match without taking anything.
    empty: bool,
    /// The bytes that a match of at least one byte can begin with.
    first: [bool; 256],
}

impl Facts {
    const NOTHING: Self = Self { empty: false, first: [false; 256] };
    const EMPTY: Self = Self { empty: true, first: [false; 256] };

    fn of(bytes: impl IntoIterator<Item = u8>) -> Self {
        let mut facts = Self::NOTHING;
        bytes.into_iter().for_each(|byte| facts.first[usize::from(byte)] = true);
        facts
    }

    fn or(mut self, other: &Self) -> Self {
        self.empty |= other.empty;
        self.first.iter_mut().zip(other.first).for_each(|(ours, theirs)| *ours |= theirs);
        self
    }

    /// A pattern of the bytes.
    fn pattern(&self) -> String {
        let mut ranges: Vec<String> = Vec::new();
        let mut byte = 0;
        while byte < 256 {
            let length = self.first[byte..].iter().take_while(|there| **there).count();
            if length > 0 {
                ranges.push(format!("{byte}..={}", byte + length - 1));
            }
            byte += length.max(1);
        }
        ranges.join(" | ")
    }
}

struct Compiler<'g> {
    rules: &'g [Rule],
    by_name: HashMap<&'g str, &'g Rule>,
    facts: HashMap<&'g str, Facts>,
}

type Code = Result<String, String>;

impl<'g> Compiler<'g> {
    fn new(rules: &'g [Rule]) -> Self {
        let by_name = rules.iter().map(|rule| (&*rule.name, rule)).collect();
        let facts = rules.iter().map(|rule| (&*rule.name, Facts::NOTHING)).collect();
        let mut compiler = Self { rules, by_name, facts };
        // What rules say of each other grows until it is all there.
        loop {
            let facts: HashMap<_, _> = rules.iter().map(|rule| (&*rule.name, compiler.facts(&rule.expr))).collect();
            if facts == compiler.facts {
                return compiler;
            }
            compiler.facts = facts;
        }
    }

    fn facts(&self, expr: &Expr) -> Facts {
        match expr {
            Expr::Str(text) => text.bytes().next().map_or(Facts::EMPTY, |byte| Facts::of([byte])),
            Expr::Range(first, last) => match (ascii(first), ascii(last)) {
                (Some(first), Some(last)) => Facts::of(first..=last),
                _ => Facts::of(0..=255),
            },
            Expr::Ident(name) => match &**name {
                "ANY" => Facts::of(0..=255),
                "SOI" | "EOI" => Facts::EMPTY,
                name => self.facts.get(name).copied().unwrap_or(Facts::NOTHING),
            },
            Expr::Seq(first, second) => {
                let (first, second) = (self.facts(first), self.facts(second));
                if !first.empty {
                    return first;
                }
                let blank = self.facts.get(BLANK).map_or(Facts::NOTHING, |blank| Facts { empty: false, ..*blank });
                Facts { empty: false, ..first }.or(&blank).or(&second)
            }
            Expr::Choice(first, second) => self.facts(first).or(&self.facts(second)),
            Expr::Opt(inner) | Expr::Rep(inner) => Facts::EMPTY.or(&self.facts(inner)),
            Expr::RestoreOnErr(inner) => self.facts(inner),
            _ => Facts::EMPTY,
        }
    }

    fn compile(&self) -> Code {
        let mut code = String::new();
        for rule in self.rules {
            let atomic = matches!(rule.ty, RuleType::Atomic | RuleType::CompoundAtomic) || rule.name == BLANK;
            let body = self.expr(&rule.expr, atomic)?;
            let name = &rule.name;
            if takes_mode(rule) {
                // The same where no blanks may stand, as is known of most words before any text is seen.
                let body = self.expr(&rule.expr, true)?;
                let body = match rule.ty {
                    RuleType::Silent => body,
                    _ => format!("m.rule(Rule::r#{name}, |m| {body})"),
                };
                writeln!(code, "fn a_{name}(m: &mut Matcher<'_>) -> bool {{\n    {body}\n}}").map_err(said)?;
            }
            let body = match rule.ty {
                _ if name == BLANK => format!("m.within(Mode::Atomic, |m| {body})"),
                RuleType::Silent => body,
                RuleType::Normal => format!("m.rule(Rule::r#{name}, |m| {body})"),
                RuleType::Atomic => format!("m.rule(Rule::r#{name}, |m| m.within(Mode::Atomic, |m| {body}))"),
                RuleType::CompoundAtomic => {
                    format!("m.within(Mode::Compound, |m| m.rule(Rule::r#{name}, |m| {body}))")
                }
                RuleType::NonAtomic => format!("m.within(Mode::Spaced, |m| m.rule(Rule::r#{name}, |m| {body}))"),
            };
            writeln!(code, "fn r_{name}(m: &mut Matcher<'_>) -> bool {{\n    {body}\n}}").map_err(said)?;
        }
        let blank = self.by_name.get(BLANK).ok_or("the grammar has no WHITESPACE")?;
        writeln!(code, "/// Passes over blanks, where they may stand.\nfn skip(m: &mut Matcher<'_>) -> bool {{")
            .map_err(said)?;
        let guard = self.guard(&blank.expr).ok_or("WHITESPACE takes nothing")?;
        let blanks = parts(&blank.expr, choice).into_iter().filter_map(|part| self.class(part));
        let blanks = blanks.fold(Facts::NOTHING, |all, blank| all.or(&blank)).pattern();
        writeln!(code, "    if {guard} && m.mode == Mode::Spaced {{").map_err(said)?;
        writeln!(code, "        let is_blank = |byte| matches!(byte, {blanks});").map_err(said)?;
        writeln!(code, "        while m.many(is_blank) && {guard} && r_{BLANK}(m) {{}}").map_err(said)?;
        writeln!(code, "    }}\n    true\n}}").map_err(said)?;
        writeln!(code, "/// The function of a rule.\npub(super) fn function(rule: Rule) -> fn(&mut Matcher<'_>) -> bool {{\n    match rule {{\n        Rule::EOI => |m| m.end(),").map_err(said)?;
        for Rule { name, .. } in self.rules {
            writeln!(code, "        Rule::r#{name} => r_{name},").map_err(said)?;
        }
        writeln!(code, "    }}\n}}").map_err(said)?;
        Ok(code)
    }

    /// Whether the byte at hand can begin a match; `None` where a match may be empty.
    fn guard(&self, expr: &Expr) -> Option<String> {
        let facts = self.facts(expr);
        (!facts.empty).then(|| format!("matches!(m.peek(), {})", facts.pattern()))
    }

    fn guarded(&self, expr: &Expr, atomic: bool) -> Code {
        let code = self.expr(expr, atomic)?;
        Ok(match self.guard(expr) {
            Some(guard) if self.class(expr).is_none() => format!("({guard} && {code})"),
            _ => code,
        })
    }

    /// The bytes of an expression that takes exactly one byte of ASCII and leaves no trace.
    fn class(&self, expr: &Expr) -> Option<Facts> {
        match expr {
            Expr::Str(text) if text.len() == 1 => Some(self.facts(expr)),
            Expr::Range(first, last) => (ascii(first).is_some() && ascii(last).is_some()).then(|| self.facts(expr)),
            Expr::Choice(first, second) => Some(self.class(first)?.or(&self.class(second)?)),
            Expr::Ident(name) => match self.by_name.get(&**name) {
                Some(rule) if rule.ty == RuleType::Silent && rule.name != BLANK => self.class(&rule.expr),
                _ => None,
            },
            _ => None,
        }
    }

    /// Rust that says whether the expression matches at the place at hand, and goes behind the match. Where it does not
    /// match, nothing has changed.
    fn expr(&self, expr: &Expr, atomic: bool) -> Code {
        if let Some(class) = self.class(expr) {
            return Ok(format!("m.one(|byte| matches!(byte, {}))", class.pattern()));
        }
        Ok(match expr {
            Expr::Str(text) => format!("m.string({text:?})"),
            Expr::Ident(name) => match &**name {
                "ANY" => "m.any()".into(),
                "SOI" => "m.begin()".into(),
                "EOI" => "m.end()".into(),
                name if self.by_name.get(name).is_some_and(|rule| atomic && takes_mode(rule)) => {
                    format!("a_{name}(m)")
                }
                name if self.by_name.contains_key(name) => format!("r_{name}(m)"),
                name => return Err(format!("the matcher does not know {name}")),
            },
            Expr::PosPred(inner) => format!("m.ahead(|m| {})", self.guarded(inner, atomic)?),
            Expr::NegPred(inner) => match self.class(inner) {
                Some(class) => format!("!matches!(m.peek(), {})", class.pattern()),
                None => format!("!m.ahead(|m| {})", self.guarded(inner, atomic)?),
            },
            Expr::Seq(..) => {
                let parts = parts(expr, |expr| if let Expr::Seq(a, b) = expr { Some((a, b)) } else { None });
                let parts: Vec<String> =
                    parts.into_iter().map(|part| self.expr(part, atomic)).collect::<Result<_, _>>()?;
                let skip = if atomic { "" } else { " && skip(m)" };
                format!("m.all(|m| {})", parts.join(&format!("{skip} && ")))
            }
            Expr::Choice(..) => {
                let parts = parts(expr, choice);
                let parts: Vec<String> =
                    parts.into_iter().map(|part| self.guarded(part, atomic)).collect::<Result<_, _>>()?;
                format!("({})", parts.join(" || "))
            }
            Expr::Opt(inner) => format!("{{ let _ = {}; true }}", self.guarded(inner, atomic)?),
            Expr::Rep(inner) if atomic && self.class(inner).is_some() => {
                let class = self.class(inner).unwrap_or(Facts::NOTHING);
                format!("m.many(|byte| matches!(byte, {}))", class.pattern())
            }
            Expr::Rep(inner) => {
                let code = self.guarded(inner, atomic)?;
                if atomic {
                    format!("{{ while {code} {{}} true }}")
                } else {
                    format!("{{ if {code} {{ while m.all(|m| skip(m) && {code}) {{}} }} true }}")
                }
            }
            Expr::Skip(texts) => format!("m.until(&{texts:?})"),
            Expr::RestoreOnErr(inner) => self.expr(inner, atomic)?,
            other => return Err(format!("the matcher has no code for {other:?}")),
        })
    }
}

/// The parts of nested pairs, such as those of `a ~ b ~ c`.
fn parts<'e>(expr: &'e Expr, split: impl Fn(&'e Expr) -> Option<(&'e Expr, &'e Expr)>) -> Vec<&'e Expr> {
    let mut parts = Vec::new();
    let mut rest = expr;
    while let Some((first, others)) = split(rest) {
        parts.push(first);
        rest = others;
    }
    parts.push(rest);
    parts
}

fn choice(expr: &Expr) -> Option<(&Expr, &Expr)> {
    if let Expr::Choice(first, second) = expr { Some((first, second)) } else { None }
}

/// Whether blanks may stand within a rule where they may around it, and only there.
fn takes_mode(rule: &Rule) -> bool {
    matches!(rule.ty, RuleType::Silent | RuleType::Normal) && rule.name != BLANK
}

fn ascii(character: &str) -> Option<u8> {
    let mut bytes = character.bytes();
    bytes.next().filter(|byte| byte.is_ascii() && bytes.next().is_none())
}

fn said(error: std::fmt::Error) -> String {
    error.to_string()
}
