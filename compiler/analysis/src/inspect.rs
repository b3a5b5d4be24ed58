//! What the checker knows of the places of a declaration: types of expressions, meanings of names, what is in scope.
//!
//! Checking does not keep any of this: an editor asks for the few declarations that it shows, and those are checked again
//! with a recorder at hand. It also learns something where a program is wrong or not finished: a call that fits no
//! signature has arguments that mean something.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Row, Type};

use crate::package::{Definition, ModuleId, Package, SignatureId};
use crate::typed::Text;

/// What is known of one declaration.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    /// Types of expressions by their places. An expression that is checked more than once (the steps of a recipe, where
    /// they are fitted) has several; the last one knows most.
    pub types: Vec<(Span, Type)>,
    /// Names and what they mean. As for types, the last one at a place knows most.
    pub mentions: Vec<Mention>,
    /// What surrounds the place that was asked for, outermost first.
    pub contexts: Vec<Context>,
}

/// A name in a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Where it stands, without a dot in front of it.
    pub span: Span,
    /// What it means.
    pub meaning: Meaning,
}

/// What a name in a body means.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// A `let`, a loop name or a parameter of the body.
    Local {
        /// Where it is bound; there the place of the mention is the same.
        declared: Span,
        /// Its type.
        ty: Type,
    },
    /// Something that a file declares, or a name of the standard library whose overload could not be settled.
    Declared(Definition),
    /// The overload that a call of the standard library means.
    Signature(SignatureId),
    /// One of the values of an enum, by its bare name.
    Choice(Arc<[Text]>),
    /// `name:` before an argument.
    Argument(Definition),
    /// A column of the row at hand; it may not be there.
    Column(Arc<Row>),
    /// A field of a value of this type.
    Field(Type),
    /// A column that a call makes, at the name that it is given.
    Made(Type),
}

/// What surrounds a place.
#[derive(Clone, Debug)]
pub struct Context {
    /// The expression that the place is in.
    pub span: Span,
    /// The type that is due there, where one is.
    pub expected: Option<Type>,
    /// `let`s, loop names and parameters in scope, innermost last.
    pub locals: Vec<LocalName>,
    /// The row at hand.
    pub row: Option<RowAtHand>,
    /// Whether datasets can be read there, as they can in a pipeline.
    pub in_pipeline: bool,
}

/// A `let`, a loop name or a parameter.
#[derive(Clone, Debug)]
pub struct LocalName {
    /// Its name.
    pub name: Text,
    /// Its type.
    pub ty: Type,
    /// Where it is bound.
    pub declared: Span,
}

/// What a leading dot means.
#[derive(Clone, Debug)]
pub struct RowAtHand {
    /// Its columns.
    pub row: Arc<Row>,
    /// What stands for one value there.
    pub each: Each,
}

/// What an expression gives a value for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// Every row.
    Row,
    /// Every item of a list.
    Item,
    /// Every row, from the rows of its window.
    Window,
    /// Every group: columns stand within aggregates, but for those of the key.
    Group,
    /// Every row that an aggregate or a window function reads.
    Within,
}

/// Checks declarations again, given by module and place in the tree, and tells what is known of them, in the same order.
/// `at` is the byte for which contexts are told.
pub fn inspect(package: &Package, items: &[(ModuleId, usize)], at: Option<u32>) -> Vec<Inspection> {
    crate::check::inspect(package, items, at)
}

impl Inspection {
    /// The type of the expression at exactly this place.
    pub fn type_at(&self, span: Span) -> Option<&Type> {
        self.types.iter().rev().find(|(place, _)| *place == span).map(|(_, ty)| ty)
    }

    /// The mention that a byte lies in or directly behind.
    pub fn mention_at(&self, offset: u32) -> Option<&Mention> {
        let touches = |span: Span| span.start <= offset && offset <= span.end;
        let within = self.mentions.iter().rev().find(|mention| mention.span.contains(offset));
        within.or_else(|| self.mentions.iter().rev().find(|mention| touches(mention.span)))
    }

    /// The innermost context; of those at the same place the one that was told last.
    pub fn context(&self) -> Option<&Context> {
        self.contexts.iter().rev().min_by_key(|context| context.span.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryWorld, resolve};

    /// What is known of the only declaration that contains `<|>`, and where that stood.
    fn looked(marked: &str) -> (Inspection, u32) {
        let at = marked.find("<|>").unwrap();
        let text = marked.replace("<|>", "");
        let world = MemoryWorld::new([("main.gml", text)]);
        let (package, _) = resolve::resolve(&world, "main.gml");
        let at = u32::try_from(at).unwrap();
        let items = &package.modules[0].ast.items;
        let item = items.iter().position(|item| item.span.start <= at && at <= item.span.end).unwrap();
        (inspect(&package, &[(ModuleId(0), item)], Some(at)).remove(0), at)
    }

    fn columns(row: &Row) -> Vec<&str> {
        row.names().map(|name| &**name).collect()
    }

    #[test]
    fn the_row_at_hand_even_where_the_call_fits_nothing() {
        for call in ["filter(.a<|>)", "filter(.a, .b<|>)", "filtr(.a<|>)", "drop([.a, .<|>b])", "sort([desc(.a<|>)])"] {
            let text = format!("node n(t: table {{ a: int, b: str }}) -> table {{ t |> {call} }}");
            let (inspection, _) = looked(&text);
            let context = inspection.context().unwrap();
            assert_eq!(columns(&context.row.as_ref().unwrap().row), ["a", "b"], "{call}");
            assert_eq!(context.locals.len(), 1, "{call}");
        }
    }

    #[test]
    fn names_mean_what_the_checker_takes_them_for() {
        let source = "node n(t: table { a: int }, k: int) -> table { t |> take(<|>k) |> derive { b = .a + k } }";
        let (inspection, at) = looked(source);
        let mention = inspection.mention_at(at).unwrap();
        assert!(matches!(&mention.meaning, Meaning::Local { ty: Type::Int(_), .. }), "{mention:?}");
        let made = inspection.mentions.iter().find(|mention| matches!(mention.meaning, Meaning::Made(_))).unwrap();
        assert_eq!(made.meaning, Meaning::Made(Type::INT));
        let overloads = inspection.mentions.iter().filter(|mention| matches!(mention.meaning, Meaning::Signature(_)));
        assert_eq!(overloads.count(), 2);
    }

    #[test]
    fn the_type_that_is_due() {
        let source = "node n(t: table { a: int }) -> table { t |> join(t, on: [.a], how: <|>semi) }";
        let (inspection, at) = looked(source);
        let expected = inspection.context().unwrap().expected.as_ref().unwrap();
        assert!(matches!(expected, Type::Enum(values) if values.iter().any(|value| &**value == "anti")), "{expected}");
        assert!(matches!(inspection.mention_at(at).unwrap().meaning, Meaning::Choice(_)));
    }
}
