//! A full-screen view of an environment: model, keys and drawing are pure; only `screen` uses the terminal.

mod model;
mod screen;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use model::{Mark, Model, Row};
pub use screen::{Screen, watch};
