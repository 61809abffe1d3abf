//! Routers, floating IPs and external networks.

mod external;
mod house;
mod repair;
mod routers;
