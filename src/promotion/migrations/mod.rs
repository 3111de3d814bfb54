//! Finds destructive SQL in migrations: statements after which the current code could no longer run. Pure.
//!
//! It needs comments and byte offsets, and must accept every statement of PostgreSQL, so it uses its own
//! tokenizer.

mod destructive;
mod statement;
mod token;

pub use destructive::{Destructive, destructive};
pub use statement::{Statement, statements};
pub use token::{Kind, Token, Unterminated, tokenize};
