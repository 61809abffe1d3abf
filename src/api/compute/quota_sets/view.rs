//! How a project's quotas are shown, and how they are asked for.

use std::collections::BTreeMap;

use serde::Serialize;

use super::limit::{QuotaLimit, given};
use crate::api::request::Flag;
use crate::compute::QuotaDetail;
use crate::objects::QuotaResource;
use crate::{request, view};

view! {
    /// The fields of a quota set, each a limit or all that is known of it.
    pub(super) struct QuotaFields {
        instances: Amount,
        cores: Amount,
        ram: Amount,
        fixed_ips: Amount = ..2.36,
        floating_ips: Amount = ..2.36,
        metadata_items: Amount,
        injected_files: Amount = ..2.57,
        injected_file_content_bytes: Amount = ..2.57,
        injected_file_path_bytes: Amount = ..2.57,
        security_groups: Amount = ..2.36,
        security_group_rules: Amount = ..2.36,
        key_pairs: Amount,
        server_groups: Amount,
        server_group_members: Amount,
    }
}

view! {
    /// Whose they are.
    pub(super) struct Of {
        id: String,
    }
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub(super) enum Amount {
    Limit(i64),
    Detail { in_use: u64, limit: i64, reserved: u64 },
}

crate::schema! {
    Amount => {"anyOf": [
        {"type": "integer"},
        {
            "type": "object",
            "properties": {
                "in_use": {"type": "integer"},
                "limit": {"type": "integer"},
                "reserved": {"type": "integer"},
            },
            "required": ["in_use", "limit", "reserved"],
            "additionalProperties": false,
        },
    ]},
}

request! {
    /// The `quota_set` of `PUT /os-quota-sets/{id}`.
    pub(super) struct UpdateQuotas in "quota_set" {
        instances: Option<QuotaLimit>,
        cores: Option<QuotaLimit>,
        ram: Option<QuotaLimit>,
        fixed_ips: Option<QuotaLimit> = ..2.36,
        floating_ips: Option<QuotaLimit> = ..2.36,
        metadata_items: Option<QuotaLimit>,
        injected_files: Option<QuotaLimit> = ..2.57,
        injected_file_content_bytes: Option<QuotaLimit> = ..2.57,
        injected_file_path_bytes: Option<QuotaLimit> = ..2.57,
        security_groups: Option<QuotaLimit> = ..2.36,
        security_group_rules: Option<QuotaLimit> = ..2.36,
        key_pairs: Option<QuotaLimit>,
        server_groups: Option<QuotaLimit>,
        server_group_members: Option<QuotaLimit>,
        force: Option<Flag>,
    }
}

impl UpdateQuotas {
    pub(super) fn limits(&self) -> BTreeMap<QuotaResource, i64> {
        use QuotaResource as R;
        given([
            (R::Instances, self.instances),
            (R::Cores, self.cores),
            (R::Ram, self.ram),
            (R::FixedIps, self.fixed_ips),
            (R::FloatingIps, self.floating_ips),
            (R::MetadataItems, self.metadata_items),
            (R::InjectedFiles, self.injected_files),
            (R::InjectedFileContentBytes, self.injected_file_content_bytes),
            (R::InjectedFilePathBytes, self.injected_file_path_bytes),
            (R::SecurityGroups, self.security_groups),
            (R::SecurityGroupRules, self.security_group_rules),
            (R::KeyPairs, self.key_pairs),
            (R::ServerGroups, self.server_groups),
            (R::ServerGroupMembers, self.server_group_members),
        ])
    }
}

impl QuotaFields {
    fn of(amount: impl Fn(QuotaResource) -> Amount) -> Self {
        use QuotaResource as R;
        Self {
            instances: amount(R::Instances),
            cores: amount(R::Cores),
            ram: amount(R::Ram),
            fixed_ips: amount(R::FixedIps),
            floating_ips: amount(R::FloatingIps),
            metadata_items: amount(R::MetadataItems),
            injected_files: amount(R::InjectedFiles),
            injected_file_content_bytes: amount(R::InjectedFileContentBytes),
            injected_file_path_bytes: amount(R::InjectedFilePathBytes),
            security_groups: amount(R::SecurityGroups),
            security_group_rules: amount(R::SecurityGroupRules),
            key_pairs: amount(R::KeyPairs),
            server_groups: amount(R::ServerGroups),
            server_group_members: amount(R::ServerGroupMembers),
        }
    }

    pub(super) fn limits(quotas: &BTreeMap<QuotaResource, QuotaDetail>) -> Self {
        Self::of(|resource| Amount::Limit(quotas.get(&resource).map_or(-1, |detail| detail.limit)))
    }

    pub(super) fn plain(limits: &BTreeMap<QuotaResource, i64>) -> Self {
        Self::of(|resource| Amount::Limit(limits.get(&resource).copied().unwrap_or(-1)))
    }

    /// Nothing is ever reserved: what is asked for counts as soon as it is written down.
    pub(super) fn details(quotas: &BTreeMap<QuotaResource, QuotaDetail>) -> Self {
        Self::of(|resource| {
            let detail = quotas.get(&resource);
            Amount::Detail {
                in_use: detail.map_or(0, |detail| detail.in_use),
                limit: detail.map_or(-1, |detail| detail.limit),
                reserved: 0,
            }
        })
    }
}
