//! seasense: runs the whole production platform on a laptop, and promotes exactly what ran there.
//!
//! `cli` parses arguments and renders results; `launch` and `promotion` decide and execute; every other module does one
//! job for them. `docs/architecture.md` shows how data flows through the modules.

#[cfg(feature = "apps")]
pub mod apps;
#[cfg(feature = "cli")]
pub mod artifact;
#[cfg(feature = "cli")]
pub mod base;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod cloud;
#[cfg(feature = "cli")]
pub mod compare;
#[cfg(feature = "cli")]
pub mod config;
#[cfg(feature = "cli")]
pub mod diagnose;
#[cfg(feature = "cli")]
pub mod images;
#[cfg(feature = "cli")]
pub mod launch;
#[cfg(feature = "cli")]
pub mod local;
#[cfg(feature = "cli")]
pub mod observe;
#[cfg(feature = "cli")]
pub mod phases;
#[cfg(feature = "cli")]
pub mod promotion;
#[cfg(feature = "cli")]
pub mod registry;
#[cfg(feature = "cli")]
pub mod ui;
#[cfg(feature = "cli")]
pub mod workloads;
