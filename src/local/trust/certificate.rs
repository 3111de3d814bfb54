//! What there is to know of an authority's certificate before a machine is made to trust it.

use sha2::{Digest, Sha256};
use x509_parser::{
    extensions::GeneralName,
    pem::{Pem, parse_x509_pem},
};

use crate::base::failure::{Context, Failure, Kind, Result};

/// An authority's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// It, PEM.
    pub pem: String,
    /// SHA-256 of its DER, 64 lower-case hexadecimal digits.
    pub fingerprint: String,
    /// Its subject, for people.
    pub subject: String,
    /// When it ends.
    pub expires: jiff::Timestamp,
    /// Whether it may sign for others.
    pub authority: bool,
    /// The DNS names, with all below them, that it may sign for; empty when it may sign for any.
    pub permitted: Vec<String>,
}

impl Certificate {
    /// Reads the first certificate of `pem`.
    pub fn read(pem: &[u8]) -> Result<Self> {
        let what = "read the authority's certificate";
        let (_, found) = parse_x509_pem(pem).context(Kind::Workload, what)?;
        let parsed = found.parse_x509().context(Kind::Workload, what)?;
        let ca = parsed.basic_constraints().context(Kind::Workload, what)?;
        let constraints = parsed.name_constraints().context(Kind::Workload, what)?;
        let trees = constraints.and_then(|found| found.value.permitted_subtrees.as_deref());
        let dns = trees.unwrap_or_default().iter().filter_map(|tree| match tree.base {
            GeneralName::DNSName(name) => Some(name.to_owned()),
            _ => None,
        });
        let expires = jiff::Timestamp::from_second(parsed.validity().not_after.timestamp());
        Ok(Self {
            pem: armoured(pem).unwrap_or_default(),
            fingerprint: fingerprint(&found.contents),
            subject: parsed.subject().to_string(),
            expires: expires.context(Kind::Workload, what)?,
            authority: ca.is_some_and(|ca| ca.value.ca),
            permitted: dns.collect(),
        })
    }

    /// What files, nicknames and aliases of it are called.
    pub fn name(&self) -> String {
        format!("seasense-{}", self.fingerprint.get(..16).unwrap_or(&self.fingerprint))
    }

    /// Refuses what must not be trusted for `hostname`: no authority, or one that could sign for other names.
    pub fn require_harmless(&self, hostname: &str) -> Result<()> {
        let refused = |why: String| {
            Failure::new(Kind::Workload, "this certificate is not one to trust")
                .because(why)
                .hint("see the Certificate `seasense-ca` in `gitops/infrastructure/gateway-config/issuer/self-signed/`")
        };
        if !self.authority {
            return Err(refused("it is no certificate of an authority".to_owned()));
        }
        let below = |name: &String| name == hostname || name.ends_with(&format!(".{hostname}"));
        match self.permitted.iter().find(|name| !below(name)) {
            Some(name) => Err(refused(format!("it may sign for `{name}`, which is not of `{hostname}`"))),
            None if self.permitted.is_empty() => Err(refused("it may sign for any name".to_owned())),
            None => Ok(()),
        }
    }
}

/// SHA-256 of a certificate in DER, lower-case hexadecimal.
pub fn fingerprint(der: &[u8]) -> String {
    hex::encode(Sha256::digest(der))
}

/// The fingerprints of every certificate in `text`, PEM with anything between.
pub fn fingerprints(text: &[u8]) -> Vec<String> {
    let whole = Pem::iter_from_buffer(text).filter_map(std::result::Result::ok);
    whole.filter(|pem| pem.label == "CERTIFICATE").map(|pem| fingerprint(&pem.contents)).collect()
}

/// The first certificate of `text`, without what else the file holds.
fn armoured(text: &[u8]) -> Option<String> {
    const END: &str = "-----END CERTIFICATE-----";
    let text = std::str::from_utf8(text).ok()?;
    let from = text.find("-----BEGIN CERTIFICATE-----")?;
    let end = from + text.get(from..)?.find(END)? + END.len();
    Some(format!("{}\n", text.get(from..end)?))
}

#[cfg(test)]
pub mod samples {
    //! Throw-away authorities.

    use rcgen::{
        BasicConstraints, CertificateParams, CertifiedIssuer, DnType, GeneralSubtree, IsCa, KeyPair,
        NameConstraints,
    };

    /// An authority that may sign for `permitted` and below; for any name where that is empty.
    pub fn authority(permitted: &[&str]) -> CertifiedIssuer<'static, KeyPair> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "SeaSense throw-away authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        if !permitted.is_empty() {
            let trees = permitted.iter().map(|name| GeneralSubtree::DnsName((*name).to_owned())).collect();
            params.name_constraints =
                Some(NameConstraints { permitted_subtrees: trees, excluded_subtrees: Vec::new() });
        }
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_may_sign_for_and_forgets_what_else_the_file_holds() {
        let pem = samples::authority(&["seasense.localhost"]).pem();
        let read = Certificate::read(format!("a note\n{pem}").as_bytes()).unwrap();
        assert_eq!(read.permitted, ["seasense.localhost"]);
        assert_eq!(read.pem, pem.replace("\r\n", "\n"));
        assert_eq!(fingerprints(pem.as_bytes()), std::slice::from_ref(&read.fingerprint));
        assert!(read.authority && read.subject.contains("throw-away"), "{read:?}");
        assert_eq!(read.name().len(), "seasense-".len() + 16);
        assert_eq!(read.require_harmless("seasense.localhost"), Ok(()));
    }

    #[test]
    fn what_could_sign_for_others_is_refused() {
        let of =
            |permitted: &[&str]| Certificate::read(samples::authority(permitted).pem().as_bytes()).unwrap();
        let why =
            |permitted: &[&str]| of(permitted).require_harmless("sea.example").unwrap_err().causes.remove(0);
        assert_eq!(why(&[]), "it may sign for any name");
        assert!(why(&["sea.example", "bank.example"]).contains("bank.example"));
        assert!(why(&["notsea.example"]).contains("notsea.example"));
        assert_eq!(of(&["api.sea.example"]).require_harmless("sea.example"), Ok(()));
        assert!(Certificate::read(b"no certificate").is_err());
    }
}
