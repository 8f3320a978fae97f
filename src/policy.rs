//! Who may do what. A capability is held through a role that the guild has mapped to it; what is asked for is a *proof*, a value that only
//! this module can make, so a transition cannot be called without it.
//!
//! | proof | who has it |
//! |---|---|
//! | [`Participant`] | any member |
//! | [`Responder`] | a holder of `responder`, `incident-manager` or `administrator`; any member while `responder` is mapped to no role; for some moves the reporter |
//! | [`ServiceOwner`] | a holder of `service-owner` or `administrator` |
//! | [`Planner`] | a holder of `service-owner`, `manager`, `change-manager` or `administrator` |
//! | [`Administrator`] | a holder of `administrator`; on slash commands and clicks also a member with Manage Server |
//!
//! The authority comes from the event itself: the roles and permission bits that Discord put into it. A typed message carries roles but no
//! permission bits, so only mapped roles count there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::chat::invocation::Member;
use crate::error::Refusal;
use crate::snowflake::{RoleId, UserId};

/// Discord's permission bits (Discord docs, permissions).
const ADMINISTRATOR: u64 = 1 << 3;
const MANAGE_GUILD: u64 = 1 << 5;

/// Something that a role can be trusted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Runs incidents.
    Responder,
    /// Answers for the incident process.
    IncidentManager,
    /// Answers for the problem process.
    ProblemManager,
    /// Answers for the change process.
    ChangeManager,
    /// Votes on changes.
    Approver,
    /// Keeps the service catalogue.
    ServiceOwner,
    /// Receives digests and notices.
    Manager,
    /// Reads the evidence.
    Auditor,
    /// Sets wardroom up.
    Administrator,
}

impl Capability {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 9] = [
        Self::Responder,
        Self::IncidentManager,
        Self::ProblemManager,
        Self::ChangeManager,
        Self::Approver,
        Self::ServiceOwner,
        Self::Manager,
        Self::Auditor,
        Self::Administrator,
    ];

    /// Its name in commands and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Responder => "responder",
            Self::IncidentManager => "incident-manager",
            Self::ProblemManager => "problem-manager",
            Self::ChangeManager => "change-manager",
            Self::Approver => "approver",
            Self::ServiceOwner => "service-owner",
            Self::Manager => "manager",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// The capability of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capability| capability.name() == name)
    }
}

/// A guild's map of capabilities to roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleMap(BTreeMap<Capability, Vec<RoleId>>);

impl RoleMap {
    /// The map of these pairs.
    pub fn of(pairs: impl IntoIterator<Item = (Capability, RoleId)>) -> Self {
        let mut map = Self::default();
        for (capability, role) in pairs {
            map.0.entry(capability).or_default().push(role);
        }
        map
    }

    /// The roles that hold `capability`.
    pub fn roles(&self, capability: Capability) -> &[RoleId] {
        self.0.get(&capability).map_or(&[], Vec::as_slice)
    }

    fn holds(&self, member: &Member, capability: Capability) -> bool {
        self.roles(capability).iter().any(|role| member.roles.contains(role))
    }
}

macro_rules! proofs {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            user: UserId,
            basis: &'static str,
        }

        impl $name {
            /// Who it is about.
            pub fn user(&self) -> UserId {
                self.user
            }

            /// The capability, and how it is held, for the journal.
            pub fn basis(&self) -> &'static str {
                self.basis
            }
        }
    )+};
}

proofs! {
    /// Any member of the guild.
    Participant,
    /// Someone who may run incidents.
    Responder,
    /// Someone who answers for how incidents are run.
    IncidentManager,
    /// Someone who may change the service catalogue.
    ServiceOwner,
    /// Someone who may announce when service will be away.
    Planner,
    /// Someone who may set wardroom up.
    Administrator,
}

/// Every member takes part.
pub fn participant(member: &Member) -> Participant {
    Participant { user: member.user, basis: "member" }
}

/// Proof that `member` may run incidents.
pub fn responder(member: &Member, map: &RoleMap) -> Result<Responder, Refusal> {
    let basis = if map.roles(Capability::Responder).is_empty() {
        "responder: open, as no role is mapped"
    } else if map.holds(member, Capability::Responder) {
        "responder: by role"
    } else if map.holds(member, Capability::IncidentManager) {
        "responder: as incident-manager by role"
    } else if let Ok(administrator) = administrator(member, map) {
        administrator.basis
    } else {
        return Err(lacks(Capability::Responder, map));
    };
    Ok(Responder { user: member.user, basis })
}

/// Proof that `member` may do to an incident what its reporter may as well: acknowledge it, reopen it, confirm its close
/// (DESIGN 4; `itsm-iso20000` 4).
pub fn responder_or_reporter(member: &Member, map: &RoleMap, reporter: UserId) -> Result<Responder, Refusal> {
    match responder(member, map) {
        Err(_) if member.user == reporter => Ok(Responder { user: member.user, basis: "the reporter" }),
        proof => proof,
    }
}

/// Proof that `member` may judge how an incident was run. Where nobody is an incident manager, whoever runs incidents may.
pub fn incident_manager(member: &Member, map: &RoleMap) -> Result<IncidentManager, Refusal> {
    let basis = if map.roles(Capability::IncidentManager).is_empty() {
        responder(member, map)?.basis
    } else if map.holds(member, Capability::IncidentManager) {
        "incident-manager: by role"
    } else if let Ok(administrator) = administrator(member, map) {
        administrator.basis
    } else {
        return Err(lacks(Capability::IncidentManager, map));
    };
    Ok(IncidentManager { user: member.user, basis })
}

/// Proof that `member` may change the service catalogue.
pub fn service_owner(member: &Member, map: &RoleMap) -> Result<ServiceOwner, Refusal> {
    let basis = if map.holds(member, Capability::ServiceOwner) {
        "service-owner: by role"
    } else if let Ok(administrator) = administrator(member, map) {
        administrator.basis
    } else {
        return Err(lacks(Capability::ServiceOwner, map));
    };
    Ok(ServiceOwner { user: member.user, basis })
}

/// Proof that `member` may announce when service will be away: whoever answers for a service, for those above, or for changes.
pub fn planner(member: &Member, map: &RoleMap) -> Result<Planner, Refusal> {
    let basis = if map.holds(member, Capability::ServiceOwner) {
        "service-owner: by role"
    } else if map.holds(member, Capability::Manager) {
        "manager: by role"
    } else if map.holds(member, Capability::ChangeManager) {
        "change-manager: by role"
    } else if let Ok(administrator) = administrator(member, map) {
        administrator.basis
    } else {
        return Err(lacks(Capability::ServiceOwner, map));
    };
    Ok(Planner { user: member.user, basis })
}

/// Proof that `member` may set wardroom up.
pub fn administrator(member: &Member, map: &RoleMap) -> Result<Administrator, Refusal> {
    let basis = if map.holds(member, Capability::Administrator) {
        "administrator: by role"
    } else if member.permissions.is_some_and(|bits| bits & (ADMINISTRATOR | MANAGE_GUILD) != 0) {
        "administrator: by Manage Server"
    } else {
        return Err(lacks(Capability::Administrator, map));
    };
    Ok(Administrator { user: member.user, basis })
}

/// What is said to someone who lacks `capability`: which, who has it, and how it is got.
fn lacks(capability: Capability, map: &RoleMap) -> Refusal {
    let name = capability.name();
    let roles: Vec<String> = map.roles(capability).iter().map(|role| format!("<@&{role}>")).collect();
    let sentence = match (capability, roles.is_empty()) {
        (Capability::Administrator, true) => {
            "This needs the `administrator` capability: the Manage Server permission, or a role mapped with \
             `/setup role`. A typed message does not carry the permission; use the slash command."
                .to_owned()
        }
        (_, true) => format!(
            "This needs the `{name}` capability, and no role has it yet. Ask an administrator to map one: `/setup role capability:{name}`."
        ),
        (_, false) => {
            format!("This needs the `{name}` capability. It is held by {}. Ask one of them.", roles.join(", "))
        }
    };
    Refusal::new("policy.capability", sentence).on_record()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPS: RoleId = RoleId(10);

    fn member(roles: &[RoleId], permissions: Option<u64>) -> Member {
        Member { user: UserId(1), name: "Ada".to_owned(), roles: roles.to_vec(), permissions }
    }

    #[test]
    fn without_set_up_anyone_responds_and_only_manage_server_administrates() {
        let map = RoleMap::default();
        assert!(responder(&member(&[], None), &map).is_ok());
        assert!(administrator(&member(&[], Some(0)), &map).is_err());
        assert!(administrator(&member(&[], Some(MANAGE_GUILD)), &map).is_ok());
        assert!(service_owner(&member(&[], Some(0)), &map).is_err());
    }

    #[test]
    fn a_mapped_role_closes_the_door_to_others() {
        let map = RoleMap::of([(Capability::Responder, OPS)]);
        assert!(responder(&member(&[OPS], None), &map).is_ok());
        let refusal = responder(&member(&[RoleId(11)], Some(0)), &map).expect_err("no role");
        assert!(refusal.on_record);
        assert_eq!(refusal.sentence, "This needs the `responder` capability. It is held by <@&10>. Ask one of them.");
    }

    #[test]
    fn a_typed_message_shows_no_permissions_so_only_roles_count() {
        let map = RoleMap::of([(Capability::Administrator, OPS)]);
        assert!(administrator(&member(&[OPS], None), &map).is_ok());
        assert!(administrator(&member(&[], None), &map).is_err());
    }

    #[test]
    fn every_capability_is_found_by_its_name() {
        for capability in Capability::ALL {
            assert_eq!(Capability::named(capability.name()), Some(capability));
        }
    }
}
