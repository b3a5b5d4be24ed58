//! Versions of operators, which stand in the keys of kept results.
//!
//! Whoever changes what an operator gives (other values, other columns, other bytes) raises its number here, so that what
//! was kept before is not taken for it. A change of the table engine or of how learners are called is one of all operators
//! that use it. A release of gmlc has another version anyway, which stands in every key.

/// Operators whose results are not what they once were: module, operator and number. All others have the number 1.
/// Those of tables: quotients of floats are rounded once, and `to_text` writes floats as files have them. Those of words: a
/// word is in small letters by itself. Of fillings and hashes: whether there were empty texts is kept. Of drift: another schema is
/// told. Of explanations: columns that a model does not look at are named. Of searches: where trials failed, others are made behind
/// them. Of learning: weights are found by Newton's steps, and labels go by calibrated probabilities.
const RAISED: &[(&str, &str, u32)] = &[
    ("std.table", "filter", 3),
    ("std.table", "derive", 3),
    ("std.table", "select", 3),
    ("std.table", "group", 3),
    ("std.table", "sort", 3),
    ("std.table", "top", 3),
    ("std.prep", "impute", 2),
    ("std.prep", "hash", 2),
    ("std.prep", "text_counts", 2),
    ("std.prep", "date_parts", 2),
    ("std.embed", "text_encoder", 2),
    ("std.learning", "calibrate", 2),
    ("std.learning", "evaluate", 2),
    ("std.learn", "logistic", 2),
    ("std.learn", "automl", 3),
    ("std.learn", "tune", 2),
    ("std.monitor", "drift", 2),
    ("std.explain", "partial_dependence", 2),
];

/// What operators of learners depend on beside themselves: another version of it learns other trees.
const LIGHTGBM: &str = crate::native::lightgbm::VERSION;

/// The version of an operator.
pub fn version(module: &str, name: &str) -> String {
    let raised = RAISED.iter().find(|(of, operator, _)| *of == module && *operator == name);
    let number = raised.map_or(1, |(.., number)| *number);
    if matches!(name, "boosted_trees" | "automl") {
        format!("{number}, LightGBM {LIGHTGBM}")
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_given_to_operators_that_there_are() {
        for (module, name, number) in RAISED {
            assert!(crate::operator(module, name).is_some() && *number > 1, "{module}.{name}");
        }
        assert_eq!((version("std.table", "drop"), version("std.table", "filter")), ("1".into(), "3".into()));
        assert!(version("std.learn", "boosted_trees").contains(LIGHTGBM));
    }
}
