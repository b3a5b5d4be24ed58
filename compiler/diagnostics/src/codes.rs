//! The table of codes.
//!
//! A new code is one line here and one page in `docs/errors/`. A code that is no longer given keeps its line: ids and
//! names are never reused. Blocks: 00 syntax, 01 names, 02 types and calls, 03 rows and columns, 04 nulls, 05 datasets
//! and environments, 06 partitions and leakage, 07 learning, 08 lints, 09 faults of the environment and the run.

use crate::Severity::{Error, Warning};
use crate::code::{Code, Entry};

macro_rules! codes {
    ($($id:ident $constant:ident $name:literal $severity:ident $summary:literal)*) => {
        /// The place of each code in the table.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum Place { $($constant),* }

        $(
            #[doc = concat!("`", stringify!($id), " ", $name, "`: ", $summary)]
            pub const $constant: Code = Code(Place::$constant as u16);
        )*

        pub(crate) static TABLE: &[Entry] = &[$(Entry {
            id: stringify!($id),
            name: $name,
            severity: $severity,
            summary: $summary,
            page: include_str!(concat!("../../../docs/errors/", stringify!($id), ".md")),
        }),*];

        #[cfg(test)]
        pub(crate) static CONSTANTS: &[&str] = &[$(stringify!($constant)),*];
    };
}

codes! {
    // Syntax.
    GML0001 UNEXPECTED_TOKEN "unexpected-token" Error "Something else is due at this place."
    GML0002 UNCLOSED_DELIMITER "unclosed-delimiter" Error "A brace, bracket or parenthesis is never closed."
    GML0003 UNMATCHED_DELIMITER "unmatched-delimiter" Error "A closing brace, bracket or parenthesis has no opening one."
    GML0004 UNTERMINATED_TEXT "unterminated-text" Error "A text literal has no closing quote."
    GML0005 BAD_ESCAPE "bad-escape" Error "A backslash in a text is followed by something that is no escape."
    GML0006 BAD_NUMBER "bad-number" Error "A number is written in a way that has no meaning."
    GML0007 BAD_DATE "bad-date" Error "A date or timestamp literal names no day or time that exists."
    GML0008 UNKNOWN_UNIT "unknown-unit" Error "A duration or size literal ends in an unknown unit."
    GML0009 UNKNOWN_CHARACTER "unknown-character" Error "A character has no meaning in the language."
    GML0010 INVALID_UTF8 "invalid-utf8" Error "A source file is not UTF-8 text."
    GML0011 FILE_TOO_LARGE "file-too-large" Error "A source file is larger than the compiler takes."
    GML0012 NESTING_TOO_DEEP "nesting-too-deep" Error "Expressions, types or blocks are nested deeper than the compiler takes."
    GML0013 MISPLACED_DECLARATION "misplaced-declaration" Error "A declaration stands within another one."
    GML0014 MISPLACED_STATEMENT "misplaced-statement" Error "A statement stands where no statement can be."
    GML0015 FOREIGN_KEYWORD "foreign-keyword" Error "A keyword of another language stands where GML has its own word."
    GML0016 FOREIGN_OPERATOR "foreign-operator" Error "An operator of another language stands where GML has its own."
    GML0017 ASSIGNMENT_IN_EXPRESSION "assignment-in-expression" Error "A single = stands where a comparison is meant."
    GML0018 SINGLE_QUOTES "single-quotes" Error "A text is written in single quotes."
    GML0019 RESERVED_WORD "reserved-word" Error "A keyword is used as a name."
    GML0020 MISSING_COMMA "missing-comma" Error "Two items of a list stand side by side without a comma."
    GML0021 CHAINED_COMPARISON "chained-comparison" Error "Comparisons are chained, as in a < b < c."
    GML0022 MISSING_RESULT "missing-result" Error "A body ends without the expression that is its result."
    GML0023 DANGLING_DOC_COMMENT "dangling-doc-comment" Warning "A doc comment stands before nothing that it could document."
    GML0024 POSITIONAL_AFTER_NAMED "positional-after-named" Error "An argument without a name follows one with a name."

    // Names and declarations.
    GML0101 UNKNOWN_NAME "unknown-name" Error "Nothing in scope has this name."
    GML0102 UNKNOWN_MODULE "unknown-module" Error "A use names a module that is neither in the standard library nor beside the file."
    GML0103 UNKNOWN_IMPORT "unknown-import" Error "The module declares nothing of this name."
    GML0104 UNKNOWN_IN_ENV "unknown-in-env" Error "An env sets something that the program does not declare."
    GML0105 DUPLICATE_NAME "duplicate-name" Error "Two declarations in one scope have the same name."
    GML0106 IMPORT_CYCLE "import-cycle" Error "Modules import each other in a circle."
    GML0107 DEFINITION_CYCLE "definition-cycle" Error "A declaration needs itself, directly or through others."
    GML0108 NOT_A_VALUE "not-a-value" Error "The name is that of a type, a module or a declaration that is no value."
    GML0109 MISSING_PARAM_VALUE "missing-param-value" Error "A parameter has neither a default nor a value for this run."
    GML0111 UNKNOWN_PIPELINE "unknown-pipeline" Error "No pipeline has this name."
    GML0113 DUPLICATE_ENV_SETTING "duplicate-env-setting" Error "An env sets the same thing twice."
    GML0114 USED_BEFORE_LET "used-before-let" Error "A name is used before the let that binds it."
    GML0115 UNKNOWN_SETTING "unknown-setting" Error "The command line names a parameter, an env or a pipeline that the program does not declare."
    GML0120 UNUSED_LET "unused-let" Warning "A let is never used."
    GML0121 UNUSED_IMPORT "unused-import" Warning "An imported name is never used."
    GML0122 UNUSED_PARAM "unused-param" Warning "A parameter of the program is never used."
    GML0123 UNUSED_ARGUMENT "unused-argument" Warning "An argument of a node, a function or a pipeline is never used in its body."
    GML0124 UNUSED_NODE "unused-node" Warning "No pipeline, node or test calls this node."
    GML0125 UNUSED_FN "unused-fn" Warning "This function is never called."
    GML0126 UNUSED_SCHEMA "unused-schema" Warning "This schema is never used as a type."
    GML0127 UNUSED_CONNECTION "unused-connection" Warning "No catalog entry uses this connection."

    // Types and calls.
    GML0201 TYPE_MISMATCH "type-mismatch" Error "A value has another type than its place wants."
    GML0202 UNKNOWN_FUNCTION "unknown-function" Error "Nothing that can be called has this name."
    GML0203 UNKNOWN_ARGUMENT "unknown-argument" Error "The function has no argument of this name."
    GML0204 MISSING_ARGUMENT "missing-argument" Error "An argument without a default is not given."
    GML0205 TOO_MANY_ARGUMENTS "too-many-arguments" Error "More arguments are given than the function takes."
    GML0206 DUPLICATE_ARGUMENT "duplicate-argument" Error "An argument is given twice."
    GML0207 NO_OVERLOAD_FITS "no-overload-fits" Error "The function exists for other types of arguments than these."
    GML0208 NOT_AN_ENUM_VALUE "not-an-enum-value" Error "A text is given to an enum that does not list it."
    GML0209 IMPOSSIBLE_COMPARISON "impossible-comparison" Error "An enum is compared with a text that it does not list, so the answer is always the same."
    GML0210 OPERATOR_DOES_NOT_APPLY "operator-does-not-apply" Error "The operator has no meaning for operands of these types."
    GML0211 NON_EXHAUSTIVE_MATCH "non-exhaustive-match" Error "A match leaves values without an arm."
    GML0212 UNREACHABLE_ARM "unreachable-arm" Warning "The arms above take everything that this arm could."
    GML0213 BRANCHES_DIFFER "branches-differ" Error "The branches of an if or a match have types that do not go together."
    GML0214 NOT_CALLABLE "not-callable" Error "A value is called that is no function."
    GML0215 UNKNOWN_TYPE "unknown-type" Error "No type or schema has this name."
    GML0216 WRONG_TYPE_ARGUMENTS "wrong-type-arguments" Error "A type is given arguments that it does not take."
    GML0217 FIELD_OF_NULLABLE "field-of-nullable" Error "A field is read of a struct that may be null."
    GML0218 NOT_A_STRUCT "not-a-struct" Error "A field is read of a value that has no fields."
    GML0219 UNKNOWN_FIELD "unknown-field" Error "The struct has no field of this name."
    GML0220 LITERAL_OUT_OF_RANGE "literal-out-of-range" Error "A number does not fit its type."
    GML0221 CONSTANT_NEEDED "constant-needed" Error "The value must be known before the run, and this one is not."
    GML0222 BAD_SETTING_VALUE "bad-setting-value" Error "A value from --set or an env does not have the type of its parameter."
    GML0223 BAD_REGEX "bad-regex" Error "A regular expression cannot be read."
    GML0224 BAD_DATE_FORMAT "bad-date-format" Error "A format for dates or timestamps cannot be read, or lacks a part that the type needs."
    GML0225 EMPTY_RANGE "empty-range" Error "A range ends before it begins, so nothing can be in it."
    GML0226 UNKNOWN_PART "unknown-part" Error "The split has no part of this name."
    GML0227 MIXED_LIST "mixed-list" Error "The items of a list have types that do not go together."
    GML0228 UNKNOWN_CHOICE "unknown-choice" Error "The argument takes one of several words, and this is none of them."
    GML0229 ARGUMENT_OUT_OF_RANGE "argument-out-of-range" Error "The value of an argument lies outside what the operator takes."
    GML0230 CANNOT_INFER_TYPE "cannot-infer-type" Error "Nothing here says what type the value has."
    GML0231 DUPLICATE_FIELD "duplicate-field" Error "A record or a struct has the same field twice."
    GML0232 DUPLICATE_ENUM_VALUE "duplicate-enum-value" Error "An enum lists the same text twice."
    GML0233 DIVISION_BY_ZERO "division-by-zero" Error "An integer is divided by a constant zero."

    GML0234 UNKNOWN_ENTRY_COLUMN "unknown-entry-column" Error "A connector names a column that its catalog entry does not have."

    // Rows and columns.
    GML0301 UNKNOWN_COLUMN "unknown-column" Error "The row at hand has no column of this name."
    GML0302 DUPLICATE_COLUMN "duplicate-column" Error "Two columns of one row would have the same name."
    GML0303 COLUMN_COLLISION "column-collision" Error "Both sides of a join have a column of this name that is no key."
    GML0304 JOIN_KEY_TYPES "join-key-types" Error "The two sides of a join have keys of different types."
    GML0305 COLUMN_OUTSIDE_ROW "column-outside-row" Error "A leading dot is used where there is no row."
    GML0306 AGGREGATE_NEEDED "aggregate-needed" Error "A value of a single row is given where one value for many rows is due."
    GML0307 ROW_EXPRESSION_NEEDED "row-expression-needed" Error "An aggregate is given where a value of each row is due."
    GML0308 ORDER_NEEDED "order-needed" Error "A window that depends on the order of rows has no order."
    GML0309 LITERAL_LACKS_COLUMN "literal-lacks-column" Error "A row of a table literal leaves out a column that cannot be null."
    GML0310 LITERAL_UNKNOWN_COLUMN "literal-unknown-column" Error "A row of a table literal has a column that its type does not know."
    GML0311 RESULT_LACKS_COLUMN "result-lacks-column" Error "The result of a body lacks a column of the declared type."
    GML0312 RESULT_EXTRA_COLUMN "result-extra-column" Error "The result of a body has a column that the declared type does not."
    GML0313 RESULT_COLUMN_TYPE "result-column-type" Error "A column of the result has another type than declared."
    GML0314 UNION_ROWS_DIFFER "union-rows-differ" Error "Tables with different columns are put one below the other."
    GML0315 UNIQUE_UNKNOWN_COLUMN "unique-unknown-column" Error "unique names a column that the schema does not have."
    GML0316 CONTRACT_TYPE "contract-type" Error "A contract has no meaning for the type of its column."
    GML0317 DUPLICATE_ROLE "duplicate-role" Error "Two columns have a role that only one can have."
    GML0318 DUPLICATE_CLAUSE "duplicate-clause" Error "A column of a schema has the same clause twice."
    GML0319 STORED_FORM_TYPE "stored-form-type" Error "parsed stands behind a column that is neither a date, a time nor a timestamp."
    GML0320 DUPLICATE_STORED_NAME "duplicate-stored-name" Error "Two columns of a schema are stored under the same name."
    GML0321 NESTED_AGGREGATE "nested-aggregate" Error "An aggregate stands within another aggregate."
    GML0322 COLUMN_NEEDS_NAME "column-needs-name" Error "A computed column has no name."
    GML0323 CANNOT_BE_KEY "cannot-be-key" Error "A column of this type cannot be a key to group, join or compare by."
    GML0324 NO_ORDER_OF_TYPE "no-order-of-type" Error "Values of this type have no order to sort by."
    GML0325 NO_COLUMNS_LEFT "no-columns-left" Error "The step leaves a table without columns."
    GML0326 WINDOW_ORDER_TYPE "window-order-type" Error "A window over a stretch of time is not ordered by one date or timestamp."
    GML0327 ROLE_TYPE "role-type" Error "A column has a role that its type cannot fill."
    GML0328 PART_LACKS_COLUMN "part-lacks-column" Error "One of the tables that are put together lacks a column that the others have."
    GML0329 NO_COLUMN_OF_ROLE "no-column-of-role" Error "The rows have no column of the role that the step needs."
    GML0330 ONE_COLUMN_DUE "one-column-due" Error "Several columns are named where one is due, or none."
    GML0331 CONFORM_LACKS_COLUMN "conform-lacks-column" Error "A table lacks a column of the schema that it is to become one of."

    // Nulls.
    GML0401 NULLABLE_CONDITION "nullable-condition" Error "A condition may be null, which is neither true nor false."
    GML0402 NULL_NOT_ALLOWED "null-not-allowed" Error "A value that may be null meets a place that cannot hold null."
    GML0403 NEEDLESS_DEFAULT "needless-default" Warning "?? stands behind a value that is never null."
    GML0404 NEEDLESS_NULL_CHECK "needless-null-check" Warning "A value that is never null is checked for null."
    GML0405 COMPARED_WITH_NULL "compared-with-null" Error "A value is compared with null by == or !=."
    GML0406 NEEDLESS_SAFE_ACCESS "needless-safe-access" Warning "?. reads a field of a struct that is never null."

    // Datasets and environments.
    GML0501 UNKNOWN_DATASET "unknown-dataset" Error "The catalog has no entry of this name."
    GML0503 DATASET_WRITTEN_TWICE "dataset-written-twice" Error "Two saves write the same dataset."
    GML0504 SAVED_TYPE_DIFFERS "saved-type-differs" Error "A value is saved under an entry of another type."
    GML0505 MODEL_ROWS_UNKNOWN "model-rows-unknown" Warning "No pipeline saves this model and its entry leaves its rows out, so its use cannot be checked."
    GML0506 SAVE_OUTSIDE_PIPELINE "save-outside-pipeline" Error "save, track or run stands outside of a pipeline."
    GML0507 ENV_CHANGES_TYPE "env-changes-type" Error "An env gives a catalog entry a type or a parameter a value of another type."
    GML0508 UNKNOWN_CONNECTOR "unknown-connector" Error "No connector has this name."
    GML0509 DATASET_IN_NODE "dataset-in-node" Error "A node or a function reads the catalog."
    GML0510 UNUSED_DATASET "unused-dataset" Warning "No pipeline reads or saves this catalog entry."
    GML0511 CONNECTOR_CANNOT_HOLD "connector-cannot-hold" Error "The connector cannot hold a value of this type."
    GML0513 READS_OWN_SAVE "reads-own-save" Error "Pipelines read and save datasets in a circle."
    GML0514 CANNOT_TRACK "cannot-track" Error "track is given something other than metrics, a figure or a report."
    GML0515 SAVE_TO_PATTERN "save-to-pattern" Error "A value is saved under an entry whose path is a pattern of many files."
    GML0516 SAME_PLACE "same-place" Error "Two catalog entries share one place, and one of them is written."

    // Partitions and leakage.
    GML0601 FIT_ON_TEST "fit-on-test" Error "Something is fitted on a test partition."
    GML0602 STOP_ON_TEST "stop-on-test" Error "A test partition decides when training stops."
    GML0603 CALIBRATE_ON_TEST "calibrate-on-test" Error "A model is calibrated on a test partition."
    GML0604 TUNE_ON_TEST "tune-on-test" Error "Settings are chosen by a test partition."
    GML0605 JUDGED_ON_TRAIN "judged-on-train" Warning "A model is judged on rows that it was fitted on."
    GML0606 JUDGED_ON_VALID "judged-on-valid" Warning "A model is judged on rows that it was stopped by or tuned on."
    GML0607 PARTITIONS_OVERLAP "partitions-overlap" Error "The parts of a split share rows."
    GML0608 JUDGED_ON_CALIBRATION "judged-on-calibration" Warning "A model is judged on rows that it was calibrated on."
    GML0609 VALID_IN_TRAIN "valid-in-train" Warning "Rows that a model learns from decide when it stops or which settings it takes."
    GML0610 CALIBRATE_ON_TRAIN "calibrate-on-train" Warning "A model is calibrated on rows that it was fitted on."
    GML0611 FEATURE_FROM_TARGET "feature-from-target" Error "A feature is computed from the target."
    GML0612 TARGET_FROM_FEATURES "target-from-features" Warning "The target is computed from the features of the same row."
    GML0613 TARGET_ACROSS_PARTS "target-across-parts" Error "A feature is computed from targets of several parts of a split."
    GML0614 STATISTIC_ACROSS_PARTS "statistic-across-parts" Warning "A feature is computed from rows of several parts of a split."
    GML0615 FEATURE_FROM_LATER "feature-from-later" Error "A feature looks at rows behind its own time."
    GML0616 FEATURE_OVER_ALL_TIME "feature-over-all-time" Warning "A feature is computed over all rows, those behind its own time among them."
    GML0617 FEATURE_FROM_OWN_PREDICTION "feature-from-own-prediction" Error "A feature is the prediction of a model that has learned from the same rows."

    // Learning.
    GML0701 NO_TARGET "no-target" Error "The rows to learn from have no target column."
    GML0702 TARGET_TYPE "target-type" Error "The target has a type that the objective cannot learn."
    GML0703 FEATURE_TYPE "feature-type" Error "A feature has a type that the learner cannot take."
    GML0704 SCORING_LACKS_COLUMN "scoring-lacks-column" Error "The rows to score lack a column that the model was trained on."
    GML0705 SCORING_COLUMN_TYPE "scoring-column-type" Error "A column to score has another type than the one that the model was trained on."
    GML0706 TEXT_WITHOUT_ENCODER "text-without-encoder" Warning "A str feature reaches the learner without an encoder."
    GML0707 NO_GROUP "no-group" Error "A ranking objective has no group column."
    GML0708 NO_FEATURES "no-features" Error "Every column has a role, so there is no feature to learn from."
    GML0709 NULLABLE_TARGET "nullable-target" Error "The target may be null."
    GML0710 NOT_FITTED "not-fitted" Error "An estimator is used that was not fitted."
    GML0711 ALREADY_FITTED "already-fitted" Error "Something already fitted is given where an estimator is due."
    GML0712 CHAIN_MISMATCH "chain-mismatch" Error "The parts of a >> chain do not fit together."
    GML0713 METRIC_DOES_NOT_FIT "metric-does-not-fit" Error "The metric has no meaning for what the model predicts."
    GML0715 SEVERAL_TARGETS "several-targets" Error "The rows to learn from have more than one target column."
    GML0716 VALID_NEEDED "valid-needed" Error "Early stopping is asked for, and there is no validation partition to watch."
    GML0717 UNKNOWN_SEARCH "unknown-search" Error "What is looked for is no argument of any estimator that is tuned."
    GML0718 SEARCH_TYPE "search-type" Error "Values are looked for that the argument of the estimator cannot take."
    GML0719 AMBIGUOUS_SEARCH "ambiguous-search" Error "Several estimators that are tuned have an argument of this name."
    GML0720 OTHER_PREDICTION "other-prediction" Error "The model predicts something other than what the step works on."
    GML0721 OTHER_ITEMS "other-items" Error "The items of the sequences have another type than those that the recommender knows."
    GML0722 OTHER_SOURCE "other-source" Error "The estimator learns from sequences and is given rows, or the other way round."
    GML0723 NO_COLUMN_OF_TYPE "no-column-of-type" Error "The rows have no feature of the type that the step works on."
    GML0724 SEVERAL_COLUMNS_OF_TYPE "several-columns-of-type" Error "The rows have several features of the type that the step works on, and one is due."
    GML0725 OTHER_ROWS "other-rows" Error "Two models are put side by side that were trained on different columns."
    GML0726 NULLABLE_FEATURE "nullable-feature" Warning "A feature may be null, and the learner cannot take null."

    // Lints.
    GML0801 JOIN_WITHOUT_EXPECT "join-without-expect" Warning "A join does not state its cardinality."
    GML0802 RANDOM_WITHOUT_SEED "random-without-seed" Warning "Something is drawn at random without being told a seed."
    GML0803 SHADOWED_NAME "shadowed-name" Warning "A name hides another one of an outer scope."
    GML0804 NAME_CASE "name-case" Warning "A name is not written in the case of its kind."
    GML0805 CONSTANT_CONDITION "constant-condition" Warning "A condition is the same for every row."
    GML0806 SELF_COMPARISON "self-comparison" Warning "A value is compared with itself."
    GML0807 PIPELINE_WITHOUT_EFFECT "pipeline-without-effect" Warning "A pipeline neither saves, tracks nor expects anything."
    GML0808 UNKNOWN_LINT "unknown-lint" Warning "allow names no warning that there is."
    GML0809 UNUSED_ALLOW "unused-allow" Warning "allow silences nothing."
    GML0810 NODE_COULD_BE_FN "node-could-be-fn" Warning "A node looks at no table, so it could be a fn."
    GML0811 JOIN_MULTIPLIES_ROWS "join-multiplies-rows" Warning "A join finds several rows where one is meant."
    GML0813 CONSTANT_COMPARISON "constant-comparison" Warning "A comparison is always true or never, by the type or the contract of its column."

    // Faults of the environment and the run.
    GML0901 FILE_MISSING "file-missing" Error "A file or a folder does not exist, or a pattern matches none."
    GML0902 CANNOT_READ "cannot-read" Error "A file exists and cannot be read."
    GML0903 NOT_PARQUET "not-parquet" Error "A file is not Parquet, or is cut off or damaged."
    GML0904 HEADER_LACKS_COLUMN "header-lacks-column" Error "A file lacks a column that its schema declares."
    GML0905 VALUE_DOES_NOT_PARSE "value-does-not-parse" Error "A value in a file cannot be read as the type of its column."
    GML0906 CONTRACT_VIOLATED "contract-violated" Error "Rows break the contract of a column."
    GML0907 NULL_IN_COLUMN "null-in-column" Error "A column that cannot be null has nulls in the data."
    GML0908 ENUM_VALUE_NOT_LISTED "enum-value-not-listed" Error "The data hold a text that the enum of the column does not list."
    GML0909 JOIN_CARDINALITY "join-cardinality" Error "A join found more or fewer matches than its expect states."
    GML0910 CANNOT_WRITE "cannot-write" Error "A result cannot be written."
    GML0911 LIBRARY_MISSING "library-missing" Error "A native library that this step needs is not there."
    GML0912 NOT_IMPLEMENTED "not-implemented" Error "The language has this, and this version cannot run it yet."
    GML0913 STORED_TYPE_DIFFERS "stored-type-differs" Error "A column in a file has another type than its schema declares."
    GML0914 EMPTY_FILE "empty-file" Error "A file has no bytes, so not even a header."
    GML0915 MALFORMED_LINE "malformed-line" Error "A line of a CSV or JSON lines file cannot be taken apart."
    GML0916 EXPECTATION_FAILED "expectation-failed" Error "An expect of a pipeline or a test does not hold."
    GML0917 NOT_UNIQUE "not-unique" Error "Rows that a schema declares unique are there more than once."
    GML0918 ARTIFACT_UNREADABLE "artifact-unreadable" Error "A saved model or transform cannot be loaded."
    GML0921 LEARNING_FAILED "learning-failed" Error "A learner gave up."
    GML0922 EMPTY_PARTITION "empty-partition" Error "A partition has no rows."
    GML0923 ARITHMETIC_FAULT "arithmetic-fault" Error "An integer was divided by zero, or a result does not fit its type."
    GML0924 CONFORM_FAILED "conform-failed" Error "A table does not have the schema that conform asks for."
    GML0927 OUT_OF_MEMORY "out-of-memory" Error "A step needs more memory than it may have."
    GML0928 ONE_CLASS "one-class" Error "The target has a single value, so there is nothing to tell apart."
    GML0930 LIBRARY_DAMAGED "library-damaged" Error "A fetched library does not have the pinned checksum."
    GML0931 NO_PROGRAM "no-program" Error "The folder holds no program."
    GML0932 CONFIGURATION_SYNTAX "configuration-syntax" Error "gml.toml is not written in TOML."
    GML0933 UNKNOWN_CONFIGURATION "unknown-configuration" Error "gml.toml configures something that there is not."
    GML0934 UNKNOWN_LINT_LEVEL "unknown-lint-level" Error "gml.toml gives a level to a lint that there is not."
    GML0935 BAD_LINT_LEVEL "bad-lint-level" Error "The level of a lint is none of allow, warn and deny."
    GML0936 NOT_IN_ONNX "not-in-onnx" Error "A saved model has no ONNX file, since a part of it has no form there."
    GML0999 INTERNAL_ERROR "internal-error" Error "A fault of the compiler or the runtime itself."
}
