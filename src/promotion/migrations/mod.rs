//! Reads SQL as far as it takes to see what a migration takes away from the code that runs now. Pure.

mod destructive;
mod statement;
mod token;

pub use destructive::{Found, destructive};
pub use statement::{Statement, statements};
pub use token::{Kind, Token, Unterminated, tokenize};
