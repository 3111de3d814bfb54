//! What a side costs a month, where somebody knows.

use serde::Serialize;

/// EUR a month without taxes, of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cost {
    /// Of the first side; `None` where it is not known.
    pub before: Option<f64>,
    /// Of the second side.
    pub after: Option<f64>,
}

impl Cost {
    /// Whether both are known and a cent apart or more.
    pub fn differs(&self) -> bool {
        matches!((self.before, self.after), (Some(before), Some(after)) if (before - after).abs() >= 0.01)
    }
}
