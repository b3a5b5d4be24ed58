//! "Did you mean": the names closest to one that is not there.

/// The candidates closest to `name` by edit distance, nearest first, at most `count`; those that share little with it
/// are left out.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let wanted = normal(name);
    let mut scored: Vec<(f64, &str)> = candidates
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&wanted, &normal(candidate)), candidate))
        .filter(|(score, _)| *score >= 0.5)
        .collect();
    scored.sort_by(|(left, one), (right, other)| right.total_cmp(left).then_with(|| one.cmp(other)));
    scored.into_iter().take(count).map(|(_, candidate)| candidate).collect()
}

/// Case, blanks and underscores do not make a name another one.
fn normal(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `a, b, c and 4 more`
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>, limit: usize) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let shown = names.iter().take(limit).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(limit) {
        0 => shown,
        rest => format!("{shown} and {rest} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_case_and_blanks_are_forgiven() {
        assert_eq!(nearest("order_date", ["Order Date", "price", "ordre_dat"], 1), ["Order Date"]);
        assert_eq!(nearest("order_date", ["Order Date", "price", "ordre_dat"], 5), ["Order Date", "ordre_dat"]);
    }

    #[test]
    fn unlike_names_are_not_proposed() {
        assert!(nearest("price", ["visitor", "zip"], 3).is_empty());
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(listed(["a", "b", "c"], 2), "a, b and 1 more");
        assert_eq!(listed(["a", "b"], 2), "a, b");
    }
}
