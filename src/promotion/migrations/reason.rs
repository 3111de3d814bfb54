//! Why a statement is not known to be safe.

/// The kinds of danger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// It takes away what the running code uses, or forbids what it does.
    Removes,
    /// It changes or removes stored readings.
    Readings,
    /// It changes other rows, rights or settings.
    Changes,
    /// It runs code that cannot be judged.
    Opaque,
    /// It makes requests wait.
    Blocks,
    /// It cannot run in the transaction of a migration, or ends it.
    Impossible,
    /// It cannot be read.
    Unreadable,
}

/// Why a statement is not known to be safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    pub class: Class,
    /// What it would do.
    pub what: String,
    /// The safe way.
    pub instead: String,
}

impl Reason {
    pub(super) fn new(class: Class, what: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { class, what: what.into(), instead: instead.into() }
    }
}
