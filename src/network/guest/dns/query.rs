//! Reads what was asked, whatever was sent.

use domain::base::Message;
use domain::base::iana::{Class, Opcode, OptRcode, Rtype};
use domain::base::name::ToLabelIter;

use super::Transport;
use super::reply;

/// What fits where nothing is known of the path, and through every usual one.
const SMALLEST: u16 = 512;
const LARGEST: u16 = 1232;

/// One question that can be answered.
#[derive(Debug)]
pub(super) struct Query<'a> {
    pub(super) message: Message<&'a [u8]>,
    pub(super) rtype: Rtype,
    /// Of the name, in small letters, without the root; none when it is no name of a host.
    pub(super) labels: Option<Vec<String>>,
    /// What a reply may have, in bytes.
    pub(super) room: usize,
}

impl<'a> Query<'a> {
    /// On error the reply that says so, if one is due: what is no question at all is not replied to.
    pub(super) fn read(bytes: &'a [u8], transport: Transport) -> Result<Self, Option<Vec<u8>>> {
        let message = Message::from_octets(bytes).map_err(|_| None)?;
        if message.header().qr() {
            return Err(None);
        }
        let refuse = |code: OptRcode| Err(reply::refusal(&message, code));
        if message.header().opcode() != Opcode::QUERY {
            return refuse(OptRcode::NOTIMP);
        }
        let Ok(question) = message.sole_question() else {
            return refuse(OptRcode::FORMERR);
        };
        let edns = message.opt();
        if edns.as_ref().is_some_and(|edns| edns.version() != 0) {
            return refuse(OptRcode::BADVERS);
        }
        if question.qclass() != Class::IN {
            return refuse(OptRcode::REFUSED);
        }
        let offered = edns.map_or(SMALLEST, |edns| edns.udp_payload_size());
        Ok(Self {
            rtype: question.qtype(),
            labels: labels(question.qname()),
            room: match transport {
                Transport::Udp => offered.clamp(SMALLEST, LARGEST).into(),
                Transport::Tcp => u16::MAX.into(),
            },
            message,
        })
    }
}

fn labels(name: &impl ToLabelIter) -> Option<Vec<String>> {
    let labels = name.iter_labels().filter(|label| !label.is_root());
    labels.map(|label| host_label(label.as_ref())).collect()
}

fn host_label(label: &[u8]) -> Option<String> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    let text = label.iter().all(plain).then(|| str::from_utf8(label).ok())??;
    Some(text.to_ascii_lowercase())
}
