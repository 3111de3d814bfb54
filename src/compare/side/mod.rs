//! One side of a comparison: how it is named, and how its content is read.

mod images;
mod lock;
mod name;
mod read;
mod settings;

pub use images::Image;
pub use name::{SideName, shared_environment};
pub(super) use read::render_work_tree;
pub use read::{CompareContext, Side, read};
