//! Makes a local cluster exist, and removes it without a trace.
