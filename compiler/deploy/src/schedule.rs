//! When a workflow runs again and again.

use std::fmt;

/// The five fields of cron: minute, hour, day of the month, month, day of the week, in UTC. What is written is what the parsers of
/// Kubernetes and Argo (`robfig/cron`, <https://pkg.go.dev/github.com/robfig/cron/v3>) and of Airflow (croniter) read alike: no
/// seconds, no `7` for Sunday, no `L`, `W` or `#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule(String);

/// A field: what it is called, its first and its last number, and the names that some of its numbers have.
struct Field {
    called: &'static str,
    first: u32,
    last: u32,
    names: &'static [&'static str],
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: [Field; 5] = [
    Field { called: "minute", first: 0, last: 59, names: &[] },
    Field { called: "hour", first: 0, last: 23, names: &[] },
    Field { called: "day of the month", first: 1, last: 31, names: &[] },
    Field { called: "month", first: 1, last: 12, names: &MONTHS },
    Field { called: "day of the week", first: 0, last: 6, names: &DAYS },
];

/// Words for schedules, with the fields that they stand for.
const WORDS: [(&str, &str); 6] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
];

impl Schedule {
    /// Reads a schedule.
    ///
    /// # Errors
    /// Which field is wrong, and what may stand there.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some((_, fields)) = WORDS.iter().find(|(word, _)| *word == text.trim()) {
            return Ok(Self((*fields).to_owned()));
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        if fields.len() != FIELDS.len() {
            let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
            return Err(format!(
                "write the five fields of cron, minute, hour, day, month and day of the week, such as \"0 6 * * 1-5\", or one of {}",
                words.join(", ")
            ));
        }
        for (text, field) in fields.iter().zip(&FIELDS) {
            let fits = text.split(',').all(|item| field.takes(item));
            if !fits {
                let Field { called, first, last, .. } = field;
                return Err(format!(
                    "`{text}` is no {called}: write a number of {first} to {last}, *, a range as {first}-{last}, steps as */2, \
                     or several with commas"
                ));
            }
        }
        Ok(Self(fields.join(" ")))
    }

    /// The five fields.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Field {
    /// Whether it takes one of the items between commas.
    fn takes(&self, item: &str) -> bool {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let is_step = step.is_none_or(|step| number(step).is_some_and(|step| step >= 1 && step <= self.last));
        let is_range = match range.split_once('-') {
            Some((from, to)) => matches!((self.value(from), self.value(to)), (Some(from), Some(to)) if from <= to),
            // Steps that begin at a number end elsewhere for one parser than for another.
            None => range == "*" || (step.is_none() && self.value(range).is_some()),
        };
        is_step && is_range
    }

    fn value(&self, text: &str) -> Option<u32> {
        let named = self.names.iter().position(|name| text.eq_ignore_ascii_case(name));
        let value = match named {
            Some(place) => u32::try_from(place).ok()? + self.first,
            None => number(text)?,
        };
        (self.first..=self.last).contains(&value).then_some(value)
    }
}

/// Digits alone: no sign.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|sign| sign.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_fields_and_words_are_schedules() {
        for right in ["0 6 * * *", "*/15 8-18 * * 1-5", "0 0 1,15 jan-jun/2 *", "5  4 * * SUN"] {
            assert!(Schedule::parse(right).is_ok(), "{right}");
        }
        assert_eq!(Schedule::parse(" @daily ").unwrap().as_str(), "0 0 * * *");
        assert_eq!(Schedule::parse("5  4 * * SUN").unwrap().as_str(), "5 4 * * SUN");
    }

    #[test]
    fn what_one_parser_reads_otherwise_than_another_is_none() {
        for wrong in [
            "",
            "daily",
            "0 6 * *",
            "0 0 6 * * *",
            "60 6 * * *",
            "0 24 * * *",
            "0 6 0 * *",
            "0 6 * 13 *",
            "0 6 * * 7",
            "0 6 L * *",
            "5/15 * * * *",
            "*/0 * * * *",
            "0 18-8 * * *",
            "0 6 * * mo",
            "+5 6 * * *",
            "0 6 ? * *",
            "0 ,6 * * *",
        ] {
            assert!(Schedule::parse(wrong).is_err(), "{wrong}");
        }
        let told = Schedule::parse("0 6 * 13 *").unwrap_err();
        assert!(told.starts_with("`13` is no month: write a number of 1 to 12"), "{told}");
    }
}
