//! Requests read from JSON, and what is said of those that cannot be.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::{Value, json};

use super::*;
use crate::api::Microversion;
use crate::{read_as_text, request};

#[derive(Debug, PartialEq)]
struct Name(String);

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() > 3 {
            Err(format!("'{text}' is too long"))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

read_as_text!(Name);

/// What a server's `networks` may be since they must be given.
#[derive(Debug, Default, PartialEq)]
enum Networks {
    #[default]
    Auto,
    These(Vec<String>),
}

crate::schema! { Networks => {} }

impl Read for Networks {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        match value.as_str() {
            Some("auto") => Ok(Self::Auto),
            _ => Vec::<Network>::read(version, value)
                .map(|all| Self::These(all.into_iter().map(|n| n.uuid).collect())),
        }
    }
}

request! { struct Network { uuid: String, tag_in_2_32 as "tag": Option<String> = 2.32..2.33, tag: Option<String> = 2.42.. } }

request! {
    struct CreateServer {
        name: Name,
        flavor as "flavorRef": String,
        user_data: Option<OrNull<String>>,
        count as "min_count": Option<Whole<1, 10>>,
        config_drive: Option<Flag>,
        metadata: Option<BTreeMap<String, String>>,
        personality: Option<Vec<Ignored>> = ..2.57,
        legacy_networks as "networks": Option<Vec<Network>> = ..2.37,
        networks: Networks = 2.37..,
    }
}

request! { struct Boot { server: CreateServer, hints as "os:scheduler_hints": Option<Value> } }
request! { struct Lenient { name: Name, .. } }
request! { struct LenientOnce { name: Name, .. = ..2.75 } }

fn read<T: Request>(version: &str, root: Value) -> Result<T, String> {
    T::parse(version.parse().unwrap(), &root).map_err(|invalid| invalid.to_string())
}

/// What is said of a server that would be fine but for these keys.
fn complaint(version: &str, keys: Value) -> String {
    let mut server = json!({"name": "a", "flavorRef": "1"});
    server
        .as_object_mut()
        .unwrap()
        .extend(keys.as_object().unwrap().clone());
    read::<Boot>(version, json!({"server": server})).unwrap_err()
}

#[test]
fn a_body_is_read_into_its_table() {
    let server = json!({"name": "a", "flavorRef": "1", "user_data": null, "min_count": "2", "config_drive": "yes",
        "metadata": {"k": "v"}, "networks": [{"uuid": "n"}]});
    let boot: Boot = read(
        "2.37",
        json!({"server": server, "os:scheduler_hints": {"group": "g"}}),
    )
    .unwrap();
    let CreateServer {
        name,
        flavor,
        user_data,
        count,
        config_drive,
        metadata,
        personality,
        legacy_networks,
        networks,
    } = boot.server;
    assert_eq!(
        (name, flavor.as_str(), user_data),
        (Name("a".into()), "1", Some(OrNull(None)))
    );
    assert_eq!((count, config_drive), (Some(Whole(2)), Some(Flag(true))));
    assert_eq!(metadata, Some(BTreeMap::from([("k".to_owned(), "v".to_owned())])));
    assert!(personality.is_none() && legacy_networks.is_none());
    assert_eq!(networks, Networks::These(vec!["n".to_owned()]));
    assert_eq!(boot.hints, Some(json!({"group": "g"})));
}

#[test]
fn a_key_may_change_its_shape_and_become_required() {
    let server = |networks: Value| json!({"server": {"name": "a", "flavorRef": "1", "networks": networks}});
    let old: Boot = read("2.36", server(json!([{"uuid": "n"}]))).unwrap();
    assert_eq!(old.server.legacy_networks.unwrap()[0].uuid, "n");
    assert_eq!(old.server.networks, Networks::Auto);
    let refused = "Invalid input for field/attribute networks. Value: auto. 'auto' is not of type 'array'";
    assert_eq!(read::<Boot>("2.36", server(json!("auto"))).unwrap_err(), refused);
    assert_eq!(
        read::<Boot>("2.37", server(json!("auto")))
            .unwrap()
            .server
            .networks,
        Networks::Auto
    );
    let refused = "Invalid input for field/attribute server. Value: {'name': 'a', 'flavorRef': '1'}. \
                   'networks' is a required property";
    assert_eq!(complaint("2.37", json!({})), refused);
}

#[test]
fn a_key_outside_its_range_is_as_unknown_as_any_other() {
    let tagged = json!({"networks": [{"uuid": "n", "tag": "t"}]});
    let refused = "Invalid input for field/attribute 0. Value: {'uuid': 'n', 'tag': 't'}. \
                   Additional properties are not allowed ('tag' was unexpected)";
    assert_eq!(complaint("2.31", tagged.clone()), refused);
    assert_eq!(complaint("2.33", tagged.clone()), refused);
    let parse = |version: &str| Network::parse(version.parse().unwrap(), &tagged["networks"][0]).unwrap();
    assert_eq!(parse("2.32").tag_in_2_32.as_deref(), Some("t"));
    assert_eq!(
        (parse("2.42").tag_in_2_32, parse("2.42").tag.as_deref()),
        (None, Some("t"))
    );
}

#[test]
fn complaints_are_in_novas_words() {
    let of = |field: &str, rest: &str| format!("Invalid input for field/attribute {field}. Value: {rest}");
    let cases = [
        (json!({"name": 5}), of("name", "5. 5 is not of type 'string'")),
        (json!({"name": "long"}), of("name", "long. 'long' is too long")),
        (
            json!({"user_data": true}),
            of("user_data", "True. True is not of type 'string', 'null'"),
        ),
        (
            json!({"min_count": 0}),
            of("min_count", "0. 0 is less than the minimum of 1"),
        ),
        (
            json!({"min_count": "11"}),
            of("min_count", "11. 11 is greater than the maximum of 10"),
        ),
        (
            json!({"min_count": 1.5}),
            of("min_count", "1.5. 1.5 is not of type 'integer', 'string'"),
        ),
        (
            json!({"config_drive": {}}),
            of("config_drive", "{}. {} is not of type 'boolean', 'string'"),
        ),
        (
            json!({"metadata": {"k": null}}),
            of("k", "None. None is not of type 'string'"),
        ),
        (
            json!({"metadata": []}),
            of("metadata", "[]. [] is not of type 'object'"),
        ),
        (
            json!({"networks": ["n"]}),
            of("0", "n. 'n' is not of type 'object'"),
        ),
    ];
    for (keys, expected) in cases {
        assert_eq!(complaint("2.1", keys), expected);
    }
    assert_eq!(
        read::<Boot>("2.1", json!({})).unwrap_err(),
        "'server' is a required property"
    );
    assert_eq!(
        read::<Boot>("2.1", json!([1])).unwrap_err(),
        "[1] is not of type 'object'"
    );
}

#[test]
fn a_table_says_whether_others_keys_are_borne_with() {
    let body = || json!({"name": "a", "colour": "red", "age": 3});
    let refused = "Additional properties are not allowed ('age', 'colour' were unexpected)";
    assert_eq!(
        read::<Lenient>("2.100", body()).unwrap().name,
        Name("a".to_owned())
    );
    assert_eq!(
        read::<LenientOnce>("2.74", body()).unwrap().name,
        Name("a".to_owned())
    );
    assert_eq!(read::<LenientOnce>("2.75", body()).unwrap_err(), refused);
}
