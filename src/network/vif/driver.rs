//! The one implementation of `VifDriver`: carries out what a wiring says.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::change::{Change, Place};
use super::executor::{execute, execute_all};
use super::host::Host;
use super::inside::Inside;
use super::names::Names;
use super::owner::Owner;
use super::plan::Plan;
use super::wiring::{FarEnd, Wiring};
use super::{Error, VifDriver};
use crate::objects::Vif;

#[derive(Debug, Clone)]
pub(super) struct Driver {
    wiring: Arc<dyn Wiring>,
    hands: Hands,
}

#[derive(Debug, Clone)]
struct Hands {
    host: Arc<dyn Host>,
    /// VIFs share bridges: one that takes a bridge back must not take it from another that has just found it.
    one_at_a_time: Arc<Mutex<()>>,
}

impl Driver {
    pub(super) fn new(wiring: Arc<dyn Wiring>, host: Arc<dyn Host>) -> Self {
        let one_at_a_time = Arc::default();
        Self {
            wiring,
            hands: Hands { host, one_at_a_time },
        }
    }
}

#[async_trait]
impl VifDriver for Driver {
    async fn plug(&self, owner: &Owner, vif: &Vif) -> Result<(), Error> {
        let plan = self.wiring.plug(owner, vif)?;
        let hands = self.hands.clone();
        to_the_end(async move { hands.plug(&plan).await }).await
    }

    async fn attach(&self, owner: &Owner, vif: &Vif, inside: &Inside) -> Result<(), Error> {
        let far_end = self.wiring.far_end(vif)?;
        if far_end == FarEnd::Nothing {
            return Ok(());
        }
        let plug = self.wiring.plug(owner, vif)?;
        let (hands, vif, inside) = (self.hands.clone(), vif.clone(), inside.clone());
        to_the_end(async move { hands.attach(far_end, &plug, &vif, &inside).await }).await
    }

    async fn detach(&self, vif: &Vif, inside: &Inside) -> Result<(), Error> {
        if self.wiring.far_end(vif)? != FarEnd::Alone {
            return Ok(());
        }
        let (hands, vif, inside) = (self.hands.clone(), vif.clone(), inside.clone());
        to_the_end(async move { hands.detach(&vif, &inside).await }).await
    }

    async fn unplug(&self, owner: &Owner, vif: &Vif) -> Result<(), Error> {
        let plan = self.wiring.unplug(owner, vif)?;
        let hands = self.hands.clone();
        to_the_end(async move {
            let _turn = hands.one_at_a_time.lock().await;
            execute_all(&*hands.host, &plan).await
        })
        .await
    }
}

/// Lets the work finish though nobody waits for it any more.
async fn to_the_end<F>(work: F) -> Result<(), Error>
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let finished = tokio::spawn(work).await;
    finished.unwrap_or_else(|error| Err(Error::BrokeOff(error.to_string())))
}

impl Hands {
    /// Twice at most: a tap that leads into a namespace on its way out can vanish while it is being repaired.
    async fn plug(&self, plan: &Plan) -> Result<(), Error> {
        let _turn = self.one_at_a_time.lock().await;
        match execute(&*self.host, plan).await {
            Err(error) if error.is_absence() => execute(&*self.host, plan).await,
            done => done,
        }
    }

    async fn attach(&self, far_end: FarEnd, plug: &Plan, vif: &Vif, inside: &Inside) -> Result<(), Error> {
        let names = Names::of(vif.id);
        let mut steps = Vec::new();
        if self.is_inside(vif, inside).await? {
            // A second one was plugged because the first has no end on the host by which to know it.
            if far_end == FarEnd::Alone {
                self.delete(&names.ns).await?;
            }
        } else {
            if self.host.link(&Place::Host, &names.ns).await?.is_none() {
                self.plug_anew(&names, plug).await?;
            }
            let mac = Change::Mac {
                link: names.ns.clone(),
                mac: vif.mac,
            };
            steps.extend([(Place::Host, mac), inside.moving(vif)]);
        }
        steps.extend(inside.configuring(vif).steps);
        execute(&*self.host, &Plan { steps }).await
    }

    /// The tap that `plug` found was the end of a wire into a namespace that is on its way out.
    async fn plug_anew(&self, names: &Names, plug: &Plan) -> Result<(), Error> {
        let _turn = self.one_at_a_time.lock().await;
        self.delete(&names.tap).await?;
        execute(&*self.host, plug).await
    }

    async fn detach(&self, vif: &Vif, inside: &Inside) -> Result<(), Error> {
        if self.is_inside(vif, inside).await? {
            let link = inside.device();
            self.host.apply(&inside.place(), &Change::Delete { link }).await?;
        }
        Ok(())
    }

    async fn delete(&self, link: &str) -> Result<(), Error> {
        let link = link.to_owned();
        self.host.apply(&Place::Host, &Change::Delete { link }).await
    }

    /// Whether the server has this VIF already. The MAC decides; another interface under the name is an error.
    async fn is_inside(&self, vif: &Vif, inside: &Inside) -> Result<bool, Error> {
        match self.host.link(&inside.place(), &inside.device()).await? {
            None => Ok(false),
            Some(link) if link.mac == Some(vif.mac) => Ok(true),
            Some(_) => Err(Error::Occupied(inside.device())),
        }
    }
}
