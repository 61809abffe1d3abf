//! The whole small cloud: our own identity, image and network services beside compute.

use std::sync::Arc;

use anyhow::{Context, ensure};
use jiff::SignedDuration;
use tokio::sync::mpsc;

use super::consoles::reachable;
use super::parts::{Cloud, Doors, Wires, archives, compute_door, console_door, core, database, engine};
use super::plugging::Way;
use super::wiring::Wiring;
use super::{State, plugging};
use crate::api::{self, RequestIds};
use crate::compute::Compute;
use crate::conf::Conf;
use crate::db::Records;
use crate::identity::Catalog;
use crate::identity::local::{Clouds, Local};
use crate::image::ImageService;
use crate::image::local::LocalImages;
use crate::network::fabric::{self, Fabric};
use crate::network::local::{Founding, LocalNetworks};
use crate::network::vif::Namespace;
use crate::objects::{ImageId, ProjectId, World};

pub(super) async fn build(conf: &Conf, state: &State, world: Arc<dyn World>) -> anyhow::Result<Cloud> {
    let db = database(conf, state).await?;
    let docker = engine(conf)?;
    let urls = Urls::of(conf);
    let identity = people(conf, state, &db, &urls, &world).await?;
    let (deleted, gone) = mpsc::unbounded_channel();
    let images = LocalImages::open(db.images(), state.path.join("images"), world.clone())
        .await?
        .with_engine(Arc::new(docker.clone()))
        .at(urls.image.clone())
        .with_rules(archives(conf))
        .with_on_delete(Arc::new(move |id| {
            let _ = deleted.send(id);
        }));
    let networks = networks(conf, &db, &identity, &world).await?;
    let service: Arc<dyn ImageService> = Arc::new(images.clone());
    let fabric = Arc::new(Fabric::new(
        db.deployment(),
        Namespace::current()?,
        fabric::NAMES.into(),
    ));
    let way = plugging::decide(conf)?;
    let wires = Wires {
        networks: Arc::new(networks.clone()),
        plugging: plugging::carry_out(way, &conf.docker, home(way, &fabric).await?)?,
    };
    let compute = core(conf, state, &db, docker, service, world.clone(), wires).await?;
    tokio::spawn(forget_deleted(compute.clone(), gone));
    let catalog = Catalog::new(
        &conf.standalone.region_name,
        &urls.identity,
        &urls.image,
        &urls.network,
        &urls.compute,
    );
    let validate = Arc::new(identity.clone());
    let ids = RequestIds::new(world.clone(), None);
    let wiring = (way == Way::Apart).then(|| Wiring::begin(networks.clone(), fabric));
    let network = api::network::Parts {
        networks,
        identity: validate.clone(),
        ids: ids.clone(),
        zone: conf.default.default_availability_zone.clone(),
    };
    Ok(Cloud {
        doors: Doors {
            compute: compute_door(conf, compute.clone(), validate.clone(), world.clone())?,
            console: console_door(conf, compute.clone(), ids.clone()),
            identity: Some(api::identity::router(identity, catalog, world)),
            image: Some(api::image::router(images, validate, ids)),
            network: Some(api::network::router(network)),
            metrics: None,
        },
        compute,
        wiring,
    })
}

/// Where the host's ends of VIFs are: apart from the host with our own bridges, which routers and ways out join there. What
/// is on the host joins nothing of ours.
async fn home(way: Way, fabric: &Fabric) -> anyhow::Result<Namespace> {
    if way == Way::OnHost {
        tracing::warn!(
            "the VIF driver connects servers to what is on the host: routers and floating IPs do not reach them"
        );
    }
    match way {
        Way::Apart => Ok(fabric.switch().await?),
        Way::OnHost | Way::Elsewhere => Ok(Namespace::current()?),
    }
}

async fn people(
    conf: &Conf,
    state: &State,
    db: &crate::db::Db,
    urls: &Urls,
    world: &Arc<dyn World>,
) -> anyhow::Result<Local> {
    let expiration = SignedDuration::from_secs(i64::try_from(conf.standalone.token_expiration)?);
    let local = Local::new(db, world.clone(), expiration, &urls.identity);
    let clouds = Clouds {
        path: state.clouds_file.clone(),
        auth_url: urls.identity.clone(),
        region: conf.standalone.region_name.clone(),
    };
    local.bootstrap(&clouds).await?;
    tracing::info!(
        path = %clouds.path.display(),
        "log in with OS_CLIENT_CONFIG_FILE set to this file and OS_CLOUD=nova-docker"
    );
    Ok(local)
}

/// With what a new cloud begins with.
async fn networks(
    conf: &Conf,
    db: &crate::db::Db,
    identity: &Local,
    world: &Arc<dyn World>,
) -> anyhow::Result<LocalNetworks> {
    let networks = LocalNetworks::open(db.networks(), world.clone()).await?;
    let projects = identity.projects().await?;
    // Without the project of that name there is nobody whose they could be, and they are not missed.
    if let Some(admins) = projects.iter().find(|project| project.name == "admin") {
        let founding = Founding {
            private: conf.standalone.private_subnet,
            public: conf.standalone.public_subnet,
            admin_project: ProjectId(admins.id.clone()),
        };
        let founded = networks.found(&founding).await;
        founded.context("the first networks could not be made")?;
    }
    Ok(networks)
}

/// Whether the first networks can be made of their ranges.
pub(super) fn check(conf: &Conf) -> anyhow::Result<()> {
    let (private, public) = (&conf.standalone.private_subnet, &conf.standalone.public_subnet);
    for (option, range) in [("private_subnet", private), ("public_subnet", public)] {
        let spare = if range.address.is_ipv4() { 32 } else { 128 } - range.prefix;
        ensure!(
            spare >= 3,
            "[standalone] {option}: {range} has no room for a gateway, a router and a server"
        );
    }
    ensure!(
        !private.contains(public.address) && !public.contains(private.address),
        "[standalone] private_subnet and public_subnet must not overlap"
    );
    Ok(())
}

/// A deleted image has no use in the engine either.
async fn forget_deleted(compute: Compute, mut gone: mpsc::UnboundedReceiver<ImageId>) {
    while let Some(id) = gone.recv().await {
        compute.image_deleted(id).await;
    }
}

/// Where clients find the services.
struct Urls {
    identity: String,
    image: String,
    network: String,
    compute: String,
}

impl Urls {
    fn of(conf: &Conf) -> Self {
        let alone = &conf.standalone;
        let base = &conf.default;
        let at = |listen: &str, port: u16| {
            let host = alone
                .public_host
                .clone()
                .unwrap_or_else(|| reachable(listen, &base.my_ip));
            format!("http://{host}:{port}")
        };
        Self {
            identity: at(&alone.identity_listen, alone.identity_listen_port) + "/v3",
            image: at(&alone.image_listen, alone.image_listen_port),
            network: at(&alone.network_listen, alone.network_listen_port),
            compute: at(&base.osapi_compute_listen, base.osapi_compute_listen_port) + "/v2.1",
        }
    }
}
