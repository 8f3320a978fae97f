//! Faults: what goes wrong by chance (seeded, so that a run can be repeated) and what goes wrong
//! once because a test said so.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often things go wrong: probabilities from 0 to 1. The default is never.
///
/// The same seed gives the same faults for the same order of requests and events.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultPlan {
    /// Seed of all chances.
    pub seed: u64,
    /// A request is answered 429 although no limit was reached.
    pub rate_limited: f64,
    /// A request is answered 500 and did nothing.
    pub error_before: f64,
    /// A request is answered 500 although it did what it should.
    pub error_after: f64,
    /// The connection is cut before the request did anything.
    pub cut_before: f64,
    /// The connection is cut after the request did what it should.
    pub cut_after: f64,
    /// An event is dispatched twice.
    pub duplicate_event: f64,
    /// An interaction is delivered late, by [`Self::late_by`].
    pub late_interaction: f64,
    /// How late; the three seconds run from the person's act.
    pub late_by: Duration,
    /// The socket is dropped after an event.
    pub dropped_socket: f64,
}

impl Default for FaultPlan {
    fn default() -> Self {
        Self {
            seed: 1,
            rate_limited: 0.0,
            error_before: 0.0,
            error_after: 0.0,
            cut_before: 0.0,
            cut_after: 0.0,
            duplicate_event: 0.0,
            late_interaction: 0.0,
            late_by: Duration::from_millis(2900),
            dropped_socket: 0.0,
        }
    }
}

/// What befalls one request.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Refused with this status, Discord code and message; nothing happened.
    Refused {
        /// HTTP status.
        status: u16,
        /// Discord's JSON code.
        code: u32,
        /// Discord's message.
        message: String,
    },
    /// 429 in Discord's form; nothing happened.
    RateLimited {
        /// Told in `Retry-After` and `retry_after`.
        retry_after: Duration,
        /// `user`, `global` or `shared`.
        scope: Scope,
    },
    /// 429 of Cloudflare: HTML, and none of Discord's headers.
    CloudflareBan,
    /// 500, and nothing happened.
    ErrorBefore,
    /// 500, although it happened.
    ErrorAfter,
    /// No answer, and nothing happened.
    CutBefore,
    /// No answer, although it happened.
    CutAfter,
    /// Held back this long before anything happens.
    Delayed(Duration),
    /// 302 to this address, and nothing happened: no way that Discord goes, but one that somebody in between might.
    Redirected(String),
}

/// Whose limit a 429 speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The bot's own, on one route.
    User,
    /// The bot's own, over all routes.
    Global,
    /// The resource's; it does not count as an invalid request.
    Shared,
}

impl Scope {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Global => "global",
            Self::Shared => "shared",
        }
    }
}

impl Fault {
    /// Shorthand for a refusal with one of the codes of [`super::refusal`].
    #[must_use]
    pub fn refused(code: super::refusal::Code) -> Self {
        Self::Refused { status: code.0, code: code.1, message: code.2.into() }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::RateLimited { .. } => "rate limited",
            Self::CloudflareBan => "banned by Cloudflare",
            Self::ErrorBefore => "error before",
            Self::ErrorAfter => "error after",
            Self::CutBefore => "cut before",
            Self::CutAfter => "cut after",
            Self::Delayed(_) => "delayed",
            Self::Redirected(_) => "redirected",
        }
    }
}

/// What befalls one event on its way to one bot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct EventFate {
    pub(super) twice: bool,
    pub(super) late: bool,
    pub(super) then_drop: bool,
}

/// How many events met a fault so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Befallen {
    /// Dispatched twice.
    pub twice: u64,
    /// Delivered late.
    pub late: u64,
    /// Followed by a dropped socket.
    pub dropped: u64,
}

/// The faults of a running playground; plans can be changed and single faults ordered at any time.
#[derive(Debug)]
pub struct Faults {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    plan: FaultPlan,
    requests: Chance,
    events: Chance,
    ordered: VecDeque<Ordered>,
    befallen: Befallen,
}

#[derive(Debug)]
struct Ordered {
    method: String,
    route: String,
    fault: Fault,
}

impl Faults {
    pub(super) fn new(plan: FaultPlan) -> Self {
        let inner = Inner {
            requests: Chance(plan.seed),
            // Events have a stream of their own, so that they do not shift the faults of requests.
            events: Chance(plan.seed ^ 0x5eed_0fe7_e475),
            plan,
            ordered: VecDeque::new(),
            befallen: Befallen::default(),
        };
        Self { inner: Mutex::new(inner) }
    }

    /// Starts over with another plan; ordered faults stay.
    pub fn plan(&self, plan: FaultPlan) {
        let fresh = Self::new(plan).inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut inner = self.lock();
        let ordered = std::mem::take(&mut inner.ordered);
        *inner = Inner { ordered, befallen: inner.befallen, ..fresh };
    }

    /// Nothing goes wrong any more.
    pub fn none(&self) {
        self.plan(FaultPlan::default());
        self.lock().ordered.clear();
    }

    /// The next request with this method and route meets `fault`. The route is a template such as
    /// `/channels/{channel}/messages`; names in braces match any id, and given ids match themselves.
    pub fn next(&self, method: &str, route: &str, fault: Fault) {
        self.lock().ordered.push_back(Ordered { method: method.into(), route: route.into(), fault });
    }

    /// The next `times` such requests meet `fault`.
    pub fn next_times(&self, times: usize, method: &str, route: &str, fault: &Fault) {
        for _ in 0..times {
            self.next(method, route, fault.clone());
        }
    }

    /// Faults that were ordered and have not happened yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.lock().ordered.len()
    }

    /// The fate of a request. Each call draws once, so faults depend on nothing but the order.
    pub(super) fn of_request(&self, method: &str, path: &str) -> Option<Fault> {
        let mut inner = self.lock();
        let plan = inner.plan.clone();
        let draw = inner.requests.draw();
        if let Some(fault) = inner.take_ordered(method, path) {
            return Some(fault);
        }
        let retry_after = Duration::from_millis(500);
        let mut threshold = 0.0;
        let table = [
            (plan.rate_limited, Fault::RateLimited { retry_after, scope: Scope::User }),
            (plan.error_before, Fault::ErrorBefore),
            (plan.error_after, Fault::ErrorAfter),
            (plan.cut_before, Fault::CutBefore),
            (plan.cut_after, Fault::CutAfter),
        ];
        table.into_iter().find_map(|(probability, fault)| {
            threshold += probability;
            (draw < threshold).then_some(fault)
        })
    }

    /// The fate of the request of a file. Only what was ordered befalls it, since these requests come when they like.
    pub(super) fn of_file(&self, path: &str) -> Option<Fault> {
        self.lock().take_ordered("GET", path)
    }

    pub(super) fn of_event(&self, is_interaction: bool) -> EventFate {
        let mut inner = self.lock();
        let plan = inner.plan.clone();
        let draws = [inner.events.draw(), inner.events.draw(), inner.events.draw()];
        let fate = EventFate {
            twice: draws[0] < plan.duplicate_event,
            late: is_interaction && draws[1] < plan.late_interaction,
            then_drop: draws[2] < plan.dropped_socket,
        };
        // A late event meets nothing else.
        inner.befallen.late += u64::from(fate.late);
        inner.befallen.twice += u64::from(fate.twice && !fate.late);
        inner.befallen.dropped += u64::from(fate.then_drop && !fate.late);
        fate
    }

    /// How many events met a fault so far. Requests tell theirs one by one ([`super::Request::fault`]).
    #[must_use]
    pub fn befallen(&self) -> Befallen {
        self.lock().befallen
    }

    pub(super) fn late_by(&self) -> Duration {
        self.lock().plan.late_by
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn take_ordered(&mut self, method: &str, path: &str) -> Option<Fault> {
        let due = self.ordered.iter().position(|ordered| ordered.method == method && matches(&ordered.route, path))?;
        self.ordered.remove(due).map(|ordered| ordered.fault)
    }
}

/// Whether the template `route` matches `path`, which starts after `/api/v10`.
fn matches(route: &str, path: &str) -> bool {
    let (mut route, mut path) = (route.split('/'), path.split('/'));
    loop {
        match (route.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(_)) if wanted.starts_with('{') || wanted == "*" => {}
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return false,
        }
    }
}

/// The generator "`SplitMix64`" of Steele, Lea and Flood (OOPSLA 2014): small, and the same everywhere.
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    /// A number from 0 (included) to 1 (excluded).
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64 exactly")]
    fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seed: u64) -> Vec<Option<Fault>> {
        let plan = FaultPlan { seed, error_before: 0.2, cut_after: 0.2, ..FaultPlan::default() };
        let faults = Faults::new(plan);
        (0..200).map(|_| faults.of_request("POST", "/channels/1/messages")).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_faults_and_another_seed_others() {
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let faulty = run(7).into_iter().flatten().count();
        assert!((50..110).contains(&faulty), "{faulty} of 200 at a probability of 0.4");
    }

    #[test]
    fn an_ordered_fault_befalls_the_next_matching_request_only() {
        let faults = Faults::new(FaultPlan::default());
        faults.next("POST", "/channels/{channel}/messages", Fault::ErrorAfter);
        assert_eq!(faults.of_request("GET", "/channels/1/messages"), None);
        assert_eq!(faults.of_request("POST", "/channels/1/messages/2"), None);
        assert_eq!(faults.of_request("POST", "/channels/1/messages"), Some(Fault::ErrorAfter));
        assert_eq!(faults.of_request("POST", "/channels/1/messages"), None);
    }
}
