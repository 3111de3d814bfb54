//! One typed snapshot of an environment: the truth behind `status`, `--json` and the summary of `dev`.
