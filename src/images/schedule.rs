//! Runs jobs concurrently: each after its dependencies, with a limit per resource.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
};

use tokio::task::JoinSet;

use super::job::{Class, Job};
use crate::base::failure::{Failure, Kind, Result};

/// The number of concurrent jobs per class.
pub type Limits = BTreeMap<Class, usize>;

/// The limits for `cores` cores: one compiler per two cores, and downloads in addition.
pub fn limits(cores: usize) -> Limits {
    BTreeMap::from([(Class::Compile, (cores / 2).max(1)), (Class::Fetch, 2), (Class::Pack, cores.max(1))])
}

/// Runs every job of `jobs`. The first failure ends the run.
pub async fn run<F, W>(jobs: Vec<Job>, limits: &Limits, mut start: F) -> Result<()>
where
    F: FnMut(Job) -> W,
    W: Future<Output = Result<()>> + Send + 'static,
{
    let mut waiting = jobs;
    // The longest jobs start first, so that short ones fill the gaps at the end.
    waiting.sort_by_key(|job| std::cmp::Reverse(job.seconds()));
    let mut unfinished: BTreeSet<String> = waiting.iter().map(|job| job.id.clone()).collect();
    let mut running: BTreeMap<Class, usize> = BTreeMap::new();
    let mut set: JoinSet<(Job, Result<()>)> = JoinSet::new();
    loop {
        let ready = |job: &Job, running: &BTreeMap<Class, usize>| {
            let has_capacity = running.get(&job.class()).copied().unwrap_or_default()
                < limits.get(&job.class()).copied().unwrap_or(1);
            has_capacity && job.needs.iter().all(|need| !unfinished.contains(need))
        };
        while let Some(index) = waiting.iter().position(|job| ready(job, &running)) {
            let job = waiting.remove(index);
            *running.entry(job.class()).or_default() += 1;
            let work = start(job.clone());
            set.spawn(async move { (job, work.await) });
        }
        let Some(ended) = set.join_next().await else { break };
        let (job, result) =
            ended.map_err(|error| Failure::new(Kind::Internal, "a job panicked").caused_by(&error))?;
        result?;
        unfinished.remove(&job.id);
        if let Some(count) = running.get_mut(&job.class()) {
            *count -= 1;
        }
    }
    if waiting.is_empty() {
        return Ok(());
    }
    let blocked: Vec<&str> = waiting.iter().map(|job| job.id.as_str()).collect();
    Err(Failure::new(Kind::Internal, format!("circular dependency between jobs: {}", blocked.join(", "))))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::*;
    use crate::{base::platform::Platform, config::infra::NpmBuild, images::job::Work};

    fn job(id: usize, needs: &BTreeSet<usize>) -> Job {
        let work = Work::Npm(NpmBuild { folder: String::new(), output: String::new(), seconds: 1 });
        Job {
            id: id.to_string(),
            needs: needs.iter().map(ToString::to_string).collect(),
            platform: Platform::LINUX_AMD64,
            work,
        }
    }

    fn run_all(jobs: Vec<Job>, failing: Option<&str>) -> (Result<()>, Vec<String>, usize) {
        let done = Arc::new(Mutex::new((Vec::new(), 0_usize, 0_usize)));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let result = runtime.block_on(run(jobs, &limits(2), |job| {
            let (done, fails) = (Arc::clone(&done), failing == Some(job.id.as_str()));
            async move {
                {
                    let mut state = done.lock().unwrap();
                    state.1 += 1;
                    state.2 = state.2.max(state.1);
                }
                tokio::task::yield_now().await;
                let mut state = done.lock().unwrap();
                state.1 -= 1;
                state.0.push(job.id);
                if fails { Err(Failure::new(Kind::Tool, "no")) } else { Ok(()) }
            }
        }));
        let state = done.lock().unwrap();
        (result, state.0.clone(), state.2)
    }

    proptest! {
        #[test]
        fn every_job_runs_once_after_its_dependencies(
            edges in prop::collection::vec(prop::collection::btree_set(0_usize..12, 0..4), 1..12),
        ) {
            let jobs: Vec<Job> = edges
                .iter()
                .enumerate()
                .map(|(id, needs)| job(id, &needs.iter().copied().filter(|need| *need < id).collect()))
                .collect();
            let (result, order, most) = run_all(jobs.clone(), None);
            prop_assert!(result.is_ok());
            prop_assert!(most <= 2, "{} at once", most);
            prop_assert_eq!(order.len(), jobs.len());
            for job in &jobs {
                let place = |id: &str| order.iter().position(|done| done == id).unwrap();
                for need in &job.needs {
                    prop_assert!(place(need) < place(&job.id));
                }
            }
        }
    }

    #[test]
    fn a_failure_ends_the_jobs_that_depend_on_it() {
        let jobs = vec![job(0, &BTreeSet::new()), job(1, &BTreeSet::from([0])), job(2, &BTreeSet::from([1]))];
        let (result, order, _) = run_all(jobs, Some("1"));
        assert_eq!(result.unwrap_err().message, "no");
        assert_eq!(order.len(), 2);
    }

    #[test]
    fn a_circular_dependency_is_reported() {
        let jobs = vec![job(0, &BTreeSet::from([1])), job(1, &BTreeSet::from([0]))];
        assert!(run_all(jobs, None).0.unwrap_err().message.contains("0, 1"));
    }
}
