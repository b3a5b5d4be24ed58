//! Places that lie within one another on a line, which miette would draw behind each other.

use std::ops::Range;

/// The places as they are underlined: one with others within it, on a single line, keeps the first part that none of these
/// covers and that has a word in it (of `fit(learner)` with `learner` within it that is `fit(`), else the first at all.
pub fn apart(text: &str, places: &[Range<usize>]) -> Vec<Range<usize>> {
    places.iter().map(|outer| uncovered(text, outer, places).unwrap_or_else(|| outer.clone())).collect()
}

fn uncovered(text: &str, outer: &Range<usize>, places: &[Range<usize>]) -> Option<Range<usize>> {
    let is_within = |inner: &&Range<usize>| {
        *inner != outer && !inner.is_empty() && outer.start <= inner.start && inner.end <= outer.end
    };
    let mut inner: Vec<&Range<usize>> = places.iter().filter(is_within).collect();
    if inner.is_empty() || text.get(outer.clone())?.contains('\n') {
        return None;
    }
    inner.sort_by_key(|inner| inner.start);
    let mut gaps = Vec::new();
    let mut from = outer.start;
    for place in inner {
        gaps.push(from..place.start.max(from));
        from = from.max(place.end);
    }
    gaps.push(from..outer.end);
    let gaps: Vec<_> = gaps.into_iter().filter_map(|gap| trimmed(text, gap)).collect();
    let has_word = |gap: &&Range<usize>| text[(*gap).clone()].contains(char::is_alphanumeric);
    gaps.iter().find(has_word).or(gaps.first()).cloned()
}

/// A place without the blanks at its ends; `None` where nothing is left.
fn trimmed(text: &str, place: Range<usize>) -> Option<Range<usize>> {
    let part = text.get(place.clone())?;
    let start = place.start + (part.len() - part.trim_start().len());
    let part = part.trim();
    (!part.is_empty()).then(|| start..start + part.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn<'t>(text: &'t str, parts: &[&str]) -> Vec<&'t str> {
        let places: Vec<_> = parts.iter().map(|part| text.find(part).map(|at| at..at + part.len()).unwrap()).collect();
        apart(text, &places).into_iter().map(|place| &text[place]).collect()
    }

    #[test]
    fn an_outer_place_keeps_what_is_its_own() {
        let call = "fit(trees(objective: binary), train: rows)";
        assert_eq!(drawn(call, &[call, "trees(objective: binary)"]), ["fit(", "trees(objective: binary)"]);
        assert_eq!(drawn(call, &[call, "binary"]), ["fit(trees(objective:", "binary"]);
        assert_eq!(drawn(call, &["trees", "rows"]), ["trees", "rows"]);
        let within = ".visitor in [1, 2]";
        assert_eq!(drawn(within, &[within, ".visitor", "[1, 2]"]), ["in", ".visitor", "[1, 2]"]);
        assert_eq!(drawn("a..b", &["a..b", "a", "b"]), ["..", "a", "b"]);
        assert_eq!(drawn("(a)", &["(a)", "(a)"]), ["(a)", "(a)"]);
        assert_eq!(drawn("(fit(x))", &["(fit(x))", "x"]), ["(fit(", "x"]);
    }

    #[test]
    fn what_reaches_over_lines_is_drawn_beside_them() {
        let text = "fit(\n    trees,\n)";
        assert_eq!(drawn(text, &[text, "trees"]), [text, "trees"]);
    }

    #[test]
    fn what_others_cover_wholly_stays() {
        assert_eq!(drawn("ab", &["ab", "a", "b"]), ["ab", "a", "b"]);
    }
}
