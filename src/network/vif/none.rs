//! VIFs that somebody else connects, or nobody.

use super::Error;
use super::owner::Owner;
use super::plan::Plan;
use super::wiring::{FarEnd, Wiring};
use crate::objects::Vif;

#[derive(Debug)]
pub(super) struct Nothing;

impl Wiring for Nothing {
    fn far_end(&self, _vif: &Vif) -> Result<FarEnd, Error> {
        Ok(FarEnd::Nothing)
    }

    fn plug(&self, _owner: &Owner, _vif: &Vif) -> Result<Plan, Error> {
        Ok(Plan::default())
    }

    fn unplug(&self, _owner: &Owner, _vif: &Vif) -> Result<Plan, Error> {
        Ok(Plan::default())
    }
}
