//! How much of the host's memory, processors and disks a container may use.

use super::{Meaning, bounded, free, of, put, say};
use crate::user_data::allotment::{
    check_cpu_quota, check_cpu_shares, check_memory, check_memory_and_swap, check_memory_reservation,
    check_nano_cpus,
};
use crate::user_data::class;
use crate::user_data::document::Node;
use crate::user_data::draft::{Draft, set};
use crate::user_data::error::Mistake;
use crate::user_data::options::DiskFigure;
use crate::user_data::shapes::host_side::{self, disk_figures, whole};
use crate::user_data::shapes::values::{bytes, bytes_or_unlimited, flag, number, shares, unfit};
use crate::user_data::shapes::{names, size, ulimits};

pub(in crate::user_data) const MEMORY: Meaning = free(
    "bytes, no more than the flavor has",
    "HostConfig.Memory",
    bounded!(memory, bytes, check_memory),
);

pub(in crate::user_data) const MEM_LIMIT: Meaning = free(
    "bytes, or with a unit (``512m``), no more than the flavor has",
    "HostConfig.Memory",
    bounded!(memory, size::memory, check_memory),
);

pub(in crate::user_data) const MEMORY_SWAP: Meaning = free(
    "memory and swap in bytes, no more than the flavor has; -1 is all of that",
    "HostConfig.MemorySwap",
    bounded!(memory_swap, bytes_or_unlimited, check_memory_and_swap),
);

pub(in crate::user_data) const MEMSWAP_LIMIT: Meaning = free(
    "memory and swap, no more than the flavor has; -1 is all of that",
    "HostConfig.MemorySwap",
    bounded!(memory_swap, size::memory_or_unlimited, check_memory_and_swap),
);

pub(in crate::user_data) const MEMORY_RESERVATION: Meaning = free(
    "bytes, no more than the flavor has",
    "HostConfig.MemoryReservation",
    bounded!(memory_reservation, bytes, check_memory_reservation),
);

pub(in crate::user_data) const MEM_RESERVATION: Meaning = free(
    "bytes, or with a unit (``512m``), no more than the flavor has",
    "HostConfig.MemoryReservation",
    bounded!(memory_reservation, size::memory, check_memory_reservation),
);

pub(in crate::user_data) const MEMORY_SWAPPINESS: Meaning =
    free("0 to 100", "HostConfig.MemorySwappiness", memory_swappiness);

pub(in crate::user_data) const CPU_SHARES: Meaning = free(
    "a number, no more than the flavor has",
    "HostConfig.CpuShares",
    bounded!(cpu_shares, shares, check_cpu_shares),
);

pub(in crate::user_data) const CPU_PERIOD: Meaning =
    free("microseconds", "HostConfig.NanoCpus", |draft, node| {
        set(
            &mut draft.options.cpu_period,
            number(node, 1_000, "microseconds from 1000"),
        )
    });

pub(in crate::user_data) const CPU_QUOTA: Meaning = free(
    "microseconds of each period, no more than the flavor has; -1 is all of that",
    "HostConfig.NanoCpus",
    cpu_quota,
);

pub(in crate::user_data) const NANO_CPUS: Meaning = free(
    "billionths of a processor, no more than the flavor has",
    "HostConfig.NanoCpus",
    nano_cpus,
);

pub(in crate::user_data) const CPU_RT_PERIOD: Meaning = of(
    class::CPU_RT_PERIOD,
    "microseconds",
    "HostConfig.CpuRealtimePeriod",
    say!(cpu_rt_period, shares),
);

pub(in crate::user_data) const CPU_RT_RUNTIME: Meaning = of(
    class::CPU_RT_RUNTIME,
    "microseconds",
    "HostConfig.CpuRealtimeRuntime",
    say!(cpu_rt_runtime, shares),
);

pub(in crate::user_data) const CPUSET_CPUS: Meaning = free(
    "``0-2,5``",
    "HostConfig.CpusetCpus",
    say!(cpuset_cpus, names::cpuset),
);

pub(in crate::user_data) const CPUSET_MEMS: Meaning = free(
    "``0,1``",
    "HostConfig.CpusetMems",
    say!(cpuset_mems, names::cpuset),
);

pub(in crate::user_data) const BLKIO_WEIGHT: Meaning = of(
    class::BLKIO_WEIGHT,
    "10 to 1000",
    "HostConfig.BlkioWeight",
    say!(blkio_weight, host_side::blkio_weight),
);

pub(in crate::user_data) const BLKIO_WEIGHT_DEVICE: Meaning = of(
    class::BLKIO_WEIGHT_DEVICE,
    "a list of ``{Path, Weight}``",
    "HostConfig.BlkioWeightDevice",
    |draft, node| {
        disks(
            &mut draft.options.blkio_weight_device,
            disk_figures(node, "Weight", host_side::weight),
        )
    },
);

pub(in crate::user_data) const DEVICE_READ_BPS: Meaning = of(
    class::DEVICE_READ_BPS,
    "a list of ``{Path, Rate}``, bytes in a second",
    "HostConfig.BlkioDeviceReadBps",
    |draft, node| {
        disks(
            &mut draft.options.device_read_bps,
            disk_figures(node, "Rate", host_side::rate),
        )
    },
);

pub(in crate::user_data) const DEVICE_WRITE_BPS: Meaning = of(
    class::DEVICE_WRITE_BPS,
    "a list of ``{Path, Rate}``, bytes in a second",
    "HostConfig.BlkioDeviceWriteBps",
    |draft, node| {
        disks(
            &mut draft.options.device_write_bps,
            disk_figures(node, "Rate", host_side::rate),
        )
    },
);

pub(in crate::user_data) const DEVICE_READ_IOPS: Meaning = of(
    class::DEVICE_READ_IOPS,
    "a list of ``{Path, Rate}``, requests in a second",
    "HostConfig.BlkioDeviceReadIOps",
    |draft, node| {
        disks(
            &mut draft.options.device_read_iops,
            disk_figures(node, "Rate", host_side::rate),
        )
    },
);

pub(in crate::user_data) const DEVICE_WRITE_IOPS: Meaning = of(
    class::DEVICE_WRITE_IOPS,
    "a list of ``{Path, Rate}``, requests in a second",
    "HostConfig.BlkioDeviceWriteIOps",
    |draft, node| {
        disks(
            &mut draft.options.device_write_iops,
            disk_figures(node, "Rate", host_side::rate),
        )
    },
);

pub(in crate::user_data) const PIDS_LIMIT: Meaning = free(
    "a number; -1 is without limit",
    "HostConfig.PidsLimit",
    say!(pids_limit, whole),
);

pub(in crate::user_data) const ULIMITS: Meaning = of(
    class::ULIMITS,
    "a list of ``{name, soft, hard}``; -1 is without limit",
    "HostConfig.Ulimits",
    put!(ulimits, ulimits::ulimits),
);

pub(in crate::user_data) const SHM_SIZE: Meaning = free(
    "bytes, or with a unit",
    "HostConfig.ShmSize",
    say!(shm_size, size::size),
);

pub(in crate::user_data) const OOM_SCORE_ADJ: Meaning = of(
    class::OOM_SCORE_ADJ,
    "-1000 to 1000",
    "HostConfig.OomScoreAdj",
    say!(oom_score_adj, host_side::oom_score_adj),
);

pub(in crate::user_data) const OOM_KILL_DISABLE: Meaning = of(
    class::OOM_KILL_DISABLE,
    "true or false",
    "HostConfig.OomKillDisable",
    say!(oom_kill_disable, flag),
);

fn memory_swappiness(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    match whole(node)? {
        Some(percent) if !(0..=100).contains(&percent) => Err(unfit("a whole number from 0 to 100", node)),
        percent => set(&mut draft.options.memory_swappiness, Ok(percent)),
    }
}

/// The engine takes times of a period or billionths, not both; here they become one thing.
fn cpu_quota(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    let quota = match node {
        Node::Number(-1) => Ok(Some(-1)),
        other => number(other, 1_000, "microseconds from 1000, 0 or -1"),
    };
    set(&mut draft.options.cpu_quota, quota)?;
    check_cpu_quota(draft, node)
}

fn nano_cpus(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    let asked = number(
        node,
        10_000_000,
        "billionths of a processor, 0 or at least 10000000",
    )?;
    if asked.is_some() && draft.options.cpu_quota.is_some() {
        return Err(unfit(
            "nothing, for a quota of the processors is said already",
            node,
        ));
    }
    set(&mut draft.options.nano_cpus, Ok(asked))?;
    check_nano_cpus(draft, node)
}

fn disks(known: &mut Vec<DiskFigure>, more: Result<Vec<DiskFigure>, Mistake>) -> Result<(), Mistake> {
    more.map(|more| known.extend(more))
}
