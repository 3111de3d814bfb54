//! The two ways to stand at Scaleway, with what each one costs and gives up.

use super::{Bill, Verdict, bill, budget, of_layout};
use crate::{
    base::failure::Result,
    config::{Infrastructure, Prices},
};

/// A way to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Its name in the layouts.
    pub name: &'static str,
    /// What stands between the world and the nodes.
    pub what: &'static str,
    load_balancer: bool,
    public_gateway: bool,
    /// What one does without.
    pub gives_up: &'static [&'static str],
}

/// Every profile, the cheapest first.
pub const PROFILES: [Profile; 2] = [
    Profile {
        name: "lean",
        what: "no load balancer and no gateway: Envoy on node ports, DNS to the nodes",
        load_balancer: false,
        public_gateway: false,
        gives_up: &[
            "one address that stays: DNS names the nodes, and a node that is replaced has another address until DNS follows",
            "a balancer that asks whether a node is well: until clients try the next address, those that ask a dead node fail",
            "port 443 by itself: node ports begin at 30000, so the port is part of the address unless a proxy stands in front",
            "nodes that nobody can reach: each has a public address, and only its security group guards it",
            "one known address for outgoing connections",
        ],
    },
    Profile {
        name: "resilient",
        what: "a load balancer in front, nodes without public addresses behind a gateway",
        load_balancer: true,
        public_gateway: true,
        gives_up: &[
            "the budget",
            "nothing else of the above; what both do without is a control plane with an SLA, and a gateway in more than one zone",
        ],
    },
];

/// A profile with its price.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Which one.
    pub profile: Profile,
    /// What it costs.
    pub bill: Bill,
    /// What the budget says.
    pub verdict: Verdict,
}

impl Profile {
    /// The profile called `name`.
    pub fn named(name: &str) -> Option<Self> {
        PROFILES.into_iter().find(|profile| profile.name == name)
    }

    /// `layout` in this way, with the same nodes, volumes and backups.
    pub fn apply(&self, layout: &Infrastructure) -> Infrastructure {
        Infrastructure {
            profile: self.name.to_owned(),
            load_balancer: self.load_balancer,
            public_gateway: self.public_gateway,
            ..layout.clone()
        }
    }
}

/// Prices `layout` in every profile, against a budget of `limit_eur` a month.
pub fn compare(
    layout: &Infrastructure,
    prices: &Prices,
    node_hours: f64,
    limit_eur: u32,
) -> Result<Vec<Compared>> {
    let one = |profile: Profile| {
        let bill = bill(&of_layout(&profile.apply(layout), prices), prices, node_hours)?;
        let verdict = budget(bill.eur_per_month, limit_eur, None);
        Ok(Compared { profile, bill, verdict })
    };
    PROFILES.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::cost::layout::tests::{lean, prices};

    #[test]
    fn the_lean_one_is_within_the_budget_and_the_reference_layout_is_not() {
        let compared = compare(&lean(), prices(), 730.0, 50).unwrap();
        let found: Vec<(&str, &str)> =
            compared.iter().map(|one| (one.profile.name, one.verdict.name())).collect();
        assert_eq!(found, [("lean", "within"), ("resilient", "over")]);
        assert!(compared[0].bill.eur_per_month < compared[1].bill.eur_per_month);
    }

    #[test]
    fn a_profile_changes_what_stands_in_front_and_nothing_else() {
        let resilient = Profile::named("resilient").unwrap().apply(&lean());
        assert!(resilient.load_balancer && resilient.public_gateway);
        assert_eq!(Profile::named("lean").unwrap().apply(&resilient), lean());
        assert_eq!(Profile::named("frugal"), None);
    }
}
