//! `GET /servers/{id}/diagnostics` and `/topology`: what a server uses, and what of the machine it stands on.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::instance_id;
use crate::api::Within;
use crate::api::compute::Door;
use crate::api::policy::{Need, allow};
use crate::api::route::{Routes, get, whole};
use crate::api::{At, Fault, Microversion};
use crate::objects::{
    CpuDiagnostics, Diagnostics, DiskDiagnostics, Instance, NicDiagnostics, RequestContext, Traffic,
};
use crate::{span, view};

/// The API's list of drivers knows no containers; the hypervisor says what there is.
const DRIVER: &str = "libvirt";

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/servers/{id}/diagnostics",
            get(show)
                .answers_within(span!(..2.48), 200, whole::<BTreeMap<String, u64>>())
                .answers_within(span!(2.48..), 200, whole::<InSchema>()),
        )
        .route(
            "/servers/{id}/topology",
            get(topology)
                .answers(200, whole::<Topology>())
                .within(span!(2.78..)),
        )
}

view! {
    struct Topology {
        nodes: [u8; 0],
        pagesize_kb: Option<u64>,
    }
}

view! {
    struct InSchema {
        state: &'static str,
        driver: &'static str,
        hypervisor: String,
        hypervisor_os: Option<String>,
        uptime: Option<u64>,
        config_drive: bool,
        num_cpus: usize,
        num_nics: usize,
        num_disks: usize,
        cpu_details: Vec<Cpu>,
        nic_details: Vec<Nic>,
        disk_details: Vec<Disk>,
        memory_details: Memory,
    }
}

view! {
    struct Cpu {
        id: u32,
        time: Option<u64>,
        utilisation: Option<u64>,
    }
}

view! {
    struct Nic {
        mac_address: Option<String>,
        rx_octets: Option<u64>,
        rx_errors: Option<u64>,
        rx_drop: Option<u64>,
        rx_packets: Option<u64>,
        rx_rate: Option<u64>,
        tx_octets: Option<u64>,
        tx_errors: Option<u64>,
        tx_drop: Option<u64>,
        tx_packets: Option<u64>,
        tx_rate: Option<u64>,
    }
}

view! {
    struct Disk {
        read_bytes: u64,
        read_requests: u64,
        write_bytes: u64,
        write_requests: u64,
        errors_count: Option<u64>,
    }
}

view! {
    /// MiB.
    struct Memory {
        maximum: Option<u64>,
        used: Option<u64>,
    }
}

impl Microversion {
    /// One form for all drivers.
    const fn has_one_form_of_diagnostics(self) -> bool {
        self.at_least("2.48")
    }
}

impl From<CpuDiagnostics> for Cpu {
    fn from(cpu: CpuDiagnostics) -> Self {
        Self {
            id: cpu.id,
            time: cpu.time,
            utilisation: None,
        }
    }
}

impl From<NicDiagnostics> for Nic {
    fn from(nic: NicDiagnostics) -> Self {
        let of = |traffic: Option<Traffic>, number: fn(Traffic) -> u64| traffic.map(number);
        Self {
            mac_address: nic.mac.map(|mac| mac.to_string()),
            rx_octets: of(nic.rx, |rx| rx.octets),
            rx_errors: of(nic.rx, |rx| rx.errors),
            rx_drop: of(nic.rx, |rx| rx.dropped),
            rx_packets: of(nic.rx, |rx| rx.packets),
            rx_rate: None,
            tx_octets: of(nic.tx, |tx| tx.octets),
            tx_errors: of(nic.tx, |tx| tx.errors),
            tx_drop: of(nic.tx, |tx| tx.dropped),
            tx_packets: of(nic.tx, |tx| tx.packets),
            tx_rate: None,
        }
    }
}

impl From<DiskDiagnostics> for Disk {
    fn from(disk: DiskDiagnostics) -> Self {
        Self {
            read_bytes: disk.read_bytes,
            read_requests: disk.read_requests,
            write_bytes: disk.write_bytes,
            write_requests: disk.write_requests,
            errors_count: None,
        }
    }
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    allow(&context, "os_compute_api:os-server-diagnostics", Need::Admin)?;
    let id = instance_id(&id)?;
    let instance = door.compute.get(&context, id).await?;
    let told = door.compute.diagnostics(&context, id).await?;
    match version.has_one_form_of_diagnostics() {
        true => Ok(At(version, in_schema(&instance, told)).into_response()),
        false => Ok(Json(freely(&told)).into_response()),
    }
}

fn in_schema(instance: &Instance, told: Diagnostics) -> InSchema {
    let mebibytes = |bytes: Option<u64>| bytes.map(|bytes| bytes >> 20);
    InSchema {
        state: instance.power_state.word(),
        driver: DRIVER,
        hypervisor: told.hypervisor,
        hypervisor_os: told.hypervisor_os,
        uptime: told.uptime,
        config_drive: instance.config_drive,
        num_cpus: told.cpus.len(),
        num_nics: told.nics.len(),
        num_disks: told.disks.len(),
        cpu_details: told.cpus.into_iter().map(Cpu::from).collect(),
        nic_details: told.nics.into_iter().map(Nic::from).collect(),
        disk_details: told.disks.into_iter().map(Disk::from).collect(),
        memory_details: Memory {
            maximum: mebibytes(told.memory_maximum),
            used: mebibytes(told.memory_used),
        },
    }
}

/// As each driver liked it before: a name for each number. Memory in KiB.
fn freely(told: &Diagnostics) -> Value {
    let mut all = Map::new();
    let mut put = |name: String, number: Option<u64>| {
        all.extend(number.map(|number| (name, Value::from(number))));
    };
    for cpu in &told.cpus {
        put(format!("cpu{}_time", cpu.id), cpu.time);
    }
    put("memory".to_owned(), told.memory_maximum.map(|bytes| bytes >> 10));
    put(
        "memory-actual".to_owned(),
        told.memory_used.map(|bytes| bytes >> 10),
    );
    for (index, disk) in told.disks.iter().enumerate() {
        put(format!("disk{index}_read"), Some(disk.read_bytes));
        put(format!("disk{index}_read_req"), Some(disk.read_requests));
        put(format!("disk{index}_write"), Some(disk.write_bytes));
        put(format!("disk{index}_write_req"), Some(disk.write_requests));
    }
    for nic in &told.nics {
        let device = &nic.device;
        for (way, traffic) in [("rx", nic.rx), ("tx", nic.tx)] {
            put(format!("{device}_{way}"), traffic.map(|traffic| traffic.octets));
            put(
                format!("{device}_{way}_packets"),
                traffic.map(|traffic| traffic.packets),
            );
            put(
                format!("{device}_{way}_errors"),
                traffic.map(|traffic| traffic.errors),
            );
            put(
                format!("{device}_{way}_drop"),
                traffic.map(|traffic| traffic.dropped),
            );
        }
    }
    Value::Object(all)
}

/// The engine places no server on nodes of its own.
async fn topology(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<At<Topology>, Fault> {
    allow(&context, "compute:server:topology:index", Need::Reader)?;
    door.compute.get(&context, instance_id(&id)?).await?;
    let nowhere = Topology {
        nodes: [],
        pagesize_kb: None,
    };
    Ok(At(version, nowhere))
}
