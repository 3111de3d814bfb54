//! Whether waiting can help.

/// What can be expected of a resource that is not ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outlook {
    /// It waits for another resource, or for its controller.
    Waiting,
    /// It makes progress, such as a pod that starts.
    Progressing,
    /// It fails, but something else may still mend it. It is terminal if that lasts and nothing makes progress.
    Doubtful,
    /// It can never become ready as it is.
    Terminal,
}

impl Outlook {
    /// Whether it fails.
    pub fn fails(self) -> bool {
        self >= Self::Doubtful
    }
}
