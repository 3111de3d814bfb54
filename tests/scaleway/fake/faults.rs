//! Injected faults: which requests fail, how often, and how.

use std::time::Duration;

/// The kind of a fault.
#[derive(Debug, Clone, Copy)]
pub enum FaultKind {
    /// Status 429; the response may contain the seconds to wait.
    TooMany(Option<u64>),
    /// A server error with this status.
    Broken(u16),
    /// A delayed response.
    Late(Duration),
    /// The resource is in a transient state.
    Conflict,
}

/// A fault of certain requests.
#[derive(Debug, Clone)]
pub struct Fault {
    method: &'static str,
    part: &'static str,
    times: usize,
    how: FaultKind,
}

impl Fault {
    /// A fault of the next `times` requests with `method` whose path contains `part`.
    pub fn new(method: &'static str, part: &'static str, times: usize, how: FaultKind) -> Self {
        Self { method, part, times, how }
    }

    /// Returns the fault of this request, if it has one, and counts it.
    fn apply(&mut self, method: &str, path: &str) -> Option<FaultKind> {
        let applies = self.times > 0 && self.method == method && path.contains(self.part);
        self.times -= usize::from(applies);
        applies.then_some(self.how)
    }

    /// Whether it occurred as often as planned.
    pub fn is_spent(&self) -> bool {
        self.times == 0
    }
}

/// The first of `faults` that applies to this request.
pub fn next(faults: &mut [Fault], method: &str, path: &str) -> Option<FaultKind> {
    faults.iter_mut().find_map(|fault| fault.apply(method, path))
}
