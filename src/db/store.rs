//! The records as `compute` sees them, each kept by the file of its table.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Change, Db, Error, Records, See, actions, deleted, flavors, keypairs, moves};
use crate::objects::{
    Action, DeploymentId, Flavor, FlavorId, Instance, InstanceId, Keypair, Migration, ProjectId, RequestId,
    UserId,
};

#[async_trait]
impl Records for Db {
    fn deployment(&self) -> DeploymentId {
        self.inner.deployment
    }

    async fn create_instance(&self, instance: Instance) -> Result<Arc<Instance>, Error> {
        self.inner.instances.create(&self.inner.pool, instance).await
    }

    async fn instance(&self, id: InstanceId) -> Result<Arc<Instance>, Error> {
        self.inner.instances.get(id)
    }

    async fn instances(&self) -> Result<Vec<Arc<Instance>>, Error> {
        Ok(self.inner.instances.list())
    }

    async fn walk_instances(
        &self,
        project: Option<&ProjectId>,
        after: Option<InstanceId>,
        see: See<'_>,
    ) -> Result<(), Error> {
        self.inner.instances.walk(project, after, see)
    }

    async fn change_instance(&self, id: InstanceId, change: Change<'_>) -> Result<Arc<Instance>, Error> {
        self.inner.instances.change(&self.inner.pool, id, change).await
    }

    async fn delete_instance(&self, id: InstanceId) -> Result<(), Error> {
        self.inner.instances.delete(&self.inner.pool, id).await
    }

    async fn end_instance(&self, id: InstanceId, at: Timestamp, change: Change<'_>) -> Result<(), Error> {
        self.inner.instances.end(&self.inner.pool, id, at, change).await
    }

    async fn deleted_instances(
        &self,
        since: Option<Timestamp>,
        project: Option<&ProjectId>,
    ) -> Result<Vec<Instance>, Error> {
        deleted::list(&self.inner.pool, since, project).await
    }

    async fn create_action(&self, action: &Action) -> Result<(), Error> {
        actions::create(&self.inner.pool, action).await
    }

    async fn save_action(&self, action: &Action) -> Result<(), Error> {
        actions::save(&self.inner.pool, action).await
    }

    async fn actions(&self, id: InstanceId) -> Result<Vec<Action>, Error> {
        actions::list(&self.inner.pool, id).await
    }

    async fn action(&self, id: InstanceId, request: &RequestId) -> Result<Action, Error> {
        actions::get(&self.inner.pool, id, request).await
    }

    async fn create_migration(&self, migration: Migration) -> Result<Migration, Error> {
        moves::create(&self.inner.pool, migration).await
    }

    async fn save_migration(&self, migration: &Migration) -> Result<(), Error> {
        moves::save(&self.inner.pool, migration).await
    }

    async fn migrations(&self, of: Option<InstanceId>) -> Result<Vec<Migration>, Error> {
        moves::list(&self.inner.pool, of).await
    }

    async fn create_keypair(&self, keypair: &Keypair) -> Result<(), Error> {
        keypairs::create(&self.inner.pool, keypair).await
    }

    async fn keypairs(&self, user: &UserId) -> Result<Vec<Keypair>, Error> {
        keypairs::list(&self.inner.pool, user).await
    }

    async fn keypair(&self, user: &UserId, name: &str) -> Result<Keypair, Error> {
        keypairs::get(&self.inner.pool, user, name).await
    }

    async fn delete_keypair(&self, user: &UserId, name: &str) -> Result<(), Error> {
        keypairs::delete(&self.inner.pool, user, name).await
    }

    async fn create_flavor(&self, flavor: &Flavor) -> Result<(), Error> {
        flavors::create(&self.inner.pool, flavor).await
    }

    async fn flavors(&self) -> Result<Vec<Arc<Flavor>>, Error> {
        flavors::list(&self.inner.pool).await
    }

    async fn flavor(&self, id: &FlavorId) -> Result<Arc<Flavor>, Error> {
        flavors::get(&self.inner.pool, id).await
    }

    async fn save_flavor(&self, flavor: &Flavor) -> Result<(), Error> {
        flavors::save(&self.inner.pool, flavor).await
    }

    async fn delete_flavor(&self, id: &FlavorId) -> Result<(), Error> {
        flavors::delete(&self.inner.pool, id).await
    }
}
