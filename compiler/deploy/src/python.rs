//! Values and names as Python writes them.

use serde_json::Value;

/// Words that are no names in Python 3.14 (<https://docs.python.org/3/reference/lexical_analysis.html#keywords>).
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// A text. What JSON writes is a text of Python, too: its escapes are a part of Python's.
pub(crate) fn text(text: &str) -> String {
    Value::from(text).to_string()
}

/// A list of texts.
pub(crate) fn texts(items: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| text(item.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

/// A dictionary of texts.
pub(crate) fn dictionary<'a>(fields: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let fields: Vec<String> =
        fields.into_iter().map(|(name, value)| format!("{}: {}", text(name), text(value))).collect();
    format!("{{{}}}", fields.join(", "))
}

/// A name that means nothing else in the program: `import` is `import_`.
pub(crate) fn variable(name: &str, taken: &[&str]) -> String {
    let plain: String = name.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '_' }).collect();
    let begins = plain.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_');
    let mut plain = if begins { plain } else { format!("task_{plain}") };
    while KEYWORDS.contains(&plain.as_str()) || taken.contains(&plain.as_str()) {
        plain.push('_');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_names_are_those_of_python() {
        assert_eq!(text("a\"b\n\u{1}"), "\"a\\\"b\\n\\u0001\"");
        assert_eq!(texts(["a", "b"]), "[\"a\", \"b\"]");
        assert_eq!(variable("import", &[]), "import_");
        assert_eq!(variable("build-features", &["build_features"]), "build_features_");
        assert_eq!(variable("2nd", &[]), "task_2nd");
    }
}
