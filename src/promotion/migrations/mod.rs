//! Judges the SQL of migrations: only statements that are known to be safe pass. Pure.
//!
//! The SQL is read by a parser of PostgreSQL's own grammar. Each kind of statement has a rule that lists the parts
//! which it may have; a statement, a part or a function that no rule names is refused.

mod alter;
mod dangers;
mod explain;
mod kinds;
mod known;
mod query;
mod read;
mod reason;
mod rules;

pub use self::{
    known::Known,
    read::{Accepted, Mark, contract, starts},
    reason::Class,
    rules::{Finding, judge},
};

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
