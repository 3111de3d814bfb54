//! The critical path: the steps that determined how long the run took. Pure.

use std::cmp::Reverse;

use super::StepTime;

/// Returns the steps of the critical path in order, up to the step that ended last.
///
/// The predecessor of a step is the one that ended last before it began. A step that waited for several parts
/// is replaced by its parts, in the order of their dependencies.
pub fn critical_path(steps: &[StepTime]) -> Vec<&StepTime> {
    let mut links = Vec::new();
    let mut at = last(steps.iter().filter(|step| step.part_of.is_none()));
    let mut limit = u64::MAX;
    while let Some(step) = at {
        let parts = parts(steps, step);
        if parts.is_empty() {
            links.push(step);
        } else {
            links.extend(parts);
        }
        // A step without a duration may precede neither itself nor a step with the same start.
        limit = limit.min(step.begun_ms);
        let seen: Vec<&str> = links.iter().map(|link| link.step.as_str()).collect();
        at = last(steps.iter().filter(|other| {
            other.part_of.is_none()
                && other.step != step.step
                && !seen.contains(&other.step.as_str())
                && other.ended_ms.is_some_and(|ended| ended <= limit)
        }));
    }
    links.reverse();
    links
}

/// The step that ended last; among several, the one that began first, because it contains the others.
fn last<'a>(steps: impl Iterator<Item = &'a StepTime>) -> Option<&'a StepTime> {
    steps.filter(|step| step.ended_ms.is_some()).max_by_key(|step| (step.ended_ms, Reverse(step.begun_ms)))
}

/// The critical path among the parts of `whole`, last to first.
fn parts<'a>(steps: &'a [StepTime], whole: &StepTime) -> Vec<&'a StepTime> {
    let of_whole = || steps.iter().filter(|step| step.part_of.as_ref() == Some(&whole.step));
    let mut links: Vec<&StepTime> = Vec::new();
    // The part that began last is the one whose dependencies took longest.
    let mut at =
        of_whole().filter(|part| part.ended_ms.is_some()).max_by_key(|part| (part.ended_ms, part.begun_ms));
    while let Some(part) = at {
        links.push(part);
        at = last(of_whole().filter(|other| {
            part.after.contains(&other.step) && !links.iter().any(|link| link.step == other.step)
        }));
    }
    links
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn step(name: &str, begun: u64, ended: u64) -> StepTime {
        StepTime {
            step: name.into(),
            title: String::new(),
            begun_ms: begun,
            ended_ms: Some(ended),
            ending: Some(crate::base::timing::Ending::Done),
            after: Vec::new(),
            part_of: None,
        }
    }

    fn part(name: &str, begun: u64, ended: u64, after: &[&str]) -> StepTime {
        StepTime {
            part_of: Some("follow".into()),
            after: after.iter().map(|name| (*name).to_owned()).collect(),
            ..step(name, begun, ended)
        }
    }

    fn names(steps: &[StepTime]) -> Vec<&str> {
        critical_path(steps).iter().map(|step| step.step.as_str()).collect()
    }

    #[test]
    fn parallel_steps_are_not_on_the_path() {
        let steps = [
            step("supply", 0, 10),
            step("push", 10, 15),
            step("cluster", 10, 40),
            step("fleet", 42, 50),
            step("follow", 40, 90),
            step("prove", 90, 99),
        ];
        assert_eq!(names(&steps), ["supply", "cluster", "follow", "prove"]);
    }

    #[test]
    fn wait_is_replaced_by_its_parts_in_order() {
        let steps = [
            step("cluster", 0, 40),
            step("follow", 40, 90),
            part("cert", 40, 50, &[]),
            part("cnpg", 40, 60, &[]),
            part("data", 60, 80, &["cnpg"]),
            part("gateway", 50, 70, &["cert"]),
            part("apps", 80, 90, &["data", "gateway"]),
        ];
        assert_eq!(names(&steps), ["cluster", "cnpg", "data", "apps"]);
    }

    #[test]
    fn no_finished_step_means_an_empty_path() {
        assert!(critical_path(&[]).is_empty());
        assert!(critical_path(&[StepTime { ended_ms: None, ..step("a", 0, 0) }]).is_empty());
    }

    proptest! {
        #[test]
        fn path_is_ordered_and_without_repetition(times in proptest::collection::vec((0u64..50, 0u64..20), 0..30)) {
            let steps: Vec<StepTime> = times
                .iter()
                .enumerate()
                .map(|(i, (begun, length))| step(&i.to_string(), *begun, begun + length))
                .collect();
            let links = critical_path(&steps);
            for pair in links.windows(2) {
                prop_assert!(pair[0].ended_ms.unwrap() <= pair[1].begun_ms);
            }
            prop_assert!(links.len() <= steps.len());
            prop_assert_eq!(links.is_empty(), steps.is_empty());
        }
    }
}
