//! The demo server: a payment company with engineers, somebody who tells the customers, a manager and an administrator.

use super::permissions::MANAGE_GUILD;
use super::world::World;

impl World {
    /// "Harbour Payments", the server of `wardroom demo`.
    #[must_use]
    pub fn sample() -> Self {
        Self::guild("Harbour Payments")
            .role("Responders", 0)
            .role("Managers", 0)
            .role("Change approvers", 0)
            .role("Ops leads", MANAGE_GUILD)
            .role("Database team", 0)
            .person("Alice Chen", &["Responders"])
            .person("Bob Okafor", &["Responders"])
            .person("Carla Diaz", &["Managers", "Change approvers"])
            .person("Dev Patel", &["Ops leads"])
            .person("Erin Walsh", &["Responders"])
            .person("Farid Rahimi", &["Responders", "Database team"])
            .channel_about("general", "Anything that has no channel of its own")
            .channel_about("incidents", "What is broken right now, and who is on it")
            .channel_about("changes", "What will change in production, and when")
            .channel_about("problems", "Why things break, so that they stop")
            .channel_about("management", "Service levels and reports")
            .channel_about("digests", "How service levels stood, week by week and month by month")
            .channel_about("operations", "The bot's own affairs")
    }
}
