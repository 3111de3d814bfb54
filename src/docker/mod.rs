//! The only user of the Docker API.
