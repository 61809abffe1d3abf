//! What a server is told about itself, and the one thing that it may tell.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::core::{Compute, Core};
use super::{password, provision};
use crate::compute::{Error, Settings};
use crate::metadata::{self, Facts};
use crate::objects::{Instance, InstanceId, RequestContext};
use crate::virt::{File, NetworkInfo, Supplies};

/// The image's word on whether its servers can do without a config drive.
const IMAGE_PROPERTY: &str = "img_config_drive";

impl Compute {
    /// Asked by the server itself, of itself alone: where the question came from says who it is.
    pub async fn guest(&self, id: InstanceId) -> Result<Facts, Error> {
        let instance = self.core.instance(id).await?;
        Ok(facts(&self.core, &instance))
    }

    /// Kept once: a second one is a conflict. An empty one is none.
    pub async fn set_password(&self, id: InstanceId, password: String) -> Result<(), Error> {
        let keep = |instance: &mut Instance| {
            if instance.password_data.is_some() {
                let words = "There was a conflict when trying to complete your request.";
                return Err(Error::Conflict(words.to_owned()));
            }
            instance.password_data = Some(password).filter(|password| !password.is_empty());
            Ok(())
        };
        self.core.change(id, keep).await.map(drop)
    }

    /// The server may tell another one.
    pub async fn clear_password(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        self.core.visible(context, id).await?;
        let clear = |instance: &mut Instance| {
            instance.password_data = None;
            Ok(())
        };
        self.core.change(id, clear).await.map(drop)
    }
}

/// What the server is spawned with.
pub(super) fn supplies(core: &Core, instance: &Arc<Instance>, network: NetworkInfo) -> Supplies {
    Supplies {
        network,
        config_drive: config_drive(core, instance),
        hostname: provision::hostname(core, instance),
    }
}

/// The files of the server's config drive; nothing for a server without one.
fn config_drive(core: &Core, instance: &Arc<Instance>) -> Option<Vec<File>> {
    instance.config_drive.then(|| {
        let files = metadata::config_drive(&facts(core, instance)).into_iter();
        files.map(|(path, content)| File { path, content }).collect()
    })
}

/// Whether a new server gets a config drive: because of its user, its image, or the operator.
pub(super) fn needs_config_drive(
    settings: &Settings,
    asked: bool,
    image_properties: &BTreeMap<String, String>,
) -> bool {
    let of_the_image = image_properties.get(IMAGE_PROPERTY).map(String::as_str);
    asked || settings.force_config_drive || of_the_image == Some("mandatory")
}

fn facts(core: &Core, instance: &Arc<Instance>) -> Facts {
    Facts {
        instance: instance.clone(),
        domain: core.settings.metadata_domain.clone(),
        random_seed: password::random(core.world.as_ref(), metadata::SEED_LENGTH),
    }
}
