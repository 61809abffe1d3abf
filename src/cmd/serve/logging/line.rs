//! A line of the log as oslo.log writes it, so that what reads other services' logs reads this one.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};

use jiff::Zoned;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// oslo.log's `logging_context_format_string`.
#[derive(Debug)]
pub(super) struct OsloLine;

/// Remembers what a request's span says of the request.
#[derive(Debug)]
pub(super) struct Requests;

/// The fields of a span or an event, as text.
#[derive(Debug, Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let causes = std::iter::successors(Some(value), |error| error.source());
        let texts: Vec<String> = causes.map(ToString::to_string).collect();
        self.0.insert(field.name(), texts.join(": "));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Requests {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }
}

impl<S, N> FormatEvent<S, N> for OsloLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        let time = Zoned::now().strftime("%Y-%m-%d %H:%M:%S%.3f").to_string();
        let logger = metadata.target().replace("::", ".");
        let (pid, level) = (std::process::id(), level(metadata.level()));
        write!(line, "{time} {pid} {level} {logger} ")?;
        let root = context.event_scope().and_then(|spans| spans.from_root().next());
        match root.as_ref().map(|span| span.extensions()) {
            Some(extensions) => write_request(&mut line, extensions.get::<Fields>())?,
            None => line.write_str("[-] ")?,
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        if let Some(id) = fields.0.remove("instance.id") {
            write!(line, "[instance: {id}] ")?;
        }
        line.write_str(&fields.0.remove("message").unwrap_or_default())?;
        for (name, value) in &fields.0 {
            write!(line, " {name}={value}")?;
        }
        line.write_char('\n')
    }
}

/// `[global id, id, user, project and three domains]`, with a dash for what is not known.
fn write_request(line: &mut Writer<'_>, fields: Option<&Fields>) -> fmt::Result {
    let said = |name| {
        let value = fields.and_then(|fields| fields.0.get(name));
        value.map_or("-", String::as_str)
    };
    let [global, local, user, project] =
        ["global_request_id", "request_id", "user_id", "project_id"].map(said);
    write!(line, "[{global} {local} {user} {project} - - -] ")
}

/// Python's names of the levels.
const fn level(level: &Level) -> &'static str {
    match *level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        Level::DEBUG => "DEBUG",
        Level::TRACE => "TRACE",
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("not written")]
    struct NotWritten(#[source] io::Error);

    #[derive(Clone, Default)]
    struct Text(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Text {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(work: impl FnOnce()) -> String {
        let text = Text::default();
        let writer = text.clone();
        let lines = tracing_subscriber::fmt::layer()
            .event_format(OsloLine)
            .with_writer(move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(Requests).with(lines);
        tracing::subscriber::with_default(subscriber, work);
        let bytes = text.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    /// What follows the time and the process.
    fn rest(line: &str) -> &str {
        let form = regex::Regex::new(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \d+ ").unwrap();
        let begin = form.find(line).unwrap_or_else(|| panic!("{line:?}"));
        &line[begin.end()..]
    }

    #[test]
    fn outside_a_request_there_is_a_dash() {
        let line = logged(|| tracing::warn!(target: "nova_docker::compute", "it is away"));
        assert_eq!(rest(&line), "WARNING nova_docker.compute [-] it is away\n");
    }

    #[test]
    fn a_request_is_named_with_who_asks_and_the_server_it_is_about() {
        let line = logged(|| {
            let span = tracing::info_span!(
                "request",
                request_id = "req-2",
                global_request_id = "req-1",
                user_id = tracing::field::Empty,
                project_id = tracing::field::Empty
            );
            span.record("user_id", "u");
            span.record("project_id", "p");
            let error = NotWritten(io::Error::other("disk full"));
            let error = &error as &dyn std::error::Error;
            let _inside = span.enter();
            tracing::info_span!("step", n = 1).in_scope(|| {
                tracing::error!(instance.id = %"i-1", tries = 2, error, "no luck");
            });
        });
        assert_eq!(
            rest(&line),
            "ERROR nova_docker.cmd.serve.logging.line.tests [req-1 req-2 u p - - -] [instance: i-1] no luck \
             error=not written: disk full tries=2\n"
        );
    }
}
