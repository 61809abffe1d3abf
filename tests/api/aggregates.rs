//! Aggregates, and the availability zones they make.

use serde_json::{Value, json};

use crate::cloud::{Answer, Cloud};

const PATH: &str = "/v2.1/os-aggregates";

async fn create(cloud: &Cloud, name: &str, zone: Option<&str>) -> Answer {
    let body = json!({"aggregate": {"name": name, "availability_zone": zone}});
    cloud.admin("2.41", "POST", PATH, Some(body)).await
}

async fn act(cloud: &Cloud, id: i64, action: Value) -> Answer {
    let path = format!("{PATH}/{id}/action");
    cloud.admin("2.41", "POST", &path, Some(action)).await
}

async fn add(cloud: &Cloud, id: i64, host: &str) -> Answer {
    act(cloud, id, json!({"add_host": {"host": host}})).await
}

async fn zones(cloud: &Cloud) -> Value {
    let answer = cloud.get("2.1", "/v2.1/os-availability-zone").await;
    let zones = answer.body["availabilityZoneInfo"].as_array().unwrap().clone();
    zones.iter().map(|zone| zone["zoneName"].clone()).collect()
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.fault().1)
}

#[tokio::test]
async fn an_aggregate_looks_as_its_version_wants() {
    let cloud = Cloud::start().await;
    let made = create(&cloud, "fast", Some("east")).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let mut keys = made.keys("aggregate");
    let first = [
        "availability_zone",
        "created_at",
        "deleted",
        "deleted_at",
        "id",
        "name",
        "updated_at",
        "uuid",
    ];
    assert_eq!(keys, first);
    let shown = cloud.admin("2.40", "GET", &format!("{PATH}/1"), None).await;
    keys = shown.keys("aggregate");
    let all = [
        "availability_zone",
        "created_at",
        "deleted",
        "deleted_at",
        "hosts",
        "id",
        "metadata",
        "name",
        "updated_at",
    ];
    assert_eq!(keys, all);
    assert_eq!(
        shown.body["aggregate"]["metadata"],
        json!({"availability_zone": "east"})
    );
    let list = cloud.admin("2.40", "GET", PATH, None).await;
    assert_eq!(list.body["aggregates"], json!([shown.body["aggregate"]]));

    let body = json!({"aggregate": {"name": "faster"}});
    let path = format!("{PATH}/1");
    let renamed = cloud.admin("2.41", "PUT", &path, Some(body)).await;
    assert_eq!(renamed.body["aggregate"]["name"], "faster");
    let data = json!({"set_metadata": {"metadata": {"ssd": "true", "rack": "7"}}});
    let set = act(&cloud, 1, data).await;
    let metadata = json!({"availability_zone": "east", "rack": "7", "ssd": "true"});
    assert_eq!(set.body["aggregate"]["metadata"], metadata);
    let set = act(&cloud, 1, json!({"set_metadata": {"metadata": {"ssd": null}}})).await;
    assert_eq!(
        set.body["aggregate"]["metadata"],
        json!({"availability_zone": "east", "rack": "7"})
    );

    assert_eq!(cloud.admin("2.1", "DELETE", &path, None).await.status, 200);
    let gone = cloud.admin("2.1", "GET", &path, None).await;
    assert_eq!(told(&gone), (404, "Aggregate 1 could not be found.".to_owned()));
    assert_eq!(create(&cloud, "next", None).await.body["aggregate"]["id"], 2);
}

#[tokio::test]
async fn what_an_aggregate_cannot_be_is_said() {
    let cloud = Cloud::start().await;
    create(&cloud, "fast", None).await;
    let again = create(&cloud, "fast", None).await;
    assert_eq!(told(&again), (409, "Aggregate fast already exists.".to_owned()));
    let odd = create(&cloud, "odd", Some("a:b")).await;
    let message = "An invalid 'name' value was provided. The name must be: printable characters except :. Can not start \
                   or end with whitespace.";
    assert_eq!(told(&odd), (400, message.to_owned()));
    let path = format!("{PATH}/1");
    let empty = cloud
        .admin("2.1", "PUT", &path, Some(json!({"aggregate": {}})))
        .await;
    let message = "Invalid input for field/attribute aggregate. Value: {}. {} is not valid under any of the given schemas";
    assert_eq!(told(&empty), (400, message.to_owned()));
    let zone = json!({"aggregate": {"availability_zone": null}});
    let refused = cloud.admin("2.1", "PUT", &path, Some(zone)).await;
    let message =
        "Cannot update aggregate 1. Reason: Aggregate fast does not support empty named availability zone.";
    assert_eq!(told(&refused), (400, message.to_owned()));
    let word = cloud.admin("2.1", "GET", &format!("{PATH}/one"), None).await;
    assert_eq!(
        told(&word),
        (400, "Invalid input received: id must be an integer".to_owned())
    );
    let refused = cloud.get("2.1", PATH).await;
    let message = "Policy doesn't allow os_compute_api:os-aggregates:index to be performed.";
    assert_eq!(told(&refused), (403, message.to_owned()));
}

#[tokio::test]
async fn a_host_in_an_aggregate_with_a_zone_is_in_that_zone() {
    let cloud = Cloud::start().await;
    create(&cloud, "fast", Some("east")).await;
    assert_eq!(zones(&cloud).await, json!(["nova"]));
    assert_eq!(
        add(&cloud, 1, "host1").await.body["aggregate"]["hosts"],
        json!(["host1"])
    );
    assert_eq!(zones(&cloud).await, json!(["east"]));
    let again = add(&cloud, 1, "host1").await;
    assert_eq!(
        told(&again),
        (409, "Aggregate 1 already has host host1.".to_owned())
    );
    let nobody = add(&cloud, 1, "host2").await;
    assert_eq!(
        told(&nobody),
        (404, "Compute host host2 could not be found.".to_owned())
    );

    let boot = |zone: &'static str| {
        let body = json!({"server": {"name": "one", "imageRef": cloud.image, "flavorRef": "42",
            "availability_zone": zone}});
        cloud.post("2.1", "/v2.1/servers", body)
    };
    let refused = boot("nova").await;
    assert_eq!(
        told(&refused),
        (400, "The requested availability zone is not available".to_owned())
    );
    let booted = boot("east").await;
    let id = booted.body["server"]["id"].as_str().unwrap();
    let shown = cloud.until(id, "ACTIVE").await;
    assert_eq!(shown["OS-EXT-AZ:availability_zone"], "east");

    let full = cloud.admin("2.1", "DELETE", &format!("{PATH}/1"), None).await;
    let message = "Cannot remove host from aggregate 1. Reason: Host aggregate is not empty.";
    assert_eq!(told(&full), (400, message.to_owned()));
}

#[tokio::test]
async fn no_server_finds_itself_in_another_zone() {
    let cloud = Cloud::start().await;
    let server = cloud.boot("one").await;
    create(&cloud, "fast", Some("east")).await;
    let refused = add(&cloud, 1, "host1").await;
    let (status, message) = told(&refused);
    assert_eq!(status, 409);
    let begin = "Cannot add host to aggregate 1. Reason: The host cannot be added to the aggregate as the availability \
                 zone of the host would change from 'None' to 'east' but the host already has 1 instance(s).";
    assert!(message.starts_with(begin), "{message}");
    cloud.delete(&server).await;
    assert_eq!(add(&cloud, 1, "host1").await.status, 200);
    cloud.boot("two").await;
    let remove = json!({"remove_host": {"host": "host1"}});
    assert_eq!(act(&cloud, 1, remove).await.status, 409);
    let zone = json!({"set_metadata": {"metadata": {"availability_zone": "west"}}});
    let refused = act(&cloud, 1, zone).await;
    let message =
        "Cannot update metadata of aggregate 1. Reason: One or more hosts contain instances in this zone.";
    assert_eq!(told(&refused), (400, message.to_owned()));

    create(&cloud, "other", Some("west")).await;
    let refused = add(&cloud, 2, "host1").await;
    let message =
        "Cannot add host to aggregate 2. Reason: One or more hosts already in availability zone(s) ['east'].";
    assert_eq!(told(&refused), (409, message.to_owned()));
    let missing = act(&cloud, 2, json!({"remove_host": {"host": "host1"}})).await;
    assert_eq!(
        told(&missing),
        (404, "Cannot remove host host1 in aggregate 2".to_owned())
    );
}

#[tokio::test]
async fn images_can_be_asked_for_in_advance_since_2_81() {
    let cloud = Cloud::start().await;
    create(&cloud, "fast", None).await;
    let path = format!("{PATH}/1/images");
    let body = json!({"cache": [{"id": cloud.image}]});
    assert_eq!(
        cloud
            .admin("2.80", "POST", &path, Some(body.clone()))
            .await
            .status,
        404
    );
    assert_eq!(cloud.admin("2.81", "POST", &path, Some(body)).await.status, 202);
    let twice = json!({"cache": [{"id": cloud.image}, {"id": cloud.image}]});
    let refused = cloud.admin("2.81", "POST", &path, Some(twice)).await;
    assert_eq!(told(&refused), (400, "Duplicate images in request".to_owned()));
    assert_eq!(
        cloud
            .admin("2.81", "POST", &path, Some(json!({"cache": []})))
            .await
            .status,
        400
    );
}
