//! Writes replies.

use std::net::IpAddr;

use domain::base::iana::{OptRcode, Rcode, Rtype};
use domain::base::message_builder::{AdditionalBuilder, AnswerBuilder, PushError};
use domain::base::name::FromStrError;
use domain::base::{Message, MessageBuilder, Name, Serial, StaticCompressor, ToName, Ttl};
use domain::rdata::{A, Aaaa, Ptr, Soa};

use super::answer::Answer;
use super::query::Query;

/// Servers come and go: nobody is to remember for long what was said, nor that there was nothing to say.
const TTL: Ttl = Ttl::from_secs(5);
/// What we take ourselves.
const OUR_ROOM: u16 = 1232;

type Target = StaticCompressor<Vec<u8>>;

/// Nothing but that it was not possible, and why.
pub(super) fn refusal(message: &Message<&[u8]>, code: OptRcode) -> Option<Vec<u8>> {
    finish(begin(message, code.rcode()).ok()?, message, code)
}

/// What is known; that it is too long for where it goes, when it is.
pub(super) fn answer(query: &Query<'_>, answer: &Answer) -> Option<Vec<u8>> {
    let whole = whole(query, answer)?;
    if whole.len() <= query.room {
        return Some(whole);
    }
    let mut short = begin(&query.message, Rcode::NOERROR).ok()?;
    short.header_mut().set_aa(true);
    short.header_mut().set_tc(true);
    finish(short, &query.message, OptRcode::NOERROR)
}

fn whole(query: &Query<'_>, answer: &Answer) -> Option<Vec<u8>> {
    let code = if answer.exists {
        Rcode::NOERROR
    } else {
        Rcode::NXDOMAIN
    };
    let mut builder = begin(&query.message, code).ok()?;
    builder.header_mut().set_aa(true);
    let question = query.message.sole_question().ok()?;
    push(&mut builder, question.qname(), query.rtype, answer)?;
    if builder.counts().ancount() > 0 {
        return finish(builder, &query.message, code.into());
    }
    let mut builder = builder.authority();
    let zone = name(&answer.zone).ok()?;
    builder.push((&zone, TTL, start_of_authority(&zone))).ok()?;
    close(builder.additional(), &query.message, code.into())
}

fn push(
    builder: &mut AnswerBuilder<Target>,
    owner: &impl ToName,
    rtype: Rtype,
    answer: &Answer,
) -> Option<()> {
    let wanted = |of: Rtype| rtype == of || rtype == Rtype::ANY;
    for address in &answer.addresses {
        match address {
            IpAddr::V4(address) if wanted(Rtype::A) => {
                builder.push((owner, TTL, A::new(*address))).ok()?;
            }
            IpAddr::V6(address) if wanted(Rtype::AAAA) => {
                builder.push((owner, TTL, Aaaa::new(*address))).ok()?;
            }
            _ => {}
        }
    }
    if let Some(pointer) = answer.pointer.as_ref().filter(|_| wanted(Rtype::PTR)) {
        builder.push((owner, TTL, Ptr::new(name(pointer).ok()?))).ok()?;
    }
    Some(())
}

/// Says how long it may be remembered that there is nothing.
fn start_of_authority(zone: &Name<Vec<u8>>) -> Soa<&Name<Vec<u8>>> {
    let day = Ttl::from_days(1);
    Soa::new(zone, zone, Serial::from(1), day, day, day, TTL)
}

fn name(text: &str) -> Result<Name<Vec<u8>>, FromStrError> {
    Name::from_chars(text.chars())
}

fn begin(message: &Message<&[u8]>, code: Rcode) -> Result<AnswerBuilder<Target>, PushError> {
    let target = StaticCompressor::new(Vec::with_capacity(OUR_ROOM.into()));
    let mut builder = MessageBuilder::from_target(target)
        .map_err(|_| PushError::ShortBuf)?
        .start_answer(message, code)?;
    builder.header_mut().set_ra(true);
    Ok(builder)
}

fn finish(builder: AnswerBuilder<Target>, message: &Message<&[u8]>, code: OptRcode) -> Option<Vec<u8>> {
    close(builder.additional(), message, code)
}

/// With EDNS for who came with it.
fn close(
    mut builder: AdditionalBuilder<Target>,
    message: &Message<&[u8]>,
    code: OptRcode,
) -> Option<Vec<u8>> {
    if message.opt().is_some() {
        let ours = builder.opt(|edns| {
            edns.set_udp_payload_size(OUR_ROOM);
            edns.set_rcode(code);
            Ok(())
        });
        ours.ok()?;
    }
    Some(builder.finish().into_target())
}
