//! What a container uses at this moment, from the engine's own counters and those of its network namespace.

use std::collections::HashMap;

use bollard::models::{
    ContainerBlkioStatEntry, ContainerBlkioStats, ContainerCpuStats, ContainerNetworkStats,
    ContainerStatsResponse,
};
use bollard::query_parameters::StatsOptionsBuilder;
use futures_util::StreamExt;
use jiff::Timestamp;

use super::DockerDriver;
use super::key::on_disk;
use super::refusal::refused_for;
use crate::objects::{CpuDiagnostics, Diagnostics, DiskDiagnostics, Instance, NicDiagnostics, Traffic};
use crate::virt::Error;

type Counters = HashMap<String, (Traffic, Traffic)>;

impl DockerDriver {
    pub(super) async fn usage(&self, instance: &Instance) -> Result<Diagnostics, Error> {
        let id = instance.id;
        let container = self.existing(id).await?;
        let name = container.id.ok_or(Error::NoSuchInstance(id))?;
        let state = container.state.unwrap_or_default();
        let options = StatsOptionsBuilder::default()
            .stream(false)
            .one_shot(true)
            .build();
        let api = self.docker.api().await?;
        let stats = api
            .stats(&name, Some(options))
            .next()
            .await
            .unwrap_or(Ok(ContainerStatsResponse::default()))
            .map_err(refused_for(id))?;
        // The processes of a distant engine are not those that are seen here.
        let is_here = self.docker.url().starts_with("unix:");
        let inside = match state.pid.filter(|pid| is_here && *pid > 0) {
            Some(pid) => on_disk(move || std::fs::read_to_string(format!("/proc/{pid}/net/dev"))).await,
            None => Ok(String::new()),
        };
        let counters = match &stats.networks {
            Some(networks) => networks.iter().map(counted).collect(),
            // Interfaces that we plugged the engine does not know.
            None => parsed(&inside.unwrap_or_default()),
        };
        let began = state.started_at.and_then(|at| at.parse::<Timestamp>().ok());
        let read = stats
            .read
            .as_ref()
            .and_then(|at| at.to_string().parse::<Timestamp>().ok());
        Ok(Diagnostics {
            hypervisor: "docker".to_owned(),
            hypervisor_os: Some(stats.os_type.clone().unwrap_or_else(|| "linux".to_owned())),
            uptime: began
                .zip(read)
                .and_then(|(began, read)| u64::try_from(read.duration_since(began).as_secs()).ok()),
            cpus: processors(instance.flavor.vcpus, stats.cpu_stats.as_ref()),
            nics: interfaces(instance, &counters),
            disks: vec![disk(stats.blkio_stats.as_ref())],
            memory_maximum: stats.memory_stats.as_ref().and_then(|memory| memory.limit),
            memory_used: stats.memory_stats.as_ref().and_then(|memory| memory.usage),
        })
    }
}

/// The kernel accounts for all of them together: the first has what all used, unless the engine tells them apart.
fn processors(vcpus: u32, stats: Option<&ContainerCpuStats>) -> Vec<CpuDiagnostics> {
    let total = stats
        .and_then(|stats| stats.cpu_usage.as_ref())
        .and_then(|usage| usage.total_usage);
    let time = |id| if id == 0 { total } else { None };
    (0..vcpus)
        .map(|id| CpuDiagnostics { id, time: time(id) })
        .collect()
}

fn interfaces(instance: &Instance, counters: &Counters) -> Vec<NicDiagnostics> {
    let nic = |vif: &crate::objects::Vif| {
        let device = vif.device();
        let counted = counters.get(&device);
        NicDiagnostics {
            mac: Some(vif.mac),
            rx: counted.map(|(rx, _)| *rx),
            tx: counted.map(|(_, tx)| *tx),
            device,
        }
    };
    instance.vifs.iter().map(nic).collect()
}

fn disk(stats: Option<&ContainerBlkioStats>) -> DiskDiagnostics {
    let Some(stats) = stats else {
        return DiskDiagnostics::default();
    };
    let sum = |entries: &Option<Vec<ContainerBlkioStatEntry>>, wanted: &str| {
        let of = |entry: &&ContainerBlkioStatEntry| {
            entry
                .op
                .as_deref()
                .is_some_and(|op| op.eq_ignore_ascii_case(wanted))
        };
        entries
            .iter()
            .flatten()
            .filter(of)
            .filter_map(|entry| entry.value)
            .sum()
    };
    DiskDiagnostics {
        read_bytes: sum(&stats.io_service_bytes_recursive, "read"),
        read_requests: sum(&stats.io_serviced_recursive, "read"),
        write_bytes: sum(&stats.io_service_bytes_recursive, "write"),
        write_requests: sum(&stats.io_serviced_recursive, "write"),
    }
}

fn counted((name, stats): (&String, &ContainerNetworkStats)) -> (String, (Traffic, Traffic)) {
    let rx = Traffic {
        octets: stats.rx_bytes.unwrap_or(0),
        packets: stats.rx_packets.unwrap_or(0),
        errors: stats.rx_errors.unwrap_or(0),
        dropped: stats.rx_dropped.unwrap_or(0),
    };
    let tx = Traffic {
        octets: stats.tx_bytes.unwrap_or(0),
        packets: stats.tx_packets.unwrap_or(0),
        errors: stats.tx_errors.unwrap_or(0),
        dropped: stats.tx_dropped.unwrap_or(0),
    };
    (name.clone(), (rx, tx))
}

/// `/proc/net/dev`: eight numbers of what came in and eight of what went out behind each name.
fn parsed(table: &str) -> Counters {
    let row = |line: &str| {
        let (name, numbers) = line.split_once(':')?;
        let numbers: Vec<u64> = numbers
            .split_ascii_whitespace()
            .map_while(|number| number.parse().ok())
            .collect();
        let traffic = |at: usize| {
            Some(Traffic {
                octets: *numbers.get(at)?,
                packets: *numbers.get(at + 1)?,
                errors: *numbers.get(at + 2)?,
                dropped: *numbers.get(at + 3)?,
            })
        };
        Some((name.trim().to_owned(), (traffic(0)?, traffic(8)?)))
    };
    table.lines().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_table_of_interfaces_is_read() {
        let table = "Inter-|   Receive                                                |  Transmit\n \
                     face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop\n    \
                     lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0 0 0\n  \
                     eth0:    1234      12    1    2    0     0          0         0     5678      34    3    4    0     0 0 0\n";
        let found = parsed(table);
        let traffic = |octets, packets, errors, dropped| Traffic {
            octets,
            packets,
            errors,
            dropped,
        };
        assert_eq!(found["eth0"], (traffic(1234, 12, 1, 2), traffic(5678, 34, 3, 4)));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn reads_and_writes_of_all_disks_are_added_up() {
        let entry = |op: &str, value| ContainerBlkioStatEntry {
            op: Some(op.to_owned()),
            value: Some(value),
            ..ContainerBlkioStatEntry::default()
        };
        let stats = ContainerBlkioStats {
            io_service_bytes_recursive: Some(vec![entry("Read", 1), entry("read", 2), entry("Write", 4)]),
            io_serviced_recursive: Some(vec![entry("Write", 8)]),
            ..ContainerBlkioStats::default()
        };
        let expected = DiskDiagnostics {
            read_bytes: 3,
            read_requests: 0,
            write_bytes: 4,
            write_requests: 8,
        };
        assert_eq!(disk(Some(&stats)), expected);
    }
}
