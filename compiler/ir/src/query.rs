//! The texts of queries that a database is asked: where arguments belong in them.

/// A piece of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryPiece<'t> {
    /// What the database gets as it stands.
    Text(&'t str),
    /// The place of an argument, `:name`, without its colon.
    Name(&'t str),
}

/// The pieces of a query, in their order. In texts and names in quotes, in comments and behind `::` there are no places.
pub fn query_pieces(sql: &str) -> impl Iterator<Item = QueryPiece<'_>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        let letter = rest.chars().next()?;
        let taken = passed_over(rest);
        let (piece, behind) = match (taken, name(rest)) {
            (0, Some(name)) => (QueryPiece::Name(name), &rest[1 + name.len()..]),
            (taken, _) => {
                let (text, behind) = rest.split_at(taken.max(letter.len_utf8()));
                (QueryPiece::Text(text), behind)
            }
        };
        rest = behind;
        Some(piece)
    })
}

fn name(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix(':')?;
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let name = &rest[..rest.find(|letter: char| !is_part(letter)).unwrap_or(rest.len())];
    name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_').then_some(name)
}

/// How many bytes at the start of a text are none in which a name could stand: texts and names in quotes, comments, `::`.
#[must_use]
pub fn passed_over(text: &str) -> usize {
    let until = |start: &str, end: &str| {
        let behind = text.strip_prefix(start)?;
        Some(behind.find(end).map_or(text.len(), |at| start.len() + at + end.len()))
    };
    let dollars = || {
        // `$tag$ .. $tag$`
        let tag = text.strip_prefix('$')?.find('$')? + 2;
        let is_tag = text[1..tag - 1].chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let is_number = text[1..].starts_with(|letter: char| letter.is_ascii_digit());
        if !is_tag || is_number {
            return None;
        }
        until(&text[..tag], &text[..tag])
    };
    None.or_else(|| until("'", "'"))
        .or_else(|| until("\"", "\""))
        .or_else(|| until("`", "`"))
        .or_else(|| until("--", "\n"))
        .or_else(|| until("/*", "*/"))
        .or_else(dollars)
        .or_else(|| text.starts_with("::").then_some(2))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_outside_of_quotes_and_comments() {
        let sql = "select ':a', \":b\" -- :c\n/* :d */ from t where x = :e and y::int = :f_1 and z = $q$ :g $q$ and :1";
        let names: Vec<&str> = query_pieces(sql)
            .filter_map(|piece| if let QueryPiece::Name(name) = piece { Some(name) } else { None })
            .collect();
        assert_eq!(names, ["e", "f_1"]);
        let whole: String = query_pieces(sql)
            .map(|piece| match piece {
                QueryPiece::Text(text) => text.to_owned(),
                QueryPiece::Name(name) => format!(":{name}"),
            })
            .collect();
        assert_eq!(whole, sql);
    }
}
