//! The roles every installation has, and which of them come with which.

use std::str::FromStr;

use uuid::Uuid;

use super::Error;

/// Keystone's own default roles; the standalone service has no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Admin,
    Manager,
    Member,
    Reader,
    Service,
}

impl Role {
    pub const ALL: [Self; 5] = [
        Self::Admin,
        Self::Manager,
        Self::Member,
        Self::Reader,
        Self::Service,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Member => "member",
            Self::Reader => "reader",
            Self::Service => "service",
        }
    }

    /// The same in every installation, as the names are.
    pub fn id(self) -> String {
        Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("role:{}", self.name()).as_bytes())
            .simple()
            .to_string()
    }

    /// The role itself and what it brings with it, as Keystone's default implications have it.
    pub fn with_implied(self) -> &'static [Self] {
        match self {
            Self::Admin => &[Self::Admin, Self::Manager, Self::Member, Self::Reader],
            Self::Manager => &[Self::Manager, Self::Member, Self::Reader],
            Self::Member => &[Self::Member, Self::Reader],
            Self::Reader => &[Self::Reader],
            Self::Service => &[Self::Service],
        }
    }
}

impl FromStr for Role {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == name)
            .ok_or_else(|| Error::NoSuch {
                kind: "role",
                id: name.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_what_its_name_says() {
        for role in Role::ALL {
            assert_eq!(role.name().parse::<Role>().unwrap(), role);
            assert_eq!(role.id().len(), 32);
        }
        assert_eq!(
            "owner".parse::<Role>().unwrap_err().to_string(),
            "Could not find role: owner."
        );
    }
}
