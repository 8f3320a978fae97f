//! `[roles]`: who is trusted with what.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::Section;
use super::super::names::Names;
use super::super::page::Page;
use super::super::plan::{Kind, Planning};
use super::super::reading::Part;
use crate::policy::Capability;
use crate::setup::Guild;
use crate::snowflake::RoleId;
use crate::store::{Tx, Work};

pub struct Roles;

impl Section for Roles {
    fn write<'t>(&'t self, _: &'t mut Tx, guild: &'t Guild, names: &'t Names, page: &'t mut Page) -> Work<'t, ()> {
        Box::pin(async move {
            page.table(
                "roles",
                &["The roles that are trusted with each capability; an import adds roles and takes none away"],
            );
            for capability in Capability::ALL {
                let roles = guild.roles.roles(capability);
                if roles.is_empty() {
                    page.comment(&format!("{} is mapped to no role", capability.name()));
                } else {
                    let lines: Vec<_> = roles.iter().map(|id| (id.to_string(), names.role(*id))).collect();
                    page.list(capability.name(), &lines);
                }
            }
            Ok(())
        })
    }

    fn plan<'t>(
        &'t self,
        _: &'t mut Tx,
        guild: &'t Guild,
        file: &'t mut Part,
        planning: &'t mut Planning,
    ) -> Work<'t, ()> {
        Box::pin(async move {
            let Some(mut part) = file.table("roles", &mut planning.faults) else { return Ok(()) };
            for capability in Capability::ALL {
                let name = capability.name();
                let mut seen: BTreeMap<RoleId, usize> = BTreeMap::new();
                for (line, said) in part.references(name, &mut planning.faults) {
                    let found = planning.names.find_role(&said);
                    let Some(id) = planning.or_fault(line, found) else { continue };
                    if let Some(first) = seen.insert(id, line) {
                        planning.fault(
                            line,
                            format!("<@&{id}> stands twice in `{name}`; it stands in line {first} already."),
                        );
                    } else if guild.roles.roles(capability).contains(&id) {
                        planning.keep();
                    } else {
                        let options = json!({"capability": name, "role": id.to_string()});
                        planning.step(line, Kind::Added, format!("`{name}` for <@&{id}>"), "setup role", options);
                    }
                }
            }
            part.finish(&mut planning.faults);
            Ok(())
        })
    }
}
