//! Which tables are exported, and how. A new table is one line here, or one with its reason in [`LEFT_OUT`]; a test compares both with the
//! tables that the migrations make, column by column.

use crate::incident;

/// What is said of columns that are not written.
pub const NOT_WRITTEN: &str = "a key, an address that grants a right, the bytes of a file, or what an undo needs";

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name, which its files have too.
    pub name: &'static str,
    key: &'static str,
    columns: &'static str,
    without: &'static str,
    /// Whether its key is unique by itself, and no index begins with the guild and goes on with it.
    pub along_key: bool,
    restricted: Restricted,
}

/// How a row of a restricted incident is known.
#[derive(Clone, Copy, Debug)]
enum Restricted {
    /// There is none.
    Never,
    /// By the incident's number in the column `number`.
    Number,
    /// By its name, or that of its review, in these columns.
    Record(&'static [&'static str]),
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number or a text, as it is.
    Plain,
    /// An instant: microseconds of the Unix epoch. Written as RFC 3339.
    Instant,
    /// An id of Discord's. Written as a text: JSON's numbers are too short for it.
    Id,
    /// Yes or no.
    Flag,
    /// Bytes. Written in hexadecimal.
    Bytes,
}

/// The tables, in the order in which they refer to each other. In front of a column stands what it holds: `@` an instant, `#` an id,
/// `?` yes or no, `%` bytes.
pub const TABLES: &[Table] = &[
    of("guild", "guild_id", "#guild_id timezone @joined_at"),
    of("guild_channel", "purpose", "purpose #channel_id"),
    of("guild_role", "capability role_id", "capability #role_id"),
    of("guild_setting", "name", "name value"),
    of("number_sequence", "name", "name last"),
    of("journal_person", "user_id", "#user_id name").leaving("person_key"),
    of("service", "service_id", "service_id name name_key #owner_id tier hours description @retired_at version"),
    of("calendar", "calendar_id", "calendar_id name name_key ?follows_guild @retired_at"),
    of("calendar_version", "calendar_id from_at", "calendar_id @from_at timezone hours days"),
    of("agreement", "agreement_id", "agreement_id kind name name_key service_id @from_at @retired_at"),
    of("agreement_terms", "agreement_id from_at", TERMS),
    of("target", "agreement_id priority metric from_at", "agreement_id priority metric @from_at amount calendar_id"),
    of("digest_schedule", "digest_id", DIGEST),
    of("digest_period", "frequency timezone from_at", "frequency timezone @from_at @until_at figures @published_at"),
    of("planned_window", "window_id", WINDOW),
    of("incident", "number", INCIDENT).leaving("previous").by_number(),
    of("incident_insider", "number user_id", "number #user_id").by_number(),
    of("incident_task", "number task", "number task text #owner_id @due_at stage state reminded").by_number(),
    of("incident_review", "number", REVIEW).by_number(),
    of("impact_window", "number window_no", "number window_no service_id degree @from_at @until_at").by_number(),
    of("record_link", "from_record to_record kind", LINK).by_record(&["from_record", "to_record"]),
    of("clock", "number metric", CLOCK).by_number(),
    of("clock_segment", "number metric segment", "number metric segment @from_at @until_at ?counted reason")
        .by_number(),
    of("capture", "number message_id", "number #message_id #channel_id seq @edited_at @deleted_at @removed_at")
        .by_number(),
    of("capture_file", "number message_id position", FILE).leaving(FETCHING).by_number(),
    of("document", "document_id", DOCUMENT).leaving("bytes").along_key().by_record(&["record"]),
    of("room", "record", "record #channel_id #message_id #thread_id").by_record(&["record"]),
];

const TERMS: &str = "agreement_id @from_at workload exceptions availability pauses ?pauses_response warnings";
const DIGEST: &str = "digest_id #channel_id frequency minute timezone #created_by @created_at @told_until @removed_at";
const WINDOW: &str = "window_id kind name reason service_id @from_at @until_at @announced_at #announced_by @ended_at \
    @cancelled_at";
const REVIEW: &str = "number version state #owner_id @due_at factors well badly lessons #submitted_by #approved_by \
    @approved_at reminded";
const LINK: &str = "from_record to_record kind #linked_by @linked_at";
const FILE: &str = "file_id number #message_id position name media_type size state reason %sha256";
const FETCHING: &str = "url bytes attempt not_before give_up_at lease_until lease_epoch";
const DOCUMENT: &str = "document_id record name media_type description size %sha256 @made_at";
const INCIDENT: &str = "number version state kind title description service_id impact urgency priority ?priority_fixed \
    ?major ?restricted #reporter_id @declared_at @started_at @acknowledged_at #acknowledged_by \
    ?acknowledged_implied #commander_id #communications_id #scribe_id #promised_by @promise_due_at \
    last_update @last_update_at @resolved_at #resolved_by @restored_at resolution_code \
    resolution_summary @closed_at #closed_by closed_as closed_reason reopened hold_reason hold_note \
    #hold_by @hold_at @hold_until #offered_to #offered_by @offered_at #team_role_id escalation_level \
    parent last_update_audience last_update_second last_update_third promise_reminded \
    @promise_snoozed_until";
const CLOCK: &str = "number metric generation priority service_id agreement_id amount target_seconds calendar_id state \
    @started_at @promised_at @stopped_at @due_at @breached_at @at_risk_at ?corrected told";

/// The tables that are not exported as they are, each with its reason.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("journal_head", "it is the journal's end, which the manifest tells"),
    ("journal_entry", "it is in the file `journal`, decoded and whole"),
    ("journal_text", "it is in the file `journal`, with each entry"),
    ("journal_identity", "it is in the file `journal`, with each entry"),
    ("inbox", "it remembers for a day which events were answered, and with what"),
    ("timer", "it is what time will do, which follows from the records"),
    ("outbox", "it is what is being said in chat, which follows from the records"),
    ("form", "it holds drafts that nobody has sent"),
    ("self", "it is what the bot remembers of itself, and of no server"),
];

const fn of(name: &'static str, key: &'static str, columns: &'static str) -> Table {
    Table { name, key, columns, without: "", along_key: false, restricted: Restricted::Never }
}

impl Table {
    const fn leaving(self, without: &'static str) -> Self {
        Self { without, ..self }
    }

    const fn along_key(self) -> Self {
        Self { along_key: true, ..self }
    }

    const fn by_number(self) -> Self {
        Self { restricted: Restricted::Number, ..self }
    }

    const fn by_record(self, columns: &'static [&'static str]) -> Self {
        Self { restricted: Restricted::Record(columns), ..self }
    }

    /// The columns by which its rows are told apart and ordered within a guild.
    pub fn key(&self) -> impl Iterator<Item = &'static str> {
        self.key.split_whitespace()
    }

    /// The columns that are not written.
    pub fn without(&self) -> impl Iterator<Item = &'static str> {
        self.without.split_whitespace()
    }

    /// The columns that are written, and what they hold.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, Kind)> {
        self.columns.split_whitespace().map(|column| {
            let marks = [('@', Kind::Instant), ('#', Kind::Id), ('?', Kind::Flag), ('%', Kind::Bytes)];
            let marked = marks.into_iter().find_map(|(mark, kind)| Some((column.strip_prefix(mark)?, kind)));
            marked.unwrap_or((column, Kind::Plain))
        })
    }

    /// The condition that leaves out what belongs to restricted incidents; empty where nothing does.
    pub fn unrestricted(&self) -> String {
        let restricted = incident::store::RESTRICTED;
        match self.restricted {
            Restricted::Never => String::new(),
            Restricted::Number => format!("number NOT IN ({restricted})"),
            Restricted::Record(columns) => {
                let none = |column: &&str| {
                    format!(
                        "NOT EXISTS (SELECT 1 FROM ({restricted}) r WHERE {column} IN ('INC-' || r.number, 'REV-' || r.number))"
                    )
                };
                columns.iter().map(none).collect::<Vec<_>>().join(" AND ")
            }
        }
    }
}
