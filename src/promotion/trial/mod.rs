//! Runs migrations on a copy of a schema while readings are written and queried, and judges how long the requests
//! had to wait.
//!
//! `files`, `script`, `load`, `answer` and `result` are pure. `run` needs something that runs SQL.

mod answer;
mod files;
mod load;
mod result;
mod run;
mod script;

pub use self::{
    files::{File, Plan},
    result::{Lock, Trial, Tried},
    run::{Answer, READINGS, Sql, run},
};
