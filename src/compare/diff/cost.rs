//! The monthly cost of both sides.

use serde::Serialize;

/// EUR per month without VAT, of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cost {
    /// The cost of the first side; `None` if it is unknown.
    pub before: Option<f64>,
    /// The cost of the second side; `None` if it is unknown.
    pub after: Option<f64>,
}

impl Cost {
    /// Whether both are known and differ by at least a cent.
    pub fn differs(&self) -> bool {
        matches!((self.before, self.after), (Some(before), Some(after)) if (before - after).abs() >= 0.01)
    }
}
