//! What the lines of a `"""` text have in common on their left.

/// The text between the quotes as it is meant: without the line break behind the opening quotes, without the indentation
/// that its lines have in common, and without the last line where only the closing quotes stand on it. Line breaks
/// become `\n`.
pub(crate) fn dedent(written: &str) -> String {
    let whole = written.replace("\r\n", "\n");
    let (mut lines, first) = match whole.split_once('\n') {
        Some((first, rest)) if is_blank(first) => (rest.split('\n').collect::<Vec<_>>(), None),
        Some((first, rest)) => (rest.split('\n').collect(), Some(first)),
        None => return whole,
    };
    if lines.last().is_some_and(|last| is_blank(last)) {
        lines.pop();
    }
    let margin = lines.iter().filter(|line| !is_blank(line)).map(|line| indentation(line)).min().unwrap_or(0);
    let stripped = lines.iter().map(|line| line.get(margin.min(indentation(line))..).unwrap_or(""));
    first.into_iter().chain(stripped.map(|line| if is_blank(line) { "" } else { line })).collect::<Vec<_>>().join("\n")
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

/// How many blanks a line begins with.
fn indentation(line: &str) -> usize {
    line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

#[cfg(test)]
mod tests {
    use super::dedent;

    #[test]
    fn takes_off_what_all_lines_share() {
        assert_eq!(dedent("\n    select a\n      from t\n    "), "select a\n  from t");
        assert_eq!(dedent("\n\tone\n\n\ttwo"), "one\n\ntwo");
        assert_eq!(dedent("\r\n  a\r\n  b\r\n"), "a\nb");
    }

    #[test]
    fn leaves_a_first_line_beside_the_quotes_alone() {
        assert_eq!(dedent("one\n   two\n  three"), "one\n two\nthree");
        assert_eq!(dedent(" one "), " one ");
        assert_eq!(dedent(""), "");
        assert_eq!(dedent("\n"), "");
    }
}
