//! How usage is shown.

use jiff::Timestamp;

use super::period::Period;
use crate::api::compute::time::Micros;
use crate::compute::ServerUsage;
use crate::objects::{InstanceId, ProjectId};
use crate::view;

view! {
    pub(super) struct ServerView {
        instance_id: InstanceId,
        name: String,
        tenant_id: ProjectId,
        flavor: String,
        hours: f64,
        memory_mb: u64,
        local_gb: u64,
        vcpus: u32,
        started_at: Micros,
        ended_at: Option<Micros>,
        state: &'static str,
        uptime: i64,
    }
}

view! {
    pub(super) struct TenantView {
        tenant_id: ProjectId,
        total_local_gb_usage: f64,
        total_vcpus_usage: f64,
        total_memory_mb_usage: f64,
        total_hours: f64,
        start: Micros,
        stop: Micros,
    }
}

view! {
    /// Only where details are asked for.
    pub(super) struct Servers {
        server_usages: Vec<ServerView>,
    }
}

impl ServerView {
    fn of(usage: &ServerUsage, period: Period, now: Timestamp) -> Self {
        let lifetime = &usage.lifetime;
        let until = lifetime.terminated_at.unwrap_or(now);
        Self {
            instance_id: lifetime.id,
            name: lifetime.name.clone(),
            tenant_id: lifetime.project_id.clone(),
            flavor: lifetime.flavor.clone(),
            hours: period.hours(lifetime.launched_at, lifetime.terminated_at),
            memory_mb: lifetime.memory_mb,
            local_gb: lifetime.local_gb,
            vcpus: lifetime.vcpus,
            started_at: Micros(lifetime.launched_at),
            ended_at: lifetime.terminated_at.map(Micros),
            state: usage.state,
            uptime: until.duration_since(lifetime.launched_at).as_secs(),
        }
    }
}

/// One for each project, in the order that they come in.
pub(super) fn tenants(
    usages: &[ServerUsage],
    period: Period,
    now: Timestamp,
    detailed: bool,
) -> Vec<(TenantView, Option<Servers>)> {
    let of_one = |a: &ServerUsage, b: &ServerUsage| a.lifetime.project_id == b.lifetime.project_id;
    let chunks = usages.chunk_by(of_one);
    chunks
        .map(|usages| tenant(usages, period, now, detailed))
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 MiB")]
fn tenant(
    usages: &[ServerUsage],
    period: Period,
    now: Timestamp,
    detailed: bool,
) -> (TenantView, Option<Servers>) {
    let servers: Vec<_> = usages
        .iter()
        .map(|usage| ServerView::of(usage, period, now))
        .collect();
    let total = |of: fn(&ServerView) -> f64| servers.iter().map(|server| of(server) * server.hours).sum();
    let view = TenantView {
        tenant_id: usages[0].lifetime.project_id.clone(),
        total_local_gb_usage: total(|server| server.local_gb as f64),
        total_vcpus_usage: total(|server| server.vcpus.into()),
        total_memory_mb_usage: total(|server| server.memory_mb as f64),
        total_hours: total(|_| 1.0),
        start: Micros(period.begin),
        stop: Micros(period.end),
    };
    let servers = Servers {
        server_usages: servers,
    };
    (view, detailed.then_some(servers))
}
