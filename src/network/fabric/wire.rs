//! A pair of interfaces from a bridge of the switch to somewhere else: into a router, or to the host.

use super::super::vif::{Change, Error, Place};
use super::room::Room;
use super::survey::Survey;
use crate::objects::{Cidr, Mac};

#[derive(Debug)]
pub(super) struct Wire<'a> {
    /// The end in the switch.
    pub(super) near: String,
    pub(super) bridge: &'a str,
    /// The other end, which has the addresses.
    pub(super) far: String,
    /// Any will do when none is given.
    pub(super) mac: Option<Mac>,
    pub(super) mtu: u32,
    pub(super) addresses: Vec<Cidr>,
    /// By which the far end is known as ours in a namespace that is not.
    pub(super) mark: Option<&'a str>,
}

impl Wire<'_> {
    /// Makes it, or makes right what is not. Both rooms have been looked at since they were last changed.
    pub(super) async fn lay(&self, switch: &mut Room, there: &mut Room) -> Result<(), Error> {
        switch.bridge(self.bridge).await?;
        if !self.is_laid(switch, there) {
            self.remove(switch, there).await?;
            self.make(switch, there).await?;
            switch.look_again().await?;
            there.look_again().await?;
        }
        self.measure(switch, there).await?;
        switch.up(&self.near).await?;
        self.take_addresses(there).await?;
        self.give_addresses(there).await
    }

    fn is_laid(&self, switch: &Room, there: &Room) -> bool {
        let near = switch.survey.links.get(&self.near);
        let bridged = near.is_some_and(|near| switch.survey.bridge_of(near) == Some(self.bridge));
        bridged && there.survey.links.contains_key(&self.far)
    }

    /// One end takes the other along, but the ends of two half made wires do not.
    async fn remove(&self, switch: &Room, there: &Room) -> Result<(), Error> {
        there.delete(&self.far).await?;
        switch.delete(&self.far).await?;
        switch.delete(&self.near).await
    }

    async fn make(&self, switch: &Room, there: &Room) -> Result<(), Error> {
        let (link, peer) = (self.near.clone(), self.far.clone());
        switch.change(Change::Veth { link, peer }).await?;
        if let Some(mark) = self.mark {
            Survey::mark(&switch.namespace, &self.far, mark).await?;
        }
        let (link, bridge) = (self.near.clone(), self.bridge.to_owned());
        switch.change(Change::Unaddressed { link: link.clone() }).await?;
        switch.change(Change::Enslave { link, bridge }).await?;
        let moving = Change::Move {
            link: self.far.clone(),
            to: Place::Server(there.namespace.clone()),
            named: self.far.clone(),
        };
        switch.change(moving).await
    }

    async fn measure(&self, switch: &Room, there: &Room) -> Result<(), Error> {
        for (room, name) in [(switch, &self.near), (there, &self.far)] {
            if room
                .survey
                .links
                .get(name)
                .is_none_or(|link| link.mtu != self.mtu)
            {
                let (link, mtu) = (name.clone(), self.mtu);
                room.change(Change::Mtu { link, mtu }).await?;
            }
        }
        let present = there.survey.links.get(&self.far).and_then(|link| link.mac);
        match self.mac {
            Some(mac) if present != Some(mac) => {
                let link = self.far.clone();
                there.change(Change::Mac { link, mac }).await
            }
            _ => Ok(()),
        }
    }

    /// Those that it should not have. Returns whether there were any.
    pub(super) async fn take_addresses(&self, there: &Room) -> Result<bool, Error> {
        let mut taken = false;
        for present in there.survey.addresses_of(&self.far) {
            if !self.addresses.contains(&present.address) {
                there.survey.remove_address(present).await?;
                taken = true;
            }
        }
        Ok(taken)
    }

    async fn give_addresses(&self, there: &Room) -> Result<(), Error> {
        let present: Vec<Cidr> = there
            .survey
            .addresses_of(&self.far)
            .map(|present| present.address)
            .collect();
        let missing = || self.addresses.iter().filter(|address| !present.contains(address));
        if missing().any(|missing| missing.address.is_ipv6()) {
            let link = self.far.clone();
            there.change(Change::Ipv6 { link }).await?;
        }
        for Cidr { address, prefix } in missing().copied() {
            let link = self.far.clone();
            let address = Change::Address {
                link,
                address,
                prefix,
            };
            there.change(address).await?;
        }
        there.up(&self.far).await?;
        match self.mac {
            Some(mac) if missing().next().is_some() => self.announce(there, mac).await,
            _ => Ok(()),
        }
    }

    /// Where `arp_notify` is on, the kernel tells the neighbours of all addresses whenever the MAC is set.
    async fn announce(&self, there: &Room, mac: Mac) -> Result<(), Error> {
        let link = self.far.clone();
        there.change(Change::Mac { link, mac }).await
    }
}
