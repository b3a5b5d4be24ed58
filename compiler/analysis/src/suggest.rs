//! "Did you mean": the name nearest to one that does not exist.

/// The candidate nearest to `name`: by edit distance with transpositions, capitals aside. `None` where none is near
/// enough to be what was meant: up to one edit for every three characters, at least one. Of equally near ones, the
/// first.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let length = wanted.chars().count();
    let allowed = (length / 3).clamp(1, 4);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name || candidate.len() > 4 * (length + allowed) {
            continue;
        }
        let lower = candidate.to_lowercase();
        let distance = if lower == wanted { 0 } else { strsim::osa_distance(&lower, &wanted) };
        let near = distance <= allowed && distance < length.max(1);
        let near = near || (length >= 4 && is_part_of_words(&wanted, &lower));
        if near && best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `` did you mean `price`? ``
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// Whether one is the other with whole words (between underscores) in front or behind: `country` and `geo_country`.
fn is_part_of_words(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let edge = |rest: Option<&str>, edge: fn(&str) -> bool| rest.is_some_and(edge);
    edge(long.strip_prefix(short), |rest| rest.starts_with('_'))
        || edge(long.strip_suffix(short), |rest| rest.ends_with('_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_of_the_finger() {
        let columns = ["price", "page_views", "added_to_cart", "country"];
        assert_eq!(closest("prcie", columns), Some("price"));
        assert_eq!(closest("page_view", columns), Some("page_views"));
        assert_eq!(closest("Price", columns), Some("price"));
        assert_eq!(closest("geo_country", columns), Some("country"));
        assert_eq!(closest("city", columns), None);
        assert_eq!(closest("", columns), None);
    }

    #[test]
    fn short_names_are_not_replaced_by_just_anything() {
        assert_eq!(closest("a", ["b", "c"]), None);
        assert_eq!(closest("ab", ["ac"]), Some("ac"));
        assert_eq!(closest("day", ["hour", "year"]), None);
    }

    #[test]
    fn the_first_of_equally_near_ones() {
        assert_eq!(did_you_mean("colum", ["column", "colums"]).as_deref(), Some("did you mean `column`?"));
    }
}
