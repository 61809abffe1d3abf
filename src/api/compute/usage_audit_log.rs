//! `/os-instance_usage_audit_log`: the monthly audits that hosts write about their servers, of which this one writes none.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

use super::Door;
use crate::api::policy::{Need, allow};
use crate::api::route::{Routes, get};
use crate::api::{At, Fault, Microversion, Under};
use crate::objects::RequestContext;
use crate::shows;
use crate::view;

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/os-instance_usage_audit_log",
            get(list).answers(200, shows!("instance_usage_audit_logs": AuditLog)),
        )
        .route(
            "/os-instance_usage_audit_log/{id}",
            get(show).answers(200, shows!("instance_usage_audit_log": AuditLog)),
        )
}

view! {
    struct AuditLog {
        period_beginning: String,
        period_ending: String,
        num_hosts: usize,
        num_hosts_done: usize,
        num_hosts_running: usize,
        num_hosts_not_run: usize,
        hosts_not_run: Vec<String>,
        total_instances: usize,
        total_errors: usize,
        overall_status: String,
        log: BTreeMap<String, String>,
    }
}

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
) -> Result<impl IntoResponse, Fault> {
    allow(
        &context,
        "os_compute_api:os-instance-usage-audit-log:list",
        Need::Admin,
    )?;
    let now = door.compute.now().to_zoned(TimeZone::UTC);
    let log = audit_log(&door, &now).await?;
    Ok(At(version, Under("instance_usage_audit_logs", log)))
}

/// Of the last month that was over by then.
async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(before): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(
        &context,
        "os_compute_api:os-instance-usage-audit-log:show",
        Need::Admin,
    )?;
    let message = || Fault::bad_request(format!("Invalid timestamp for date {before}"));
    let read = DateTime::strptime("%Y-%m-%d %H:%M:%S%.f", &before).map_err(|_| message())?;
    let moment = read.to_zoned(TimeZone::UTC).map_err(|_| message())?;
    let log = audit_log(&door, &moment).await?;
    Ok(At(version, Under("instance_usage_audit_log", log)))
}

async fn audit_log(door: &Door, moment: &Zoned) -> Result<AuditLog, Fault> {
    let services = door.compute.services().await?;
    let hosts: Vec<String> = services.into_iter().map(|service| service.record.host).collect();
    let end = moment.date().first_of_month();
    let begin = end.saturating_sub(1.month());
    let count = hosts.len();
    let done = if count == 0 {
        "ALL".to_owned()
    } else {
        format!("0 of {count}")
    };
    Ok(AuditLog {
        period_beginning: format!("{begin} 00:00:00"),
        period_ending: format!("{end} 00:00:00"),
        num_hosts: count,
        num_hosts_done: 0,
        num_hosts_running: 0,
        num_hosts_not_run: count,
        hosts_not_run: hosts,
        total_instances: 0,
        total_errors: 0,
        overall_status: format!("{done} hosts done. 0 errors."),
        log: BTreeMap::new(),
    })
}
