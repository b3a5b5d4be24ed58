//! The codes of the faults that arise here, as in the table of `gmlc explain`.

pub(crate) const BAD_PATTERN: &str = "GML0223";
pub(crate) const UNKNOWN_COLUMN: &str = "GML0301";
pub(crate) const CONNECTOR_CANNOT_HOLD: &str = "GML0511";
pub(crate) const SAVE_TO_PATTERN: &str = "GML0515";
pub(crate) const FILE_MISSING: &str = "GML0901";
pub(crate) const CANNOT_READ: &str = "GML0902";
pub(crate) const NOT_PARQUET: &str = "GML0903";
pub(crate) const HEADER_LACKS_COLUMN: &str = "GML0904";
pub(crate) const VALUE_DOES_NOT_PARSE: &str = "GML0905";
pub(crate) const CONTRACT_VIOLATED: &str = "GML0906";
pub(crate) const NULL_IN_COLUMN: &str = "GML0907";
pub(crate) const ENUM_VALUE_NOT_LISTED: &str = "GML0908";
pub(crate) const CANNOT_WRITE: &str = "GML0910";
pub(crate) const STORED_TYPE_DIFFERS: &str = "GML0913";
pub(crate) const EMPTY_FILE: &str = "GML0914";
pub(crate) const MALFORMED_LINE: &str = "GML0915";
pub(crate) const NOT_UNIQUE: &str = "GML0917";
pub(crate) const NOT_IMPLEMENTED: &str = "GML0912";
pub(crate) const ARITHMETIC_FAULT: &str = "GML0923";
pub(crate) const OUT_OF_MEMORY: &str = "GML0927";
pub(crate) const INTERNAL_ERROR: &str = "GML0999";
