//! `seasense trust` with fakes of certutil and keytool that store certificates in directories.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rcgen::{BasicConstraints, CertificateParams, GeneralSubtree, IsCa, KeyPair, NameConstraints};
use seasense::config::{Environment, HostDirs, Project};
use serde_json::Value;

use super::harness::{Harness, Run};

const CERTUTIL: &str = r#"
d=${2#sql:}; echo "$*" >> "$d/calls"
case $3 in
-N) : > "$d/cert9.db" ;;
-A) /bin/cp "$9" "$d/$5.pem" ;;
-D) /bin/rm "$d/$5.pem" ;;
-L) if [ "$4" = -n ]; then /bin/cat "$d/$5.pem"; fi ;;
-K) exit 255 ;;
esac
"#;

const KEYTOOL: &str = r#"
[ "$SEASENSE_JAVA_STOREPASS" ] || exit 9
action=$1; shift
while [ $# -gt 0 ]; do
  case $1 in -keystore) store=$2 ;; -alias) alias=$2 ;; -file) file=$2 ;; esac; shift
done
case $action in
-importcert) { echo "alias $alias"; /bin/cat "$file"; } >> "$store" ;;
-exportcert) /bin/sed -n "/^alias $alias\$/,/END/p" "$store" ;;
-delete) /bin/sed -i "/^alias $alias\$/,/END/d" "$store"; echo "written again" >> "$store" ;;
esac
"#;

/// A machine with one NSS database, one Java installation and one environment.
struct Machine(Harness);

impl Machine {
    fn new() -> Self {
        let harness = Harness::new();
        harness.script("bin/certutil", CERTUTIL);
        harness.script("java/bin/keytool", KEYTOOL);
        let machine = Self(harness);
        for (file, text) in [(machine.keystore(), "delivered\n"), (machine.database().join("cert9.db"), "")] {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        machine
    }

    fn database(&self) -> PathBuf {
        self.0.root().join("home/.pki/nssdb")
    }

    fn keystore(&self) -> PathBuf {
        self.0.root().join("java/lib/security/cacerts")
    }

    fn state(&self) -> PathBuf {
        self.0.root().join("home/.local/state/seasense")
    }

    /// Creates the CA of the environment, limited to the names in `permitted`.
    fn create_ca(&self, permitted: &[&str]) {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let trees: Vec<_> =
            permitted.iter().map(|name| GeneralSubtree::DnsName((*name).to_owned())).collect();
        params.name_constraints = (!trees.is_empty())
            .then(|| NameConstraints { permitted_subtrees: trees, excluded_subtrees: Vec::new() });
        let pem = params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
        let project = Project::find(&self.0.project()).unwrap();
        let cluster = Environment::named(&project, "local").unwrap().cluster_name();
        let folder = HostDirs::new(self.0.root(), self.state()).make_state(&cluster).unwrap();
        fs::write(folder.join("ca.crt"), pem).unwrap();
    }

    fn run(&self, args: &[&str]) -> Run {
        self.0.run(args)
    }

    fn stores(&self) -> Value {
        let run = self.run(&["trust", "status", "--json"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        serde_json::from_str::<Value>(&run.stdout).unwrap()["stores"].clone()
    }

    fn installed(&self) -> Vec<PathBuf> {
        let is_certificate = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "pem");
        fs::read_dir(self.database())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(is_certificate)
            .collect()
    }
}

fn trust_record(machine: &Machine) -> PathBuf {
    machine.state().join("trust.json")
}

#[test]
fn installation_is_announced_and_removed_without_a_trace() {
    let machine = Machine::new();
    machine.create_ca(&["seasense.localhost"]);
    let before = fs::read(machine.keystore()).unwrap();
    let run = machine.run(&["trust", "install", "--yes"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for expected in
        ["only for     seasense.localhost and subdomains", "certutil -d sql:", "keytool -importcert"]
    {
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    }
    assert_eq!(run.stdout, "");
    assert!(trust_record(&machine).exists());
    for stored in machine.stores().as_array().unwrap() {
        assert_eq!(stored["trusted"], true, "{stored}");
    }
    let again = machine.run(&["trust", "install", "--yes"]);
    assert!(again.stderr.contains("trusted already"), "{}", again.stderr);
    let run = machine.run(&["trust", "remove", "--yes"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(fs::read(machine.keystore()).unwrap(), before);
    assert!(machine.installed().is_empty());
    assert!(!trust_record(&machine).exists());
    assert!(!trust_record(&machine).with_extension("d").exists());
    let again = machine.run(&["trust", "remove", "--yes"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stderr.contains("Nothing to do"), "{}", again.stderr);
}

#[test]
fn install_needs_a_constrained_ca_and_confirmation() {
    let machine = Machine::new();
    let run = machine.run(&["trust", "install", "--yes"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    assert!(run.stderr.contains("seasense dev"), "{}", run.stderr);
    machine.create_ca(&["seasense.localhost"]);
    let run = machine.run(&["trust", "install"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);
    assert!(machine.installed().is_empty());
    assert!(!trust_record(&machine).exists());
    for permitted in [&[][..], &["seasense.localhost", "bank.example"]] {
        machine.create_ca(permitted);
        let run = machine.run(&["trust", "install", "--yes"]);
        assert_eq!(run.code, Some(50), "{}", run.stderr);
        assert!(machine.installed().is_empty());
    }
}

#[test]
fn remove_covers_former_cas_and_no_foreign_certificate() {
    let machine = Machine::new();
    machine.create_ca(&["seasense.localhost"]);
    machine.run(&["trust", "install", "--yes", "--store", "nss"]).code.unwrap();
    machine.create_ca(&["seasense.localhost"]);
    let nss = machine.stores()[0].clone();
    assert_eq!(nss["trusted"], false, "{nss}");
    assert_eq!(nss["outdated"].as_array().unwrap().len(), 1, "{nss}");
    machine.run(&["trust", "install", "--yes", "--store", "nss"]).code.unwrap();
    assert_eq!(machine.installed().len(), 2);
    // Another certificate replaces one of them under the same name.
    let replaced = machine.installed().remove(0);
    let other = CertificateParams::default().self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
    fs::write(&replaced, other).unwrap();
    let run = machine.run(&["trust", "remove", "--yes"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(machine.installed(), [replaced]);
    assert!(!trust_record(&machine).exists());
}

#[test]
fn remove_deletes_the_database_that_install_created() {
    let machine = Machine::new();
    fs::remove_dir_all(machine.0.root().join("home/.pki")).unwrap();
    machine.0.script("bin/chromium", "exit 1");
    machine.create_ca(&["seasense.localhost"]);
    let run = machine.run(&["trust", "install", "--yes", "--store", "nss"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("-N --empty-password"), "{}", run.stderr);
    assert_eq!(machine.installed().len(), 1);
    // The fake's record of its calls is not a part of the database.
    fs::remove_file(machine.database().join("calls")).unwrap();
    machine.0.script("bin/certutil", &CERTUTIL.replacen("echo \"$*\" >> \"$d/calls\"", ":", 1));
    machine.run(&["trust", "remove", "--yes"]).code.unwrap();
    assert!(
        !Path::new(&machine.database()).exists(),
        "{:?}",
        fs::read_dir(machine.database()).map(Vec::from_iter)
    );
}
