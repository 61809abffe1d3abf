//! Everything that the network service knows, as one value that can be copied, changed and compared.

use jiff::Timestamp;
use uuid::Uuid;

use super::error::Error;
use super::records::{
    AddressScope, FloatingIp, Mark, Network, Port, QuotaSet, Router, SecurityGroup, SecurityGroupRule,
    Standard, Subnet, SubnetPool,
};
use super::table::{Difference, Record, Table};
use crate::db::{NetworkRow, NetworkWrite};
use crate::objects::ProjectId;

macro_rules! tables {
    ($($table:ident: $Record:ident by $Key:ty = $kind:literal, $key:expr, $standard:expr;)*) => {
        /// All tables.
        #[derive(Debug, Clone, Default)]
        pub struct State { $(pub $table: Table<$Record>,)* }

        $(impl Record for $Record {
            type Key = $Key;
            const KIND: &'static str = $kind;

            fn key(&self) -> $Key {
                let key: fn(&Self) -> $Key = $key;
                key(self)
            }

            fn standard_mut(&mut self) -> Option<&mut Standard> {
                let standard: fn(&mut Self) -> Option<&mut Standard> = $standard;
                standard(self)
            }

            fn table(state: &State) -> &Table<Self> {
                &state.$table
            }

            fn table_mut(state: &mut State) -> &mut Table<Self> {
                &mut state.$table
            }
        })*

        impl State {
            fn read(&mut self, row: &NetworkRow) -> Result<(), Error> {
                match row.kind.as_str() {
                    $($kind => self.$table.put(serde_json::from_str(&row.record).map_err(crate::db::Error::from)?),)*
                    other => return Err(Error::unknown_kind(other)),
                }
                Ok(())
            }

            /// Says when what differs from `before` was changed, and what has to be written so that the tables hold it too.
            pub(super) fn settle(&mut self, before: &Self, now: Timestamp) -> Result<Vec<NetworkWrite>, Error> {
                let mut writes = Vec::new();
                $(settle_table::<$Record>(&mut self.$table, &before.$table, now, &mut writes)?;)*
                Ok(writes)
            }
        }
    };
}

tables! {
    networks: Network by Uuid = "network", |it| it.standard.id, |it| Some(&mut it.standard);
    subnets: Subnet by Uuid = "subnet", |it| it.standard.id, |it| Some(&mut it.standard);
    ports: Port by Uuid = "port", |it| it.standard.id, |it| Some(&mut it.standard);
    security_groups: SecurityGroup by Uuid = "security_group", |it| it.standard.id, |it| Some(&mut it.standard);
    security_group_rules: SecurityGroupRule by Uuid = "security_group_rule", |it| it.standard.id,
        |it| Some(&mut it.standard);
    routers: Router by Uuid = "router", |it| it.standard.id, |it| Some(&mut it.standard);
    floating_ips: FloatingIp by Uuid = "floating_ip", |it| it.standard.id, |it| Some(&mut it.standard);
    subnet_pools: SubnetPool by Uuid = "subnet_pool", |it| it.standard.id, |it| Some(&mut it.standard);
    address_scopes: AddressScope by Uuid = "address_scope", |it| it.standard.id, |it| Some(&mut it.standard);
    quotas: QuotaSet by ProjectId = "quota", |it| it.project_id.clone(), |_| None;
    marks: Mark by String = "mark", |it| it.name.clone(), |_| None;
}

impl State {
    pub(super) fn load(rows: &[NetworkRow]) -> Result<Self, Error> {
        let mut state = Self::default();
        for row in rows {
            state.read(row)?;
        }
        Ok(state)
    }
}

fn settle_table<T: Record>(
    table: &mut Table<T>,
    before: &Table<T>,
    now: Timestamp,
    writes: &mut Vec<NetworkWrite>,
) -> Result<(), Error> {
    for Difference { before, after } in table.differences(before) {
        let write = match (before, after) {
            (before, Some(after)) => {
                let stamped = stamp::<T>(&after, before.as_deref(), now);
                let row = row::<T>(&stamped)?;
                table.put(stamped);
                NetworkWrite::Put(row)
            }
            (Some(before), None) => NetworkWrite::Delete {
                kind: T::KIND,
                id: before.key().to_string(),
            },
            (None, None) => continue,
        };
        writes.push(write);
    }
    Ok(())
}

fn stamp<T: Record>(record: &T, before: Option<&T>, now: Timestamp) -> T {
    let mut record = record.clone();
    let old = before.cloned().and_then(|mut old| old.standard_mut().cloned());
    if let Some(standard) = record.standard_mut() {
        standard.updated_at = now;
        standard.created_at = old.as_ref().map_or(now, |old| old.created_at);
        standard.revision_number = old.map_or(0, |old| old.revision_number + 1);
    }
    record
}

fn row<T: Record>(record: &T) -> Result<NetworkRow, Error> {
    Ok(NetworkRow {
        kind: T::KIND.to_owned(),
        id: record.key().to_string(),
        record: serde_json::to_string(record).map_err(crate::db::Error::from)?,
    })
}
