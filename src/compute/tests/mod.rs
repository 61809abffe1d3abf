//! What is asked of `Compute` as a door asks it, against real records and a driver that keeps state.

mod boot;
mod describe;
mod detours;
mod detours_away;
mod detours_resumed;
mod mistakes;
mod networking;
mod networking_attach;
mod networking_auto;
mod networking_choice;
mod networking_news;
mod provision;
mod shelf;
mod stage;
mod sync;
mod verbs;

pub(in crate::compute) use stage::{record, vif};
