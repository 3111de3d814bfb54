//! Tests that the steps of a promotion run in the order that the architecture page documents.

use std::sync::{Arc, Mutex};

use super::{
    env::Script,
    migrations::{measured, rehearsal},
};
use crate::base::event::{Event, Sink};

const PAGE: &str = include_str!("../../../../docs/architecture.md");

/// Records the names of the started steps.
#[derive(Default)]
struct Started(Mutex<Vec<String>>);

impl Sink for Started {
    fn emit(&self, event: Event) {
        if let Event::Started { step, .. } = event {
            self.0.lock().unwrap().push(step);
        }
    }
}

/// Returns the step names in the section about promotions, in order.
fn documented() -> Vec<&'static str> {
    let section = PAGE.split("## What `seasense promote` does").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    section.split('`').filter(|word| word.starts_with("promote.")).collect()
}

#[tokio::test]
async fn steps_run_in_the_documented_order() {
    let (env, order) = rehearsal(Script::Good, Ok(measured(1)));
    let started = Arc::new(Started::default());
    let ended = env.run_with_events(&env, &order, started.clone()).await.unwrap();
    assert_eq!(ended.failure, None);
    assert_eq!(*started.0.lock().unwrap(), documented());
}
