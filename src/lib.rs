//! seasense: runs the whole production platform on a laptop, and promotes exactly what ran there.
//!
//! The modules stand in the order in which data flows through them:
//! `config -> plan -> supply -> engine -> artifact -> phases -> workloads -> observe`.

pub mod config;

pub mod plan;

pub mod supply;

pub mod engine;

pub mod artifact;

pub mod phases;

pub mod workloads;

pub mod observe;

pub mod docker;
pub mod k8s;
pub mod tool;
pub mod yaml;

pub mod event;
pub mod failure;
pub mod ui;

#[cfg(feature = "apps")]
pub mod apps;
