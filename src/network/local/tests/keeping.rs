//! What is kept, and what is not.

use super::*;

fn named(name: &str) -> networks::Wanted {
    networks::Wanted {
        name: Some(name.to_owned()),
        ..networks::Wanted::default()
    }
}

#[tokio::test]
async fn a_restart_finds_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nova.sqlite");
    let open = async || {
        let db = Db::open(&file).await.unwrap();
        LocalNetworks::open(db.networks(), Arc::new(SystemWorld))
            .await
            .unwrap()
    };
    let networks = open().await;
    let founding = Founding {
        private: "10.0.0.0/24".parse().unwrap(),
        public: "172.24.4.0/24".parse().unwrap(),
        admin_project: ProjectId::from("admin"),
    };
    networks.found(&founding).await.unwrap();
    let before = format!("{:?}", networks.state());
    drop(networks);
    let again = open().await;
    assert_eq!(format!("{:?}", again.state()), before);
    again.found(&founding).await.unwrap();
    assert_eq!(format!("{:?}", again.state()), before);
}

#[tokio::test]
async fn what_is_deleted_after_the_founding_does_not_come_back() {
    let (networks, _db) = empty().await;
    let founding = Founding {
        private: "10.0.0.0/24".parse().unwrap(),
        public: "172.24.4.0/24".parse().unwrap(),
        admin_project: ProjectId::from("admin"),
    };
    networks.found(&founding).await.unwrap();
    let forget = |edit: &mut Edit<'_>| {
        let ports: Vec<Uuid> = edit.state.ports.values().map(|port| port.standard.id).collect();
        ports.into_iter().for_each(|port| ports::remove(edit, port));
        let all: Vec<Uuid> = edit
            .state
            .networks
            .values()
            .map(|network| network.standard.id)
            .collect();
        all.into_iter()
            .try_for_each(|network| networks::delete(edit, network))
    };
    networks.change(&caller("admin"), forget).await.unwrap();
    networks.found(&founding).await.unwrap();
    assert!(networks.state().networks.is_empty());
    assert!(networks.state().subnets.is_empty());
}

#[tokio::test]
async fn a_change_that_says_no_changes_nothing() {
    let (networks, db) = empty().await;
    let change = |edit: &mut Edit<'_>| {
        networks::create(edit, named("a"))?;
        Err::<(), _>(Error::input("no"))
    };
    let refused = networks.change(&caller("p"), change).await;
    assert_eq!(refusal(refused).1, "Invalid input for operation: no.");
    assert!(networks.state().networks.is_empty());
    assert_eq!(db.networks().all().await.unwrap(), []);
}

#[tokio::test]
async fn times_and_revisions_tell_of_changes_only() {
    let (networks, _db) = empty().await;
    let context = caller("p");
    let make = |edit: &mut Edit<'_>| networks::create(edit, named("a"));
    let (id, state) = networks.change(&context, make).await.unwrap();
    let made = state.networks.get(&id).unwrap().standard.clone();
    assert_eq!((made.revision_number, made.created_at), (0, made.updated_at));
    let rename = |name: &'static str| {
        let networks = networks.clone();
        let context = context.clone();
        async move {
            let change = |edit: &mut Edit<'_>| networks::update(edit, id, named(name));
            let (_, state) = networks.change(&context, change).await.unwrap();
            state.networks.get(&id).unwrap().standard.clone()
        }
    };
    assert_eq!(rename("a").await, made);
    let renamed = rename("b").await;
    assert_eq!(
        (renamed.revision_number, renamed.created_at),
        (1, made.created_at)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_an_address_twice_however_many_ask_at_once() {
    let (networks, _db) = empty().await;
    let context = caller("p");
    let make = |edit: &mut Edit<'_>| {
        let network = networks::create(edit, named("a"))?;
        let subnet = subnets::Wanted {
            network_id: Some(network),
            cidr: Some("10.0.0.0/28".parse().unwrap()),
            ..subnets::Wanted::default()
        };
        subnets::create(edit, subnet)?;
        Ok(network)
    };
    let (network, _) = networks.change(&context, make).await.unwrap();
    let asking = (0..20).map(|_| {
        let (networks, context) = (networks.clone(), context.clone());
        tokio::spawn(async move {
            let wanted = ports::Wanted {
                network_id: Some(network),
                ..ports::Wanted::default()
            };
            let create = |edit: &mut Edit<'_>| ports::create(edit, wanted);
            networks.change(&context, create).await.map(|(id, _)| id)
        })
    });
    let (mut made, mut refused) = (0, Vec::new());
    for answer in asking.collect::<Vec<_>>() {
        match answer.await.unwrap() {
            Ok(_) => made += 1,
            Err(error) => refused.push(error.to_string()),
        }
    }
    // .1 is the gateway's, .0 and .15 are nobody's.
    assert_eq!(made, 13);
    let no_more = format!("No more IP addresses available on network {network}.");
    assert_eq!(refused, vec![no_more; 7]);
    let state = networks.state();
    let mut given: Vec<String> = state.ports.values().flat_map(|port| texts(port)).collect();
    given.sort();
    given.dedup();
    assert_eq!(given.len(), 13);
}

#[tokio::test]
async fn a_write_whose_caller_is_gone_leaves_table_and_memory_alike() {
    let (networks, db) = empty().await;
    let context = caller("p");
    for round in 0..20 {
        let wanted = named(&round.to_string());
        let change = networks.change(&context, |edit| networks::create(edit, wanted));
        tokio::select! {
            biased;
            _ = change => {}
            () = tokio::task::yield_now() => {}
        }
    }
    // Waits for the last of the writes.
    networks.change(&context, |_| Ok(())).await.unwrap();
    let kept = LocalNetworks::open(db.networks(), Arc::new(SystemWorld))
        .await
        .unwrap();
    assert_eq!(format!("{:?}", kept.state()), format!("{:?}", networks.state()));
}
