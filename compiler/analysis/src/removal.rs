//! What goes with a piece of a program that is taken out, so that no trace of it is left.

use gml_diagnostics::Span;

/// An item of a list: with it goes the comma behind it, or, of the last one, the comma in front of it; where it had its
/// lines to itself, these go as a whole.
pub(crate) fn item(text: &str, span: Span) -> Span {
    let (start, end) = (span.start as usize, span.end as usize);
    let (Some(before), Some(behind)) = (text.get(..start), text.get(end..)) else { return span };
    if let Some(rest) = behind.trim_start().strip_prefix(',') {
        let with_comma = resized(span, start, text.len() - rest.len());
        let whole = lines(text, with_comma);
        if whole != with_comma {
            return whole;
        }
        let next = rest.trim_start_matches([' ', '\t']);
        let next = if next.starts_with('\n') { rest } else { next };
        return resized(span, start, text.len() - next.len());
    }
    match before.trim_end().strip_suffix(',') {
        Some(rest) => resized(span, rest.len(), end),
        None => span,
    }
}

/// Something that stands by itself, such as a statement or a declaration: with it go its lines, where it had them to
/// itself, and an empty line behind it, where there is one in front as well; else the blanks up to what follows.
pub(crate) fn alone(text: &str, span: Span) -> Span {
    let whole = lines(text, span);
    let (Some(before), Some(behind)) = (text.get(..whole.start as usize), text.get(whole.end as usize..)) else {
        return span;
    };
    if whole == span {
        let next = behind.trim_start_matches([' ', '\t']);
        return resized(span, span.start as usize, text.len() - next.len());
    }
    let is_apart = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n");
    let next = if is_apart { behind.trim_start_matches(['\n', '\r']) } else { behind };
    resized(span, whole.start as usize, text.len() - next.len())
}

/// A declaration with the comment above it that documents it.
pub(crate) fn with_docs(text: &str, span: Span) -> Span {
    let before = text.get(..span.start as usize).unwrap_or("");
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    if !before[line..].trim().is_empty() {
        return span;
    }
    let mut start = u32::try_from(line).unwrap_or(span.start);
    while let Some(above) = text.get(..start as usize).and_then(|before| before.strip_suffix('\n')) {
        let line = above.rfind('\n').map_or(0, |end| end + 1);
        if !above[line..].trim_start().starts_with("##") {
            break;
        }
        start = u32::try_from(line).unwrap_or(start);
    }
    // Without a comment it begins where it stands: what is in front of it on its line is not its own.
    if start as usize == line { span } else { Span { start, ..span } }
}

/// The whole lines of a span, where nothing else stands on them; otherwise the span.
fn lines(text: &str, span: Span) -> Span {
    let (start, end) = (span.start as usize, span.end as usize);
    let (Some(before), Some(behind)) = (text.get(..start), text.get(end..)) else { return span };
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let rest = behind.find('\n').map_or(text.len(), |newline| end + newline + 1);
    let is_alone = before[line..].trim().is_empty() && text[end..rest].trim().is_empty();
    if is_alone { resized(span, line, rest) } else { span }
}

fn resized(span: Span, start: usize, end: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(span.file, offset(start), offset(end))
}

#[cfg(test)]
mod tests {
    use gml_diagnostics::FileId;

    use super::*;

    /// `text` without the part in `<>`.
    fn without(text: &str, taken: fn(&str, Span) -> Span) -> String {
        let start = text.find('<').unwrap();
        let end = text.find('>').unwrap() - 1;
        let text = text.replace(['<', '>'], "");
        let span = taken(&text, resized(Span::new(FileId(0), 0, 0), start, end));
        format!("{}{}", &text[..span.start as usize], &text[span.end as usize..])
    }

    #[test]
    fn items_of_lists() {
        assert_eq!(without("use a.{<b>, c}", item), "use a.{c}");
        assert_eq!(without("use a.{b, <c>}", item), "use a.{b}");
        assert_eq!(without("use a.{b, <c>, }", item), "use a.{b, }");
        assert_eq!(without("use a.{b, <c>, d}", item), "use a.{b, d}");
        assert_eq!(without("use a.{\n    b,\n    <c>,\n    d,\n}", item), "use a.{\n    b,\n    d,\n}");
        assert_eq!(without("use a.{\n    b, <c>,\n    d,\n}", item), "use a.{\n    b, \n    d,\n}");
        assert_eq!(without("use a.{\n    b,\n    <c>\n}", item), "use a.{\n    b\n}");
        assert_eq!(without("allow(<a>)", item), "allow()");
    }

    #[test]
    fn what_stands_by_itself() {
        assert_eq!(without("{\n    <let a = 1>\n    b\n}", alone), "{\n    b\n}");
        assert_eq!(without("{ <let a = 1> b }", alone), "{ b }");
        assert_eq!(without("<use a.b>\n\nparam c", alone), "param c");
        assert_eq!(without("a\n\n<b>\n\nc", alone), "a\n\nc");
        assert_eq!(without("a\n<b>\n\nc", alone), "a\n\nc");
        assert_eq!(without("a\n<b>", alone), "a\n");
    }

    #[test]
    fn declarations_with_their_comments() {
        let declaration = |text: &str, span| alone(text, with_docs(text, span));
        assert_eq!(without("a\n\n## What b is,\n## and why.\n<b>\n\nc", declaration), "a\n\nc");
        assert_eq!(without("## b\n<b>", declaration), "");
        assert_eq!(without("# not its own\n<b>\nc", declaration), "# not its own\nc");
        let entry = |text: &str, span| item(text, with_docs(text, span));
        assert_eq!(without("{\n    a,\n    ## b\n    <b>,\n    c,\n}", entry), "{\n    a,\n    c,\n}");
    }
}
