//! `[channels]`: where wardroom posts, by purpose.

use serde_json::json;

use super::super::Section;
use super::super::names::Names;
use super::super::page::Page;
use super::super::plan::{Kind, Planning};
use super::super::reading::Part;
use crate::setup::{Guild, Purpose};
use crate::store::{Tx, Work};

pub struct Channels;

impl Section for Channels {
    fn write<'t>(&'t self, _: &'t mut Tx, guild: &'t Guild, names: &'t Names, page: &'t mut Page) -> Work<'t, ()> {
        Box::pin(async move {
            page.table("channels", &["Where wardroom posts, by purpose"]);
            for purpose in Purpose::ALL {
                match guild.channel(purpose) {
                    Some(id) => page.text(purpose.name(), &id.to_string(), names.channel(id).as_deref()),
                    None => page.comment(&format!("{} is not set", purpose.name())),
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
            let Some(mut part) = file.table("channels", &mut planning.faults) else { return Ok(()) };
            for purpose in Purpose::ALL {
                let name = purpose.name();
                let Some((line, said)) = part.reference(name, &mut planning.faults) else { continue };
                let found = planning.names.find_channel(&said);
                let Some(id) = planning.or_fault(line, found) else { continue };
                let options = json!({"purpose": name, "channel": id.to_string()});
                match guild.channel(purpose) {
                    Some(now) if now == id => planning.keep(),
                    Some(now) => {
                        let words = format!("channel for `{name}`: <#{now}> → <#{id}>");
                        planning.step(line, Kind::Changed, words, "setup channel", options);
                    }
                    None => {
                        planning.step(
                            line,
                            Kind::Added,
                            format!("channel for `{name}`: <#{id}>"),
                            "setup channel",
                            options,
                        );
                    }
                }
            }
            part.finish(&mut planning.faults);
            Ok(())
        })
    }
}
