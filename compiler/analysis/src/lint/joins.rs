//! Joins: whether they say how many rows may match, and whether they multiply rows.

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Type, Value};

use super::{Lints, argument};
use crate::message::listed;
use crate::typed::{Text, Typed, TypedArg, TypedCall, TypedKind};

/// How many steps back a table is followed to find out what it is unique by.
const STEPS: usize = 16;

impl Lints<'_> {
    /// A join that can say how many rows match, and does not; or one whose right side has several rows for a key.
    pub(super) fn join(&mut self, whole: &Typed, call: &TypedCall) {
        if call.name != "join" {
            return;
        }
        let Some(expect) = argument(call, "expect") else { return };
        let expected = expect.literal();
        let span = self.own_span(whole, call);
        let keys = columns(call, "on");
        let unique = argument(call, "other").map(|other| self.unique(other)).unwrap_or_default();
        let is_single = unique.iter().any(|set| set.iter().all(|name| keys.contains(name)));
        let wider = unique.iter().find(|set| !keys.is_empty() && keys.iter().all(|key| set.contains(key)));
        if let Some(wider) = wider.filter(|_| !is_single) {
            let one_at_most = matches!(expected, Some(Value::Str(word)) if word.ends_with("_to_one"));
            if expected == Some(&Value::Null) || one_at_most {
                self.diagnostics.push(multiplies(span, expect.span, one_at_most, &keys, wider));
            }
            return;
        }
        if expected == Some(&Value::Null) {
            let diagnostic = without_expect(span);
            let likely = if is_single { "expect: many_to_one" } else { "expect: many_to_many" };
            self.diagnostics.push(match self.argument_behind(span, likely) {
                Some(fix) => diagnostic.fix(fix.titled(format!("add `{likely}`"))),
                None => diagnostic,
            });
        }
    }

    /// Sets of columns that a table has no two rows alike in, as far as its schema and the steps before say.
    fn unique(&self, table: &Typed) -> Vec<Vec<Text>> {
        let mut table = table;
        for _ in 0..STEPS {
            if let Type::Table(of) = &table.ty
                && !of.row.unique.is_empty()
            {
                return of.row.unique.clone();
            }
            table = match &table.kind {
                TypedKind::Conform(of, _) => of,
                TypedKind::Local(local) => match self.lets.get(local) {
                    Some(value) => value,
                    None => return Vec::new(),
                },
                TypedKind::Call(call) => match (call.name, argument(call, "input")) {
                    ("group", _) => return vec![columns(call, "by")],
                    // What they leave is rows of their input, or all of them with more columns.
                    ("filter" | "sort" | "take" | "top", Some(input)) => input,
                    _ => return Vec::new(),
                },
                _ => return Vec::new(),
            };
        }
        Vec::new()
    }
}

/// The names of columns that an argument lists.
fn columns(call: &TypedCall, name: &str) -> Vec<Text> {
    match call.argument(name) {
        Some(TypedArg::Columns(columns)) => columns.iter().map(|(name, _)| name.clone()).collect(),
        _ => Vec::new(),
    }
}

fn without_expect(span: Span) -> Diagnostic {
    let message = "this join does not say how many rows may match";
    let help = "write `expect: many_to_one` where no key is twice on the right, or `one_to_one`, `one_to_many`, \
                `many_to_many`: it is verified when the program runs";
    Diagnostic::new(codes::JOIN_WITHOUT_EXPECT, span, message).help(help)
}

/// `expect`: where it stands, if the join says that there is one row at most.
fn multiplies(span: Span, expect: Span, one_at_most: bool, keys: &[Text], unique: &[Text]) -> Diagnostic {
    let names = |names: &[Text]| listed(names.iter().map(|name| &**name));
    let more: Vec<Text> = unique.iter().filter(|name| !keys.contains(name)).cloned().collect();
    let message = format!(
        "this join finds several rows for one: the right table has a row for each {}, and it is joined on {} alone",
        names(unique),
        names(keys)
    );
    let diagnostic = Diagnostic::new(codes::JOIN_MULTIPLIES_ROWS, span, message);
    let diagnostic = if one_at_most { diagnostic.and(expect, "there would be one at most") } else { diagnostic };
    diagnostic.help(format!(
        "join on {} as well, bring the right table down to a row for each {} with `group`, or write \
         `expect: one_to_many` where that is meant",
        names(&more),
        names(keys)
    ))
}
