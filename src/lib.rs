//! seasense: runs the whole production platform on a laptop, and promotes exactly what ran there.
//!
//! The modules stand in the order in which data flows through them:
//! `cli` calls them: `config -> plan -> supply -> engine -> artifact -> phases -> workloads -> observe -> promote, compare, upkeep, diagnose`.

#[cfg(feature = "cli")]
pub mod cli;

#[cfg(feature = "cli")]
pub mod config;

#[cfg(feature = "cli")]
pub mod cost;

#[cfg(feature = "cli")]
pub mod plan;

#[cfg(feature = "cli")]
pub mod trust;

#[cfg(feature = "cli")]
pub mod supply;

#[cfg(feature = "cli")]
pub mod engine;

#[cfg(feature = "cli")]
pub mod artifact;

#[cfg(feature = "cli")]
pub mod phases;

#[cfg(feature = "cli")]
pub mod workloads;

#[cfg(feature = "cli")]
pub mod observe;

#[cfg(feature = "cli")]
pub mod promote;

#[cfg(feature = "cli")]
pub mod compare;

#[cfg(feature = "cli")]
pub mod target;

#[cfg(feature = "cli")]
pub mod upkeep;

#[cfg(feature = "cli")]
pub mod diagnose;

#[cfg(feature = "cli")]
pub mod infra;

#[cfg(feature = "cli")]
pub mod docker;
#[cfg(feature = "cli")]
pub mod k8s;
#[cfg(feature = "cli")]
pub mod tool;
#[cfg(feature = "cli")]
pub mod watch;
#[cfg(feature = "cli")]
pub mod yaml;

#[cfg(feature = "cli")]
pub mod event;
#[cfg(feature = "cli")]
pub mod failure;
#[cfg(feature = "cli")]
pub mod timing;
#[cfg(feature = "cli")]
pub mod ui;

#[cfg(feature = "apps")]
pub mod apps;
