//! `/v2.0/address-scopes`.

use uuid::Uuid;

use crate::api::network::attribute::{Attribute, given, settable};
use crate::api::network::checks::{boolean, ip_version, text};
use crate::api::network::resource::Served;
use crate::network::local::address_scopes::{self, Wanted};
use crate::network::local::records::AddressScope;
use crate::network::local::{Edit, Error};

impl Served for AddressScope {
    const PLURAL: &'static str = "address_scopes";
    const PATH: &'static str = "address-scopes";
    const ATTRIBUTES: &'static [Attribute] = &[
        settable("name", text),
        given("ip_version", ip_version).required(),
        settable("shared", boolean).set_by_admins(),
    ];
    /// As in Neutron, they are not of the standard kind.
    const LACKS: &'static [&'static str] = &[
        "description",
        "tags",
        "created_at",
        "updated_at",
        "revision_number",
    ];
    type Wanted = Wanted;

    fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
        address_scopes::create(edit, wanted)
    }

    fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
        address_scopes::update(edit, id, wanted)
    }

    fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
        address_scopes::delete(edit, id)
    }
}
