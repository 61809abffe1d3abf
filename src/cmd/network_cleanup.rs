//! `nova-docker network-cleanup`: takes away what networks left on this host, as `neutron-netns-cleanup` does for Neutron.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::Args;

use super::ConfigFiles;
use super::serve::plugging::{self, Way};
use crate::conf::{Conf, environment};
use crate::db::{Db, Records};
use crate::network::fabric::{self, Fabric};
use crate::network::vif::{Namespace, Owner, Plugging};

#[derive(Debug, Args)]
pub struct NetworkCleanup {
    #[command(flatten)]
    config: ConfigFiles,
    /// Even if there are servers: they lose their networks until the service is back
    #[arg(long)]
    force: bool,
}

/// The exit code is a failure when something is still there. The service must not run.
pub fn run(cleanup: &NetworkCleanup) -> ExitCode {
    match begin(cleanup) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If standard error is gone nobody can be told.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn begin(cleanup: &NetworkCleanup) -> anyhow::Result<()> {
    let conf = Conf::load(&cleanup.config.sources(), &environment::Process)?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime could not be started")?
        .block_on(clean(&conf, cleanup.force))
}

async fn clean(conf: &Conf, force: bool) -> anyhow::Result<()> {
    let database = conf.database.sqlite_path(&conf.default.state_path);
    // A service that never ran has left nothing, and shall not begin to exist now.
    if !database.exists() {
        return Ok(());
    }
    let db = Db::open(&database).await?;
    let servers = db.instances().await?.len();
    ensure!(
        force || servers == 0,
        "there are servers ({servers}) that need their networks; delete them first, or say --force"
    );
    match plugging::decide(conf)? {
        // The engine's networks are removed with their last server.
        Way::Elsewhere => Ok(()),
        Way::Apart if conf.is_standalone() => remove_fabric(&db).await,
        way => unplug_all(conf, way, &db).await,
    }
}

/// Alone, everything is in namespaces of this deployment, or known as its own.
async fn remove_fabric(db: &Db) -> anyhow::Result<()> {
    let fabric = Fabric::new(db.deployment(), Namespace::current()?, fabric::NAMES.into());
    let problems = fabric.remove_all().await;
    all_is_gone(problems.iter().map(ToString::to_string))
}

/// On the host, only what was made for servers is ours.
async fn unplug_all(conf: &Conf, way: Way, db: &Db) -> anyhow::Result<()> {
    let Plugging::Ours(driver) = plugging::carry_out(way, &conf.docker, Namespace::current()?)? else {
        return Ok(());
    };
    let mut problems = Vec::new();
    for instance in db.instances().await? {
        let owner = Owner::from(&*instance);
        for vif in &instance.vifs {
            problems.extend(
                driver
                    .unplug(&owner, vif)
                    .await
                    .err()
                    .map(|error| error.to_string()),
            );
        }
    }
    all_is_gone(problems.into_iter())
}

fn all_is_gone(problems: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let problems: Vec<String> = problems.collect();
    if !problems.is_empty() {
        bail!("not everything could be taken away: {}", problems.join("; "));
    }
    Ok(())
}
