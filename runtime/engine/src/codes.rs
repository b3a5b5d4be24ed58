//! The codes of the faults that arise here, as in the table of `gmlc explain`.

pub(crate) const UNKNOWN_PIPELINE: &str = "GML0111";
pub(crate) const CONNECTOR_CANNOT_HOLD: &str = "GML0511";
pub(crate) const FILE_MISSING: &str = "GML0901";
pub(crate) const CANNOT_READ: &str = "GML0902";
pub(crate) const CANNOT_WRITE: &str = "GML0910";
pub(crate) const NOT_IMPLEMENTED: &str = "GML0912";
pub(crate) const OUT_OF_MEMORY: &str = "GML0927";
pub(crate) const NO_GPU: &str = "GML0952";
pub(crate) const NO_VERSION: &str = "GML0953";
pub(crate) const EXPECTATION_FAILED: &str = "GML0916";
pub(crate) const TRACKING: &str = "GML0980";
pub(crate) const INTERNAL_ERROR: &str = "GML0999";
