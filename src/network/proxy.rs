//! What the Compute API passes on to the network service: its security groups, rules and floating IPs of older days.

use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;
use uuid::Uuid;

use super::firewall::Ethertype;
use super::{Error, Network, SecurityGroup};
use crate::objects::{Cidr, RequestContext};

/// What is let in to the members of a group. Nova knows no rules for what goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroupRule {
    pub id: Uuid,
    pub group: Uuid,
    pub admits: Admission,
}

/// What a rule admits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    pub ethertype: Ethertype,
    /// A name or a number; none is any.
    pub protocol: Option<String>,
    /// Of ICMP the type.
    pub min: Option<u16>,
    /// Of ICMP the code.
    pub max: Option<u16>,
    pub remote_group: Option<Uuid>,
    pub remote_prefix: Option<Cidr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Groups<'a> {
    /// Of the caller's project.
    Own,
    /// Whatever the caller sees.
    All,
    /// Those of these that the caller sees.
    These(&'a [Uuid]),
}

/// An address of an external network that a project has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloatingIp {
    pub id: Uuid,
    pub address: IpAddr,
    /// Where it is from.
    pub network: Uuid,
    pub network_name: String,
    /// The port that it leads to.
    pub port: Option<Uuid>,
    /// The port's address that it leads to.
    pub fixed: Option<IpAddr>,
    /// Whose port it is: a server's id, mostly.
    pub device: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloatingIps {
    /// Of the caller's project.
    Own,
    /// That one, if the caller sees it.
    Id(Uuid),
    /// All that the caller sees of that address.
    Address(IpAddr),
}

/// Everything is done with the caller's rights.
#[async_trait]
pub trait NetworkProxy: fmt::Debug + Send + Sync {
    /// External ones alone, or all that the caller sees.
    async fn seen_networks(&self, context: &RequestContext, external: bool) -> Result<Vec<Network>, Error>;

    async fn groups(&self, context: &RequestContext, which: Groups<'_>) -> Result<Vec<SecurityGroup>, Error>;
    async fn create_group(
        &self,
        context: &RequestContext,
        name: &str,
        description: &str,
    ) -> Result<SecurityGroup, Error>;
    async fn update_group(
        &self,
        context: &RequestContext,
        id: Uuid,
        name: &str,
        description: &str,
    ) -> Result<SecurityGroup, Error>;
    async fn delete_group(&self, context: &RequestContext, id: Uuid) -> Result<(), Error>;

    /// What these groups let in.
    async fn rules(&self, context: &RequestContext, groups: &[Uuid])
    -> Result<Vec<SecurityGroupRule>, Error>;
    async fn create_rule(
        &self,
        context: &RequestContext,
        group: Uuid,
        admits: &Admission,
    ) -> Result<SecurityGroupRule, Error>;
    async fn delete_rule(&self, context: &RequestContext, id: Uuid) -> Result<(), Error>;

    /// None where the service has no routers.
    async fn floating_ips(
        &self,
        context: &RequestContext,
        which: FloatingIps,
    ) -> Result<Vec<FloatingIp>, Error>;
    /// Any address of this external network.
    async fn create_floating_ip(&self, context: &RequestContext, network: Uuid) -> Result<FloatingIp, Error>;
    /// Makes it lead to an address of a port, or nowhere.
    async fn lead_floating_ip(
        &self,
        context: &RequestContext,
        id: Uuid,
        to: Option<(Uuid, IpAddr)>,
    ) -> Result<(), Error>;
    async fn delete_floating_ip(&self, context: &RequestContext, id: Uuid) -> Result<(), Error>;
}
