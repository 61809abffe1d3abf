//! Ports on their way through life: made, taken, changed, given back, deleted.

use std::net::IpAddr;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::calls::{Call, Caller};
use super::{Neutron, refusal, shown};
use crate::network::{Binding, Error, NewPort, Port, PortChange};
use crate::objects::InstanceId;

/// How often a change is tried that others come before.
const ATTEMPTS: usize = 5;

type Fields = Map<String, Value>;

#[derive(Debug, Deserialize)]
struct Named {
    id: Uuid,
}

#[derive(Debug, Deserialize)]
struct NetworkAnswer {
    network: Domain,
}

#[derive(Debug, Deserialize)]
struct Domain {
    #[serde(default)]
    dns_domain: Option<String>,
}

impl Neutron {
    pub(super) async fn create(&self, new: &NewPort) -> Result<Port, Error> {
        let mut fields = bound(&new.binding);
        fields.insert("network_id".to_owned(), json!(new.network));
        fields.insert("tenant_id".to_owned(), json!(new.project));
        fields.insert("admin_state_up".to_owned(), json!(true));
        let fixed = new.fixed_ip.map(|ip| json!([{"ip_address": ip}]));
        fields.extend(fixed.map(|fixed| ("fixed_ips".to_owned(), fixed)));
        let groups = new.security_groups.as_ref().map(|groups| json!(groups));
        fields.extend(groups.map(|groups| ("security_groups".to_owned(), groups)));
        fields.extend(self.dns_name(new.network, new.dns_name.as_deref()).await?);
        let call = Call::post("ports", json!({"port": fields}));
        let port = self.ask::<shown::PortAnswer>(Caller::Us, &call).await?.port;
        if port.is_not_bound() {
            if let Err(error) = self.delete(port.id).await {
                tracing::warn!(port.id = %port.id, %error, "a port that could not be bound is left behind");
            }
            return Err(binding_failed(port.id));
        }
        self.interest.take(&port);
        Ok(port.into())
    }

    /// Either nobody came between our look at the port and the change, or the change is made on a new look.
    pub(super) async fn update(&self, id: Uuid, change: &PortChange) -> Result<Port, Error> {
        for _ in 0..ATTEMPTS {
            let before = self.seen(id).await?;
            match self.change(&before, change).await {
                Err(error) if refusal::is_outdated(&error) => {}
                Err(error) => return Err(error),
                Ok(after) => return self.settled(after, change).await,
            }
        }
        Err(Error::Conflict(format!(
            "Port {id} was changed by others {ATTEMPTS} times while it was to be changed."
        )))
    }

    pub(super) async fn delete(&self, id: Uuid) -> Result<(), Error> {
        match self.send(Caller::Us, &Call::delete(format!("ports/{id}"))).await {
            Ok(_) | Err(Error::NotFound(_)) => {
                self.interest.forget(id);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn of_instance(&self, instance: InstanceId) -> Result<Vec<Port>, Error> {
        let filter = [("device_id", instance.to_string())];
        let ports: Vec<shown::Port> = self.list(Caller::Us, "ports", &filter, &[]).await?;
        ports.iter().for_each(|port| self.interest.take(port));
        Ok(ports.into_iter().map(Port::from).collect())
    }

    async fn seen(&self, id: Uuid) -> Result<shown::Port, Error> {
        let call = Call::get(format!("ports/{id}"), Vec::new());
        Ok(self.ask::<shown::PortAnswer>(Caller::Us, &call).await?.port)
    }

    async fn change(&self, before: &shown::Port, change: &PortChange) -> Result<shown::Port, Error> {
        let fields = match change {
            PortChange::Bind { binding, dns_name } => {
                let ours = before.device_id == binding.instance.to_string();
                if !ours && !before.device_id.is_empty() {
                    return Err(Error::Conflict(format!("Port {} is still in use.", before.id)));
                }
                let mut fields = bound(binding);
                fields.extend(self.dns_name(before.network_id, dns_name.as_deref()).await?);
                fields
            }
            PortChange::Release => {
                let mut fields = released();
                fields.extend(self.dns_name(before.network_id, Some("")).await?);
                fields
            }
            PortChange::SecurityGroups(groups) => one("security_groups", json!(groups)),
            PortChange::AddFixedIp => return self.add_fixed_ip(before).await,
            PortChange::RemoveFixedIp(address) => one("fixed_ips", without(before, *address)?),
        };
        self.put(before, fields).await
    }

    async fn put(&self, before: &shown::Port, fields: Fields) -> Result<shown::Port, Error> {
        let body = json!({"port": fields});
        let call = Call::put(format!("ports/{}", before.id), body, before.revision_number);
        Ok(self.ask::<shown::PortAnswer>(Caller::Us, &call).await?.port)
    }

    /// In the first subnet that takes it, or the last one's refusal.
    async fn add_fixed_ip(&self, before: &shown::Port) -> Result<shown::Port, Error> {
        let filter = [("network_id", before.network_id.to_string())];
        let subnets: Vec<Named> = self.list(Caller::Us, "subnets", &filter, &["id"]).await?;
        let mut refused = Error::NotFound(format!(
            "Network could not be found for instance {}.",
            before.device_id
        ));
        for subnet in subnets {
            let new = json!({"subnet_id": subnet.id});
            let all: Vec<Value> = before.fixed_ips.iter().map(as_is).chain([new]).collect();
            match self.put(before, one("fixed_ips", json!(all))).await {
                Err(error @ (Error::Exhausted(_) | Error::Invalid(_) | Error::Conflict(_))) => {
                    refused = error
                }
                done => return done,
            }
        }
        Err(refused)
    }

    /// What the change was for has come true.
    async fn settled(&self, port: shown::Port, change: &PortChange) -> Result<Port, Error> {
        match change {
            PortChange::Bind { .. } if port.is_not_bound() => {
                let id = port.id;
                if let Err(error) = self.change(&port, &PortChange::Release).await {
                    tracing::warn!(port.id = %id, %error, "a port that could not be bound is not given back");
                }
                return Err(binding_failed(id));
            }
            PortChange::Release => self.interest.forget(port.id),
            _ => self.interest.take(&port),
        }
        Ok(port.into())
    }

    /// Nothing without the extension, and where names are kept outside of Neutron: those are in zones of the users.
    async fn dns_name(&self, network: Uuid, name: Option<&str>) -> Result<Option<(String, Value)>, Error> {
        let Some(name) = name else {
            return Ok(None);
        };
        if !self.has_extension("dns-integration").await? {
            return Ok(None);
        }
        let fields = vec![("fields".to_owned(), "dns_domain".to_owned())];
        let call = Call::get(format!("networks/{network}"), fields);
        let domain = self
            .ask::<NetworkAnswer>(Caller::Us, &call)
            .await?
            .network
            .dns_domain;
        let inside = domain.is_none_or(|domain| domain.is_empty());
        Ok(inside.then(|| ("dns_name".to_owned(), json!(name))))
    }
}

fn bound(binding: &Binding) -> Fields {
    let mut fields = one("device_id", json!(binding.instance));
    fields.insert(
        "device_owner".to_owned(),
        json!(format!("compute:{}", binding.zone)),
    );
    fields.insert("binding:host_id".to_owned(), json!(binding.host));
    fields
}

fn released() -> Fields {
    let mut fields = one("device_id", json!(""));
    fields.insert("device_owner".to_owned(), json!(""));
    fields.insert("binding:host_id".to_owned(), json!(""));
    fields
}

fn one(name: &str, value: Value) -> Fields {
    Fields::from_iter([(name.to_owned(), value)])
}

fn without(before: &shown::Port, address: IpAddr) -> Result<Value, Error> {
    let kept: Vec<Value> = before
        .fixed_ips
        .iter()
        .filter(|ip| ip.ip_address != address)
        .map(as_is)
        .collect();
    match kept.len() == before.fixed_ips.len() {
        true => Err(Error::NotFound(format!(
            "Instance {} does not have fixed IP '{address}'.",
            before.device_id
        ))),
        false => Ok(json!(kept)),
    }
}

fn as_is(ip: &shown::FixedIp) -> Value {
    json!({"subnet_id": ip.subnet_id, "ip_address": ip.ip_address})
}

/// Nova's words.
fn binding_failed(port: Uuid) -> Error {
    Error::Invalid(format!(
        "Binding failed for port {port}, please check neutron logs for more information."
    ))
}
