//! `[server]`: the zone in which times are read.

use serde_json::json;

use super::super::Section;
use super::super::names::Names;
use super::super::page::Page;
use super::super::plan::{Kind, Planning};
use super::super::reading::Part;
use crate::chat::phrase;
use crate::setup::Guild;
use crate::store::{Tx, Work};

pub struct General;

impl Section for General {
    fn write<'t>(&'t self, _: &'t mut Tx, guild: &'t Guild, _: &'t Names, page: &'t mut Page) -> Work<'t, ()> {
        Box::pin(async move {
            page.table("server", &["The zone in which times are typed and shown in documents, by its IANA name"]);
            page.text("timezone", &guild.zone_name, None);
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
            let Some(mut part) = file.table("server", &mut planning.faults) else { return Ok(()) };
            if let Some((line, said)) = part.text("timezone", &mut planning.faults)
                && let Some(zone) = planning.or_fault(line, phrase::zone(&said))
            {
                let name = zone.iana_name().unwrap_or(&said).to_owned();
                planning.set_zone(&name);
                if name == guild.zone_name {
                    planning.keep();
                } else {
                    let words = format!("time zone: `{}` → `{name}`", guild.zone_name);
                    planning.step(line, Kind::Changed, words, "setup timezone", json!({"timezone": name}));
                }
            }
            part.finish(&mut planning.faults);
            Ok(())
        })
    }
}
