//! Selects one TLS implementation for the whole process.

/// Installs ring as the TLS implementation of the process, once.
///
/// Libraries use the installed implementation and panic without one.
pub fn install() {
    // Another call may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
