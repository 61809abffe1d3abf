//! One run of a container, from its start to its end: what was wired for one is nothing to the next.

use std::path::Path;

use bollard::models::ContainerInspectResponse;
use jiff::Timestamp;

/// Which run of which container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::virt::docker) struct Life {
    pub(super) container: String,
    pub(super) pid: u32,
    started_at: String,
}

impl Life {
    /// Nothing when the container does not run now: between two runs it has no process.
    pub(in crate::virt::docker) fn of(container: &ContainerInspectResponse) -> Option<Self> {
        let state = container.state.as_ref()?;
        let pid = state.pid.and_then(|pid| u32::try_from(pid).ok())?;
        let runs = state.running == Some(true) && pid > 0;
        runs.then_some(Self {
            container: container.id.clone()?,
            pid,
            started_at: state.started_at.clone()?,
        })
    }

    /// Whether its process is gone, though the engine may not know yet.
    pub(super) fn has_ended(&self) -> bool {
        !Path::new(&format!("/proc/{}", self.pid)).exists()
    }

    /// Whether the container is seen ended after this run and not running anew.
    pub(super) fn ended_as(&self, container: &ContainerInspectResponse) -> bool {
        let started_at = container
            .state
            .as_ref()
            .and_then(|state| state.started_at.as_deref());
        Self::of(container).is_none()
            && container.id.as_deref() == Some(&self.container)
            && started_at == Some(&self.started_at)
    }

    /// Whether an end that the engine told of, in nanoseconds since 1970, is this one's: it is told late, perhaps when the
    /// container runs again.
    pub(super) fn had_begun(&self, container: &str, nanoseconds: i64) -> bool {
        let begun = self.started_at.parse::<Timestamp>();
        self.container != container || begun.is_ok_and(|begun| begun.as_nanosecond() <= nanoseconds.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn life(state: serde_json::Value) -> Option<Life> {
        Life::of(&serde_json::from_value(json!({"Id": "c", "State": state})).unwrap())
    }

    #[test]
    fn only_what_has_a_process_lives() {
        let at = "2026-11-21T15:25:24.138404779Z";
        assert!(life(json!({"Running": true, "Pid": 7, "StartedAt": at})).is_some());
        // Between two runs of a restart policy.
        assert_eq!(
            life(json!({"Running": true, "Restarting": true, "Pid": 0, "StartedAt": at})),
            None
        );
        assert_eq!(life(json!({"Running": false, "Pid": 0, "StartedAt": at})), None);
    }

    #[test]
    fn an_end_told_late_is_not_the_end_of_the_next_run() {
        let life = life(json!({"Running": true, "Pid": 7, "StartedAt": "1970-01-01T00:00:01.5Z"})).unwrap();
        assert!(!life.had_begun("c", 1_499_999_999));
        assert!(life.had_begun("c", 1_500_000_000));
        assert!(life.had_begun("another", 0));
    }
}
