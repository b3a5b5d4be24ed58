//! Codes of the faults of this crate, as in the table of `gmlc explain`.

pub(crate) const UNKNOWN_FUNCTION: &str = "GML0265";
pub(crate) const FOREIGN_RESULT: &str = "GML0970";
pub(crate) const SQL_REFUSED: &str = "GML0971";
pub(crate) const PYTHON_RAISED: &str = "GML0972";
pub(crate) const PYTHON_ENDED: &str = "GML0973";
pub(crate) const PYTHON_TIMEOUT: &str = "GML0974";
pub(crate) const PYTHON_MISSING: &str = "GML0975";
pub(crate) const PYTHON_ANSWER: &str = "GML0976";
pub(crate) const OUT_OF_MEMORY: &str = "GML0927";
pub(crate) const FILE_MISSING: &str = "GML0901";
pub(crate) const INTERNAL_ERROR: &str = "GML0999";
