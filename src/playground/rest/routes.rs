//! The table of routes.

use super::super::query::percent_decoded;
use super::{Call, Outcome, channels, commands, guilds, interactions, messages, pins, threads, users, webhooks};

/// One method of one path.
pub(super) struct Route {
    pub(super) method: &'static str,
    /// Names in braces stand for one segment.
    pub(super) path: &'static str,
    /// Whether the token in the path is enough, without `Authorization`.
    pub(super) open: bool,
    pub(super) act: fn(&mut Call) -> Outcome,
}

/// A route with what stood in its braces.
pub(super) struct Found {
    pub(super) route: &'static Route,
    pub(super) parameters: Vec<String>,
}

const fn bot(method: &'static str, path: &'static str, act: fn(&mut Call) -> Outcome) -> Route {
    Route { method, path, open: false, act }
}

const fn open(method: &'static str, path: &'static str, act: fn(&mut Call) -> Outcome) -> Route {
    Route { method, path, open: true, act }
}

/// Earlier routes win, so that `pins` is not taken for a message.
const ROUTES: &[Route] = &[
    open("GET", "/gateway", users::gateway),
    bot("GET", "/gateway/bot", users::gateway_bot),
    bot("GET", "/users/@me", users::me),
    bot("GET", "/users/{user}", users::user),
    bot("POST", "/users/@me/channels", users::open_direct_channel),
    bot("GET", "/applications/@me", users::application),
    bot("GET", "/oauth2/applications/@me", users::application),
    bot("GET", "/applications/{application}/commands", commands::list),
    bot("PUT", "/applications/{application}/commands", commands::overwrite),
    bot("POST", "/applications/{application}/commands", commands::upsert),
    bot("GET", "/applications/{application}/commands/{command}", commands::get),
    bot("DELETE", "/applications/{application}/commands/{command}", commands::delete),
    bot("GET", "/applications/{application}/guilds/{guild}/commands", commands::list_in_guild),
    bot("PUT", "/applications/{application}/guilds/{guild}/commands", commands::overwrite_in_guild),
    bot("POST", "/applications/{application}/guilds/{guild}/commands", commands::upsert_in_guild),
    open("POST", "/interactions/{interaction}/{token}/callback", interactions::callback),
    open("POST", "/webhooks/{application}/{token}", webhooks::follow_up),
    open("GET", "/webhooks/{application}/{token}/messages/{message}", webhooks::get),
    open("PATCH", "/webhooks/{application}/{token}/messages/{message}", webhooks::edit),
    open("DELETE", "/webhooks/{application}/{token}/messages/{message}", webhooks::delete),
    bot("GET", "/channels/{channel}/messages/pins", pins::list),
    bot("PUT", "/channels/{channel}/messages/pins/{message}", pins::pin),
    bot("DELETE", "/channels/{channel}/messages/pins/{message}", pins::unpin),
    bot("GET", "/channels/{channel}/pins", pins::list_old),
    bot("PUT", "/channels/{channel}/pins/{message}", pins::pin),
    bot("DELETE", "/channels/{channel}/pins/{message}", pins::unpin),
    bot("GET", "/channels/{channel}/messages", messages::list),
    bot("POST", "/channels/{channel}/messages", messages::create),
    bot("GET", "/channels/{channel}/messages/{message}", messages::get),
    bot("PATCH", "/channels/{channel}/messages/{message}", messages::edit),
    bot("DELETE", "/channels/{channel}/messages/{message}", messages::delete),
    bot("POST", "/channels/{channel}/messages/{message}/threads", threads::start_from_message),
    bot("PUT", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me", messages::react),
    bot("DELETE", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me", messages::unreact),
    bot("POST", "/channels/{channel}/typing", channels::typing),
    bot("POST", "/channels/{channel}/threads", threads::start),
    bot("GET", "/channels/{channel}/threads/archived/public", threads::archived),
    bot("GET", "/channels/{channel}/threads/archived/private", threads::archived_private),
    bot("GET", "/channels/{channel}/thread-members", threads::members),
    bot("GET", "/channels/{channel}/thread-members/{user}", threads::member),
    bot("PUT", "/channels/{channel}/thread-members/{user}", threads::add_member),
    bot("DELETE", "/channels/{channel}/thread-members/{user}", threads::remove_member),
    bot("GET", "/channels/{channel}", channels::get),
    bot("PATCH", "/channels/{channel}", channels::edit),
    bot("DELETE", "/channels/{channel}", channels::delete),
    bot("GET", "/guilds/{guild}", guilds::get),
    bot("GET", "/guilds/{guild}/channels", guilds::channels),
    bot("GET", "/guilds/{guild}/roles", guilds::roles),
    bot("GET", "/guilds/{guild}/threads/active", guilds::active_threads),
    bot("GET", "/guilds/{guild}/members/search", guilds::search_members),
    bot("GET", "/guilds/{guild}/members/{user}", guilds::member),
];

/// The route of a request; the error is whether the path exists with another method.
pub(super) fn find(method: &str, path: &str) -> Result<Found, bool> {
    let mut exists = false;
    for route in ROUTES {
        if let Some(parameters) = matched(route.path, path) {
            if route.method == method {
                return Ok(Found { route, parameters });
            }
            exists = true;
        }
    }
    Err(exists)
}

fn matched(route: &str, path: &str) -> Option<Vec<String>> {
    let (mut route, mut path) = (route.split('/'), path.split('/'));
    let mut parameters = Vec::new();
    loop {
        match (route.next(), path.next()) {
            (None, None) => return Some(parameters),
            (Some(wanted), Some(given)) if wanted.starts_with('{') && !given.is_empty() => {
                parameters.push(percent_decoded(given));
            }
            (Some(wanted), Some(given)) if percent_decoded(given) == wanted => {}
            _ => return None,
        }
    }
}
