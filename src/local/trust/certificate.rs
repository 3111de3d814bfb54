//! Reads and validates a CA certificate before a machine trusts it.

use sha2::{Digest, Sha256};
use x509_parser::{
    extensions::GeneralName,
    pem::{Pem, parse_x509_pem},
};

use crate::base::failure::{Context, Failure, Kind, Result};

/// A CA certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate, PEM.
    pub pem: String,
    /// SHA-256 of its DER, 64 lower-case hexadecimal digits.
    pub fingerprint: String,
    /// Its subject in text form.
    pub subject: String,
    /// Its expiry.
    pub expires: jiff::Timestamp,
    /// Whether it may sign other certificates.
    pub authority: bool,
    /// The DNS names, including their subdomains, that it may sign for; empty if it may sign for any.
    pub permitted: Vec<String>,
}

impl Certificate {
    /// Reads the first certificate of `pem`.
    pub fn read(pem: &[u8]) -> Result<Self> {
        let what = "cannot read the CA certificate";
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
            pem: first_pem(pem).unwrap_or_default(),
            fingerprint: fingerprint(&found.contents),
            subject: parsed.subject().to_string(),
            expires: expires.context(Kind::Workload, what)?,
            authority: ca.is_some_and(|ca| ca.value.ca),
            permitted: dns.collect(),
        })
    }

    /// The name of its files, nicknames and aliases.
    pub fn name(&self) -> String {
        format!("seasense-{}", self.fingerprint.get(..16).unwrap_or(&self.fingerprint))
    }

    /// Refuses a certificate that must not be trusted for `hostname`: not a CA, or one that could sign for
    /// other names.
    pub fn require_limited_to(&self, hostname: &str) -> Result<()> {
        let refused = |why: String| {
            Failure::new(Kind::Workload, "the certificate must not be trusted")
                .because(why)
                .hint("see the Certificate `seasense-ca` in `gitops/infrastructure/gateway-config/issuer/self-signed/`")
        };
        if !self.authority {
            return Err(refused("it is not a CA certificate".to_owned()));
        }
        let is_covered = |name: &String| name == hostname || name.ends_with(&format!(".{hostname}"));
        match self.permitted.iter().find(|name| !is_covered(name)) {
            Some(name) => Err(refused(format!("it may sign for `{name}`, which is not below `{hostname}`"))),
            None if self.permitted.is_empty() => Err(refused("it may sign for any name".to_owned())),
            None => Ok(()),
        }
    }
}

/// SHA-256 of a certificate in DER, lower-case hexadecimal.
pub fn fingerprint(der: &[u8]) -> String {
    hex::encode(Sha256::digest(der))
}

/// The fingerprints of all certificates in `text`, PEM with any text between.
pub fn fingerprints(text: &[u8]) -> Vec<String> {
    let blocks = Pem::iter_from_buffer(text).filter_map(std::result::Result::ok);
    blocks.filter(|pem| pem.label == "CERTIFICATE").map(|pem| fingerprint(&pem.contents)).collect()
}

/// The first certificate of `text` in PEM form.
fn first_pem(text: &[u8]) -> Option<String> {
    const END: &str = "-----END CERTIFICATE-----";
    let text = std::str::from_utf8(text).ok()?;
    let from = text.find("-----BEGIN CERTIFICATE-----")?;
    let end = from + text.get(from..)?.find(END)? + END.len();
    Some(format!("{}\n", text.get(from..end)?))
}

#[cfg(test)]
pub mod samples {
    //! Throw-away CAs for tests.

    use rcgen::{
        BasicConstraints, CertificateParams, CertifiedIssuer, DnType, GeneralSubtree, IsCa, KeyPair,
        NameConstraints,
    };

    /// A CA that may sign for `permitted` and subdomains, or for any name if that is empty.
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
    fn certificate_is_read_without_surrounding_text() {
        let pem = samples::authority(&["seasense.localhost"]).pem();
        let read = Certificate::read(format!("a note\n{pem}").as_bytes()).unwrap();
        assert_eq!(read.permitted, ["seasense.localhost"]);
        assert_eq!(read.pem, pem.replace("\r\n", "\n"));
        assert_eq!(fingerprints(pem.as_bytes()), std::slice::from_ref(&read.fingerprint));
        assert!(read.authority && read.subject.contains("throw-away"), "{read:?}");
        assert_eq!(read.name().len(), "seasense-".len() + 16);
        assert_eq!(read.require_limited_to("seasense.localhost"), Ok(()));
    }

    #[test]
    fn ca_that_could_sign_for_other_names_is_refused() {
        let of =
            |permitted: &[&str]| Certificate::read(samples::authority(permitted).pem().as_bytes()).unwrap();
        let cause = |permitted: &[&str]| {
            of(permitted).require_limited_to("sea.example").unwrap_err().causes.remove(0)
        };
        assert_eq!(cause(&[]), "it may sign for any name");
        assert!(cause(&["sea.example", "bank.example"]).contains("bank.example"));
        assert!(cause(&["notsea.example"]).contains("notsea.example"));
        assert_eq!(of(&["api.sea.example"]).require_limited_to("sea.example"), Ok(()));
        assert!(Certificate::read(b"no certificate").is_err());
    }
}
