//! SIGUSR2: what the service is and does, on standard error, as `oslo.reports` tells it.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::task::AbortOnDropHandle;

use crate::compute::Compute;
use crate::conf::Conf;

/// Tells it each time until the handle is dropped.
pub(super) fn when_told(conf: Conf, compute: Compute) -> io::Result<AbortOnDropHandle<()>> {
    let mut told = signal(SignalKind::user_defined2())?;
    let started = compute.now();
    Ok(AbortOnDropHandle::new(tokio::spawn(async move {
        while told.recv().await.is_some() {
            let text = report(&conf, &compute, started).await;
            if let Err(error) = io::stderr().write_all(text.as_bytes()) {
                tracing::warn!(%error, "a report could not be written to standard error");
            }
        }
    })))
}

async fn report(conf: &Conf, compute: &Compute, started: Timestamp) -> String {
    let mut text = title("Guru Meditation");
    for (about, lines) in [
        ("Package", package()),
        ("Process", process(compute.now(), started)),
        ("Tasks", tasks()),
        ("Servers", servers(compute).await),
        ("Configuration", format!("{conf:#?}\n")),
    ] {
        text.push_str(&title(about));
        text.push_str(&lines);
    }
    text
}

fn title(of: &str) -> String {
    let rule = "=".repeat(80);
    format!("{rule}\n===={of:^72}====\n{rule}\n")
}

fn package() -> String {
    format!(
        "product = OpenStack Nova\nvendor = nova-docker\nversion = {}\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn process(now: Timestamp, started: Timestamp) -> String {
    let pid = std::process::id();
    let up = now.duration_since(started).as_secs();
    let mut text = format!("pid = {pid}\nup = {up} s\n");
    // The kernel's words for memory, threads and the rest.
    match std::fs::read_to_string("/proc/self/status") {
        Ok(status) => text.push_str(&status),
        Err(error) => text.push_str(&format!("/proc/self/status: {error}\n")),
    }
    text
}

fn tasks() -> String {
    let metrics = Handle::current().metrics();
    format!(
        "workers = {}\nalive = {}\n",
        metrics.num_workers(),
        metrics.num_alive_tasks()
    )
}

async fn servers(compute: &Compute) -> String {
    let counts = match compute.counts_by_state().await {
        Ok(counts) => counts,
        Err(error) => return format!("not known: {error}\n"),
    };
    let mut text = String::new();
    for (state, count) in counts {
        let _ = writeln!(text, "{state} = {count}");
    }
    text
}
