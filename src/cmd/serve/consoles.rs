//! Where consoles are served, and the addresses that users are given of them.

use std::sync::Arc;

use anyhow::ensure;

use crate::api::console::Settings;
use crate::conf::Conf;

pub(super) fn are_served(conf: &Conf) -> bool {
    conf.serial_console.enabled || conf.vnc.enabled
}

pub(super) fn settings(conf: &Conf) -> Arc<Settings> {
    let (serial, vnc) = (&conf.serial_console, &conf.vnc);
    let host = reachable(&serial.serialproxy_host, &conf.default.my_ip);
    let port = serial.serialproxy_port;
    let known = match conf.is_standalone() {
        true => conf.standalone.public_host.clone(),
        false => None,
    };
    let known = known.unwrap_or_else(|| host.clone());
    let serial_url = serial.base_url.clone();
    let serial_url = serial_url.unwrap_or_else(|| format!("ws://{known}:{port}/"));
    let novnc_url = vnc.novncproxy_base_url.clone();
    // ws is http, and wss is https.
    let novnc_url = novnc_url.unwrap_or_else(|| serial_url.replacen("ws", "http", 1));
    Arc::new(Settings {
        serial_url: serial.enabled.then_some(serial_url),
        novnc_url: vnc.enabled.then_some(novnc_url),
        host,
        port,
        allowed_origins: conf.console.allowed_origins.clone(),
        html5_path: conf.console.html5_path.iter().map(Into::into).collect(),
        enforce_session_timeout: conf.consoleauth.enforce_session_timeout,
    })
}

/// Whether the addresses are some.
pub(super) fn check(conf: &Conf) -> anyhow::Result<()> {
    let serial = (
        "[serial_console] base_url",
        &conf.serial_console.base_url,
        ["ws://", "wss://"],
    );
    let vnc = (
        "[vnc] novncproxy_base_url",
        &conf.vnc.novncproxy_base_url,
        ["http://", "https://"],
    );
    for (option, url, schemes) in [serial, vnc] {
        let fits = url
            .as_ref()
            .is_none_or(|url| schemes.iter().any(|scheme| url.starts_with(scheme)));
        ensure!(
            fits,
            "{option}: expected an address that begins with {}",
            schemes.join(" or ")
        );
    }
    Ok(())
}

/// A service that listens everywhere is reached at the host's own address.
pub(super) fn reachable(listen: &str, my_ip: &str) -> String {
    match listen {
        "0.0.0.0" | "::" => my_ip.to_owned(),
        v6 if v6.contains(':') => format!("[{v6}]"),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(change: impl FnOnce(&mut Conf)) -> [Option<String>; 2] {
        let mut conf = Conf::default();
        change(&mut conf);
        let settings = settings(&conf);
        [settings.serial_url.clone(), settings.novnc_url.clone()]
    }

    fn both(serial: &str, novnc: &str) -> [Option<String>; 2] {
        [Some(serial.to_owned()), Some(novnc.to_owned())]
    }

    #[test]
    fn addresses_lead_to_where_consoles_are_served() {
        assert_eq!(
            urls(|_| {}),
            both("ws://127.0.0.1:6083/", "http://127.0.0.1:6083/")
        );
        let everywhere = urls(|conf| {
            conf.serial_console.serialproxy_host = "0.0.0.0".to_owned();
            conf.default.my_ip = "192.0.2.7".to_owned();
        });
        assert_eq!(everywhere, both("ws://192.0.2.7:6083/", "http://192.0.2.7:6083/"));
        let public = urls(|conf| conf.standalone.public_host = Some("cloud.example".to_owned()));
        assert_eq!(
            public,
            both("ws://cloud.example:6083/", "http://cloud.example:6083/")
        );
        let behind = urls(|conf| conf.serial_console.base_url = Some("wss://c.example/t/".to_owned()));
        assert_eq!(behind, both("wss://c.example/t/", "https://c.example/t/"));
        assert_eq!(urls(|conf| conf.serial_console.enabled = false)[0], None);
        assert_eq!(urls(|conf| conf.vnc.enabled = false)[1], None);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let mut conf = Conf::default();
        check(&conf).unwrap();
        conf.serial_console.base_url = Some("http://c.example/".to_owned());
        assert_eq!(
            check(&conf).unwrap_err().to_string(),
            "[serial_console] base_url: expected an address that begins with ws:// or wss://"
        );
    }
}
