//! Functions of the library on constants, for the places that want a value before the run: paths, items of loops, defaults,
//! arguments that shape the program.
//!
//! What they give is what the run gives for a column of the same values. Functions that are not here (`to_date`, which reads formats;
//! those over the items of a list) are computed by the run alone, and the checker says so where a constant is due.

mod list;
mod number;
mod text;
mod time;

use gml_ir::{Type, Value};

use super::constant::convert;

/// A function on arguments of which none is null. `None` where the result has no place in its type.
type Function = fn(&Args<'_>) -> Option<Value>;

/// The functions by their names in the library.
const FUNCTIONS: [&[(&str, Function)]; 4] = [text::FUNCTIONS, number::FUNCTIONS, list::FUNCTIONS, time::FUNCTIONS];

fn find(name: &str) -> Option<Function> {
    FUNCTIONS.iter().flat_map(|part| part.iter()).find(|(known, _)| *known == name).map(|(_, function)| *function)
}

/// Whether a function of constants is a constant itself.
pub(crate) fn is_known(name: &str) -> bool {
    find(name).is_some()
}

/// The value of a function of constants; null where an argument is. `None` where it is not known here ([`is_known`]), or has no
/// place in the type of the result.
pub(crate) fn apply(name: &str, args: &[(&str, Value)], result: &Type) -> Option<Value> {
    let function = find(name)?;
    if args.iter().any(|(_, value)| *value == Value::Null) {
        return Some(Value::Null);
    }
    convert(function(&Args { args, result })?, result).ok()
}

/// Arguments by name, and the type of the result.
struct Args<'a> {
    args: &'a [(&'a str, Value)],
    result: &'a Type,
}

impl Args<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        self.args.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    fn int(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_int()
    }

    fn float(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_float()
    }

    fn list(&self, name: &str) -> Option<&[Value]> {
        match self.get(name)? {
            Value::List(items) => Some(items),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::{Definition, ModuleId};
    use crate::{MemoryWorld, check};

    #[test]
    fn all_of_them_are_functions_of_the_library() {
        let mut names: Vec<&str> = FUNCTIONS.iter().flat_map(|part| part.iter()).map(|(name, _)| *name).collect();
        for name in &names {
            let program = format!("test \"a\" {{ expect {name}(1) }}");
            let package = check(&MemoryWorld::new([("main.gml", program)]), "main.gml").package;
            let Some(Definition::Std(ids)) = package.lookup(ModuleId(0), name) else { panic!("`{name}` is none") };
            let is_function = |kind| kind == gml_syntax::ast::SignatureKind::Function;
            assert!(ids.iter().any(|id| is_function(package.signatures[id.0 as usize].ast.kind)), "{name}");
        }
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "each stands once");
    }

    #[test]
    fn null_goes_through_and_what_has_no_room_is_no_value() {
        let of = |name, value| apply(name, &[("x", value)], &Type::INT);
        assert_eq!(of("abs", Value::Int(-2)), Some(Value::Int(2)));
        assert_eq!(of("abs", Value::Null), Some(Value::Null));
        assert_eq!(of("abs", Value::Int(i64::MIN)), None);
        assert_eq!(of("no_such_function", Value::Int(1)), None);
        let text = |name, text: &str| apply(name, &[("text", Value::Str(text.into()))], &Type::INT.nullable());
        assert_eq!((text("to_int", " 7 "), text("to_int", "x")), (Some(Value::Int(7)), Some(Value::Null)));
    }
}
