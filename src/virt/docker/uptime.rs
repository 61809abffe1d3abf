//! How long the engine's host has been up: the engine does not tell, but a local one runs where we do.

use tokio::fs::read_to_string;

/// In the words of `uptime`; `None` of an engine elsewhere.
pub(super) async fn of_host(engine: &str) -> Option<String> {
    if !engine.starts_with("unix:") {
        return None;
    }
    let uptime = read_to_string("/proc/uptime").await.ok()?;
    let load = read_to_string("/proc/loadavg").await.ok()?;
    said(&uptime, &load)
}

fn said(uptime: &str, load: &str) -> Option<String> {
    let seconds: u64 = uptime.split(['.', ' ']).next()?.parse().ok()?;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let days = match days {
        0 => String::new(),
        1 => "1 day, ".to_owned(),
        days => format!("{days} days, "),
    };
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
    Some(format!(
        "up {days}{hours:2}:{minutes:02},  load average: {}",
        load.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_described_as_uptime_would() {
        assert_eq!(
            said("1591.16 2000.0\n", "0.20 0.12 0.14 1/80 7\n").as_deref(),
            Some("up  0:26,  load average: 0.20, 0.12, 0.14")
        );
        assert_eq!(
            said("8101505.0 1.0", "1 2 3 1/1 1").as_deref(),
            Some("up 93 days, 18:25,  load average: 1, 2, 3")
        );
        assert_eq!(said("soon", "1 2 3"), None);
    }

    #[tokio::test]
    async fn only_an_engine_on_this_host_tells() {
        assert_eq!(of_host("tcp://engine:2375").await, None);
        let told = of_host("unix:///var/run/docker.sock").await.unwrap();
        assert!(
            told.starts_with("up ") && told.contains("load average: "),
            "{told}"
        );
    }
}
