//! What is said of a question to a database.

use super::needed::Needed;

/// What was asked, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The query, with places for its values.
    pub(crate) sql: String,
    /// Conditions that the database is not asked to hold, as the program says them.
    pub(crate) left: Vec<String>,
}

impl Told {
    /// A query that is asked as it is written, and why.
    pub(super) fn whole(why: &str, needed: &Needed) -> Self {
        let left = crate::table::Condition::each(&needed.conditions);
        Self {
            sql: format!("the query as it is written ({why})"),
            left: left.into_iter().map(ToString::to_string).collect(),
        }
    }

    /// Lines for those who want to know.
    pub(crate) fn lines(&self) -> Vec<String> {
        const LONG: usize = 400;
        let sql = self.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown: String = sql.chars().take(LONG).collect();
        let dots = if shown.len() < sql.len() { " .." } else { "" };
        let mut lines = vec![format!("the database is asked: {shown}{dots}")];
        if !self.left.is_empty() {
            lines.push(format!("filtered here, not there: {}", self.left.join(", ")));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_queries_are_told_in_one_line() {
        let told = Told { sql: format!("select *\n  from t where {}", "x ".repeat(500)), left: vec![".n < 1".into()] };
        let lines = told.lines();
        assert!(lines[0].starts_with("the database is asked: select * from t where x x"), "{lines:?}");
        assert!(lines[0].len() < 450 && lines[0].ends_with(".."));
        assert_eq!(lines[1], "filtered here, not there: .n < 1");
    }
}
