//! The real cloud-init in a Debian root: it finds the metadata service, or the config drive, and does what its user says.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::stage::engine::{LABEL, docker_fed, sh};
use crate::stage::{Stage, boot_body};

const USER_DATA: &str = "#cloud-config\nlocale: C.UTF-8\nhostname: told\n\
     write_files:\n- {path: /told, content: by its user}\nruncmd:\n- [touch, /ran]\n";
/// All that a machine's init system would run, one after the other.
const BOOTS: &str = r#"CMD ["sh", "-c", "for stage in 'init --local' init 'modules --mode config' 'modules --mode final'; do cloud-init $stage; done; exec sleep 3600"]"#;
const ROOMY: &str = "1";

#[tokio::test]
async fn cloud_init_finds_the_metadata_service_alone() {
    assert_eq!(datasource(false).await, "DataSourceOpenStack");
}

#[tokio::test]
async fn cloud_init_finds_the_config_drive_alone() {
    assert_eq!(datasource(true).await, "DataSourceConfigDrive");
}

/// Where cloud-init says that it found what it then did.
async fn datasource(config_drive: bool) -> String {
    let stage = Stage::alone().await;
    let session = stage.member().await;
    let root = std::env::var_os("NOVA_DOCKER_TEST_CLOUD_INIT").map(PathBuf::from);
    let root = root
        .expect("NOVA_DOCKER_TEST_CLOUD_INIT names no root: tools/test makes one with tools/cloud-init-root");
    let reference = format!("nova-docker-clients/{}:cloud-init", stage.seed.mark);
    let label = format!("LABEL {LABEL}={}", stage.seed.mark);
    let words = ["import", "--change", &label, "--change", BOOTS, "-", &reference];
    docker_fed(&words, &std::fs::read(root).unwrap()).await.unwrap();
    let images = session.images(&format!("name={reference}")).await;
    let mut body = boot_body("cloudy", images[0]["id"].as_str().unwrap(), USER_DATA);
    body["server"]["flavorRef"] = ROOMY.into();
    body["server"]["config_drive"] = config_drive.into();
    let server = session.boot(&body).await;
    session.reaches(&server, "ACTIVE").await;
    let result = finished(&server).await;
    let result: Value = serde_json::from_str(&result).unwrap();
    assert_eq!(result["v1"]["errors"], serde_json::json!([]));
    assert_eq!(
        sh(&server, "cat /told /etc/hostname && ls /ran").await.unwrap(),
        "by its usertold\n/ran\n"
    );
    session.delete(&server).await;
    let found = result["v1"]["datasource"].as_str().unwrap();
    found.split(' ').next().unwrap().to_owned()
}

/// It takes a quarter of a minute on a machine with nothing else to do.
async fn finished(server: &str) -> String {
    for _ in 0..180 {
        if let Ok(result) = sh(server, "cat /run/cloud-init/result.json").await {
            return result;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("cloud-init never came to its end");
}
