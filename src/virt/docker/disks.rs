//! Numbers about disks of the host in the engine client's types.

use bollard::models::{ResourcesBlkioWeightDevice, ThrottleDevice};

use crate::user_data::DiskFigure;

pub(super) fn weights(figures: &[DiskFigure]) -> Option<Vec<ResourcesBlkioWeightDevice>> {
    let weights = figures.iter().map(|disk| ResourcesBlkioWeightDevice {
        path: Some(disk.path.clone()),
        weight: usize::try_from(disk.figure).ok(),
    });
    (!figures.is_empty()).then(|| weights.collect())
}

pub(super) fn throttles(figures: &[DiskFigure]) -> Option<Vec<ThrottleDevice>> {
    let rates = figures.iter().map(|disk| ThrottleDevice {
        path: Some(disk.path.clone()),
        rate: Some(disk.figure),
    });
    (!figures.is_empty()).then(|| rates.collect())
}
