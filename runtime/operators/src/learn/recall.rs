//! Calling an operator again with other arguments.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Type, Value};

use crate::data::{Call, Context, Data, Implementation, Input};
use crate::learned::{Change, Estimator};
use crate::recommenders::SequenceEstimator;

/// The call that made an estimator.
#[derive(Clone)]
pub struct Recall {
    implementation: Implementation,
    operator: String,
    args: Vec<(Arc<str>, Input)>,
    result: Type,
}

impl Recall {
    /// Keeps a call, and what it was a call of.
    pub(crate) fn of(call: &Call<'_>, implementation: Implementation) -> Self {
        Self {
            implementation,
            operator: call.operator.to_owned(),
            args: call.args.clone(),
            result: call.result.clone(),
        }
    }

    /// The operator's name.
    pub(crate) fn operator(&self) -> &str {
        &self.operator
    }

    /// Whether it is a call of the operator; of any, where none is named.
    pub(crate) fn is_of(&self, operator: Option<&str>) -> bool {
        operator.is_none_or(|operator| *operator == self.operator)
    }

    /// The constant that an argument has.
    pub(crate) fn argument(&self, operator: Option<&str>, name: &str) -> Option<&Value> {
        let of_name = |(known, _): &&(Arc<str>, Input)| **known == *name;
        match self.args.iter().find(of_name).filter(|_| self.is_of(operator)) {
            Some((_, Input::Const(value) | Input::Data(Data::Value(value)))) => Some(value),
            _ => None,
        }
    }

    /// The estimator that the operator gives with other arguments.
    ///
    /// # Errors
    /// Where the operator refuses one.
    pub(crate) fn with(&self, changes: &[Change], context: &Context) -> Result<Arc<dyn Estimator>, Fault> {
        match self.again(changes, context)? {
            Data::Estimator(estimator) => Ok(estimator),
            _ => Err(self.misfit("estimator")),
        }
    }

    /// As [`Recall::with`], of an estimator that learns from sequences.
    ///
    /// # Errors
    /// Where the operator refuses an argument.
    pub(crate) fn with_sequences(
        &self,
        changes: &[Change],
        context: &Context,
    ) -> Result<Arc<dyn SequenceEstimator>, Fault> {
        match self.again(changes, context)? {
            Data::SequenceEstimator(estimator) => Ok(estimator),
            _ => Err(self.misfit("estimator of sequences")),
        }
    }

    fn again(&self, changes: &[Change], context: &Context) -> Result<Data, Fault> {
        self.changed(changes, context, |call| (self.implementation)(call.clone()))
    }

    fn misfit(&self, wanted: &str) -> Fault {
        Fault::new("GML0999", format!("`{}` made no {wanted}", self.operator))
    }

    /// Reads the call with other arguments.
    ///
    /// # Errors
    /// Those of reading it.
    pub(crate) fn changed<T>(
        &self,
        changes: &[Change],
        context: &Context,
        read: impl FnOnce(&Call<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut args = self.args.clone();
        for change in changes.iter().filter(|change| self.is_of(change.operator.as_deref())) {
            if let Some((_, value)) = args.iter_mut().find(|(name, _)| *name == change.argument) {
                *value = Input::Const(change.value.clone());
            }
        }
        read(&Call { operator: &self.operator, args, result: &self.result, context })
    }
}
