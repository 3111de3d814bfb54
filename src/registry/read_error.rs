//! Why content of an official registry could not be read.

use crate::base::failure::Failure;

/// Why content could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// The registry does not respond, refuses to, or does not have the content. Another source may have it.
    Unavailable(Failure),
    /// The content is not what the digest says.
    Refused(Failure),
}

impl ReadError {
    /// The failure, whatever the reason.
    pub fn into_failure(self) -> Failure {
        match self {
            Self::Unavailable(failure) | Self::Refused(failure) => failure,
        }
    }
}
