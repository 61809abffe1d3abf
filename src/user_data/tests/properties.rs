//! Whatever bytes come, they are read or refused.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::inflate::deflated;
use super::*;

/// What documents are made of, so that what is made up looks like one.
const PIECES: [&str; 44] = [
    "#!",
    "#cloud-config\n",
    "#!/usr/bin/env -S ",
    "Content-Type: ",
    "multipart/mixed; boundary=x",
    "text/x-shellscript",
    "text/cloud-config",
    "text/plain",
    "application/gzip",
    "MIME-Version: 1.0\n",
    "Content-Transfer-Encoding: base64\n",
    "Content-Transfer-Encoding: quoted-printable\n",
    "Content-Disposition: attachment; filename=",
    "\"cfn-userdata\"",
    "\n--x\n",
    "--x--",
    "\n\n",
    "\n",
    " ",
    "  ",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "|\n",
    "&a ",
    "*a",
    "'",
    "\"",
    "\\",
    "users",
    "name",
    "write_files",
    "content",
    "encoding",
    "b64",
    "gz+b64",
    "chpasswd",
    "list",
    "runcmd",
    "a:b",
    "\0",
];

fn documents() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => prop::sample::select(&PIECES[..]).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..8),
        1 => "[ -~]{0,8}".prop_map(String::into_bytes),
    ];
    let opening = prop::sample::select(vec![
        "",
        "#cloud-config\n",
        "#!/bin/sh\n",
        "Content-Type: multipart/mixed; boundary=x\n\n--x\n",
        "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/cloud-config\n\n",
    ]);
    (opening, vec(piece, 0..40)).prop_map(|(opening, pieces)| [opening.as_bytes(), &pieces.concat()].concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_document_is_too_much(user_data in documents()) {
        let read = Provisioning::of(&user_data);
        for script in &read.scripts {
            script.interpreter();
            prop_assert!(!script.name.is_empty() && !script.name.contains('/'));
        }
        if let Err(refusal) = parse(&user_data) {
            prop_assert!(!refusal.to_string().is_empty());
        }
    }

    #[test]
    fn no_bytes_at_all_are_too_much(user_data in vec(any::<u8>(), 0..2000)) {
        Provisioning::of(&user_data);
        parse(&user_data).ok();
    }

    #[test]
    fn gzip_around_it_changes_nothing(user_data in documents()) {
        let zipped = deflated(&user_data);
        prop_assert_eq!(Provisioning::of(&zipped), Provisioning::of(&user_data));
        prop_assert_eq!(parse(&zipped), parse(&user_data));
    }

    #[test]
    fn a_script_is_kept_byte_for_byte(rest in vec(any::<u8>(), 0..200)) {
        let script = [b"#!/bin/sh\n".as_slice(), &rest].concat();
        let read = Provisioning::of(&script);
        prop_assert_eq!(&read.scripts[0].content, &script);
    }
}
