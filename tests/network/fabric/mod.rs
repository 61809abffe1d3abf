//! Routers, floating IPs and external networks.

mod external;
mod house;
mod keeping;
mod repair;
mod routers;
