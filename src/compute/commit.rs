//! Writing a request down and handing its work over as one thing, whatever becomes of who asked.

use std::panic::resume_unwind;

use crate::compute::Error;

/// Goes on to its end when the caller is dropped (a server drops the handler of a client that hung up), so that no record
/// ever says that something is being done which nobody does.
pub(super) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    match tokio::spawn(work).await {
        Ok(outcome) => outcome,
        Err(broken) if broken.is_panic() => resume_unwind(broken.into_panic()),
        Err(_) => Err(Error::Unavailable {
            service: "nova-docker",
            reason: "it is being stopped".to_owned(),
        }),
    }
}
