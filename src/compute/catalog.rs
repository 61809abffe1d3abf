//! What there is to have: flavors, zones, and how much of it a project may take.

use std::sync::Arc;

use super::core::{Compute, Core};
use super::quota;
use crate::compute::{Error, Limits, Zone, ZoneHost};
use crate::objects::{Flavor, ProjectId, RequestContext};

impl Compute {
    /// Those the caller may use: public ones, and all for an administrator.
    pub async fn flavors(&self, context: &RequestContext) -> Result<Vec<Arc<Flavor>>, Error> {
        let mut flavors = self.core.records.flavors().await?;
        flavors.retain(|flavor| flavor.is_public || context.is_admin());
        Ok(flavors)
    }

    pub async fn flavor(&self, context: &RequestContext, id: &str) -> Result<Arc<Flavor>, Error> {
        let flavor = self.core.flavor(id).await?;
        match flavor.is_public || context.is_admin() {
            true => Ok(flavor),
            false => Err(Error::NoSuchFlavor(id.to_owned())),
        }
    }

    pub async fn limits(&self, context: &RequestContext, project: &ProjectId) -> Result<Limits, Error> {
        if context.project_id != *project && !context.is_admin() {
            let words = "Policy doesn't allow os_compute_api:limits:other_project to be performed.";
            return Err(Error::Forbidden(words.to_owned()));
        }
        let used = quota::usage(&self.core.records.instances().await?, project);
        let quotas = &self.core.settings.quotas;
        let limit = |quota: Option<u64>| quota.and_then(|quota| i64::try_from(quota).ok()).unwrap_or(-1);
        Ok(Limits {
            max_total_instances: limit(quotas.instances),
            max_total_cores: limit(quotas.cores),
            max_total_ram_size: limit(quotas.ram_mb),
            max_total_keypairs: limit(quotas.key_pairs),
            max_server_meta: limit(quotas.metadata_items),
            max_server_groups: limit(quotas.server_groups),
            max_server_group_members: limit(quotas.server_group_members),
            total_instances_used: used.instances,
            total_cores_used: used.cores,
            total_ram_used: used.ram_mb,
            total_server_groups_used: 0,
        })
    }

    pub async fn availability_zones(&self, _context: &RequestContext) -> Result<Vec<Zone>, Error> {
        let available = self.core.engine.is_present();
        let host = ZoneHost {
            name: self.core.settings.host.clone(),
            service: "nova-compute".to_owned(),
            active: true,
            available,
            updated_at: Some(self.core.now()),
        };
        Ok(vec![Zone {
            name: self.core.settings.availability_zone.clone(),
            available,
            hosts: vec![host],
        }])
    }
}

impl Core {
    pub(super) async fn flavor(&self, id: &str) -> Result<Arc<Flavor>, Error> {
        self.records
            .flavor(&id.into())
            .await
            .map_err(|error| match error {
                crate::db::Error::NoSuch { .. } => Error::NoSuchFlavor(id.to_owned()),
                error => error.into(),
            })
    }
}
