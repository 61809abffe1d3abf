//! The engine's own events, as far as they concern our servers.

use std::collections::HashMap;

use bollard::models::EventMessage;
use bollard::query_parameters::EventsOptionsBuilder;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use jiff::Timestamp;

use super::DockerDriver;
use super::names;
use super::refusal::refused;
use crate::virt::{Error, Event};

/// What changes a power state.
const TELLING: [&str; 6] = ["start", "die", "pause", "unpause", "oom", "destroy"];

impl DockerDriver {
    /// Nothing that happens after the call is missed: the engine is asked for everything since its own present time.
    pub(super) async fn watch(&self) -> Result<BoxStream<'static, Event>, Error> {
        self.docker.renegotiate();
        let api = self.docker.api().await?;
        let now = api
            .info()
            .await
            .map_err(refused)?
            .system_time
            .and_then(|time| time.parse::<Timestamp>().ok());
        let since = now.map(|now| now.as_second().to_string());
        let label = format!("{}={}", names::DEPLOYMENT, self.settings.deployment);
        let filters = HashMap::from([
            ("type", vec!["container".to_owned()]),
            ("label", vec![label]),
            ("event", TELLING.map(str::to_owned).to_vec()),
        ]);
        let options = EventsOptionsBuilder::default().filters(&filters);
        let options = match &since {
            Some(since) => options.since(since),
            None => options,
        };
        let told = api.events(Some(options.build()));
        let driver = self.clone();
        Ok(told
            .take_while(|event| std::future::ready(event.is_ok()))
            .filter_map(move |event| {
                let event = event.ok();
                event.iter().for_each(|event| driver.notice_end(event));
                std::future::ready(event.and_then(concerned))
            })
            .boxed())
    }

    /// Nothing may hold the namespace of a container that ended, whoever ended it.
    fn notice_end(&self, event: &EventMessage) {
        let over = matches!(event.action.as_deref(), Some("die" | "destroy"));
        let (true, Some(actor), Some(nanoseconds)) = (over, &event.actor, event.time_nano) else {
            return;
        };
        let instance = concerned(event.clone()).map(|event| event.instance);
        if let (Some(instance), Some(container)) = (instance, &actor.id) {
            self.ended(instance, container, nanoseconds);
        }
    }
}

fn concerned(event: EventMessage) -> Option<Event> {
    let attributes = event.actor?.attributes?;
    let instance = attributes.get(names::INSTANCE)?.parse().ok()?;
    Some(Event { instance })
}
