//! A full-screen view that is worth keeping open: what is shown, what the keys do, and how it is drawn are three pure parts;
//! only `screen` touches the terminal.

mod model;
mod screen;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use model::{Mark, Model, Row};
pub use screen::{Screen, watch};
