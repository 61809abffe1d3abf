//! `#cloud-config` in a busybox and in a Debian, with the same outcome.

use std::io::Read;

use bytes::Bytes;
use flate2::read::GzDecoder;
use nova_docker::objects::Instance;
use nova_docker::virt::{ComputeDriver, Provisioned};

use super::{all, done, provision, server, sh, system};
use crate::stage::Stage;

const SLEEPS: &str = r#"CMD ["sleep", "1000"]"#;

/// Every module, and what each of them can be told.
const EVERYTHING: &str = r#"#cloud-config
bootcmd:
- echo "first $INSTANCE_ID" >>/order
- [sh, -c, 'echo "$1" >>/order', x, "it's two"]
- test ! -e /early
write_files:
- {path: /early, content: "early\n"}
- {path: /made/for/it, content: AAECJyVcCg==, encoding: b64, permissions: '0640', owner: 'root:root'}
- {path: /early, content: "more\n", append: true}
- {path: /late, content: "late\n", owner: 'bob:staff', defer: true, permissions: '4750'}
groups:
- staff
- ops: [bob, carol]
users:
- default
- name: bob
  gecos: Bob O'Hara
  uid: 4321
  groups: [ops, extra]
  shell: /bin/sh
  lock_passwd: false
  plain_text_passwd: s3c"r e't
  sudo: ['ALL=(ALL) NOPASSWD:ALL']
  ssh_authorized_keys: [ssh-ed25519 AAAA bob]
- {name: carol, passwd: $6$salt$hash, primary_group: staff, homedir: /srv/carol}
- {name: daemon9, system: true}
ssh_authorized_keys:
- ssh-rsa AAAA root
- ssh-rsa BBBB 'root'
chpasswd:
  users:
  - {name: root, password: $5$s$h}
  - {name: carol, type: RANDOM}
hostname: told
runcmd:
- cat /late
- [sh, -c, 'echo "$0 $1"', "a b", $HOME]
- exit 6
packages: [vim]
"#;

async fn everything_is_there(stage: &Stage, server: &Instance) {
    let says = async |line: &str| sh(stage, server, line).await;
    assert_eq!(
        says("cat /order").await,
        format!("first {}\nit's two\n", server.id)
    );
    assert_eq!(says("cat /early").await, "early\nmore\n");
    assert_eq!(
        says("stat -c '%a %u:%g' /early /made/for/it").await,
        "644 0:0\n640 0:0\n"
    );
    assert_eq!(says("od -An -tx1 /made/for/it").await, " 00 01 02 27 25 5c 0a\n");
    assert_eq!(
        says("cat /late; stat -c '%a %U:%G' /late").await,
        "late\n4750 bob:staff\n"
    );
    assert_eq!(
        says("grep bob: /etc/passwd").await,
        "bob:x:4321:4321:Bob O'Hara:/home/bob:/bin/sh\n"
    );
    assert_eq!(
        says("id -nG bob; stat -c %u:%g /home/bob").await,
        "bob ops extra\n4321:4321\n"
    );
    assert_eq!(says("id -ng carol; id -nG carol").await, "staff\nstaff ops\n");
    assert_eq!(
        says("stat -c %U:%G /srv/carol; ls -d /home/daemon9 2>&1 | wc -l").await,
        "carol:staff\n1\n"
    );
    assert_eq!(
        says("test $(id -u daemon9) -lt 1000 && test ! -e /home/daemon9 && echo so").await,
        "so\n"
    );
    let shadow = |name: &str| format!("grep ^{name}: /etc/shadow | cut -d: -f2,3");
    assert_eq!(says(&shadow("root")).await, "$5$s$h:0\n");
    let carol = says(&shadow("carol")).await;
    // A password that chpasswd made, and that has to be changed.
    assert!(
        !carol.contains("$6$salt$hash") && carol.ends_with(":0\n") && carol.len() > 10,
        "{carol}"
    );
    let bob = says(&shadow("bob")).await;
    assert!(!bob.starts_with('!') && !bob.ends_with(":0\n"), "{bob}");
    assert_eq!(
        says("cat /root/.ssh/authorized_keys /home/bob/.ssh/authorized_keys").await,
        "ssh-rsa AAAA root\nssh-rsa BBBB 'root'\nssh-ed25519 AAAA bob\n"
    );
    assert_eq!(
        says("cd /home/bob/.ssh && stat -c '%a %U' . authorized_keys && stat -c %a /root/.ssh").await,
        "700 bob\n600 bob\n700\n"
    );
    assert_eq!(
        says("cat /etc/sudoers.d/90-cloud-init-users; stat -c %a /etc/sudoers.d/90-cloud-init-users").await,
        "# User rules for bob\nbob ALL=(ALL) NOPASSWD:ALL\n440\n"
    );
    // No password of the document stays where it was told.
    assert_eq!(
        says("grep -rl NOPASSWD /var/lib/nova-docker; grep -rl 's3c' /var/lib/nova-docker").await,
        ""
    );
}

async fn is_all_done(stage: &Stage, server: &Instance, provisioned: Provisioned) {
    let outcomes = all(&[
        ("bootcmd", 0),
        ("write_files", 0),
        ("users", 0),
        ("ssh_authorized_keys", 0),
        ("chpasswd", 0),
        ("write_files_deferred", 0),
        ("runcmd", 6),
    ]);
    let console = stage.driver.console_output(server.id, None).await.unwrap();
    assert_eq!(provisioned, Provisioned::Done(outcomes), "{console}");
    let random = console
        .lines()
        .find(|line| line.starts_with("nova-docker: the password of carol is "))
        .unwrap();
    assert_eq!(random.len(), "nova-docker: the password of carol is ".len() + 20);
    let expected = "nova-docker: cloud-config: `packages` is not done in a container\n";
    assert!(console.starts_with(expected), "{console}");
    assert!(
        console.ends_with("late\na b $HOME\nnova-docker: runcmd exited with 6\n"),
        "{console}"
    );
    everything_is_there(stage, server).await;
}

#[tokio::test]
async fn a_busybox_gets_everything_that_cloud_config_asks_for() {
    let stage = Stage::set().await;
    let (server, provisioned) = done(&stage, EVERYTHING).await;
    is_all_done(&stage, &server, provisioned).await;
    // Lines that were there are as they were, and end as lines do.
    assert_eq!(
        sh(&stage, &server, "head -n 2 /etc/passwd; head -n 3 /etc/group").await,
        "root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1000::/:/bin/sh\nroot:x:0:\nguest:x:1000:\nwheel:x:10:guest\n"
    );
}

#[tokio::test]
async fn a_debian_gets_everything_that_cloud_config_asks_for() {
    let root = std::env::var_os("NOVA_DOCKER_TEST_CLOUD_INIT")
        .expect("NOVA_DOCKER_TEST_CLOUD_INIT names no root: tools/test makes one with tools/cloud-init-root");
    let stage = Stage::set().await;
    let reference = format!("nova-docker-test/{}:debian", stage.deployment);
    let root = without_cloud_init(&std::fs::read(root).unwrap());
    stage.import_root(&reference, SLEEPS, root).await;
    let server = server(&stage, &stage.local(&reference).await, EVERYTHING).await;
    let provisioned = provision(&stage, &server, EVERYTHING).await.unwrap();
    is_all_done(&stage, &server, provisioned).await;
    // Debian's own tools find nothing wrong with what was written.
    assert_eq!(
        sh(
            &stage,
            &server,
            "(pwck -r; grpck -r) 2>&1 | grep -E 'bob|carol|ops|extra'"
        )
        .await,
        ""
    );
}

#[tokio::test]
async fn what_fails_is_told_and_keeps_nothing_else() {
    let stage = Stage::set().await;
    let config = "#cloud-config\nwrite_files:\n- {path: /a, owner: nobody-knows}\n- {path: /b, content: b}\n\
                  users: [{name: guest}, {name: eve, lock_passwd: false, passwd: $6$a$b}]\n\
                  chpasswd: {list: ['nobody:x'], expire: false}\nruncmd: ['exit 0']\n";
    let image = system(&stage, SLEEPS, &[]).await;
    let server = server(&stage, &image, config).await;
    let provisioned = provision(&stage, &server, config).await.unwrap();
    let outcomes = all(&[("write_files", 1), ("users", 0), ("chpasswd", 1), ("runcmd", 0)]);
    assert_eq!(provisioned, Provisioned::Done(outcomes));
    let console = stage.driver.console_output(server.id, None).await.unwrap();
    for words in [
        "nobody-knows",
        "nova-docker: the user guest is there already\n",
        "nova-docker: write_files exited with 1\n",
    ] {
        assert!(console.contains(words), "{words}: {console}");
    }
    assert_eq!(
        sh(&stage, &server, "cat /b; grep ^eve: /etc/shadow | cut -d: -f2").await,
        "b$6$a$b\n"
    );
}

/// The same root, whose user data nobody else would act on.
fn without_cloud_init(root: &[u8]) -> Bytes {
    let mut archive = tar::Archive::new(GzDecoder::new(root));
    let mut kept = tar::Builder::new(Vec::new());
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        if path.ends_with("usr/bin/cloud-init") || path.starts_with("./usr/lib/python3") {
            continue;
        }
        let mut header = entry.header().clone();
        let link = entry.link_name().unwrap().map(std::borrow::Cow::into_owned);
        match link {
            Some(link) => kept.append_link(&mut header, &path, link).unwrap(),
            None => {
                let mut content = Vec::new();
                entry.read_to_end(&mut content).unwrap();
                kept.append_data(&mut header, &path, content.as_slice()).unwrap();
            }
        }
    }
    kept.into_inner().unwrap().into()
}
