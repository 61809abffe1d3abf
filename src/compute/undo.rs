//! What to take back when a later step fails, newest first.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

#[derive(Default)]
pub(super) struct Undo {
    steps: Vec<BoxFuture<'static, ()>>,
}

impl Undo {
    /// Pushed when a step has left something behind, before the next begins.
    pub(super) fn push(&mut self, step: impl Future<Output = ()> + Send + 'static) {
        self.steps.push(step.boxed());
    }

    pub(super) async fn run(self) {
        for step in self.steps.into_iter().rev() {
            step.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[tokio::test]
    async fn steps_are_taken_back_newest_first() {
        let taken_back = Arc::new(Mutex::new(Vec::new()));
        let mut undo = Undo::default();
        for step in ["claim", "network", "container"] {
            let taken_back = taken_back.clone();
            undo.push(async move { taken_back.lock().unwrap().push(step) });
        }
        undo.run().await;
        assert_eq!(*taken_back.lock().unwrap(), ["container", "network", "claim"]);
    }
}
