//! Whether the text of a query means the same where it stands within another one that chooses rows and columns.
//!
//! Databases may try a condition from outside before those of the text, more often than once, or lose the order of rows. None of
//! that can be seen where the text only chooses, joins and groups columns: it has no order, computes nothing that could fail,
//! and calls nothing that could answer otherwise the next time.

use gml_ir::passed_over;

/// Functions that always answer the same and never fail.
const FUNCTIONS: [&str; 12] =
    ["count", "sum", "min", "max", "avg", "coalesce", "nullif", "ifnull", "lower", "upper", "length", "trim"];
/// Other words that stand before a parenthesis.
const BEFORE: [&str; 22] = [
    "as",
    "in",
    "on",
    "and",
    "or",
    "not",
    "any",
    "all",
    "some",
    "exists",
    "where",
    "having",
    "from",
    "join",
    "select",
    "when",
    "then",
    "else",
    "union",
    "except",
    "intersect",
    "using",
];
/// Words of queries that do more than answer, or not always the same.
const OTHERS: [&str; 12] = [
    "into",
    "for",
    "insert",
    "update",
    "delete",
    "merge",
    "returning",
    "procedure",
    "lock",
    "cast",
    "tablesample",
    "div",
];

/// Why a query is asked as it is written; nothing where it may stand within another one.
pub(super) fn why_not(sql: &str) -> Option<&'static str> {
    const COMPUTES: &str = "it computes";
    const NO_SELECT: &str = "it is no plain `select`";
    // Databases differ in whether it takes its meaning from the quote behind it.
    if sql.contains('\\') {
        return Some("it has a `\\`");
    }
    let mut words = 0;
    let mut depth = 0_usize;
    let mut rest = sql;
    // The last word or sign, as far as it decides what a `*` or a parenthesis means.
    let mut before = String::new();
    while let Some(letter) = rest.chars().next() {
        if rest.starts_with("::") || rest.starts_with("/*!") {
            return Some(COMPUTES);
        }
        let taken = passed_over(rest);
        if taken > 0 {
            let is_comment = rest.starts_with("--") || rest.starts_with("/*");
            if !is_comment {
                before = "name".to_owned();
            }
            rest = &rest[taken..];
            continue;
        }
        if letter.is_alphanumeric() || letter == '_' {
            let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
            let end = rest.find(|letter: char| !is_part(letter)).unwrap_or(rest.len());
            // A number with a point is one word.
            let word = rest[..end].to_lowercase();
            rest = &rest[end..];
            words += 1;
            if words == 1 && word != "select" && word != "with" {
                return Some(NO_SELECT);
            }
            if before != "." {
                if word == "order" && depth == 0 {
                    return Some("its rows have an order");
                }
                if OTHERS.contains(&&*word) {
                    return Some(if word == "cast" || word == "div" { COMPUTES } else { NO_SELECT });
                }
            }
            before = word;
            continue;
        }
        rest = &rest[letter.len_utf8()..];
        match letter {
            letter if letter.is_whitespace() => continue,
            '(' => {
                let is_word = before.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
                if is_word && !FUNCTIONS.contains(&&*before) && !BEFORE.contains(&&*before) {
                    return Some(COMPUTES);
                }
                depth += 1;
            }
            ')' => depth = depth.saturating_sub(1),
            '*' if !matches!(&*before, "select" | "distinct" | "all" | "," | "." | "(") => return Some(COMPUTES),
            '*' | ',' | '.' | '=' | '<' | '>' | ':' => {}
            // `!=` alone; others are signs of other databases.
            '!' if rest.starts_with('=') => {}
            _ => return Some(COMPUTES),
        }
        before = letter.to_string();
    }
    (words == 0).then_some(NO_SELECT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_chooses_joins_and_groups_is_plain() {
        for sql in [
            "select * from sales",
            "SELECT s.*, t.name FROM sales s JOIN shops t ON s.shop = t.id WHERE s.day >= :start -- order by x\n",
            "select shop, count(*) as n, max(price) from sales where note is not null group by shop having count(*) > 1",
            "with few as (select id from sales where open and shop in ('a', 'b-c')) select id from few",
            "select distinct \"the order\", id from (select id, \"the order\" from t order by id limit 5) as x",
            "select a from x union all (select a from y where a != 1.5)",
            "select t.order from t",
        ] {
            assert_eq!(why_not(sql), None, "{sql}");
        }
    }

    #[test]
    fn what_could_be_seen_within_another_query_is_not() {
        for (sql, why) in [
            ("select id from sales order by day", "order"),
            ("select a / b as c from t where b <> 0", "computes"),
            ("select a + 1 as b from t", "computes"),
            ("select 2 * a as b from t", "computes"),
            ("select a::int from t", "computes"),
            ("select cast(a as int) from t", "computes"),
            ("select random() as r from t", "computes"),
            ("select row_number() over (partition by a) as n from t", "computes"),
            ("select sum(a) over (order by b) as n from t", "computes"),
            ("select date_trunc('day', at) as day from t", "computes"),
            ("select @n := 1 as a", "computes"),
            ("select 'it\\'s' from t", "\\"),
            ("select a from t for update", "select"),
            ("select a into b from t", "select"),
            ("insert into t values (1) returning a", "select"),
            ("with gone as (delete from t returning a) select a from gone", "select"),
            ("show tables", "select"),
            ("", "select"),
        ] {
            assert!(why_not(sql).is_some_and(|found| found.contains(why)), "{sql}: {:?}", why_not(sql));
        }
    }
}
