//! How much of memory and processors a flavor gives: a document may ask for less, and for more of nothing.

use super::document::Node;
use super::draft::Draft;
use super::error::Mistake;
use super::options::ContainerOptions;
use super::shapes::values::unfit;
use crate::objects::Flavor;

/// The kernel takes no more shares.
const MOST_SHARES: i64 = 262_144;
/// Nor fewer.
const LEAST_SHARES: i64 = 2;
const SHARES_EACH: i64 = 1024;

/// In microseconds, as the kernel has it.
const USUAL_PERIOD: i64 = 100_000;
const NANO: i64 = 1_000_000_000;

/// A flavor's figures in the engine's units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allotment {
    flavor: String,
    /// In bytes; `None` is without limit.
    pub memory: Option<i64>,
    /// In bytes, beside the memory.
    pub swap: i64,
    pub cpu_shares: i64,
    /// `None` is as much as the host has.
    pub nano_cpus: Option<i64>,
}

impl Allotment {
    /// `quota:cpu_shares` replaces what the processors come to. `quota:cpu_quota` is the time in each `quota:cpu_period` that
    /// each of them has; a negative one is as much as there is.
    pub fn of(flavor: &Flavor) -> Self {
        let quota = |name: &str| -> Option<i64> { flavor.extra_specs.get(name)?.trim().parse().ok() };
        let vcpus = i64::from(flavor.vcpus);
        let period = quota("quota:cpu_period");
        Self {
            flavor: flavor.name.clone(),
            memory: bytes(flavor.memory_mb),
            swap: bytes(flavor.swap_mb).unwrap_or(0),
            cpu_shares: quota("quota:cpu_shares")
                .filter(|shares| *shares > 0)
                .unwrap_or(vcpus * SHARES_EACH)
                .clamp(LEAST_SHARES, MOST_SHARES),
            nano_cpus: match quota("quota:cpu_quota") {
                Some(i64::MIN..=-1) => None,
                Some(quota @ 1..) => Some(share(quota, period).saturating_mul(vcpus)),
                _ => Some(NANO.saturating_mul(vcpus)),
            },
        }
    }

    /// The smaller of what it gives and what is asked for.
    pub fn memory_of(&self, options: &ContainerOptions) -> Option<i64> {
        match (self.memory, options.memory) {
            (Some(most), Some(asked)) => Some(asked.min(most)),
            (most, asked) => most.or(asked),
        }
    }

    /// Memory and swap together.
    pub fn memory_and_swap_of(&self, options: &ContainerOptions) -> Option<i64> {
        let memory = self.memory_of(options)?;
        let Some(given) = self.memory else {
            return options.memory_swap;
        };
        let most = given.saturating_add(self.swap);
        let asked = options.memory_swap.filter(|asked| (memory..most).contains(asked));
        Some(asked.unwrap_or_else(|| memory.saturating_add(self.swap)))
    }

    pub fn cpu_shares_of(&self, options: &ContainerOptions) -> i64 {
        let asked = options.cpu_shares.unwrap_or(self.cpu_shares);
        asked.clamp(LEAST_SHARES, self.cpu_shares)
    }

    /// `None` is as much as the host has.
    pub fn nano_cpus_of(&self, options: &ContainerOptions) -> Option<i64> {
        let asked = options.nano_cpus.or_else(|| {
            let quota = options.cpu_quota.filter(|quota| *quota > 0)?;
            Some(share(quota, options.cpu_period))
        });
        match (self.nano_cpus, asked) {
            (Some(most), Some(asked)) => Some(asked.min(most)),
            (most, asked) => most.or(asked),
        }
    }
}

/// Checks what was just read: the tables have each of these after what it is compared with.
pub(super) fn check_memory(draft: &Draft, node: &Node) -> Result<(), Mistake> {
    let given = draft.allotment.as_ref().and_then(|given| given.memory);
    at_most(draft, draft.options.memory, given, "bytes, its memory", node)
}

pub(super) fn check_memory_reservation(draft: &Draft, node: &Node) -> Result<(), Mistake> {
    let (asked, said) = (draft.options.memory_reservation, draft.options.memory);
    if let (Some(asked), Some(memory)) = (asked, said)
        && asked > memory
    {
        return Err(unfit(&format!("no more than the {memory} bytes of memory"), node));
    }
    let given = draft.allotment.as_ref().and_then(|given| given.memory);
    at_most(draft, asked, given, "bytes, its memory", node)
}

pub(super) fn check_memory_and_swap(draft: &Draft, node: &Node) -> Result<(), Mistake> {
    let Some(asked) = draft.options.memory_swap.filter(|asked| *asked > 0) else {
        return Ok(());
    };
    let given = draft.allotment.as_ref();
    let memory = match given {
        Some(given) => given.memory_of(&draft.options),
        None => draft.options.memory,
    };
    if let Some(memory) = memory
        && asked < memory
    {
        let expected = format!("memory and swap together, at least the {memory} bytes of memory");
        return Err(unfit(&expected, node));
    }
    let most = given.and_then(|given| Some(given.memory?.saturating_add(given.swap)));
    at_most(draft, Some(asked), most, "bytes, its memory and swap", node)
}

pub(super) fn check_cpu_shares(draft: &Draft, node: &Node) -> Result<(), Mistake> {
    let given = draft.allotment.as_ref().map(|given| given.cpu_shares);
    at_most(
        draft,
        draft.options.cpu_shares,
        given,
        "shares of the processors",
        node,
    )
}

pub(super) fn check_nano_cpus(draft: &Draft, node: &Node) -> Result<(), Mistake> {
    let given = draft.allotment.as_ref().and_then(|given| given.nano_cpus);
    let what = "billionths of a processor";
    at_most(draft, draft.options.nano_cpus, given, what, node)
}

pub(super) fn check_cpu_quota(draft: &Draft, node: &Node) -> Result<(), Mistake> {
    let given = draft.allotment.as_ref().and_then(|given| given.nano_cpus);
    let period = draft.options.cpu_period;
    let asked = draft.options.cpu_quota.filter(|quota| *quota > 0);
    if asked.map(|quota| share(quota, period)) <= given.or(Some(i64::MAX)) {
        return Ok(());
    }
    let most = given.map(|given| i128::from(given) * i128::from(period_of(period)) / i128::from(NANO));
    let most = most.and_then(|most| i64::try_from(most).ok());
    at_most(draft, asked, most, "microseconds of each period", node)
}

fn at_most(
    draft: &Draft,
    asked: Option<i64>,
    most: Option<i64>,
    what: &str,
    node: &Node,
) -> Result<(), Mistake> {
    let (Some(asked), Some(most), Some(given)) = (asked, most, &draft.allotment) else {
        return Ok(());
    };
    match asked <= most {
        true => Ok(()),
        false => {
            let expected = format!("no more than flavor {} has: {most} {what}", given.flavor);
            Err(unfit(&expected, node))
        }
    }
}

/// In billionths of a processor.
fn share(quota: i64, period: Option<i64>) -> i64 {
    let share = i128::from(quota) * i128::from(NANO) / i128::from(period_of(period));
    i64::try_from(share).unwrap_or(i64::MAX)
}

fn period_of(period: Option<i64>) -> i64 {
    period.filter(|period| *period > 0).unwrap_or(USUAL_PERIOD)
}

/// Nothing when the flavor does not limit.
fn bytes(mebibytes: u64) -> Option<i64> {
    i64::try_from(mebibytes)
        .ok()?
        .checked_mul(1 << 20)
        .filter(|bytes| *bytes > 0)
}
