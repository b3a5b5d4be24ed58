//! The C header.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::learner::{Learner, Link, Pool, Pooled};
use super::model::{Column, Facts, Holds, Model};

/// What a column holds, as the header counts it.
pub(super) fn kind(holds: &Holds) -> u32 {
    match holds {
        Holds::Float | Holds::Single => 0,
        Holds::Whole => 1,
        Holds::Truth => 2,
        Holds::Text { .. } => 3,
        Holds::Date => 4,
        Holds::Time => 5,
        Holds::Timestamp => 6,
        Holds::Duration => 7,
    }
}

const KINDS: [(&str, &str); 8] = [
    ("FLOAT", "a number"),
    ("WHOLE", "a whole number, up to 2^53 on either side of 0"),
    ("TRUTH", "1 is true, 0 is false"),
    ("TEXT", "what NAME_category gives for the text"),
    ("DATE", "days since 1970-01-01"),
    ("TIME", "microseconds since midnight"),
    ("TIMESTAMP", "microseconds since 1970-01-01T00:00:00Z"),
    ("DURATION", "microseconds"),
];

/// A header that is being written.
struct Header {
    text: String,
    name: String,
    upper: String,
}

impl Header {
    /// A line as it is.
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Lines in which NAME and UPPER stand for the model's name.
    fn prose(&mut self, lines: &[&str]) {
        for line in lines {
            let line = line.replace("UPPER", &self.upper).replace("NAME", &self.name);
            self.line(line.trim_end());
        }
    }

    /// Names of the model as C takes them, with their places.
    fn enumeration(&mut self, of: &str, items: &[(&str, String)]) {
        let (name, prefix) = (format!("{}_{of}", self.name), format!("{}_{}", self.upper, of.to_ascii_uppercase()));
        self.line(&format!("enum {name} {{"));
        let mut taken = HashSet::new();
        for (place, (item, what)) in items.iter().enumerate() {
            let comma = if place + 1 < items.len() { "," } else { "" };
            let identifier = identifier(item, &mut taken);
            let note = match (identifier == *item, what.is_empty()) {
                (true, _) => what.clone(),
                (false, true) => in_comment(item),
                (false, false) => format!("{}: {what}", in_comment(item)),
            };
            let note = if note.is_empty() { note } else { format!(" /* {note} */") };
            self.line(&format!("    {prefix}_{identifier} = {place}{comma}{note}"));
        }
        self.line("};");
    }
}

/// Its text: C99 and C++98.
pub(super) fn text(model: &Model, facts: &Facts, host: &str) -> String {
    let upper = facts.name.to_ascii_uppercase();
    let mut header = Header { text: String::new(), name: facts.name.clone(), upper };
    header.prose(&["/* NAME: a model compiled by gmlc. Do not edit: compile the model again.", " *"]);
    for fact in std::iter::once(&facts.version).chain(&facts.about) {
        header.line(&format!(" * {}", in_comment(fact)));
    }
    header.line(&format!(" * For {host}, with nothing but the C library's libm."));
    header.prose(PROSE);
    if model.parts.iter().any(|part| matches!(part.learner, Learner::Linear(..))) {
        header.prose(ADDS_UP);
    }
    if !model.texts.is_empty() {
        header.prose(READS_TEXTS);
    }
    header.prose(TOP);
    header.line(&format!("#define {}_COLUMNS {}", header.upper, model.columns.len()));
    header.line(&format!("#define {}_TEXTS {}", header.upper, model.texts.len()));
    header.line(&format!("#define {}_OUTPUTS {}", header.upper, model.outputs.len()));
    header.line(&format!("#define {}_CLASSES {}", header.upper, model.classes.len()));
    header.prose(&["", "/* What a column holds. */", "enum NAME_kind {"]);
    for (place, (kind, meaning)) in KINDS.iter().enumerate() {
        let comma = if place + 1 < KINDS.len() { "," } else { "" };
        header.prose(&[&format!("    UPPER_{kind} = {place}{comma} /* {meaning} */")]);
    }
    header.line("};");
    if !model.columns.is_empty() {
        header.prose(&["", "/* Columns by their places in a row. */"]);
        let columns = model.columns.iter().map(|column| (&*column.name, about(column)));
        header.enumeration("column", &columns.collect::<Vec<_>>());
    }
    if !model.texts.is_empty() {
        header.prose(&["", "/* Columns whose texts are read, by their places among the texts of a row. */"]);
        let texts = model.texts.iter().map(|text| (&**text, String::new()));
        header.enumeration("text_column", &texts.collect::<Vec<_>>());
    }
    header.prose(&["", "/* What is said of a row, by its place. */"]);
    let first = model.first_score();
    let outputs = model.outputs.iter().enumerate().map(|(place, output)| {
        let what = match place {
            place if place < first => "the number of the likeliest class, of enum NAME_class",
            place if place < first + model.scores() => score(model),
            _ => "the probability by the calibration of the model",
        };
        (&**output, what.replace("NAME", &facts.name))
    });
    header.enumeration("output", &outputs.collect::<Vec<_>>());
    if !model.classes.is_empty() {
        header.prose(&["", "/* Classes by their numbers. */"]);
        let classes = model.classes.iter().map(|class| (&**class, String::new()));
        header.enumeration("class", &classes.collect::<Vec<_>>());
    }
    header.prose(FUNCTIONS);
    header.text
}

const PROSE: &[&str] = &[
    " *",
    " * A row is UPPER_COLUMNS doubles in the order of enum NAME_column; rows stand one behind the other. What",
    " * a column holds is told beside it: numbers are themselves, dates and times are counted, and of a text",
    " * the row has what NAME_category gives for it. A missing value is NaN.",
    " *",
    " * NAME_score writes UPPER_OUTPUTS doubles for each row, in the order of enum NAME_output. They are the",
    " * numbers that gmlc gives for the row: to the last bit where no function of libm goes into them, and with",
    " * the same libm there too. What is said of a row does not depend on the rows beside it.",
    " *",
    " * All functions may be called by any number of threads at the same time. None allocates memory, keeps",
    " * anything between calls, or writes anywhere but to `scores`. Scoring takes less than 512 KiB of stack.",
    " *",
    " * Link with the shared library, or with the object file and libm:",
    " *",
    " *     cc main.c -L. -lNAME",
    " *     cc main.c NAME.o -lm",
];

const ADDS_UP: &[&str] = &[
    " *",
    " * This model adds up its features. gmlc refuses rows in which one of them is missing; here their scores",
    " * are NaN.",
];

const READS_TEXTS: &[&str] = &[
    " *",
    " * This model reads texts word by word. A row has UPPER_TEXTS of them beside its doubles, in the order of",
    " * enum NAME_text_column: NAME_score_texts takes both, and NAME_score says 2 and does nothing else.",
];

const TOP: &[&str] = &[
    " */",
    "#ifndef UPPER_H",
    "#define UPPER_H",
    "",
    "#include <stddef.h>",
    "",
    "#ifdef __cplusplus",
    "extern \"C\" {",
    "#endif",
    "",
    "/* Numbers of a row, its texts that are read word by word, numbers that are said of it, and classes that are",
    " * told apart: 0 where there are none. */",
];

const FUNCTIONS: &[&str] = &[
    "",
    "/* Scores `count` rows: reads UPPER_COLUMNS doubles of each, and writes UPPER_OUTPUTS doubles for each.",
    " * 0 is success; 1 says that `rows` or `scores` is NULL, 2 that the model reads texts, and nothing was",
    " * written. */",
    "int NAME_score(const double *rows, size_t count, double *scores);",
    "",
    "/* `length` bytes of UTF-8, which need no 0 behind them. A missing text is NULL. */",
    "struct NAME_text {",
    "    const char *start;",
    "    size_t length;",
    "};",
    "",
    "/* The same for rows with texts: reads UPPER_TEXTS of them for each row, one row behind the other. `texts`",
    " * may be NULL where that is 0, and `rows` where UPPER_COLUMNS is; otherwise 1 says that one is NULL. */",
    "int NAME_score_texts(const double *rows, const struct NAME_text *texts, size_t count, double *scores);",
    "",
    "/* What a row has for a text of a column: `length` bytes of UTF-8, which need no 0 behind them. A text that",
    " * the model does not know has a negative number. NaN where `text` is NULL, which is a missing value, and",
    " * where the column holds no texts. A number belongs to its column and to this version of the model. */",
    "double NAME_category(int column, const char *text, size_t length);",
    "",
    "/* gmlc's version, and a hash that is another one for another model. */",
    "const char *NAME_version(void);",
    "",
    "/* UPPER_COLUMNS, UPPER_TEXTS and so on, for those who load the library without this header. */",
    "size_t NAME_columns(void);",
    "size_t NAME_texts(void);",
    "size_t NAME_outputs(void);",
    "size_t NAME_classes(void);",
    "",
    "/* The name of a column, of a column whose texts are read, of an output, of a class, as the model has it, in",
    " * UTF-8; NULL where there is no such place. */",
    "const char *NAME_column_name(size_t column);",
    "const char *NAME_text_name(size_t text);",
    "const char *NAME_output_name(size_t output);",
    "const char *NAME_class_name(size_t number);",
    "",
    "/* What a column holds, of enum NAME_kind; -1 where there is no such column. */",
    "int NAME_column_kind(size_t column);",
    "",
    "#ifdef __cplusplus",
    "}",
    "#endif",
    "",
    "#endif /* UPPER_H */",
];

fn score(model: &Model) -> &'static str {
    use crate::trees::Objective::{NarrowSigmoid, Sigmoid};
    let is_probability = match (&model.pool, model.parts.first().map(|part| &part.learner)) {
        (Pool::Mean { of: Pooled::LogOdds(_), .. }, _) => true,
        (Pool::Mean { .. }, _) | (_, None) => false,
        (Pool::Alone, Some(Learner::Linear(_, link))) => *link == Link::Probability,
        (Pool::Alone, Some(Learner::Trees(ensemble))) => {
            matches!(ensemble.transform.objective, Sigmoid(_) | NarrowSigmoid)
        }
    };
    match is_probability {
        _ if !model.classes.is_empty() => "the probability of the class",
        true => "a probability",
        false => "a number",
    }
}

fn about(column: &Column) -> String {
    let (kind, _) = KINDS[kind(&column.holds) as usize];
    let kind = kind.to_ascii_lowercase();
    let is_missing = column.nullable || matches!(column.holds, Holds::Text { .. });
    if is_missing { format!("{kind}; NaN is missing") } else { kind }
}

/// A name as C takes it; one that comes again gets a number.
fn identifier(name: &str, taken: &mut HashSet<String>) -> String {
    let plain: String = name.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '_' }).collect();
    let mut candidate = plain.clone();
    let mut number = 2;
    while !taken.insert(candidate.clone()) {
        candidate.clear();
        let _ = write!(candidate, "{plain}_{number}");
        number += 1;
    }
    candidate
}

/// A text that ends no comment and begins no line.
fn in_comment(text: &str) -> String {
    text.chars()
        .map(|sign| if sign.is_control() { ' ' } else { sign })
        .collect::<String>()
        .replace("*/", "* /")
        .replace("/*", "/ *")
}
