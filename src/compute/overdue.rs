//! What ends by itself after a while: resizes that nobody confirmed, shelved servers on the host, deletes to be reclaimed.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::core::Core;
use super::errand::Errand;
use super::task_state::Verb;
use super::{delete, resize};
use crate::compute::{Error, Settings};
use crate::objects::{Instance, RequestContext, VmState};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Confirm,
    Offload,
    Reclaim,
}

/// Called now and then, with the engine there.
pub(super) async fn attend(core: &Arc<Core>) {
    let Ok(instances) = core.records.instances().await else {
        return;
    };
    let now = core.now();
    for instance in instances {
        let Some(due) = due(&core.settings, &instance, now) else {
            continue;
        };
        tracing::info!(instance.id = %instance.id, ?due, "a server has waited long enough");
        if let Err(error) = carry_on(core, &instance, due).await {
            tracing::warn!(instance.id = %instance.id, %error, "a server waits on");
        }
    }
}

fn due(settings: &Settings, instance: &Instance, now: Timestamp) -> Option<Due> {
    let (after, due) = match instance.vm_state {
        VmState::Resized => (settings.confirm_resize_after?, Due::Confirm),
        VmState::Shelved => (settings.offload_after?, Due::Offload),
        VmState::SoftDeleted => (settings.reclaim_after?, Due::Reclaim),
        _ => return None,
    };
    let waited = Duration::try_from(now.duration_since(instance.detour.since?)).ok()?;
    (instance.task_state.is_none() && waited >= after).then_some(due)
}

async fn carry_on(core: &Arc<Core>, instance: &Instance, due: Due) -> Result<(), Error> {
    let (id, context) = (instance.id, nobody_asked(core, instance));
    match due {
        Due::Confirm => resize::confirm(core, &context, id).await,
        Due::Reclaim => delete::accept(core, &context, id, Verb::ForceDelete).await,
        Due::Offload => {
            let offload = (Verb::ShelveOffload, Errand::Offload);
            core.accept(&context, id, offload, |_| Ok(())).await.map(drop)
        }
    }
}

/// The operator asked, long ago: a lock is no reason to wait on.
fn nobody_asked(core: &Core, instance: &Instance) -> RequestContext {
    RequestContext {
        roles: vec!["admin".to_owned()],
        ..core.context_of(instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::tests::record;
    use crate::objects::{Detour, TaskState};

    fn waiting(vm_state: VmState, seconds: i64) -> Option<Due> {
        let settings = Settings {
            confirm_resize_after: Some(Duration::from_secs(10)),
            offload_after: Some(Duration::from_secs(20)),
            reclaim_after: Some(Duration::from_secs(30)),
            ..Settings::default()
        };
        let since = Timestamp::UNIX_EPOCH;
        let instance = Instance {
            vm_state,
            detour: Detour {
                since: Some(since),
                ..Detour::default()
            },
            ..record()
        };
        let busy = Instance {
            task_state: Some(TaskState::Deleting),
            ..instance.clone()
        };
        let now = Timestamp::from_second(seconds).unwrap();
        assert_eq!(due(&settings, &busy, now), None);
        due(&settings, &instance, now)
    }

    #[test]
    fn each_detour_ends_when_its_time_is_over_and_not_before() {
        for (vm_state, seconds, end) in [
            (VmState::Resized, 10, Due::Confirm),
            (VmState::Shelved, 20, Due::Offload),
            (VmState::SoftDeleted, 30, Due::Reclaim),
        ] {
            assert_eq!(waiting(vm_state, seconds - 1), None, "{vm_state}");
            assert_eq!(waiting(vm_state, seconds), Some(end), "{vm_state}");
        }
        assert_eq!(waiting(VmState::Active, 1000), None);
        assert_eq!(waiting(VmState::Rescued, 1000), None);
    }

    #[test]
    fn without_a_time_a_detour_lasts() {
        let instance = Instance {
            vm_state: VmState::Resized,
            ..record()
        };
        let now = Timestamp::from_second(1 << 30).unwrap();
        assert_eq!(due(&Settings::default(), &instance, now), None);
    }
}
