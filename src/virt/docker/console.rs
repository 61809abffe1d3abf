//! What a server wrote, from the engine's log of it.

use bollard::container::LogOutput;
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::TryStreamExt;

use super::DockerDriver;
use super::names::container_name;
use super::refusal::refused;
use crate::objects::InstanceId;
use crate::virt::Error;

/// More than this is cut off at its beginning, so that a server's log cannot fill our memory.
const LONGEST: usize = 4 << 20;

impl DockerDriver {
    /// Works after the server ended, too.
    pub(super) async fn log(&self, id: InstanceId, lines: Option<u64>) -> Result<String, Error> {
        self.existing(id).await?;
        let tail = lines.map_or_else(|| "all".to_owned(), |lines| lines.to_string());
        let options = LogsOptionsBuilder::default()
            .stdout(true)
            .stderr(true)
            .tail(&tail)
            .build();
        let api = self.docker.patient_api().await?;
        let written = api
            .logs(&container_name(id), Some(options))
            .try_fold(Vec::new(), |written, chunk| async {
                Ok(appended(written, chunk))
            })
            .await
            .map_err(unreadable)?;
        let start = written.len().saturating_sub(LONGEST);
        Ok(String::from_utf8_lossy(&written[start..]).into_owned())
    }
}

/// Bytes are joined before they are read as text: a character may be split between two chunks.
fn appended(mut written: Vec<u8>, chunk: LogOutput) -> Vec<u8> {
    written.extend_from_slice(&chunk.into_bytes());
    if written.len() > 2 * LONGEST {
        written.drain(..written.len() - LONGEST);
    }
    written
}

fn unreadable(error: bollard::errors::Error) -> Error {
    match refused(error) {
        Error::Refused(reason) if reason.contains("does not support reading") => Error::Refused(format!(
            "{reason}; the console log needs a logging driver of the engine that can be read, such as json-file"
        )),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_an_endless_log_is_kept() {
        let chunk = |byte: u8| LogOutput::StdOut {
            message: vec![byte; LONGEST].into(),
        };
        let written = [b'a', b'b', b'c']
            .map(chunk)
            .into_iter()
            .fold(Vec::new(), appended);
        assert_eq!(written.len(), LONGEST);
        assert!(written.iter().all(|byte| *byte == b'c'));
    }
}
