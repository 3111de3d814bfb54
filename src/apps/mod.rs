//! What the reference workloads (`backend`, `frontend`, `fleet`) and the `reaper` share; each of them is a binary of its own.

pub mod shared;
