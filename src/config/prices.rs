//! The dated price table `infra/scaleway/prices.toml`, read and validated.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{Project, nearest, read::Document};
use crate::base::failure::{Failure, Kind, Location, Result};

/// The table, relative to the project's root.
const FILE: &str = "infra/scaleway/prices.toml";
/// The format that this program reads.
const VERSION: u32 = 1;

/// What everything costs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Prices {
    version: Spanned<u32>,
    /// `EUR`, without VAT.
    pub currency: String,
    /// What a price per hour is multiplied by.
    pub hours_per_month: u32,
    /// How old a price may be before it is warned about.
    pub warn_after_days: u32,
    /// What is paid by use.
    pub usage: Usage,
    /// What a node keeps for itself.
    pub node: NodeOverhead,
    #[serde(default)]
    item: BTreeMap<String, Price>,
}

/// What no plan can know.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Usage {
    /// What an environment's images take in the registry, in GB.
    pub registry_gb: u32,
}

/// What of a node the workloads never get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NodeOverhead {
    /// Of its memory, in percent, for the kernel, the container runtime and kubelet.
    pub reserved_memory_percent: u32,
    /// Below this many MiB kubelet evicts.
    pub eviction_mib: u32,
    /// Thousandths of a core for the same.
    pub reserved_cpu_milli: u32,
    /// Thousandths of a core that the provider's own pods ask for on every node.
    pub daemons_cpu_milli: u32,
    /// MiB that they ask for.
    pub daemons_memory_mib: u32,
}

/// One price and how it is known.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Price {
    eur: Spanned<f64>,
    /// What is counted, for example `node`, `GB`.
    pub unit: String,
    per: Per,
    /// Where it was read.
    pub source: String,
    /// When that was true.
    pub date: Date,
    /// How surely.
    pub confidence: Confidence,
    /// Cores, of a node.
    pub vcpu: Option<u32>,
    /// Memory in GiB, of a node.
    pub memory_gib: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Per {
    Hour,
    Month,
}

/// How a price is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// A recorded answer of the provider's API.
    Recorded,
    /// A page of the provider's documentation.
    Documented,
    /// Somebody else's sheet.
    SecondHand,
}

impl Prices {
    /// Reads and checks the table of `project`.
    ///
    /// Fails with kind `Environment` and the line and column of whatever is wrong.
    pub fn load(project: &Project) -> Result<Self> {
        let document = Document::open(project, PathBuf::from(FILE))?;
        let prices: Self = document.parse()?;
        if *prices.version.get_ref() != VERSION {
            return Err(document.wrong(&prices.version, format!("`version` must be {VERSION}")));
        }
        let sane = |price: &&Price| price.eur.get_ref().is_finite() && *price.eur.get_ref() >= 0.0;
        match prices.item.values().find(|price| !sane(price)) {
            Some(price) => Err(document.wrong(&price.eur, "a price must be a number, 0 or more".to_owned())),
            None => Ok(prices),
        }
    }

    /// The price called `item`; one that is not in the table is refused by name and never taken for 0.
    pub fn price(&self, item: &str) -> Result<&Price> {
        self.item.get(item).ok_or_else(|| {
            let failure = Failure::new(Kind::Environment, format!("no price is known for `{item}`"))
                .at(Location { file: FILE.into(), position: None });
            let failure = match nearest(item, self.item.keys().map(String::as_str)) {
                Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
                None => failure,
            };
            failure.hint(format!("look it up and add `[item.{item}]` with its source and date"))
        })
    }

    /// What one unit costs a month, in EUR.
    pub fn monthly(&self, price: &Price) -> f64 {
        let eur = *price.eur.get_ref();
        match price.per {
            Per::Hour => eur * f64::from(self.hours_per_month),
            Per::Month => eur,
        }
    }

    /// The names of all items, sorted.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        self.item.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn project() -> Project {
        Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    fn read(text: &str) -> Result<Prices> {
        let folder = tempfile::tempdir().unwrap();
        for part in ["envs", "gitops", "infra/scaleway"] {
            std::fs::create_dir_all(folder.path().join(part)).unwrap();
        }
        std::fs::write(folder.path().join(FILE), text).unwrap();
        Prices::load(&Project::find(folder.path()).unwrap())
    }

    #[test]
    fn every_price_of_the_table_has_its_source() {
        let prices = Prices::load(&project()).unwrap();
        assert_eq!((prices.currency.as_str(), prices.hours_per_month), ("EUR", 730));
        for item in prices.items() {
            let price = prices.price(item).unwrap();
            assert!(!price.source.is_empty() && !price.unit.is_empty(), "{item}");
            // Only what the provider says is free may cost nothing.
            assert!(prices.monthly(price) > 0.0 || item == "kapsule", "{item}");
        }
        let node = prices.price("DEV1-M").unwrap();
        assert!((prices.monthly(node) - 14.743).abs() < 0.001);
        assert_eq!(node.confidence, Confidence::Recorded);
    }

    #[test]
    fn what_is_not_in_the_table_is_refused_by_name() {
        let failure = Prices::load(&project()).unwrap().price("DEV1-XXL").unwrap_err();
        assert_eq!(
            (failure.kind, failure.message.as_str()),
            (Kind::Environment, "no price is known for `DEV1-XXL`")
        );
        assert_eq!(failure.hints[0], "the nearest known name is `DEV1-XL`");
    }

    #[test]
    fn no_price_is_negative_or_no_number() {
        let head = "version = 1\ncurrency = \"EUR\"\nhours-per-month = 730\nwarn-after-days = 90\nusage = {registry-gb = 1}\n\
            node = {reserved-memory-percent = 25, eviction-mib = 1, reserved-cpu-milli = 1, daemons-cpu-milli = 1, daemons-memory-mib = 1}\n";
        let item = |eur: &str| {
            format!(
                "{head}[item.a]\neur = {eur}\nunit = \"node\"\nper = \"hour\"\nsource = \"s\"\ndate = \"2026-01-01\"\nconfidence = \"recorded\"\n"
            )
        };
        read(&item("0.5")).unwrap();
        for eur in ["-0.1", "nan", "inf"] {
            let failure = read(&item(eur)).unwrap_err();
            assert_eq!(failure.location.unwrap().to_string(), format!("{FILE}:8:7"), "{eur}");
        }
        assert_eq!(
            read(&head.replace("version = 1", "version = 2")).unwrap_err().message,
            "`version` must be 1"
        );
    }
}
