//! The words of the language with what they mean, for completion and hover. Operators and functions are not among them:
//! the standard library declares those.

/// A word and what it means.
pub(crate) struct Word {
    pub word: &'static str,
    pub about: &'static str,
}

const fn word(word: &'static str, about: &'static str) -> Word {
    Word { word, about }
}

/// Types that take no arguments, and those that do with their brackets left out.
pub(crate) const TYPES: [Word; 31] = [
    word("bool", "`true` or `false`."),
    word("int", "A whole number of 64 bits."),
    word("int8", "A whole number of 8 bits."),
    word("int16", "A whole number of 16 bits."),
    word("int32", "A whole number of 32 bits."),
    word("uint8", "A whole number from 0, of 8 bits."),
    word("uint16", "A whole number from 0, of 16 bits."),
    word("uint32", "A whole number from 0, of 32 bits."),
    word("uint64", "A whole number from 0, of 64 bits."),
    word("float", "A number of 64 bits."),
    word("float32", "A number of 32 bits."),
    word("str", "A text."),
    word("bytes", "Bytes."),
    word("date", "A day: `@2021-01-26`."),
    word("time", "A time of day."),
    word("timestamp", "A moment in UTC, in microseconds: `@2021-01-26T08:00:00Z`."),
    word("duration", "A length of time: `30s`, `7d`."),
    word("size", "A number of bytes: `512MiB`."),
    word("category", "A text of few different ones, kept as a dictionary."),
    word("image", "An image."),
    word("decimal", "`decimal[p, s]`: a number of `p` digits, `s` of them behind the point."),
    word("enum", "`enum[\"a\", \"b\"]`: one of these texts; any other is an error."),
    word("list", "`list[T]`: any number of values."),
    word("vector", "`vector[N]`: N numbers of 32 bits."),
    word("struct", "`struct { a: T }`: named fields."),
    word("range", "`range[T]`: from one value to another."),
    word("table", "`table[Schema]`: rows."),
    word("estimator", "`estimator[R -> O]`: knows how to learn."),
    word("transform", "`transform[R -> S]`: a preparation that was fitted."),
    word("model", "`model[R -> O]`: what was fitted, and predicts `O`."),
    word("metrics", "What an evaluation gives."),
];

/// Roles of columns.
pub(crate) const ROLES: [Word; 5] = [
    word("id", "Names the row; never a feature."),
    word("time", "When the row happened."),
    word("target", "What is to be predicted."),
    word("weight", "How much the row counts in training."),
    word("group", "The query of a ranking."),
];

/// Words that begin a declaration.
pub(crate) const DECLARATIONS: [Word; 12] = [
    word("use", "Takes names of another file or of the standard library."),
    word("param", "A value that an env or `--set` can change."),
    word("schema", "The columns of a table."),
    word("connection", "A database."),
    word("catalog", "The datasets that the program reads and writes."),
    word("fn", "A function of values."),
    word("node", "A function of tables."),
    word("pipeline", "What is run: datasets, nodes and learning put together."),
    word("env", "Values and places that replace those of the program."),
    word("test", "Small tables, and what is expected of the nodes."),
    word("allow", "Silences a lint in the declaration below."),
    word("tags", "What `gmlc run --tags` chooses the pipeline or the node below by."),
];

/// Words that begin a statement.
pub(crate) const STATEMENTS: [Word; 7] = [
    word("let", "Gives a value a name."),
    word("save", "`save value as entry`: writes a dataset."),
    word("track", "Puts metrics, figures and reports into the run's record."),
    word("expect", "`expect condition, \"message\"`: stops the run where it does not hold."),
    word("when", "`when condition { .. }`: decided while it runs."),
    word("for", "`for x in [..] { .. }`: once for each."),
    word("run", "`run pipeline(..)`: all that another pipeline does."),
];

/// Words that stand within expressions.
pub(crate) const EXPRESSIONS: [Word; 6] = [
    word("if", "`if c then a else b`"),
    word("match", "`match x { \"a\" => 1, _ => 0 }`"),
    word("not", "True where its operand is false."),
    word("true", "The truth."),
    word("false", "Its opposite."),
    word("null", "No value."),
];

/// What may stand behind the type of a column.
pub(crate) const COLUMN_ENDS: [Word; 4] = [
    word("in", "Values must lie in a range or in a list."),
    word("matches", "Texts must match a regex: `matches r\"..\"`."),
    word("named", "The name that the column has in the file: `named \"Order Date\"`."),
    word("parsed", "The form that it has in the file: `parsed \"%Y%m%d\"`, `parsed us`."),
];

/// What a type of the language is.
pub(crate) fn of_type(name: &str) -> Option<&'static str> {
    TYPES.iter().find(|word| word.word == name).map(|word| word.about)
}
