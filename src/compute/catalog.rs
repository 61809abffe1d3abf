//! What there is to have: zones, and how much a project may take.

use std::collections::BTreeMap;

use super::core::Compute;
use crate::compute::{Error, QuotaDetail, Service, Zone, ZoneHost};
use crate::objects::{ComputeService, ProjectId, QuotaResource, RequestContext};

impl Compute {
    /// What a project may have, and has.
    pub async fn limits(
        &self,
        context: &RequestContext,
        project: &ProjectId,
    ) -> Result<BTreeMap<QuotaResource, QuotaDetail>, Error> {
        if context.project_id != *project && !context.is_admin() {
            let words = "Policy doesn't allow os_compute_api:limits:other_project to be performed.";
            return Err(Error::Forbidden(words.to_owned()));
        }
        self.quotas(project, None).await
    }

    /// The zone of each host that has a service.
    pub async fn availability_zones(&self, _context: &RequestContext) -> Result<Vec<Zone>, Error> {
        let services = self.services().await?;
        let zone = |service: Service| Zone {
            name: service.zone,
            available: !service.record.disabled && service.is_up,
            hosts: vec![ZoneHost {
                name: service.record.host,
                service: ComputeService::BINARY.to_owned(),
                active: !service.record.disabled,
                available: service.is_up,
                updated_at: Some(service.updated_at),
            }],
        };
        Ok(services.into_iter().map(zone).collect())
    }
}
