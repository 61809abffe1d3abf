//! The language as oslo.policy answers it, the file's mistakes in words, and what happens when the file changes.

use std::path::Path;
use std::sync::Arc;

use serde_yaml::Value;

use super::check::{Checks, Question};
use super::rules::Rules;
use super::{Policy, defaults, parse};
use crate::objects::{Owner, ProjectId, RequestContext, RequestId, UserId};

fn person(user: &str, project: &str, roles: &[&str]) -> RequestContext {
    RequestContext {
        judge: None,
        request_id: RequestId::from("req-1"),
        global_request_id: None,
        user_id: UserId::from(user),
        project_id: ProjectId::from(project),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        token: None,
    }
}

/// A reader and a member of the project that the thing is in, and an administrator of another one.
fn people() -> [RequestContext; 3] {
    [
        person("u1", "p1", &["reader"]),
        person("u2", "p1", &["member", "reader"]),
        person("u3", "p2", &["admin", "manager", "member", "reader"]),
    ]
}

fn members_thing() -> Owner {
    Owner {
        project_id: ProjectId::from("p1"),
        user_id: UserId::from("u2"),
    }
}

/// What oslo.policy 6.0.1 answers those three, one digit each; `context_is_admin` is what gave it `is_admin`.
const ANSWERS: &[(&str, &str)] = &[
    (r#""""#, "111"),
    (r#""@""#, "111"),
    (r#""!""#, "000"),
    (r#""role:admin""#, "001"),
    (r#""role:MEMBER""#, "011"),
    (r#""not role:admin""#, "110"),
    (r#""rule:adm""#, "001"),
    (r#""rule:own""#, "110"),
    (r#""rule:nest""#, "011"),
    (r#""project_id:%(project_id)s""#, "110"),
    (r#""user_id:%(user_id)s""#, "010"),
    (r#""role:reader and project_id:p1""#, "110"),
    (r#""role:admin or role:member and user_id:u9""#, "001"),
    (r#""role:member and user_id:u9 or role:admin""#, "001"),
    (
        r#""(role:admin or role:member) and project_id:%(project_id)s""#,
        "010",
    ),
    (r#""not (role:admin or role:member)""#, "100"),
    (r#""role:reader and not role:admin""#, "110"),
    (r#""NOT role:admin AND role:reader""#, "110"),
    (r#""is_admin:True""#, "001"),
    (r#""is_admin:False""#, "110"),
    (r#""system_scope:all""#, "000"),
    (r#""system_scope:None""#, "111"),
    (r#""'p1':%(project_id)s""#, "111"),
    (r#""'p2':%(project_id)s""#, "000"),
    (r#""\"p1\":%(project_id)s""#, "111"),
    (r#""True:True""#, "111"),
    (r#""1:1""#, "111"),
    (r#""roles:member""#, "011"),
    (r#""user_id:%(nothing)s""#, "000"),
    (r#""not user_id:%(nothing)s""#, "111"),
    (r#""nobody:x""#, "000"),
    (r#""((role:admin))""#, "001"),
    (r#""role:%(project_id)s""#, "000"),
    (
        r#""rule:own and (role:admin or (role:member and user_id:%(user_id)s))""#,
        "010",
    ),
    (r#""not not role:admin""#, "001"),
    (r#""role:admin or role:member or !""#, "011"),
    (r#""@ and role:reader""#, "111"),
    (r#""is_admin_project:True""#, "111"),
    (r#""not role:admin or role:admin""#, "111"),
    (
        r#""role:a and role:reader or role:b and role:reader or role:reader""#,
        "111",
    ),
    ("[]", "111"),
    ("[[]]", "000"),
    (r#"["role:admin"]"#, "001"),
    (r#"[["role:member", "project_id:%(project_id)s"]]"#, "010"),
    (r#"[["role:admin"], ["user_id:%(user_id)s"]]"#, "011"),
    (r#"[["role:member", "user_id:u9"], "role:admin"]"#, "001"),
    (r#"[[], ["role:admin"]]"#, "001"),
];

#[test]
fn checks_answer_as_oslo_policys_do() {
    let mut checks = Checks::new();
    for (name, text) in [
        ("adm", "role:admin"),
        ("own", "project_id:%(project_id)s"),
        ("nest", "rule:adm or (rule:own and role:Member)"),
        ("context_is_admin", "role:admin"),
    ] {
        checks.insert(name.to_owned(), parse::text_rule(text).unwrap());
    }
    let owner = members_thing();
    for (text, answers) in ANSWERS {
        let value: Value = serde_yaml::from_str(text).unwrap();
        let check = parse::value(&value).unwrap();
        let told: String = people()
            .iter()
            .map(|context| Question {
                context,
                owner: &owner,
                checks: &checks,
            })
            .map(|question| if question.passes(&check) { '1' } else { '0' })
            .collect();
        assert_eq!((*text, told.as_str()), (*text, *answers));
    }
}

/// What is wrong with a file of this text.
fn refused(text: &str) -> String {
    Rules::of(Path::new("policy.yaml"), text).unwrap_err().to_string()
}

const MISTAKES: &[(&str, &str)] = &[
    (
        "a: role:member and\n",
        "policy.yaml:1: a ends where a check was expected",
    ),
    (
        "\n\"a\": (role:member\n",
        "policy.yaml:2: a has a '(' without its ')'",
    ),
    (
        "a: role:member)\n",
        "policy.yaml:1: a has ')' where 'and', 'or' or the end was expected",
    ),
    (
        "a: and role:member\n",
        "policy.yaml:1: a has 'and' where a check was expected",
    ),
    (
        "a: role:x role:y\n",
        "policy.yaml:1: a has 'role:y' where 'and', 'or' or the end was expected",
    ),
    (
        "a: member\n",
        "policy.yaml:1: a has 'member', which is no check; one is like role:member or rule:project_member_api",
    ),
    (
        "a: http://x/%(project_id)s\n",
        "policy.yaml:1: a asks another server ('http://x/%(project_id)s'), which nova-docker does not do; say it with \
             role:, project_id: and user_id:",
    ),
    (
        "a: user_id:%(user_id\n",
        "policy.yaml:1: a has '%(user_id', where '%' must be as in %(project_id)s",
    ),
    (
        "a:\n",
        "policy.yaml:1: a is not a text; \"@\" is everybody and \"!\" is nobody",
    ),
    (
        "a: [[1]]\n",
        "policy.yaml:1: a is neither a text nor a list of lists of texts",
    ),
    (
        "{\"admin_api\": \"rule:context_is_admn\"}",
        "policy.yaml:1: admin_api refers to rule:context_is_admn, which is not defined; did you mean context_is_admin?",
    ),
    (
        "a: rule:b\nb: not rule:a\n",
        "policy.yaml:1: a refers back to itself\npolicy.yaml:2: b refers back to itself",
    ),
    (
        "context_is_admin: is_admin:True\n",
        "policy.yaml:1: context_is_admin refers back to itself",
    ),
    (
        "a: x\nb: y\n",
        "policy.yaml:1: a has 'x', which is no check; one is like role:member or rule:project_member_api\n\
                          policy.yaml:2: b has 'y', which is no check; one is like role:member or rule:project_member_api",
    ),
];

#[test]
fn a_mistake_names_its_file_line_and_rule() {
    for (text, words) in MISTAKES {
        assert_eq!(refused(text), *words);
    }
    assert!(refused("- a\n").starts_with("policy.yaml: is not YAML or JSON with a rule in each entry: "));
}

#[test]
fn what_has_no_effect_is_a_warning() {
    let text = "os_compute_api:servers:shw: '@'\n\
                os_compute_api:extensions: '!'\n\
                zoo: '@'\n\
                ours: domain_id:None\n\
                os_compute_api:servers:stop: rule:ours or token:x\n";
    let rules = Rules::of(Path::new("policy.yaml"), text).unwrap();
    assert_eq!(
        rules.warnings,
        [
            "policy.yaml:2: os_compute_api:extensions is a rule of Nova's that nothing here asks about, and has no effect",
            "policy.yaml:1: os_compute_api:servers:shw is not a rule of nova-docker and is ignored; did you mean \
             os_compute_api:servers:show?",
            "policy.yaml:5: os_compute_api:servers:stop asks for the caller's token, which is not known here: that never \
             holds; there are user_id, user, project_id, tenant, roles, is_admin_project, system_scope, domain_id, \
             user_domain_id, project_domain_id",
            "policy.yaml:3: zoo is not a rule of nova-docker and is ignored",
        ]
    );
}

#[test]
fn the_defaults_know_readers_members_managers_and_administrators() {
    let rules = Rules::defaults().unwrap();
    let owner = members_thing();
    let everybody = [
        person("u1", "p1", &["reader"]),
        person("u2", "p1", &["member"]),
        person("u4", "p1", &["manager"]),
        person("u3", "p2", &["admin"]),
        person("u5", "p2", &["service"]),
        person("u6", "p2", &["member"]),
    ];
    for (rule, answers) in [
        ("os_compute_api:servers:show", "111100"),
        ("os_compute_api:servers:create", "011100"),
        ("os_compute_api:os-migrate-server:migrate", "001100"),
        ("os_compute_api:os-services:list", "000100"),
        ("os_compute_api:os-server-external-events:create", "000110"),
        ("os_compute_api:os-keypairs:show", "010100"),
        ("os_compute_api:limits", "111111"),
    ] {
        let told: String = everybody
            .iter()
            .map(|context| match rules.permit(context, rule, &owner) {
                Some(true) => '1',
                Some(false) => '0',
                None => '?',
            })
            .collect();
        assert_eq!((rule, told.as_str()), (rule, answers));
    }
    assert!(rules.warnings.is_empty());
    assert!(!rules.asks_whose);
}

#[test]
fn no_rule_is_in_the_table_twice_or_said_to_be_unused() {
    let mut names: Vec<&str> = defaults::all().map(|rule| rule.name).collect();
    names.extend(defaults::UNUSED);
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

/// The names that the door's sources hold whole; those made of parts are looked up by the tests that ask for them.
#[test]
fn every_rule_that_a_handler_names_is_in_the_table() {
    let door = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api/compute");
    let mut named = 0;
    for source in sources(&door) {
        let texts = source.split('"').skip(1).step_by(2);
        for name in texts.filter(|text| is_name(text) && !text.ends_with(":servers:migrations")) {
            named += 1;
            assert!(
                defaults::all()
                    .any(|rule| rule.name == name || format!("{}:get_all_tenants", name) == rule.name),
                "{name} is not in the table of rules"
            );
        }
    }
    assert!(named > 100, "{named}");
}

fn is_name(text: &str) -> bool {
    let starts = text.starts_with("os_compute_api:") || text.starts_with("compute:");
    starts && !text.contains(['{', ' '])
}

fn sources(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![std::fs::read_to_string(path).unwrap()],
        })
        .collect()
}

#[test]
fn a_sample_without_its_marks_is_the_defaults() {
    let text: String = super::sample()
        .lines()
        .filter_map(|line| line.strip_prefix("#\""))
        .map(|rule| format!("\"{rule}\n"))
        .collect();
    let rules = Rules::of(Path::new("policy.yaml"), &text).unwrap();
    assert_eq!(rules.warnings, Vec::<String>::new());
    assert_eq!(text.lines().count(), defaults::all().count());
}

#[test]
fn a_changed_file_is_in_force_and_a_broken_one_is_not() {
    const RULE: &str = "os_compute_api:servers:show";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    let policy = Policy::open(&path).unwrap();
    let [reader, ..] = people();
    let may = || policy.in_force().permit(&reader, RULE, &reader.as_owner());
    assert_eq!(may(), Some(true));

    std::fs::write(&path, format!("{RULE}: '!'\n")).unwrap();
    assert_eq!(may(), Some(false));
    let (once, again) = (policy.in_force(), policy.in_force());
    assert!(
        Arc::ptr_eq(&once, &again),
        "a file that did not change is not read"
    );

    std::fs::write(&path, format!("{RULE}: role:\"\n: '\n")).unwrap();
    assert_eq!(may(), Some(false));
    std::fs::write(&path, format!("{RULE}: nonsense\n")).unwrap();
    assert_eq!(may(), Some(false));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(may(), Some(false));

    std::fs::write(&path, format!("{RULE}: role:reader or role:none\n")).unwrap();
    assert_eq!(may(), Some(true));
}

#[test]
fn a_file_that_cannot_be_read_is_refused_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = Policy::open(folder.path()).unwrap_err().to_string();
    let words = format!(
        "[oslo_policy] policy_file: {} cannot be read: Is a directory (os error 21)",
        folder.path().display()
    );
    assert_eq!(refusal, words);
}
