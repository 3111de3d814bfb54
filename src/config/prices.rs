//! The dated price table `infra/scaleway/prices.toml`: reads and validates it.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{Project, nearest, settings_file::SettingsFile};
use crate::base::failure::{Failure, Kind, Location, Result};

/// The table, relative to the project's root.
const FILE: &str = "infra/scaleway/prices.toml";
/// The supported version of the format.
const VERSION: u32 = 1;

/// All prices.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Prices {
    version: Spanned<u32>,
    /// `EUR`, without VAT.
    pub currency: String,
    /// The factor from a price per hour to a price per month.
    pub hours_per_month: u32,
    /// The age in days after which a price causes a warning.
    pub warn_after_days: u32,
    /// Assumed usage.
    pub usage: Usage,
    /// The part of a node that is not available to workloads.
    pub node: NodeOverhead,
    #[serde(default)]
    item: BTreeMap<String, Price>,
}

/// Usage that is billed but not part of a layout.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Usage {
    /// The registry storage of an environment's images, in GB.
    pub registry_gb: u32,
}

/// The part of a node that is not available to workloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NodeOverhead {
    /// Percent of its memory for the kernel, the container runtime and the kubelet.
    pub reserved_memory_percent: u32,
    /// The kubelet evicts pods below this many MiB.
    pub eviction_mib: u32,
    /// Thousandths of a core for the kernel, the container runtime and the kubelet.
    pub reserved_cpu_milli: u32,
    /// Thousandths of a core that the provider's own pods request on every node.
    pub daemons_cpu_milli: u32,
    /// MiB that the provider's own pods request on every node.
    pub daemons_memory_mib: u32,
}

/// One price and its source.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Price {
    eur: Spanned<f64>,
    /// The billed unit, for example `node`, `GB`.
    pub unit: String,
    per: Per,
    /// The source of the price.
    pub source: String,
    /// When it was read.
    pub date: Date,
    /// How reliable it is.
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

/// The kind of source of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// A recorded answer of the provider's API.
    Recorded,
    /// A page of the provider's documentation.
    Documented,
    /// A third party's price sheet.
    SecondHand,
}

impl Prices {
    /// Reads and validates the table of `project`.
    ///
    /// Fails with kind `Environment` and the line and column of the invalid value.
    pub fn load(project: &Project) -> Result<Self> {
        let document = SettingsFile::open(project, PathBuf::from(FILE))?;
        let prices: Self = document.parse()?;
        if *prices.version.get_ref() != VERSION {
            return Err(document.invalid(&prices.version, format!("`version` must be {VERSION}")));
        }
        prices.refuse_empty(&document)?;
        let valid = |price: &&Price| price.eur.get_ref().is_finite() && *price.eur.get_ref() >= 0.0;
        match prices.item.values().find(|price| !valid(price)) {
            Some(price) => {
                Err(document.invalid(&price.eur, "a price must be a number, 0 or more".to_owned()))
            }
            None => Ok(prices),
        }
    }

    /// Refuses an empty name, unit or source: nothing could be found by it.
    fn refuse_empty(&self, document: &SettingsFile) -> Result<()> {
        for (name, price) in &self.item {
            let texts = [("a name", name), ("a `unit`", &price.unit), ("a `source`", &price.source)];
            if let Some((what, _)) = texts.into_iter().find(|(_, text)| text.trim().is_empty()) {
                return Err(document.invalid(&price.eur, format!("the price of `{name}` needs {what}")));
            }
        }
        Ok(())
    }

    /// Returns the price `item`; an item that is missing from the table is a failure, never a price of 0.
    pub fn price(&self, item: &str) -> Result<&Price> {
        if item.trim().is_empty() {
            return Err(Failure::new(Kind::Environment, "a resource without a type has no price")
                .because("its type is empty")
                .hint("set it, for example `node_type` in `infra/scaleway/envs/NAME.tfvars.json`"));
        }
        self.item.get(item).ok_or_else(|| {
            let failure = Failure::new(Kind::Environment, format!("no price is known for `{item}`"))
                .at(Location { file: FILE.into(), position: None });
            let failure = match nearest(item, self.item.keys().map(String::as_str)) {
                Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
                None => failure,
            };
            failure.hint(format!("find the price and add `[item.{item}]` with its source and date"))
        })
    }

    /// The price of one unit per month, in EUR.
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
    fn every_price_has_a_source() {
        let prices = Prices::load(&project()).unwrap();
        assert_eq!(prices.currency, "EUR");
        assert_eq!(prices.hours_per_month, 730);
        for item in prices.items() {
            let price = prices.price(item).unwrap();
            assert!(!price.source.is_empty() && !price.unit.is_empty(), "{item}");
            // Only the control plane is free of charge.
            assert!(prices.monthly(price) > 0.0 || item == "kapsule", "{item}");
        }
        let node = prices.price("DEV1-M").unwrap();
        assert!((prices.monthly(node) - 14.743).abs() < 0.001);
        assert_eq!(node.confidence, Confidence::Recorded);
    }

    #[test]
    fn missing_item_is_an_error() {
        let failure = Prices::load(&project()).unwrap().price("DEV1-XXL").unwrap_err();
        assert_eq!(failure.kind, Kind::Environment);
        assert_eq!(failure.message, "no price is known for `DEV1-XXL`");
        assert_eq!(failure.hints[0], "the nearest known name is `DEV1-XL`");
    }

    #[test]
    fn negative_and_non_finite_prices_are_rejected() {
        let head = "version = 1\ncurrency = \"EUR\"\nhours-per-month = 730\nwarn-after-days = 90\nusage = {registry-gb = 1}\n\
            node = {reserved-memory-percent = 25, eviction-mib = 1, reserved-cpu-milli = 1, daemons-cpu-milli = 1, daemons-memory-mib = 1}\n";
        let item = |eur: &str| {
            format!(
                "{head}[item.a]\neur = {eur}\nunit = \"node\"\nper = \"hour\"\nsource = \"s\"\ndate = \"2026-01-01\"\nconfidence = \"recorded\"\n"
            )
        };
        read(&item("0.5")).unwrap();
        for (filled, empty, what) in [
            ("[item.a]", "[item.\"\"]", "the price of `` needs a name"),
            ("unit = \"node\"", "unit = \" \"", "the price of `a` needs a `unit`"),
            ("source = \"s\"", "source = \"\"", "the price of `a` needs a `source`"),
        ] {
            let failure = read(&item("0.5").replace(filled, empty)).unwrap_err();
            assert_eq!(failure.message, what);
            assert!(failure.location.is_some_and(|place| place.position.is_some()), "{what}");
        }
        let failure = read(&item("0.5")).unwrap().price("").unwrap_err();
        assert_eq!(failure.message, "a resource without a type has no price");
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
