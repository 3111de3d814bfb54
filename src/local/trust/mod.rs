//! Adds an environment's certificate authority to the trust stores of this machine, and removes exactly that.
//!
//! Every change is executed only on request, after it was shown and recorded. A certificate is identified by
//! its SHA-256 fingerprint: another certificate with the same name is not touched. A CA that could sign for
//! any name is refused.

mod action;
mod certificate;
mod changes;
mod discover;
mod handshake;
mod inspect;
mod session;
mod status;
mod store_location;
mod trust_record;

pub use action::Action;
pub use certificate::Certificate;
#[cfg(test)]
pub(crate) use changes::tests::change as sample_change;
pub use changes::{Change, require_complete};
pub use discover::{HostTrustConfig, LocatedStore, stores};
pub use handshake::{Roots, handshake};
pub use inspect::{has_traces, is_trusted};
pub use session::{Installation, TrustSession};
pub use status::{AuthorityStatus, GatewayStatus, StoreStatus, TrustStatus};
pub use store_location::{Family, StoreKind, StoreLocation};
pub use trust_record::{Entry, TrustRecord};
