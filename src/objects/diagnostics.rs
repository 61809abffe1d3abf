//! What a running server uses at this moment.

use super::Mac;

/// `None` is what the host cannot tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// `docker`, `fake`.
    pub hypervisor: String,
    /// Of the host: `linux`.
    pub hypervisor_os: Option<String>,
    /// Seconds since the start.
    pub uptime: Option<u64>,
    pub cpus: Vec<CpuDiagnostics>,
    pub nics: Vec<NicDiagnostics>,
    pub disks: Vec<DiskDiagnostics>,
    /// Bytes.
    pub memory_maximum: Option<u64>,
    pub memory_used: Option<u64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CpuDiagnostics {
    pub id: u32,
    /// Nanoseconds used.
    pub time: Option<u64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NicDiagnostics {
    /// As the server calls it: `eth0`.
    pub device: String,
    pub mac: Option<Mac>,
    pub rx: Option<Traffic>,
    pub tx: Option<Traffic>,
}

/// One direction of an interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    pub octets: u64,
    pub packets: u64,
    pub errors: u64,
    pub dropped: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiskDiagnostics {
    pub read_bytes: u64,
    pub read_requests: u64,
    pub write_bytes: u64,
    pub write_requests: u64,
}
