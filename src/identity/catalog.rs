//! The catalog of a standalone installation: where its own services listen.

use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    pub region: String,
    pub services: Vec<Service>,
}

/// A service and the one address that it has for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// `compute`, `image`, `network`, `identity`: the catalog's word for what it does.
    pub kind: &'static str,
    /// `nova`, `glance`, `neutron`, `keystone`: the project whose place it takes, which is what clients expect as its name.
    pub name: &'static str,
    pub url: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    Public,
    Internal,
    Admin,
}

impl Interface {
    pub const ALL: [Self; 3] = [Self::Public, Self::Internal, Self::Admin];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Admin => "admin",
        }
    }
}

impl Catalog {
    /// The services of one machine, each address with its version as clients want it: compute's ends in
    /// `/v2.1`, identity's in `/v3`, image's and network's in the port.
    pub fn new(region: &str, identity: &str, image: &str, network: &str, compute: &str) -> Self {
        let service = |kind, name, url: &str| Service {
            kind,
            name,
            url: url.to_owned(),
        };
        Self {
            region: region.to_owned(),
            services: vec![
                service("identity", "keystone", identity),
                service("image", "glance", image),
                service("network", "neutron", network),
                service("compute", "nova", compute),
            ],
        }
    }
}

impl Service {
    /// The same as long as the service is of the same kind.
    pub fn id(&self) -> String {
        id(&format!("service:{}", self.kind))
    }

    pub fn endpoint_id(&self, interface: Interface) -> String {
        id(&format!("endpoint:{}:{}", self.kind, interface.name()))
    }
}

fn id(name: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
        .simple()
        .to_string()
}
