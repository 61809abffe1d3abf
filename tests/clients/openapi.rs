//! The document of the Compute API, as a validator of others' making sees it.

use std::path::Path;

use tokio::process::Command;

use crate::stage::program;

#[tokio::test]
async fn a_validator_finds_the_document_good() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("api-ref/openapi.json");
    let mut command = Command::new(program("NOVA_DOCKER_TEST_OPENAPI"));
    let output = command
        .args(["--schema", "3.1"])
        .arg(document)
        .output()
        .await
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.ends_with("OK\n"), "{said}");
}
