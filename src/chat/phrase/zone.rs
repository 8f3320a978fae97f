//! Time zones by their IANA names.

use jiff::tz::{self, TimeZone};

use super::SAID;
use crate::chat::nearest::distance;
use crate::chat::text::code;

/// How many names a refusal suggests.
const SUGGESTIONS: usize = 3;

/// The time zone called `name` (`Europe/Berlin`, in any case, spaces for underscores), or a sentence with near names.
pub fn zone(name: &str) -> Result<TimeZone, String> {
    let wanted = name.split_whitespace().collect::<Vec<_>>().join("_");
    let names: Vec<String> = tz::db().available().map(|name| name.to_string()).collect();
    let known = names.iter().find(|known| known.eq_ignore_ascii_case(&wanted));
    if let Some(zone) = known.and_then(|known| TimeZone::get(known).ok()) {
        return Ok(zone);
    }
    let near = near(&wanted.to_lowercase(), &names);
    Err(if near.is_empty() {
        format!("{} is not a time zone; write it like `Europe/Berlin` or `UTC`.", code(name, SAID))
    } else {
        format!("{} is not a time zone. Did you mean {}?", code(name, SAID), near.join(" or "))
    })
}

/// The names whose whole or whose city is nearest to `wanted`, if any is near.
fn near(wanted: &str, names: &[String]) -> Vec<String> {
    let wanted_city = wanted.rsplit('/').next().unwrap_or_default();
    let slips = |a: &str, b: &str| Some(distance(a, b)).filter(|&slips| slips <= a.chars().count() / 4);
    let mut scored: Vec<(usize, &String)> = names
        .iter()
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let (_, city) = lower.rsplit_once('/')?;
            // The right city on the wrong continent is nearer than slips in both.
            let ways = [slips(wanted, &lower), slips(wanted_city, city).map(|slips| slips + 1)];
            Some((ways.into_iter().flatten().min()?, name))
        })
        .collect();
    scored.sort_unstable();
    let best = scored.first().map_or(0, |&(distance, _)| distance);
    scored
        .into_iter()
        .filter(|&(distance, _)| distance <= best + 1)
        .take(SUGGESTIONS)
        .map(|(_, name)| code(name, SAID))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_by_name() {
        for (name, expected) in [
            ("Europe/Berlin", "Europe/Berlin"),
            ("europe/berlin", "Europe/Berlin"),
            (" America/New York ", "America/New_York"),
            ("utc", "UTC"),
        ] {
            assert_eq!(zone(name).unwrap().iana_name(), Some(expected));
        }
    }

    #[test]
    fn a_near_name_is_suggested() {
        for (name, expected) in [
            ("Europe/Berln", "`Europe/Berln` is not a time zone. Did you mean `Europe/Berlin`?"),
            ("berlin", "`berlin` is not a time zone. Did you mean `Europe/Berlin`?"),
            ("Moon/Base", "`Moon/Base` is not a time zone; write it like `Europe/Berlin` or `UTC`."),
            ("", "` ` is not a time zone; write it like `Europe/Berlin` or `UTC`."),
        ] {
            assert_eq!(zone(name).unwrap_err(), expected);
        }
    }
}
