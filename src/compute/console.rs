//! What a server wrote to its console.

use super::core::Compute;
use crate::compute::Error;
use crate::objects::{InstanceId, RequestContext, VmState};

impl Compute {
    /// The last lines, oldest first; all of them without a number.
    pub async fn console_output(
        &self,
        context: &RequestContext,
        id: InstanceId,
        lines: Option<u64>,
    ) -> Result<String, Error> {
        let instance = self.core.visible(context, id).await?;
        if instance.vm_state == VmState::Building {
            return Err(Error::Conflict(format!("Instance {id} is not ready")));
        }
        self.core.engine.required()?;
        let output = self.core.driver.console_output(id, lines).await;
        let output = output.map_err(|error| Error::from(error).at_the_door())?;
        Ok(match lines {
            Some(lines) => last(&output, lines),
            None => output,
        })
    }
}

/// Counted as Nova counts (`_tail_log`): what follows the last line end is a line, even if nothing does.
fn last(output: &str, lines: u64) -> String {
    let Some(before) = usize::try_from(lines).ok().and_then(|lines| lines.checked_sub(1)) else {
        return String::new();
    };
    let start = output
        .rmatch_indices('\n')
        .nth(before)
        .map_or(0, |(end, _)| end + 1);
    output[start..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::last;

    #[test]
    fn the_end_of_a_line_begins_another() {
        for (output, lines, expected) in [
            ("a\nb\nc\n", 3, "b\nc\n"),
            ("a\nb\nc\n", 4, "a\nb\nc\n"),
            ("a\nb\nc\n", 9, "a\nb\nc\n"),
            ("a\nb\nc\n", 1, ""),
            ("a\nb\nc", 2, "b\nc"),
            ("a\nb\nc", 0, ""),
            ("", 3, ""),
        ] {
            assert_eq!(last(output, lines), expected, "{output:?} {lines}");
        }
    }
}
