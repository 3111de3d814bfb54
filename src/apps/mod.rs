//! The code that the `backend`, the `fleet` and the `reaper` share; each program is a separate binary.

pub mod shared;
