//! Scripts: where they run, where what they say goes, and that they run once.

use std::time::Duration;

use nova_docker::user_data::Provisioning;
use nova_docker::virt::{ComputeDriver, Error, Hostname, Provisioned, Supplies};
use tokio::time::timeout;

use super::{all, done, provision, server, sh, system};
use crate::stage::{Stage, Steps, context, instance};

const SLEEPS: &str = r#"CMD ["sleep", "1000"]"#;

fn multipart(parts: &[&str]) -> String {
    let parts: String = parts.iter().map(|part| format!("--x\n{part}\n")).collect();
    format!("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n{parts}--x--\n")
}

#[tokio::test]
async fn a_script_says_what_it_says_on_the_console_and_ends_with_its_own_code() {
    let stage = Stage::set().await;
    let (server, provisioned) = done(
        &stage,
        "#!/bin/sh\necho \"it's $(id -u) in $PWD\"; echo err >&2; exit 3\n",
    )
    .await;
    assert_eq!(provisioned, Provisioned::Done(all(&[("part-001", 3)])));
    assert_eq!(
        stage.driver.console_output(server.id, None).await.unwrap(),
        "it's 0 in /\nerr\nnova-docker: part-001 exited with 3\n"
    );
}

#[tokio::test]
async fn scripts_are_run_by_what_they_name_or_by_a_shell_and_arrive_byte_for_byte() {
    let stage = Stage::set().await;
    let mail = multipart(&[
        "Content-Type: text/x-shellscript\nContent-Disposition: attachment; filename=\"awk\"\n\n#!/bin/awk -f\nBEGIN { print \"awk\"; exit 4 }",
        "Content-Type: text/x-shellscript\nContent-Disposition: attachment; filename=\"bash.sh\"\n\n#!/bin/bash\necho run by something",
        "Content-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"bytes\"\n\n\
         IyEvdXNyL2Jpbi9lbnYgc2gKcHJpbnRmICdcXDA0NSVzXG4nIC1uCnRhaWwgLWMgNCAiJDAiIHwgb2QgLUFuIC10eDEKZXhpdAoA//4K",
    ]);
    let (server, provisioned) = done(&stage, &mail).await;
    let outcomes = all(&[("awk", 4), ("bash.sh", 0), ("bytes", 0)]);
    assert_eq!(provisioned, Provisioned::Done(outcomes));
    assert_eq!(
        stage.driver.console_output(server.id, None).await.unwrap(),
        "awk\nnova-docker: awk exited with 4\nnova-docker: bash.sh is run by /bin/sh: there is no /bin/bash here\n\
         run by something\n\\045-n\n 00 ff fe 0a\n"
    );
}

#[tokio::test]
async fn it_is_done_once_whoever_asks_and_however_often() {
    let stage = Stage::set().await;
    let script = "#!/bin/sh\necho once >>/times\nuntil [ -e /go ]; do sleep 1; done\nexit 5\n";
    let image = system(&stage, SLEEPS, &[]).await;
    let server = server(&stage, &image, script).await;
    let work = Provisioning::of(script.as_bytes());
    let begun = async {
        while sh(&stage, &server, "cat /times").await != "once\n" {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        ended = stage.driver.provision(&server, &work) => panic!("{ended:?}"),
        () = begun => {}
    }
    // Nobody listens to the first any more.
    let another = stage.another_driver();
    let go = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        sh(&stage, &server, "touch /go").await
    };
    let (one, two, _) = tokio::join!(
        another.provision(&server, &work),
        stage.driver.provision(&server, &work),
        go
    );
    let expected = Provisioned::Done(all(&[("part-001", 5)]));
    assert_eq!((one.unwrap(), two.unwrap()), (expected.clone(), expected.clone()));
    stage
        .driver
        .reboot(
            &server,
            &Default::default(),
            nova_docker::virt::RebootType::Hard,
            Duration::ZERO,
        )
        .await
        .unwrap();
    assert_eq!(stage.driver.provision(&server, &work).await.unwrap(), expected);
    assert_eq!(sh(&stage, &server, "cat /times").await, "once\n");
    assert_eq!(
        stage.driver.console_output(server.id, None).await.unwrap(),
        "nova-docker: part-001 exited with 5\n"
    );
}

#[tokio::test]
async fn a_server_that_ends_ends_what_is_done_in_it() {
    let stage = Stage::set().await;
    let script = "#!/bin/sh\necho begun\nsleep 600\n";
    let image = system(&stage, SLEEPS, &[]).await;
    let stopped = server(&stage, &image, script).await;
    let work = Provisioning::of(script.as_bytes());
    let stop = async {
        stage.console_with(stopped.id, "begun").await;
        stage.driver.power_off(stopped.id, Duration::ZERO).await.unwrap();
    };
    let (provisioned, ()) = tokio::join!(stage.driver.provision(&stopped, &work), stop);
    assert_eq!(provisioned.unwrap(), Provisioned::BrokenOff(Vec::new()));
    let refused = stage.driver.provision(&stopped, &work).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Refused(words) if words.ends_with("is not running")),
        "{refused}"
    );
    // What was broken off is not done again.
    stage
        .driver
        .power_on(&stopped, &Default::default())
        .await
        .unwrap();
    let again = stage.driver.provision(&stopped, &work).await.unwrap();
    assert_eq!(again, Provisioned::BrokenOff(Vec::new()));
    let deleted = server(&stage, &image, script).await;
    let delete = async {
        stage.console_with(deleted.id, "begun").await;
        stage.driver.destroy(deleted.id).await.unwrap();
    };
    let (provisioned, ()) = tokio::join!(stage.driver.provision(&deleted, &work), delete);
    assert!(
        matches!(
            provisioned,
            Ok(Provisioned::BrokenOff(_)) | Err(Error::NoSuchInstance(_))
        ),
        "{provisioned:?}"
    );
}

#[tokio::test]
async fn what_goes_on_in_the_background_keeps_nobody_waiting() {
    let stage = Stage::set().await;
    for change in [SLEEPS, "USER guest\nCMD [\"sleep\", \"1000\"]"] {
        let script = "#!/bin/sh\nsleep 500 &\necho front\n";
        let image = system(&stage, change, &[]).await;
        let server = server(&stage, &image, script).await;
        let done = timeout(Duration::from_secs(60), provision(&stage, &server, script)).await;
        assert_eq!(done.unwrap().unwrap(), Provisioned::Done(all(&[("part-001", 0)])));
        // Also when the first process is another user's, whose output root may not open.
        stage.console_with(server.id, "front").await;
    }
}

#[tokio::test]
async fn a_terminal_shows_what_a_script_says() {
    let stage = Stage::set().await;
    let script = "#!/bin/sh\necho in a terminal\n";
    let mail = multipart(&[
        &format!("Content-Type: text/x-shellscript\n\n{script}"),
        "Content-Type: text/plain\nContent-Disposition: attachment; filename=\"\"\n\ntty: true",
    ]);
    let image = system(&stage, SLEEPS, &[]).await;
    let server = server(&stage, &image, &mail).await;
    assert_eq!(
        stage.inspect(server.id).await.unwrap().config.unwrap().tty,
        Some(true)
    );
    provision(&stage, &server, &mail).await.unwrap();
    stage.console_with(server.id, "in a terminal\r\n").await;
}

#[tokio::test]
async fn an_image_with_cloud_init_is_left_to_it() {
    let stage = Stage::set().await;
    let image = system(&stage, SLEEPS, &[("bin/cloud-init", "#!/bin/sh\n")]).await;
    let script = "#!/bin/sh\ntouch /ran\n";
    let server = server(&stage, &image, script).await;
    let left = provision(&stage, &server, script).await.unwrap();
    assert_eq!(left, Provisioned::LeftToCloudInit);
    assert_eq!(sh(&stage, &server, "ls /ran /var 2>/dev/null").await, "");
}

#[tokio::test]
async fn a_server_in_which_nothing_can_be_done_says_why() {
    let stage = Stage::set().await;
    let script = "#!/bin/sh\n";
    let shellless = stage
        .running("sh -c 'busybox rm /bin/sh; echo away; exec busybox sleep 1000'")
        .await;
    stage.console_with(shellless.id, "away").await;
    let error = provision(&stage, &shellless, script).await.unwrap_err();
    assert!(
        matches!(&error, Error::Unsupported(words) if words.starts_with("This server has no shell (tried: /bin/sh, ")),
        "{error}"
    );
    let image = system(&stage, SLEEPS, &[]).await;
    let sealed = server(
        &stage,
        &image,
        "host_config: {read_only: true}\ncommand: [sleep, '1000']\n",
    )
    .await;
    let error = provision(&stage, &sealed, script).await.unwrap_err();
    assert!(error.to_string().contains("Read-only file system"), "{error}");
}

#[tokio::test]
async fn a_container_of_a_snapshot_is_another_one() {
    let stage = Stage::set().await;
    let script = "#!/bin/sh\necho once >>/times\n";
    let (first, _) = done(&stage, script).await;
    let reference = format!("nova-docker-test/{}:taken", stage.deployment);
    let (repo, tag) = reference.rsplit_once(':').unwrap();
    let options = bollard::query_parameters::CommitContainerOptionsBuilder::default()
        .container(&format!("nova-{}", first.id))
        .repo(repo)
        .tag(tag)
        .build();
    stage
        .api()
        .await
        .commit_container(options, bollard::models::ContainerConfig::default())
        .await
        .unwrap();
    stage.driver.destroy(first.id).await.unwrap();
    // The same server, rebuilt from its own snapshot.
    stage.boot(&first, &stage.local(&reference).await).await.unwrap();
    let again = provision(&stage, &first, script).await.unwrap();
    assert_eq!(again, Provisioned::Done(all(&[("part-001", 0)])));
    assert_eq!(sh(&stage, &first, "cat /times").await, "once\nonce\n");
}

#[tokio::test]
async fn a_server_is_called_what_its_cloud_config_calls_it() {
    let stage = Stage::set().await;
    let supplies = Supplies {
        hostname: Some(Hostname {
            name: "told".to_owned(),
            domain: Some("example.org".to_owned()),
        }),
        ..Supplies::default()
    };
    let server = instance("command: [sleep, '1000']");
    let image = stage.local_image().await;
    stage
        .driver
        .spawn(&context(), &server, &image, &supplies, &Steps::default())
        .await
        .unwrap();
    assert_eq!(
        sh(&stage, &server, "hostname; cat /etc/hostname").await,
        "told\ntold\n"
    );
    let config = stage.inspect(server.id).await.unwrap().config.unwrap();
    assert_eq!(config.domainname.as_deref(), Some("example.org"));
}
