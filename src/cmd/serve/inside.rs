//! The compute service of a cloud that has its own Keystone, Glance and Neutron.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use secrecy::ExposeSecret;

use super::parts::{Cloud, Doors, Wires, compute_door, console_door, core, database, engine};
use super::{State, plugging};
use crate::api::RequestIds;
use crate::conf::{Auth, Conf};
use crate::identity::{Credentials, Domain, Keystone, ServiceRoles, Session, Trust};
use crate::image::ImageService;
use crate::image::glance::{self, Glance};
use crate::network::neutron::{self, Neutron};
use crate::network::vif::Namespace;
use crate::objects::{Secret, World};

pub(super) async fn build(conf: &Conf, state: &State, world: Arc<dyn World>) -> anyhow::Result<Cloud> {
    let db = database(conf, state).await?;
    let docker = engine(conf)?;
    let session = session(conf, &world)?;
    let token = &conf.keystone_authtoken;
    let cache = u64::try_from(token.token_cache_time).ok();
    let cache = cache.filter(|seconds| *seconds > 0).map(Duration::from_secs);
    let uri = token.www_authenticate_uri.clone();
    let uri = uri.or_else(|| token.auth.auth_url.clone()).unwrap_or_default();
    let services = ServiceRoles {
        roles: token.service_token_roles.clone(),
        required: token.service_token_roles_required,
    };
    let identity = Arc::new(Keystone::new(
        session.clone(),
        &uri,
        cache,
        services,
        world.clone(),
    ));
    let images: Arc<dyn ImageService> = Arc::new(glance(conf, session.clone())?);
    let networks = neutron(conf, session, &world)?;
    let wires = Wires {
        networks: Arc::new(networks),
        plugging: plugging::carry_out(plugging::decide(conf)?, &conf.docker, Namespace::current()?)?,
    };
    let compute = core(conf, state, &db, docker, images, world.clone(), wires).await?;
    Ok(Cloud {
        doors: Doors {
            console: console_door(conf, compute.clone(), RequestIds::new(world.clone(), None)),
            compute: compute_door(conf, compute.clone(), identity, world)?,
            identity: None,
            image: None,
            network: None,
            metrics: None,
        },
        compute,
        wiring: None,
    })
}

/// Whether there is all that Keystone asks of us.
pub(super) fn check(conf: &Conf) -> anyhow::Result<()> {
    credentials("keystone_authtoken", &conf.keystone_authtoken.auth)?;
    neutron_credentials(conf)?;
    let url = conf.neutron.endpoint_override.as_deref();
    url.map_or(Ok(()), |url| {
        is_url("[neutron] endpoint_override", url, "http://host:9696")
    })
}

fn session(conf: &Conf, world: &Arc<dyn World>) -> anyhow::Result<Session> {
    let credentials = credentials("keystone_authtoken", &conf.keystone_authtoken.auth)?;
    Ok(Session::new(credentials, world.clone())?)
}

/// What a section with credentials must say, and says in its own name when it does not.
fn credentials(section: &str, auth: &Auth) -> anyhow::Result<Credentials> {
    let need = |value: &Option<String>, option: &str| {
        let message = || format!("[{section}] {option} is not set, and auth_url is: Keystone asks for both");
        value.clone().with_context(message)
    };
    let domain = |id: &Option<String>, name: &Option<String>| match (id, name) {
        (Some(id), _) => Domain::Id(id.clone()),
        (None, name) => Domain::Name(name.clone().unwrap_or_else(|| "Default".to_owned())),
    };
    let auth_url = need(&auth.auth_url, "auth_url")?;
    is_url(&format!("[{section}] auth_url"), &auth_url, "http://host:5000/v3")?;
    Ok(Credentials {
        auth_url,
        username: need(&auth.username, "username")?,
        password: password(section, auth)?,
        user_domain: domain(&auth.user_domain_id, &auth.user_domain_name),
        project_name: need(&auth.project_name, "project_name")?,
        project_domain: domain(&auth.project_domain_id, &auth.project_domain_name),
        trust: Trust {
            cafile: auth.cafile.clone(),
            insecure: auth.insecure,
        },
    })
}

fn is_url(option: &str, url: &str, example: &str) -> anyhow::Result<()> {
    let parsed = reqwest::Url::parse(url);
    parsed.with_context(|| format!("{option}: '{url}' is not a URL such as {example}"))?;
    Ok(())
}

fn password(section: &str, auth: &Auth) -> anyhow::Result<Secret> {
    let message = || format!("[{section}] password is not set, and auth_url is: Keystone asks for both");
    let password = auth.password.as_ref().with_context(message)?;
    Ok(Secret::new(password.expose_secret()))
}

fn glance(conf: &Conf, session: Session) -> anyhow::Result<Glance> {
    let glance = &conf.glance;
    let own = glance.endpoint_override.iter().cloned();
    let settings = glance::Settings {
        endpoints: own.chain(glance.api_servers.iter().cloned()).collect(),
        interfaces: glance.valid_interfaces.clone(),
        region: glance.region_name.clone(),
        num_retries: glance.num_retries,
        send_service_user_token: conf.service_user.send_service_user_token,
        trust: Trust {
            cafile: glance.cafile.clone(),
            insecure: glance.insecure,
        },
    };
    Ok(Glance::new(session, settings)?)
}

/// `session` is that of `[keystone_authtoken]`, and is shared when `[neutron]` has nothing to say about it.
fn neutron(conf: &Conf, session: Session, world: &Arc<dyn World>) -> anyhow::Result<Neutron> {
    let neutron = &conf.neutron;
    let own = neutron.auth.auth_url.is_some() || neutron.auth.cafile.is_some() || neutron.auth.insecure;
    let credentials = neutron_credentials(conf)?;
    let trust = credentials.trust.clone();
    let settings = neutron::Settings {
        host: conf.default.host.clone(),
        endpoint: neutron.endpoint_override.clone(),
        interfaces: neutron.valid_interfaces.clone(),
        region: neutron.auth.region_name.clone(),
        timeout: Duration::from_secs(neutron.timeout),
        http_retries: neutron.http_retries,
        ovs_bridge: neutron.ovs_bridge.clone(),
        extension_sync_interval: Duration::from_secs(neutron.extension_sync_interval),
        poll_interval: Duration::try_from_secs_f64(neutron.poll_interval)
            .context("[neutron] poll_interval is no time")?,
        send_service_user_token: conf.service_user.send_service_user_token,
        trust,
    };
    let session = match own {
        true => Session::new(credentials, world.clone())?,
        false => session,
    };
    Ok(Neutron::new(session, settings)?)
}

/// Those of `[neutron]`, or without an `auth_url` there those of `[keystone_authtoken]`, with what `[neutron]` says of
/// certificates.
fn neutron_credentials(conf: &Conf) -> anyhow::Result<Credentials> {
    let auth = &conf.neutron.auth;
    if auth.auth_url.is_some() {
        return credentials("neutron", auth);
    }
    let lonely = [
        ("username", auth.username.is_some()),
        ("password", auth.password.is_some()),
        ("project_name", auth.project_name.is_some()),
    ];
    if let Some((option, _)) = lonely.iter().find(|(_, set)| *set) {
        anyhow::bail!("[neutron] auth_url is not set, and {option} is: Keystone asks for both");
    }
    let mut credentials = credentials("keystone_authtoken", &conf.keystone_authtoken.auth)?;
    credentials.trust = Trust {
        cafile: auth.cafile.clone().or(credentials.trust.cafile),
        insecure: auth.insecure || credentials.trust.insecure,
    };
    Ok(credentials)
}
