//! The code that the workloads (`backend`, `frontend`, `fleet`) and the `reaper` share; each is a separate
//! binary.

pub mod shared;
