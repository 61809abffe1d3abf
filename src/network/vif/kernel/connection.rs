//! A netlink socket that belongs to a given namespace.

use rtnetlink::Handle;
use tokio::runtime;

use super::super::{Error, Namespace};

/// A socket stays in the namespace in which it was opened, whoever uses it later. It closes with the last handle.
pub(in crate::network) async fn connect(namespace: &Namespace) -> Result<Handle, Error> {
    let runtime = runtime::Handle::current();
    let opened = namespace
        .run(move || {
            let _entered = runtime.enter();
            let (connection, handle, _messages) = rtnetlink::new_connection()?;
            runtime.spawn(connection);
            Ok(handle)
        })
        .await?;
    opened.map_err(|error: std::io::Error| Error::kernel("open a netlink socket", error))
}

/// What the kernel answered, in the terms of this room.
pub(in crate::network) fn refused(doing: impl Into<String>) -> impl FnOnce(rtnetlink::Error) -> Error {
    move |error| {
        let source = match error {
            rtnetlink::Error::NetlinkError(message) => message.to_io(),
            other => std::io::Error::other(other),
        };
        Error::kernel(doing, source)
    }
}
