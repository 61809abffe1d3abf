//! The `nova-docker` program: one binary, one subcommand per role.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use nova_docker::cmd;

#[derive(Debug, Parser)]
#[command(name = "nova-docker", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    role: Role,
}

#[derive(Debug, Subcommand)]
enum Role {
    /// Serve the APIs: a whole small cloud alone, or the compute service of the cloud that nova.conf names.
    Serve(cmd::serve::Serve),
    /// Write a sample of nova.conf, or say what is wrong with one.
    #[command(subcommand)]
    Config(cmd::config::Config),
    /// Write the document that describes the Compute API.
    Openapi(cmd::openapi::Openapi),
    /// Take away what the networks of this nova.conf's servers left on this host, when the service is to go for good.
    NetworkCleanup(cmd::network_cleanup::NetworkCleanup),
    /// Look after the database, as nova-manage does.
    #[command(subcommand)]
    Db(cmd::db::Database),
    #[command(name = "api_db", hide = true)]
    ApiDb(cmd::cells::Nothing),
    #[command(name = "cell_v2", hide = true)]
    Cells(cmd::cells::Nothing),
    /// Say whether this host is ready for this version, as nova-status does.
    #[command(subcommand)]
    Status(cmd::status::Status),
}

fn main() -> ExitCode {
    match Cli::parse().role {
        Role::Serve(serve) => cmd::serve::run(&serve),
        Role::Config(config) => cmd::config::run(&config, &mut std::io::stdout().lock()),
        Role::Openapi(openapi) => cmd::openapi::run(&openapi, &mut std::io::stdout().lock()),
        Role::NetworkCleanup(cleanup) => cmd::network_cleanup::run(&cleanup),
        Role::Db(database) => cmd::db::run(&database, &mut std::io::stdout().lock()),
        Role::ApiDb(nothing) | Role::Cells(nothing) => {
            cmd::cells::run(&nothing, &mut std::io::stdout().lock())
        }
        Role::Status(status) => cmd::status::run(&status, &mut std::io::stdout().lock()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
