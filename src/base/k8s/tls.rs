//! One TLS implementation for the whole process.

/// Installs ring as the process's TLS implementation, once.
///
/// Libraries that bring TLS ask for the installed one; with none installed they end the process.
pub fn install() {
    // Somebody else may have installed it already: that one serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
