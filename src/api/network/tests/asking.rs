//! Versions, extensions, and who may ask at all.

use super::*;

#[tokio::test]
async fn there_is_one_version_and_everybody_is_told() {
    let cloud = Cloud::new().await;
    let links = json!([{ "rel": "self", "href": "http://cloud:9696/v2.0/" }]);
    let expected = json!({ "versions": [{ "id": "v2.0", "status": "CURRENT", "links": links }] });
    assert_eq!(cloud.ask("bad", "GET", "/", Body::empty()).await, (200, expected));
    for path in ["/v2.0", "/v2.0/"] {
        let names = each(&cloud.get(path).await, "resources", "name");
        for name in ["network", "subnet", "port"] {
            assert!(names.contains(&name.to_owned()), "{names:?}");
        }
        assert_eq!(cloud.ask("bad", "GET", path, Body::empty()).await.0, 401);
    }
}

#[tokio::test]
async fn extensions_are_listed_and_shown_by_alias() {
    let cloud = Cloud::new().await;
    let aliases = each(&cloud.get("/v2.0/extensions").await, "extensions", "alias");
    assert!(aliases.contains(&"quotas".to_owned()), "{aliases:?}");
    let (status, shown) = cloud.get("/v2.0/extensions/external-net").await;
    assert_eq!(
        (status, &shown["extension"]["name"]),
        (200, &json!("Neutron external network"))
    );
    assert_eq!(
        cloud.get("/v2.0/extensions/nope").await,
        refused(
            404,
            "ExtensionNotFound",
            "Extension with alias nope does not exist"
        )
    );
}

#[tokio::test]
async fn what_there_is_not_is_said_in_neutrons_words() {
    let cloud = Cloud::new().await;
    let resource = refused(404, "HTTPNotFound", "The resource could not be found.");
    assert_eq!(cloud.get("/v2.0/nope").await, resource);
    let method = refused(
        405,
        "HTTPMethodNotAllowed",
        "The server could not comply with the request since it is either malformed or otherwise incorrect.",
    );
    assert_eq!(cloud.post("/v2.0/networks/x", json!({})).await, method);
    let nil = "00000000-0000-0000-0000-000000000000";
    for (path, kind, words) in [
        ("networks", "NetworkNotFound", "Network {} could not be found."),
        ("subnets", "SubnetNotFound", "Subnet {} could not be found."),
        ("ports", "PortNotFound", "Port {} could not be found."),
        (
            "subnetpools",
            "SubnetPoolNotFound",
            "Subnet pool {} could not be found.",
        ),
        (
            "address-scopes",
            "AddressScopeNotFound",
            "Address scope {} could not be found.",
        ),
    ] {
        for id in ["nope", nil] {
            let expected = refused(404, kind, words.replace("{}", id));
            let path = format!("/v2.0/{path}/{id}");
            assert_eq!(cloud.get(&path).await, expected);
            assert_eq!(cloud.delete(&path).await, expected);
        }
    }
}
