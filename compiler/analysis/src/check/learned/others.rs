//! Which columns a row may have beside those that are known.

use super::Pending;
use crate::check::body::Body;
use crate::check::call::Arguments;
use crate::check::signature::RowShape;
use crate::typed::Text;
use gml_ir::Type;

/// Of a row in a recipe of which not every column is known by name: which others it may have.
#[derive(Clone, Debug, Default)]
pub(in crate::check) enum Others {
    /// Nothing is known of them.
    #[default]
    Any,
    /// Columns without a role that steps of the recipe made, from rows of which every column was known.
    Made {
        /// What their names begin with, before an underscore.
        prefixes: Vec<Text>,
        /// Their names, of which it is not known which are there.
        names: Vec<Text>,
    },
}

impl Others {
    /// None, where all columns of a row are known.
    pub fn of(open: bool) -> Self {
        if open { Self::Any } else { Self::Made { prefixes: Vec::new(), names: Vec::new() } }
    }

    /// Whether one of them may have that name.
    pub fn may_be(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Made { prefixes, names } => {
                let begins = |prefix: &Text| name.strip_prefix(&**prefix).is_some_and(|rest| rest.starts_with('_'));
                prefixes.iter().any(begins) || names.iter().any(|known| **known == *name)
            }
        }
    }

    /// Whether one of them may have a role.
    pub fn may_have_role(&self) -> bool {
        matches!(self, Self::Any)
    }
}

impl<'a> Body<'a> {
    /// Notes which columns a step adds to the row of a recipe without saying their names.
    pub(super) fn note_others(&mut self, output: &RowShape, call: &Pending<'a>, arguments: &mut Arguments<'a>) {
        if arguments.failed {
            self.others = Others::Any;
            return;
        }
        let mut waiting = vec![output];
        while let Some(shape) = waiting.pop() {
            let (new_prefixes, new_names): (Vec<Text>, Vec<Text>) = match shape {
                // What it may have beside its known columns was noted when it came to be.
                RowShape::Variable(_) => continue,
                RowShape::Plus(left, right) | RowShape::Or(left, right) => {
                    waiting.extend([&**left, &**right]);
                    continue;
                }
                RowShape::Minus(of, _)
                | RowShape::And(of, _)
                | RowShape::Nullable(of)
                | RowShape::NonNull(of)
                | RowShape::Features(of)
                | RowShape::Roled(of, _)
                | RowShape::Retyped(of, _)
                | RowShape::Imputed(of, _)
                | RowShape::Only(of, _) => {
                    waiting.push(of);
                    continue;
                }
                RowShape::Indicators(of) => {
                    let of = self.row(of, call, arguments);
                    let listed = |ty: &Type| matches!(ty.non_null(), Type::Enum(_));
                    let open = of.columns.iter().filter(|column| !listed(&column.ty));
                    (open.map(|column| column.name.clone()).collect(), Vec::new())
                }
                RowShape::Prefixed(of) => (self.row(of, call, arguments).names().cloned().collect(), Vec::new()),
                RowShape::Some(of) => (Vec::new(), self.row(of, call, arguments).names().cloned().collect()),
                shape if !self.row(shape, call, arguments).open => continue,
                _ => {
                    self.others = Others::Any;
                    return;
                }
            };
            if let Others::Made { prefixes, names } = &mut self.others {
                prefixes.extend(new_prefixes);
                names.extend(new_names);
            }
        }
    }
}
