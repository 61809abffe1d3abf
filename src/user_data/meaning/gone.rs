//! What may be said and does nothing: the engine does not know it any more, or knows it on another system, or somebody else
//! decides it.

use super::{Meaning, Place};
use crate::user_data::class::FREE;
use crate::user_data::shapes::lxc;

pub(in crate::user_data) const IMAGE: Meaning = nothing("what runs is the server's own image");

pub(in crate::user_data) const NAME: Meaning = nothing("the container is named after the server");

pub(in crate::user_data) const NETWORKS: Meaning = nothing("a server's interfaces are in the request for it");

pub(in crate::user_data) const DISK: Meaning = nothing("the flavor says how large the disk is");

pub(in crate::user_data) const OF_WINDOWS: Meaning = nothing("it is of Windows");

pub(in crate::user_data) const OF_IMAGES: Meaning = nothing("it is for building images");

pub(in crate::user_data) const OF_CLIENTS: Meaning = nothing("it is for the client that makes the container");

pub(in crate::user_data) const KERNEL_MEMORY: Meaning = nothing("the Engine no longer limits it");

pub(in crate::user_data) const INIT_PATH: Meaning = nothing("the Engine has a program of its own for that");

pub(in crate::user_data) const CGROUP: Meaning = nothing("the Engine does not look at it");

pub(in crate::user_data) const ATTACHED: Meaning =
    nothing("the Engine never knew it: it has AttachStdin and its like");

pub(in crate::user_data) const LXC_CONF: Meaning = Meaning {
    class: FREE,
    shape: "a mapping, or a list of ``{Key, Value}``",
    place: Place::Elsewhere("``lxc.utsname`` is the host name; the Engine no longer uses LXC"),
    read: lxc::settings,
};

const fn nothing(why: &'static str) -> Meaning {
    Meaning {
        class: FREE,
        shape: "anything",
        place: Place::Nowhere(why),
        read: |_, _| Ok(()),
    }
}
