//! The bot's own user and application, direct channels, and where the gateway is.

use serde_json::json;

use super::super::permissions::BOT;
use super::super::refusal::{CANNOT_MESSAGE_USER, Faulty, UNKNOWN_USER};
use super::super::snowflake::id_in;
use super::{Call, Outcome, Reply};

pub(super) fn gateway(call: &mut Call) -> Outcome {
    Reply::json(json!({"url": call.shared.gateway_url()}))
}

pub(super) fn gateway_bot(call: &mut Call) -> Outcome {
    let total = call.shared.options.identify_budget;
    let (remaining, reset_after) = call.shared.gateway.budget_left(total);
    Reply::json(json!({
        "url": call.shared.gateway_url(), "shards": 1,
        "session_start_limit": {
            "total": total, "remaining": remaining, "reset_after": reset_after, "max_concurrency": 1,
        },
    }))
}

pub(super) fn me(call: &mut Call) -> Outcome {
    let mut user = call.state.user_json(call.bot());
    user["verified"] = json!(true);
    user["mfa_enabled"] = json!(true);
    user["email"] = json!(null);
    user["locale"] = json!("en-US");
    Reply::json(user)
}

pub(super) fn user(call: &mut Call) -> Outcome {
    let id = call.id(0)?;
    if !call.state.users.contains_key(&id) {
        return Err(UNKNOWN_USER.into());
    }
    Reply::json(call.state.user_json(id))
}

pub(super) fn application(call: &mut Call) -> Outcome {
    Reply::json(json!({
        "id": call.state.application, "name": "wardroom", "icon": null,
        "description": "Service management in chat", "summary": "", "type": null,
        "bot": call.state.user_json(call.bot()), "bot_public": true, "bot_require_code_grant": false,
        "verify_key": "00".repeat(32), "flags": 0, "team": null, "hook": true,
        "install_params": {"scopes": ["bot", "applications.commands"], "permissions": BOT.to_string()},
        "integration_types_config": {"0": {}}, "approximate_guild_count": call.state.guilds.len(),
        "redirect_uris": [], "interactions_endpoint_url": null, "tags": [],
    }))
}

pub(super) fn open_direct_channel(call: &mut Call) -> Outcome {
    let Some(user) = id_in(&call.body["recipient_id"]) else {
        return Err(Faulty::one(&["recipient_id"], "BASE_TYPE_REQUIRED", "This field is required"));
    };
    let person = call.state.users.get(&user).ok_or(UNKNOWN_USER)?;
    if person.bot {
        return Err(CANNOT_MESSAGE_USER.into());
    }
    let id = call.state.direct_channel(user);
    let channel = &call.state.channels[&id];
    Reply::json(call.state.channel_json(channel))
}
