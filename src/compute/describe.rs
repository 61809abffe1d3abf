//! What a server is called and tagged with: changes to its description, metadata and tags, which the engine never hears of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::core::Compute;
use super::task_state::Verb;
use super::{quota, suitable};
use crate::compute::{Error, Update};
use crate::objects::{Instance, InstanceId, RequestContext};

impl Update {
    pub(super) fn apply(self, instance: &mut Instance) -> Result<(), Error> {
        let Self {
            name,
            hostname,
            description,
            access_ip_v4,
            access_ip_v6,
            disk_config_auto,
            pinned_availability_zone,
        } = self;
        if let Some(zone) = pinned_availability_zone {
            pin(instance, zone)?;
        }
        set(&mut instance.name, name);
        set(&mut instance.hostname, hostname);
        set(&mut instance.description, description);
        set(&mut instance.access_ip_v4, access_ip_v4);
        set(&mut instance.access_ip_v6, access_ip_v6);
        set(&mut instance.disk_config_auto, disk_config_auto);
        Ok(())
    }
}

fn pin(instance: &mut Instance, zone: Option<String>) -> Result<(), Error> {
    let current = instance.availability_zone.as_deref().unwrap_or_default();
    let refusal = match (&instance.pinned_availability_zone, &zone) {
        (Some(pinned), Some(asked)) if pinned != asked => {
            "Cannot change pinned availability zone directly. Unpin first by setting \
             pinned_availability_zone to null."
                .to_owned()
        }
        (None, Some(asked)) if asked != current => format!(
            "Server can only be pinned to its current availability zone '{current}', but '{asked}' was requested."
        ),
        _ => {
            instance.pinned_availability_zone = zone;
            return Ok(());
        }
    };
    Err(Error::Conflict(refusal))
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

type Described = Result<Arc<Instance>, Error>;

impl Compute {
    pub async fn update(&self, context: &RequestContext, id: InstanceId, update: Update) -> Described {
        self.core.visible(context, id).await?;
        self.core.change(id, |instance| update.apply(instance)).await
    }

    pub async fn replace_metadata(
        &self,
        context: &RequestContext,
        id: InstanceId,
        metadata: BTreeMap<String, String>,
    ) -> Described {
        self.change_metadata(context, id, |_| metadata).await
    }

    /// Adds to what is there, over what has the same key.
    pub async fn update_metadata(
        &self,
        context: &RequestContext,
        id: InstanceId,
        metadata: BTreeMap<String, String>,
    ) -> Described {
        let merged = |mut old: BTreeMap<String, String>| {
            old.extend(metadata);
            old
        };
        self.change_metadata(context, id, merged).await
    }

    async fn change_metadata(
        &self,
        context: &RequestContext,
        id: InstanceId,
        new: impl FnOnce(BTreeMap<String, String>) -> BTreeMap<String, String> + Send,
    ) -> Described {
        let quotas = self
            .core
            .quotas(&context.project_id, Some(&context.user_id))
            .await?;
        let change = |instance: &mut Instance| {
            let metadata = new(instance.metadata.clone());
            quota::check_metadata(&quotas, metadata.len())?;
            instance.metadata = metadata;
            Ok(())
        };
        self.redescribe(context, id, Verb::UpdateMetadata, change).await
    }

    pub async fn delete_metadata(
        &self,
        context: &RequestContext,
        id: InstanceId,
        key: &str,
    ) -> Result<(), Error> {
        let missing = || Error::NotFound("Metadata item was not found".to_owned());
        let instance = self.core.visible(context, id).await?;
        if !instance.metadata.contains_key(key) {
            return Err(missing());
        }
        let change = |instance: &mut Instance| instance.metadata.remove(key).map(drop).ok_or_else(missing);
        self.redescribe(context, id, Verb::DeleteMetadata, change).await?;
        Ok(())
    }

    pub async fn replace_tags(
        &self,
        context: &RequestContext,
        id: InstanceId,
        tags: BTreeSet<String>,
    ) -> Described {
        suitable::check_tags(tags.len())?;
        let change = |instance: &mut Instance| {
            instance.tags = tags;
            Ok(())
        };
        self.redescribe(context, id, Verb::UpdateTags, change).await
    }

    /// Whether the tag is new.
    pub async fn add_tag(
        &self,
        context: &RequestContext,
        id: InstanceId,
        tag: String,
    ) -> Result<bool, Error> {
        let mut new = false;
        let change = |instance: &mut Instance| {
            suitable::check_tags(instance.tags.len() + 1)?;
            new = instance.tags.insert(tag);
            Ok(())
        };
        self.redescribe(context, id, Verb::UpdateTag, change).await?;
        Ok(new)
    }

    pub async fn delete_tag(&self, context: &RequestContext, id: InstanceId, tag: &str) -> Result<(), Error> {
        let change = |instance: &mut Instance| match instance.tags.remove(tag) {
            true => Ok(()),
            false => Err(Error::NotFound(format!("Instance {id} has no tag '{tag}'"))),
        };
        self.redescribe(context, id, Verb::DeleteTag, change).await?;
        Ok(())
    }

    pub async fn delete_tags(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let change = |instance: &mut Instance| {
            instance.tags.clear();
            Ok(())
        };
        self.redescribe(context, id, Verb::DeleteTags, change).await?;
        Ok(())
    }

    async fn redescribe(
        &self,
        context: &RequestContext,
        id: InstanceId,
        verb: Verb,
        change: impl FnOnce(&mut Instance) -> Result<(), Error> + Send,
    ) -> Described {
        self.core.visible(context, id).await?;
        let admin = context.is_admin();
        let checked = |instance: &mut Instance| {
            verb.begin(instance, admin)?;
            change(instance)
        };
        self.core.change(id, checked).await
    }
}
