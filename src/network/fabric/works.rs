//! One reconciliation: first what has to go, then what has to come, each part for itself.

use std::collections::HashMap;

use super::room::Room;
use super::rules::{of_host, of_router};
use super::wanted::{External, Router, Wanted};
use super::{Error, Fabric, Part, Problem, docker_user, external, names, router, sysctl};

pub(super) struct Works<'a> {
    fabric: &'a Fabric,
    rules: &'a mut HashMap<String, String>,
    switch: Room,
    host: Room,
    problems: Vec<Problem>,
}

impl<'a> Works<'a> {
    pub(super) async fn begin(
        fabric: &'a Fabric,
        rules: &'a mut HashMap<String, String>,
    ) -> Result<Self, Error> {
        let mut switch = Room::enter(fabric.switch().await?).await?;
        sweep(&mut switch).await?;
        Ok(Self {
            fabric,
            rules,
            switch,
            host: Room::enter(fabric.host.clone()).await?,
            problems: Vec::new(),
        })
    }

    pub(super) async fn make(mut self, wanted: &Wanted) -> Vec<Problem> {
        let routers: Vec<&Router> = wanted.routers.iter().filter(|router| router.enabled).collect();
        self.remove_routers(&routers).await;
        let removed = external::remove_others(&mut self.host, &wanted.externals, &self.fabric.mark).await;
        self.note(Part::Host, removed);
        let rooms = self.open_routers(&routers).await;
        let mut open = Vec::new();
        for external in &wanted.externals {
            let made = external::make(&mut self.switch, &mut self.host, external, &self.fabric.mark).await;
            if made.is_ok() && !external.gateways.is_empty() {
                open.push(external);
            }
            self.note(Part::External(external.network), made);
        }
        let led_out = self.lead_out(&open).await;
        self.note(Part::Host, led_out);
        for (router, mut room) in rooms {
            let made = self.furnish(router, &mut room).await;
            self.note(Part::Router(router.id), made);
        }
        let removed = self.remove_bridges(wanted).await;
        self.note(Part::Switch, removed);
        self.problems
    }

    fn note(&mut self, part: Part, outcome: Result<(), Error>) {
        self.problems
            .extend(outcome.err().map(|error| part.problem(error)));
    }

    async fn remove_routers(&mut self, wanted: &[&Router]) {
        let present = match self.fabric.named.list(names::ROUTER).await {
            Ok(present) => present,
            Err(error) => return self.note(Part::Switch, Err(error)),
        };
        for name in present {
            if wanted.iter().any(|router| names::router(router) == name) {
                continue;
            }
            let removed = self.remove_router(&name).await;
            let id = name.strip_prefix(names::ROUTER).and_then(|id| id.parse().ok());
            self.note(id.map_or(Part::Switch, Part::Router), removed);
        }
    }

    async fn remove_router(&mut self, name: &str) -> Result<(), Error> {
        self.rules.remove(name);
        if let Some(namespace) = self.fabric.named.open(name).await? {
            router::clear(&Room::enter(namespace).await?).await?;
            self.switch.look_again().await?;
        }
        self.fabric.named.remove(name).await
    }

    /// Those that can be opened, without what they should not have any more.
    async fn open_routers<'r>(&mut self, wanted: &[&'r Router]) -> Vec<(&'r Router, Room)> {
        let mut rooms = Vec::new();
        for router in wanted {
            match self.open_router(router).await {
                Ok(room) => rooms.push((*router, room)),
                Err(error) => self.note(Part::Router(router.id), Err(error)),
            }
        }
        rooms
    }

    async fn open_router(&mut self, wanted: &Router) -> Result<Room, Error> {
        let name = names::router(wanted);
        let named = &self.fabric.named;
        let namespace = match named.open(&name).await? {
            Some(present) => present,
            None => {
                self.rules.remove(&name);
                named.make(&name).await?
            }
        };
        let mut room = Room::enter(namespace).await?;
        router::strip(&mut room, wanted).await?;
        self.switch.look_again().await?;
        Ok(room)
    }

    /// The rules come before the addresses: nothing may pass untranslated.
    async fn furnish(&mut self, wanted: &Router, room: &mut Room) -> Result<(), Error> {
        let ruleset = of_router(wanted);
        let name = names::router(wanted);
        self.fabric
            .apply(self.rules, &name, &room.namespace, ruleset)
            .await?;
        Ok(router::furnish(&mut self.switch, room, wanted).await?)
    }

    /// What the host does for all external networks that are connected to it.
    async fn lead_out(&mut self, externals: &[&External]) -> Result<(), Error> {
        let host = &self.host.namespace;
        if !externals.is_empty() {
            let changed = sysctl::set(host, sysctl::FORWARDING).await?;
            for name in changed {
                tracing::info!(
                    setting = name,
                    "the host forwards packets now, for external networks"
                );
            }
        }
        let name = &self.fabric.name;
        self.fabric
            .apply(self.rules, "", host, of_host(name, externals))
            .await?;
        let interfaces = externals.iter().map(|external| names::host_end(external));
        let open: Vec<_> = interfaces
            .flat_map(|interface| docker_user::through(&interface))
            .collect();
        Ok(docker_user::let_through(host, &open, name).await?)
    }

    /// Those of networks that are no more, when the last server has left them.
    async fn remove_bridges(&mut self, wanted: &Wanted) -> Result<(), Error> {
        self.switch.look_again().await?;
        let survey = &self.switch.survey;
        let used = wanted_bridges(wanted);
        for name in survey.links.keys().filter(|name| name.starts_with("brq")) {
            if !used.contains(&name.as_str()) && survey.is_empty(name) {
                self.switch.delete(name).await?;
            }
        }
        Ok(())
    }
}

fn wanted_bridges(wanted: &Wanted) -> Vec<&str> {
    let routers = wanted.routers.iter().flat_map(|router| {
        let outside = router.gateway.iter().map(|gateway| &gateway.interface);
        router
            .interfaces
            .iter()
            .chain(outside)
            .map(|interface| &interface.bridge)
    });
    let externals = wanted.externals.iter().map(|external| &external.bridge);
    let all = wanted.bridges.iter().chain(externals).chain(routers);
    all.map(String::as_str).collect()
}

/// Removes wires of which the far end never left.
async fn sweep(switch: &mut Room) -> Result<(), Error> {
    let half_made = |name: &&String| names::FAR_ENDS.iter().any(|end| name.starts_with(end));
    let mut swept = false;
    for name in switch.survey.links.keys().filter(half_made) {
        switch.delete(name).await?;
        swept = true;
    }
    if swept {
        switch.look_again().await?;
    }
    Ok(())
}
