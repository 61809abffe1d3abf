//! The first start: the users, projects and roles that a new installation has.

use super::clouds::{Clouds, Found, Login};
use super::{Error, Local, UserChange};
use crate::db::{Assignment, Founding, Project, User};
use crate::identity::Role;
use crate::objects::{Resource, Secret};

/// The users of a new installation, and the passwords they get.
#[derive(Debug)]
struct Passwords {
    admin: Secret,
    demo: Secret,
}

impl Local {
    /// Makes sure that there are users, and a `clouds.yaml` that says how to log in as them.
    pub async fn bootstrap(&self, clouds: &Clouds) -> Result<(), Error> {
        let new = self.inner.records.users().await?.is_empty();
        match (new, clouds.found()?) {
            (true, _) => self.found(clouds).await,
            (false, Found::Written) => Ok(()),
            (false, Found::Empty) => self.renew_passwords(clouds).await,
            (false, Found::Nothing) => {
                tracing::warn!(
                    path = %clouds.path.display(),
                    "clouds.yaml is gone; to get one with new passwords, make an empty file in its place and start again"
                );
                Ok(())
            }
        }
    }

    /// The file comes first: passwords that are in no file would be lost, a file without its users is replaced.
    async fn found(&self, clouds: &Clouds) -> Result<(), Error> {
        let passwords = self.new_passwords();
        let founding = self.founding(&passwords).await?;
        passwords.write(clouds)?;
        self.inner.records.found(&founding).await?;
        self.inner.cache.forget();
        tracing::info!(path = %clouds.path.display(), "made the users admin and demo; clouds.yaml says how to log in");
        Ok(())
    }

    /// New passwords for the two first users; their tokens end.
    async fn renew_passwords(&self, clouds: &Clouds) -> Result<(), Error> {
        let passwords = self.new_passwords();
        for (name, password) in [("admin", &passwords.admin), ("demo", &passwords.demo)] {
            let user = self.inner.records.user_named(name).await?;
            let change = UserChange {
                password: Some(password.clone()),
                ..UserChange::default()
            };
            self.update_user(&user.id, change).await?;
        }
        // Last: as long as it is empty, the next start does this again.
        passwords.write(clouds)?;
        tracing::info!(path = %clouds.path.display(), "gave admin and demo new passwords; clouds.yaml has them");
        Ok(())
    }

    fn new_passwords(&self) -> Passwords {
        Passwords {
            admin: self.new_password(),
            demo: self.new_password(),
        }
    }

    /// 122 random bits in characters that every shell and double-click takes for one word.
    fn new_password(&self) -> Secret {
        Secret::new(self.inner.world.uuid().simple().to_string())
    }

    async fn founding(&self, passwords: &Passwords) -> Result<Founding, Error> {
        let (admin_hash, demo_hash) =
            tokio::try_join!(self.hash(&passwords.admin), self.hash(&passwords.demo))?;
        let admins = self.first_project("admin", "Administration");
        let demos = self.first_project("demo", "For everyday use");
        let services = self.first_project("service", "For the users of services");
        let admin = self.first_user("admin", admin_hash);
        let demo = self.first_user("demo", demo_hash);
        let assignments = vec![
            assignment(&admin, &admins, Role::Admin),
            assignment(&admin, &demos, Role::Admin),
            assignment(&demo, &demos, Role::Member),
            assignment(&demo, &demos, Role::Reader),
        ];
        Ok(Founding {
            users: vec![admin, demo],
            projects: vec![admins, demos, services],
            assignments,
        })
    }

    fn first_project(&self, name: &str, description: &str) -> Project {
        Project {
            id: self.inner.world.id(Resource::Identity).simple().to_string(),
            name: name.to_owned(),
            enabled: true,
            description: description.to_owned(),
        }
    }

    fn first_user(&self, name: &str, password_hash: String) -> User {
        User {
            id: self.inner.world.id(Resource::Identity).simple().to_string(),
            name: name.to_owned(),
            enabled: true,
            description: String::new(),
            default_project_id: None,
            password_hash,
        }
    }
}

impl Passwords {
    fn write(&self, clouds: &Clouds) -> Result<(), Error> {
        clouds.write(&[
            Login {
                cloud: "nova-docker",
                user: "demo",
                project: "demo",
                password: &self.demo,
            },
            Login {
                cloud: "nova-docker-admin",
                user: "admin",
                project: "admin",
                password: &self.admin,
            },
        ])
    }
}

fn assignment(user: &User, project: &Project, role: Role) -> Assignment {
    Assignment {
        user_id: user.id.clone(),
        project_id: project.id.clone(),
        role: role.name().to_owned(),
    }
}
