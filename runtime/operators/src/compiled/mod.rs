//! A model as an object file that a linker makes a shared library of, with the C header that says how to call it.
//!
//! What lives here: what recipes are as operations on the columns of a row, and which models have such a form. What does not: the code
//! (`gml-codegen`), files and the linker.

mod draft;
mod recipe;
#[cfg(test)]
mod tests;

use gml_codegen::object;
use gml_connect::Fault;
use gml_ir::Learned;

pub use gml_codegen::object::{Compiled, Facts, is_identifier};

use draft::Finished;
pub(crate) use draft::{Draft, Place};
pub(crate) use recipe::{places, recipe};

use crate::learn::of_classes;
use crate::learned::Fitted;

/// What a model says of each row, by values of a [`Draft`].
pub struct Said {
    /// Its learners: what each is given, and what it makes of that.
    pub(crate) parts: Vec<(Vec<Place>, object::Learner)>,
    /// How the scores of several become one.
    pub(crate) pool: object::Pool,
    /// The classes that its scores are of.
    pub(crate) classes: Vec<String>,
    /// What its scores are called: `score`, or what stands before the name of each class.
    pub(crate) scores: &'static str,
    /// Curves behind its scores.
    pub(crate) curves: Vec<object::Curve>,
}

impl Said {
    /// The outputs, in their order.
    fn outputs(&self) -> Vec<String> {
        let each = |name: &str| of_classes(name, &self.classes);
        let mut outputs = Vec::new();
        if !self.classes.is_empty() {
            outputs.push("label".to_owned());
        }
        outputs.extend(each(self.scores));
        if !self.curves.is_empty() {
            outputs.extend(each("calibrated"));
        }
        outputs
    }
}

/// The object file of a model, and its header.
///
/// # Errors
/// GML0937 where a part of the model has no form there; says which.
pub fn compile(model: &dyn Fitted, facts: &Facts) -> Result<Compiled, Fault> {
    object::compile(&as_data(model)?, facts).map_err(|why| match why {
        object::Uncompiled::Unsupported(why) => not_compiled(&why),
        object::Uncompiled::Broken(why) => Fault::new("GML0999", format!("a model that contradicts itself: {why}")),
    })
}

/// The model as plain data.
fn as_data(model: &dyn Fitted) -> Result<object::Model, Fault> {
    let (input, _) = match model.ty() {
        Learned::Model(Some(rows)) => rows,
        other => {
            let what = other.to_string();
            let what = what.split('[').next().unwrap_or_default();
            return Err(not_compiled(&format!("a {what} says nothing of single rows"))
                .help("compile a model: what `fit` gives for an estimator such as boosted_trees, or for a chain that ends in one"));
        }
    };
    let mut draft = Draft::of(&input);
    let said = model.compiled(&mut draft)?;
    let outputs = said.outputs();
    let Said { parts, pool, classes, curves, .. } = said;
    let (features, learners): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let Finished { columns, texts, counts, operations, wanted } = draft.finish(&features)?;
    let parts = wanted.into_iter().zip(learners).map(|(features, learner)| object::Part { features, learner });
    Ok(object::Model { columns, texts, counts, operations, parts: parts.collect(), pool, classes, curves, outputs })
}

/// Why there is no library.
pub(crate) fn not_compiled(why: &str) -> Fault {
    Fault::new("GML0937", format!("the model cannot be compiled: {why}"))
}
