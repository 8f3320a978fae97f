//! Permission bits and how Discord computes them (its documentation, "Permissions").

/// Adds reactions that nobody has used yet.
pub const ADD_REACTIONS: u64 = 1 << 6;
/// Everything, past all channel rules.
pub const ADMINISTRATOR: u64 = 1 << 3;
/// Edits and deletes channels.
pub const MANAGE_CHANNELS: u64 = 1 << 4;
/// Edits the server: wardroom's administrators.
pub const MANAGE_GUILD: u64 = 1 << 5;
/// Sees a channel; without it nothing else counts there.
pub const VIEW_CHANNEL: u64 = 1 << 10;
/// Writes in a channel (not in its threads).
pub const SEND_MESSAGES: u64 = 1 << 11;
/// Deletes messages of others.
pub const MANAGE_MESSAGES: u64 = 1 << 13;
/// Embeds appear.
pub const EMBED_LINKS: u64 = 1 << 14;
/// Uploads files.
pub const ATTACH_FILES: u64 = 1 << 15;
/// Reads earlier messages.
pub const READ_MESSAGE_HISTORY: u64 = 1 << 16;
/// Pings everyone and roles that are not mentionable.
pub const MENTION_EVERYONE: u64 = 1 << 17;
/// Uses slash commands.
pub const USE_APPLICATION_COMMANDS: u64 = 1 << 31;
/// Edits threads of others, sees private ones, writes in locked ones.
pub const MANAGE_THREADS: u64 = 1 << 34;
/// Starts public threads.
pub const CREATE_PUBLIC_THREADS: u64 = 1 << 35;
/// Starts private threads.
pub const CREATE_PRIVATE_THREADS: u64 = 1 << 36;
/// Writes in threads.
pub const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;
/// Pins and unpins (since 2026-02-23 apart from `MANAGE_MESSAGES`).
pub const PIN_MESSAGES: u64 = 1 << 51;
/// All bits, for owners and administrators.
pub const ALL: u64 = (1 << 53) - 1;

/// What `@everyone` may do in a new server, reduced to the bits the playground looks at.
pub const EVERYONE: u64 = VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | ADD_REACTIONS
    | USE_APPLICATION_COMMANDS
    | CREATE_PUBLIC_THREADS
    | CREATE_PRIVATE_THREADS
    | SEND_MESSAGES_IN_THREADS;

/// What the install link of wardroom asks for (`permissions=2252194950794304` in its documentation).
pub const BOT: u64 = VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | ADD_REACTIONS
    | MANAGE_THREADS
    | CREATE_PUBLIC_THREADS
    | CREATE_PRIVATE_THREADS
    | SEND_MESSAGES_IN_THREADS
    | PIN_MESSAGES;

/// A channel's rule for one role or member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overwrite {
    /// The role or the member.
    pub target: super::Id,
    /// Whether `target` is a member.
    pub member: bool,
    /// Bits given.
    pub allow: u64,
    /// Bits taken.
    pub deny: u64,
}

/// The permissions of a member with the roles `roles` (without `@everyone`) under `overwrites`.
#[must_use]
pub fn in_channel(
    base: u64,
    everyone: super::Id,
    roles: &[super::Id],
    member: super::Id,
    overwrites: &[Overwrite],
) -> u64 {
    if base & ADMINISTRATOR != 0 {
        return ALL;
    }
    let mut bits = base;
    let mut apply = |deny: u64, allow: u64| bits = (bits & !deny) | allow;
    for rule in overwrites.iter().filter(|rule| !rule.member && rule.target == everyone) {
        apply(rule.deny, rule.allow);
    }
    let (deny, allow) = overwrites
        .iter()
        .filter(|rule| !rule.member && roles.contains(&rule.target))
        .fold((0, 0), |(deny, allow), rule| (deny | rule.deny, allow | rule.allow));
    apply(deny, allow);
    for rule in overwrites.iter().filter(|rule| rule.member && rule.target == member) {
        apply(rule.deny, rule.allow);
    }
    if bits & VIEW_CHANNEL == 0 { 0 } else { bits }
}

#[cfg(test)]
mod tests {
    use super::super::Id;
    use super::*;

    #[test]
    fn the_install_link_asks_for_exactly_these_bits() {
        assert_eq!(BOT, 2_252_194_950_794_304);
    }

    #[test]
    fn a_members_own_rule_wins_over_its_roles_and_no_view_means_nothing() {
        let (everyone, role, member) = (Id(1), Id(2), Id(3));
        let overwrite = |target, member, allow, deny| Overwrite { target, member, allow, deny };
        let rules = [overwrite(everyone, false, 0, VIEW_CHANNEL), overwrite(role, false, VIEW_CHANNEL, 0)];
        assert_eq!(in_channel(EVERYONE, everyone, &[], member, &rules), 0);
        assert_eq!(in_channel(EVERYONE, everyone, &[role], member, &rules), EVERYONE);
        let rules = [rules[0], rules[1], overwrite(member, true, 0, SEND_MESSAGES)];
        assert_eq!(in_channel(EVERYONE, everyone, &[role], member, &rules), EVERYONE & !SEND_MESSAGES);
        assert_eq!(in_channel(ADMINISTRATOR, everyone, &[], member, &rules), ALL);
    }
}
