//! Two incidents: one in which much happened, and one in which hardly anything did.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::chat::invocation::Member;
use crate::chat::phrase;
use crate::incident::history::made::{Entries, at, minute, person, plain, text};
use crate::incident::{Code, Declaration, Incident, Kind, Priority, Resolution, ServiceRef, State};
use crate::journal::Fact;
use crate::number::{Kind as Record, Number};
use crate::policy;
use crate::report::summary::{Delivered, Delivery, Story};
use crate::snowflake::{GuildId, UserId};

/// What somebody writes who wants to be trouble.
const HOSTILE: &str = "see <script>alert(1)</script> | \"> <img src=x onerror=alert(2)> @everyone [click](javascript:alert(3)) `code` &lt;b&gt;";

/// Everything that a [`Story`] borrows.
pub(super) struct Made {
    pub(super) incident: Incident,
    pub(super) entries: Entries,
    pub(super) people: BTreeMap<UserId, String>,
    pub(super) zone: TimeZone,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) now: i64,
}

impl Made {
    pub(super) fn story(&self) -> Story<'_> {
        Story {
            incident: &self.incident,
            entries: &self.entries.list,
            people: &self.people,
            guild: "Harbour Goods",
            zone: &self.zone,
            zone_name: "Europe/Berlin",
            made_at: minute(self.now),
            deliveries: &self.deliveries,
            service_levels: None,
            link_base: "https://discord.com/channels/1/",
        }
    }
}

fn incident(title: &str, at: i64) -> Incident {
    let member = Member { user: UserId(1), name: "Bea".to_owned(), roles: Vec::new(), permissions: None };
    let declaration = Declaration {
        title: title.to_owned(),
        description: None,
        service: None,
        impact: None,
        urgency: None,
        priority: None,
        started_at: None,
        kind: Kind::Live,
        restricted: false,
    };
    let number = Number { kind: Record::Incident, value: 7 };
    Incident::declare(GuildId(1), number, &policy::participant(&member), declaration, minute(at)).expect("it is sound")
}

/// Declared, and nothing more.
pub(super) fn bare() -> Made {
    Made {
        incident: incident("checkout is down", 0),
        entries: Entries::declared(0),
        people: BTreeMap::new(),
        zone: phrase::zone("Europe/Berlin").expect("it is a zone"),
        deliveries: Vec::new(),
        now: 30,
    }
}

/// Four hours of a P1, with a handover, a hold, a reopening, two services, corrections, a removed text, and people who mean no good.
pub(super) fn long() -> Made {
    let mut incident = incident("Card payments fail at checkout", 0);
    incident.description = Some("The payment page shows \"try again later\".\nOnly cards; invoices work.".to_owned());
    incident.state = State::Closed;
    incident.priority = Priority::P1;
    incident.major = true;
    incident.service = Some(ServiceRef { id: 1, name: "checkout".to_owned() });
    incident.reopened = 1;
    incident.resolution = Some(Resolution {
        by: UserId(1),
        at: minute(236),
        restored_at: minute(232),
        code: Code::Fixed,
        summary: "New certificate is in place".to_owned(),
    });
    let names = [(1, "Bea Lindqvist"), (2, "Arno Weiß"), (3, "Chi <b>& Co"), (4, "Dana Okafor")];
    Made {
        incident,
        entries: entries(),
        people: names.into_iter().map(|(id, name)| (UserId(id), name.to_owned())).collect(),
        zone: phrase::zone("Europe/Berlin").expect("it is a zone"),
        deliveries: deliveries(),
        now: 4500,
    }
}

fn deliveries() -> Vec<Delivery> {
    let sent = |what: &str, channel: &str, at: i64, outcome: Delivered, entry: i64| Delivery {
        what: what.to_owned(),
        channel: channel.to_owned(),
        at: minute(at),
        outcome,
        entry: Some(entry),
    };
    vec![
        sent("management notice: declared", "#management", 7, Delivered::Yes, 5),
        sent("update for management", "#management", 70, Delivered::Yes, 18),
        sent("management notice: resolved", "#board <b>", 113, Delivered::Failed("Missing Access".to_owned()), 25),
    ]
}

fn entries() -> Entries {
    let mut entries = Entries::default();
    first_hour(&mut entries);
    second_hour(&mut entries);
    again(&mut entries);
    afterwards(&mut entries);
    entries
}

fn first_hour(entries: &mut Entries) {
    entries.add(
        0,
        1,
        "incident.declare",
        &[
            ("state", plain("new")),
            ("title", text("Card payments fail at checkout")),
            ("description", text("The payment page shows \"try again later\".\nOnly cards; invoices work.")),
            ("impact", plain("high")),
            ("urgency", plain("medium")),
            ("priority", plain("P2")),
            ("priority-fixed", plain("false")),
            ("major", plain("false")),
            ("restricted", plain("false")),
            ("kind", plain("live")),
            ("reopened", plain("0")),
        ],
    );
    entries.ack(4, 2);
    entries.add(5, 1, "incident.role", &[("commander", person(2))]);
    entries.add(
        6,
        2,
        "incident.priority",
        &[
            ("urgency", plain("high")),
            ("priority", plain("P1")),
            ("major", plain("true")),
            ("service", plain("checkout")),
            ("service-id", plain(1)),
            ("reason", text("No card payment has gone through for ten minutes")),
        ],
    );
    entries.add(7, 0, "incident.notice", &[("phase", plain("declare")), ("channel", plain("555"))]);
    entries.mark((8, -12), 1, "started", "First failed payment in the logs");
    entries.mark((9, -3), 1, "detected", "Alert of the payment monitor");
    let facts = [
        ("update", text("All card payments are refused by the processor")),
        ("actions", text("Comparing the last release with the one before")),
        ("needs", text("Somebody with access to the processor's portal")),
        ("promise-due", at(42)),
        ("promised-by", person(2)),
        ("audience", plain("technical")),
    ];
    entries.add(12, 2, "incident.update", &facts);
    let facts = [
        ("text", text(HOSTILE)),
        ("author", text("Chi <b>& Co")),
        ("message", plain("901")),
        ("link", plain("https://discord.com/channels/1/20/901")),
        ("files", plain("1")),
    ];
    entries.backdated((15, 11), 3, "incident.note", &facts);
    let facts = [
        ("task", plain(1)),
        ("text", text("Roll payments back to 4.12")),
        ("owner", person(4)),
        ("due", at(60)),
        ("stage", plain("response")),
    ];
    entries.add(18, 2, "incident.task-add", &facts);
    entries.add(20, 2, "incident.role", &[("communications", person(4))]);
    let facts = [("text", text("We roll back rather than fix forward")), ("mark", plain("decision"))];
    entries.add(22, 2, "incident.note", &facts);
    let slip = entries.add(25, 1, "incident.note", &[("text", text("lunch at one?"))]);
    entries.undo(26, 1, slip);
    let facts = [
        ("state", plain("on-hold")),
        ("hold-reason", plain("supplier")),
        ("hold-note", text("Ticket 8841 with the card processor")),
        ("hold-until", at(70)),
    ];
    entries.add(40, 2, "incident.hold", &facts);
}

fn second_hour(entries: &mut Entries) {
    let facts = [("state", plain("in-progress")), ("hold-reason", Fact::Nothing), ("hold-note", Fact::Nothing)];
    entries.add(65, 2, "incident.resume", &facts);
    entries.mark((68, 62), 4, "identified", "The certificate at the card processor expired");
    let facts = [
        ("update", text("Customers cannot pay by card")),
        ("impact-words", text("About 400 orders an hour wait")),
        ("next-steps", text("The processor renews a certificate; we expect to be back by noon")),
        ("promise-due", at(100)),
        ("audience", plain("management")),
    ];
    entries.add(70, 4, "incident.update", &facts);
    entries.add(75, 2, "incident.offer", &[("offered-to", person(1)), ("offered-by", person(2))]);
    entries.add(77, 1, "incident.accept", &[("commander", person(1)), ("offered-to", Fact::Nothing)]);
    entries.add(85, 4, "incident.task-done", &[("task", plain(1)), ("result", text("4.12 is out on all nodes"))]);
    entries.mark((90, 88), 4, "mitigated", "Invoices are offered instead of cards");
    let facts = [
        ("window", plain(2)),
        ("degree", plain("degraded")),
        ("service", plain("storefront")),
        ("service-id", plain(2)),
        ("from", at(10)),
        ("until", at(130)),
    ];
    entries.add(95, 1, "incident.impact", &facts);
    entries.resolve(110, 108, 1);
    entries.add(112, 0, "incident.notice", &[("phase", plain("resolve")), ("channel", plain("555"))]);
}

fn again(entries: &mut Entries) {
    entries.reopen(140, 4);
    entries.correct(150, 1, 6, Some(-20), "First failed payment, by the processor's own log");
    let private = entries.add(160, 4, "incident.note", &[("text", text("Jane Roe, +44 20 7946 0000, called again"))]);
    entries.redact(161, 1, private, "names a customer");
    entries.add(170, 1, "incident.link", &[("to", plain("PRB-3")), ("link", plain("caused-by"))]);
    entries.add(175, 0, "incident.absorb", &[("child", plain("INC-9"))]);
    let facts = [
        ("task", plain(2)),
        ("text", text("Watch the expiry of the processor's certificates")),
        ("owner", person(2)),
        ("due", at(30_000)),
        ("stage", plain("follow-up")),
    ];
    entries.add(180, 1, "incident.task-add", &facts);
    let facts =
        [("task", plain(3)), ("text", text("Tell support | sales")), ("due", at(200)), ("stage", plain("follow-up"))];
    entries.add(181, 1, "incident.task-add", &facts);
    let facts = [
        ("state", plain("resolved")),
        ("restored", at(232)),
        ("code", plain("fixed")),
        ("summary", text("New certificate is in place")),
    ];
    entries.add(236, 1, "incident.resolve", &facts);
}

fn afterwards(entries: &mut Entries) {
    entries.add(300, 1, "incident.review-open", &[("owner", person(1)), ("due", at(4320))]);
    let facts = [
        (
            "factors",
            text("The certificate's expiry was known to nobody here.\nThe release at 09:30 drew the first suspicion."),
        ),
        ("well", text("The alert came within minutes.")),
        ("badly", Fact::Nothing),
    ];
    entries.add(400, 1, "incident.review-edit", &facts);
    entries.add(420, 0, "incident.message-edited", &[("entry", plain(9)), ("text", text("never mind"))]);
    entries.add(430, 1, "incident.review-submit", &[]);
    entries.add(1500, 0, "incident.close", &[("state", plain("closed")), ("closed-as", plain("done"))]);
    entries.add(1600, 4, "incident.review-approve", &[]);
}
