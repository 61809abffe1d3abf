//! `nova-docker serve`: builds everything that the configuration asks for, serves it, and ends well.

mod alone;
mod consoles;
mod inside;
mod listen;
mod logging;
mod notify;
mod parts;
pub(super) mod plugging;
mod report;
mod signals;
mod wiring;

use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use tokio::signal::unix::Signal;

use super::ConfigFiles;
use crate::api::policy::Policy;
use crate::compute::Compute;
use crate::conf::{Conf, Sources, environment};
use crate::objects::{RepeatingWorld, SystemWorld, World};
use listen::{Listeners, Served};
use logging::Logging;
use parts::Cloud;
pub(super) use parts::engine;
use wiring::Wiring;

const MOST_WORKERS: usize = 4;

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    config: ConfigFiles,
    /// Keep state in memory, and leave no container and no image behind at the end.
    #[arg(long)]
    ephemeral: bool,
    /// Give the first server, image, network... of every run the same id, the second too, and so on: for tests
    #[arg(long, requires = "ephemeral")]
    repeat_ids: bool,
    /// Where clouds.yaml is written, alone; in the state path, when not given
    #[arg(long, value_name = "PATH")]
    clouds_file: Option<PathBuf>,
}

/// Where this run keeps what it remembers.
#[derive(Debug)]
struct State {
    path: PathBuf,
    ephemeral: bool,
    clouds_file: PathBuf,
}

/// The whole life of the process; the exit code says whether it ended as it was told to.
pub fn run(serve: &Serve) -> ExitCode {
    let mut logging = None;
    match start(serve, &mut logging) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            if !logging.as_ref().is_some_and(|logging| logging.is_on_stderr()) {
                // Whoever starts it sees why it ends, wherever the log is; and there is nobody to tell when this fails.
                drop(writeln!(std::io::stderr(), "nova-docker: {error:#}"));
            }
            ExitCode::FAILURE
        }
    }
}

fn start(serve: &Serve, logging: &mut Option<Arc<Logging>>) -> anyhow::Result<()> {
    let conf = Conf::load(&serve.config.sources(), &environment::Process)?;
    let log = logging.insert(Arc::new(Logging::start(&conf)?)).clone();
    for warning in &conf.warnings {
        tracing::warn!("{warning}");
    }
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("a second TLS provider is installed"))?;
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers())
        .enable_all()
        .build()
        .context("the runtime could not be started")?
        .block_on(serve_until_told(serve, &conf, log))
}

/// There is one engine to talk to; what more threads could do they would not earn back in memory, as each keeps its own.
fn workers() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    cores.min(MOST_WORKERS)
}

/// What `serve` would refuse of a configuration that can be read, found without touching anything.
pub(super) fn check(conf: &Conf) -> anyhow::Result<()> {
    parts::engine(conf)?;
    plugging::check(&conf.docker)?;
    crate::virt::check_name(&conf.default.compute_driver)?;
    listen::check(conf)?;
    consoles::check(conf)?;
    Policy::open(&conf.oslo_policy.policy_file)?;
    match conf.is_standalone() {
        true => alone::check(conf),
        false => inside::check(conf),
    }
}

async fn serve_until_told(serve: &Serve, conf: &Conf, log: Arc<Logging>) -> anyhow::Result<()> {
    let mut signals = signals::Signals::listen().context("signals cannot be received")?;
    let hangups = signals::hangup().context("signals cannot be received")?;
    tokio::spawn(read_again_when_told(hangups, serve.config.sources(), log));
    let world: Arc<dyn World> = match serve.repeat_ids {
        true => Arc::new(RepeatingWorld::default()),
        false => Arc::new(SystemWorld),
    };
    let state = State::prepare(serve, conf, world.as_ref())?;
    let served = serve_until(signals.told(), conf, &state, world);
    let (served, compute, wiring) = match served.await {
        Ok(served) => served,
        Err(error) => {
            state.tidy();
            return Err(error);
        }
    };
    notify::stopping();
    tracing::info!("ending; another signal ends it at once");
    let ended = async {
        served.end().await;
        compute.shutdown().await;
        if let Some(wiring) = wiring {
            wiring.end(state.ephemeral).await;
        }
    };
    tokio::select! {
        () = ended => {}
        () = signals.told() => tracing::warn!("ended before everything was put in order"),
    }
    state.tidy();
    Ok(())
}

/// What can change while the service runs does; a file with mistakes changes nothing. Policies are read again without being
/// told.
async fn read_again_when_told(mut hangups: Signal, sources: Sources, log: Arc<Logging>) {
    while hangups.recv().await.is_some() {
        let read = Conf::load(&sources, &environment::Process).map_err(anyhow::Error::from);
        match read.and_then(|conf| log.reload(&conf)) {
            Ok(()) => tracing::info!("the configuration was read again"),
            Err(error) => tracing::error!("the configuration stays as it was: {error:#}"),
        }
    }
}

/// Builds the services and serves them; answers what has to be ended once `told` is over.
async fn serve_until(
    told: impl Future<Output = ()>,
    conf: &Conf,
    state: &State,
    world: Arc<dyn World>,
) -> anyhow::Result<(Served, Compute, Option<Wiring>)> {
    let listeners = Listeners::bind(conf).await?;
    let Cloud {
        compute,
        doors,
        wiring,
    } = match conf.is_standalone() {
        true => alone::build(conf, state, world).await?,
        false => inside::build(conf, state, world).await?,
    };
    let served = listeners.serve(doors.surrounded(conf, &compute)?);
    let _reporting =
        report::when_told(conf.clone(), compute.clone()).context("signals cannot be received")?;
    notify::ready();
    tracing::info!("nova-docker is ready");
    told.await;
    Ok((served, compute, wiring))
}

impl State {
    fn prepare(serve: &Serve, conf: &Conf, world: &dyn World) -> anyhow::Result<Self> {
        let path = match serve.ephemeral {
            // Nobody else can have made a folder of this name.
            true => std::env::temp_dir().join(format!("nova-docker-{}", world.uuid())),
            false => conf.default.state_path.clone(),
        };
        make_private(&path)
            .with_context(|| format!("[DEFAULT] state_path: {} cannot be made", path.display()))?;
        let clouds_file = serve.clouds_file.clone();
        Ok(Self {
            clouds_file: clouds_file.unwrap_or_else(|| path.join("clouds.yaml")),
            ephemeral: serve.ephemeral,
            path,
        })
    }

    fn tidy(&self) {
        if !self.ephemeral {
            return;
        }
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "the state of an ephemeral cloud could not be removed");
        }
    }
}

/// Only its owner looks into it: image data and passwords are there.
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}
