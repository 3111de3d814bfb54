//! What new migrations have created.

use std::collections::BTreeSet;

/// What the migrations so far have created, so that the running code does not use it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// New tables.
    pub tables: BTreeSet<String>,
    /// New functions, which only read.
    pub functions: BTreeSet<String>,
}
