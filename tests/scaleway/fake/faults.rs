//! What goes wrong on purpose: which requests, how often, and how.

use std::time::Duration;

/// How a request goes wrong.
#[derive(Debug, Clone, Copy)]
pub enum How {
    /// It is turned away for now; the answer may name the seconds to wait.
    TooMany(Option<u64>),
    /// The service is broken.
    Broken(u16),
    /// The answer is late.
    Late(Duration),
    /// What stands there cannot be changed at this moment.
    Conflict,
}

/// Requests that go wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    method: &'static str,
    part: &'static str,
    times: usize,
    how: How,
}

impl Fault {
    /// The next `times` requests with `method` whose path holds `part`.
    pub fn new(method: &'static str, part: &'static str, times: usize, how: How) -> Self {
        Self { method, part, times, how }
    }

    /// Whether this request goes wrong, and how; it counts then.
    fn strikes(&mut self, method: &str, path: &str) -> Option<How> {
        let meant = self.times > 0 && self.method == method && path.contains(self.part);
        self.times -= usize::from(meant);
        meant.then_some(self.how)
    }

    /// Whether it struck as often as it was meant to.
    pub fn is_spent(&self) -> bool {
        self.times == 0
    }
}

/// The first of `faults` that this request meets.
pub fn strike(faults: &mut [Fault], method: &str, path: &str) -> Option<How> {
    faults.iter_mut().find_map(|fault| fault.strikes(method, path))
}
