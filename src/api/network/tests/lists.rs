//! Filters, order, pages, fields and tags.

use super::*;

async fn alphabet(cloud: &Cloud) -> Vec<String> {
    let mut ids = Vec::new();
    for name in ["b", "a", "c"] {
        let up = name != "c";
        let network = cloud.network(json!({ "name": name, "admin_state_up": up })).await;
        ids.push(id(&network));
    }
    ids
}

async fn names(cloud: &Cloud, query: &str) -> Vec<String> {
    let path = format!("/v2.0/networks?sort_key=name&{query}");
    each(&cloud.get(&path).await, "networks", "name")
}

#[tokio::test]
async fn lists_are_filtered_by_any_attribute() {
    let cloud = Cloud::new().await;
    let ids = alphabet(&cloud).await;
    assert_eq!(names(&cloud, "").await, ["a", "b", "c"]);
    assert_eq!(names(&cloud, "name=a").await, ["a"]);
    assert_eq!(names(&cloud, "name=a&name=c").await, ["a", "c"]);
    assert_eq!(
        names(&cloud, "name=a&admin_state_up=False").await,
        Vec::<String>::new()
    );
    for no in ["False", "false", "0"] {
        assert_eq!(names(&cloud, &format!("admin_state_up={no}")).await, ["c"]);
    }
    assert_eq!(names(&cloud, &format!("id={}", ids[0])).await, ["b"]);
    assert_eq!(names(&cloud, "tenant_id=demo&mtu=1500").await, ["a", "b", "c"]);
    assert_eq!(names(&cloud, "project_id=other").await, Vec::<String>::new());
    assert_eq!(
        cloud.get("/v2.0/networks?nope=1").await,
        refused(
            400,
            "HTTPBadRequest",
            "['nope'] is invalid attribute for filtering"
        )
    );
}

#[tokio::test]
async fn lists_are_sorted_as_asked() {
    let cloud = Cloud::new().await;
    alphabet(&cloud).await;
    let sorted = async |query: &str| {
        each(
            &cloud.get(&format!("/v2.0/networks?{query}")).await,
            "networks",
            "name",
        )
    };
    assert_eq!(sorted("sort_key=name&sort_dir=desc").await, ["c", "b", "a"]);
    assert_eq!(
        sorted("sort_key=admin_state_up&sort_dir=asc&sort_key=name&sort_dir=desc").await,
        ["c", "b", "a"]
    );
    for (query, message) in [
        ("sort_key=nope", "['nope'] is invalid attribute for sort_keys"),
        (
            "sort_key=name&sort_key=id&sort_dir=asc",
            "The number of sort_keys and sort_dirs must be same",
        ),
        (
            "sort_key=name&sort_dir=up",
            "'sort_dirs' must be a list of strings in ['asc', 'desc']",
        ),
    ] {
        let answer = cloud.get(&format!("/v2.0/networks?{query}")).await;
        assert_eq!(answer, refused(400, "HTTPBadRequest", message));
    }
}

#[tokio::test]
async fn pages_lead_to_one_another() {
    let cloud = Cloud::new().await;
    let ids = alphabet(&cloud).await;
    let [b, a, c] = [&ids[0], &ids[1], &ids[2]];
    let page = async |query: &str| {
        let (status, body) = cloud
            .get(&format!("/v2.0/networks?sort_key=name&fields=name&{query}"))
            .await;
        assert_eq!(status, 200, "{body}");
        body
    };
    let base = "http://cloud:9696/v2.0/networks?sort_key=name&fields=name&limit=2";
    let link = |rel: &str, rest: &str| json!({ "rel": rel, "href": format!("{base}&{rest}") });
    assert_eq!(
        page("limit=2").await,
        json!({
            "networks": [{ "name": "a" }, { "name": "b" }],
            "networks_links": [
                link("next", &format!("marker={b}")),
                link("previous", &format!("marker={a}&page_reverse=True")),
            ],
        })
    );
    assert_eq!(
        page(&format!("limit=2&marker={b}")).await,
        json!({
            "networks": [{ "name": "c" }],
            "networks_links": [link("previous", &format!("marker={c}&page_reverse=True"))],
        })
    );
    let back = page(&format!("limit=2&marker={c}&page_reverse=True")).await;
    assert_eq!(back["networks"], json!([{ "name": "a" }, { "name": "b" }]));
    assert_eq!(
        cloud.get("/v2.0/networks?limit=x").await,
        refused(
            400,
            "BadRequest",
            "Bad limit request: Limit must be an integer 0 or greater and not 'x'."
        )
    );
    assert_eq!(
        cloud.get("/v2.0/networks?limit=1&marker=x").await,
        refused(404, "NetworkNotFound", "Network x could not be found.")
    );
}

#[tokio::test]
async fn only_the_fields_asked_for_are_shown() {
    let cloud = Cloud::new().await;
    let network = cloud.network(json!({ "name": "a" })).await;
    let id = id(&network);
    let expected = json!({ "id": id, "name": "a" });
    assert_eq!(
        cloud.get("/v2.0/networks?fields=id&fields=name").await,
        (200, json!({ "networks": [expected] }))
    );
    assert_eq!(
        cloud
            .get(&format!("/v2.0/networks/{id}?fields=id&fields=name"))
            .await,
        (200, json!({ "network": expected }))
    );
}

#[tokio::test]
async fn ports_are_found_by_address_and_device() {
    let cloud = Cloud::new().await;
    let (network, subnet) = cloud.place("10.9.0.0/24").await;
    let mut ids = Vec::new();
    for (address, device) in [("10.9.0.7", "x"), ("10.9.0.77", "")] {
        let port = json!({
            "network_id": network, "fixed_ips": [{ "ip_address": address }], "device_id": device,
        });
        ids.push(id(&cloud.made("/v2.0/ports", "port", port).await));
    }
    let found = async |query: &str| each(&cloud.get(&format!("/v2.0/ports?{query}")).await, "ports", "id");
    let one = vec![ids[0].clone()];
    assert_eq!(found("fixed_ips=ip_address=10.9.0.7").await, one);
    assert_eq!(
        found("fixed_ips=ip_address_substr=10.9.0.77").await,
        [ids[1].clone()]
    );
    assert_eq!(
        found(&format!(
            "fixed_ips=subnet_id={subnet}&fixed_ips=ip_address=10.9.0.7"
        ))
        .await,
        one
    );
    assert_eq!(
        found(&format!("fixed_ips=subnet_id={network}")).await,
        Vec::<String>::new()
    );
    assert_eq!(found("device_id=x").await, one);
    assert_eq!(found("device_id=").await, [ids[1].clone()]);
    let both = found(&format!(
        "network_id={network}&fixed_ips=ip_address=10.9.0.7&fixed_ips=ip_address=10.9.0.77"
    ))
    .await;
    assert_eq!(both.len(), 2);
    assert_eq!(cloud.get("/v2.0/ports?fixed_ips=nope").await.0, 400);
}

#[tokio::test]
async fn tags_are_put_on_listed_by_and_taken_off() {
    let cloud = Cloud::new().await;
    let ids = alphabet(&cloud).await;
    let tags = format!("/v2.0/networks/{}/tags", ids[0]);
    let red_blue = json!({ "tags": ["red", "blue"] });
    let sorted = json!({ "tags": ["blue", "red"] });
    assert_eq!(cloud.put(&tags, red_blue).await, (200, sorted.clone()));
    assert_eq!(cloud.get(&tags).await, (200, sorted));
    assert_eq!(
        cloud
            .put(&format!("/v2.0/networks/{}/tags/red", ids[1]), json!({}))
            .await
            .0,
        201
    );
    assert_eq!(names(&cloud, "tags=red").await, ["a", "b"]);
    assert_eq!(names(&cloud, "tags=red,blue").await, ["b"]);
    assert_eq!(names(&cloud, "tags-any=green,red").await, ["a", "b"]);
    assert_eq!(names(&cloud, "not-tags=red,blue").await, ["a", "c"]);
    assert_eq!(names(&cloud, "not-tags-any=red").await, ["c"]);
    assert_eq!(cloud.get(&format!("{tags}/red")).await.0, 204);
    assert_eq!(cloud.delete(&format!("{tags}/red")).await.0, 204);
    let gone = refused(404, "TagNotFound", "Tag red could not be found.");
    assert_eq!(cloud.get(&format!("{tags}/red")).await, gone);
    assert_eq!(cloud.delete(&format!("{tags}/red")).await, gone);
    assert_eq!(cloud.delete(&tags).await.0, 204);
    assert_eq!(cloud.get(&tags).await, (200, json!({ "tags": [] })));
}
