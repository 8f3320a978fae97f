//! The statements of lists. There is one for each combination of filters, written by macros from the same pieces: a condition such as
//! "no priority is asked for, or it is this one" would hide from the database which index serves.
//!
//! What the arguments are, in all of them: `$1` guild, `$2` the number that the page begins behind, `$3` rows wanted, `$4` rows left out,
//! `$5` who looks, `$6` state, `$7` service, `$8` priority, `$9` whose. Those that a statement does not name are given all the same.

use super::store::{Filter, States};

/// The columns of [`super::store::Listed`].
macro_rules! columns {
    () => {
        "SELECT i.number, i.state, i.priority, i.title, i.service_id, i.commander_id, i.restricted, i.declared_at FROM incident i "
    };
}

/// What is restricted shows to those inside alone.
macro_rules! visible {
    () => {
        " AND (i.restricted = 0 OR EXISTS (SELECT 1 FROM incident_insider n
               WHERE n.guild_id = $1 AND n.number = i.number AND n.user_id = $5))"
    };
}

/// The words of the partial indexes of what is open.
macro_rules! open {
    () => {
        " AND i.state IN ('new', 'assigned', 'in-progress', 'on-hold')"
    };
}

/// Those in which `$9` has a part. Only for what is open, of which there is little: each row is looked at.
macro_rules! mine {
    () => {
        " AND (i.reporter_id = $9 OR i.commander_id = $9 OR i.communications_id = $9 OR i.scribe_id = $9)"
    };
}

/// The numbers of those in which `$9` has that part, by the index of that part.
macro_rules! numbers_of {
    ($part:literal, $filters:expr, $side:literal, $order:literal, $limit:literal) => {
        concat!(
            "SELECT number FROM (SELECT i.number FROM incident i WHERE i.guild_id = $1 AND i.",
            $part,
            " = $9",
            $filters,
            visible!(),
            $side,
            " ORDER BY i.number ",
            $order,
            " LIMIT ",
            $limit,
            ") AS ",
            $part
        )
    };
}

/// The numbers of those in which `$9` has any part; each index gives no more than is needed of it.
macro_rules! mine_by_index {
    ($filters:expr, $side:literal, $order:literal, $limit:literal) => {
        concat!(
            numbers_of!("reporter_id", $filters, $side, $order, $limit),
            " UNION ",
            numbers_of!("commander_id", $filters, $side, $order, $limit),
            " UNION ",
            numbers_of!("communications_id", $filters, $side, $order, $limit),
            " UNION ",
            numbers_of!("scribe_id", $filters, $side, $order, $limit)
        )
    };
}

/// The statements of one combination of filters.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// What is filtered by.
    pub name: &'static str,
    /// The page behind `$2`, in the order of the list.
    pub older: &'static str,
    /// The page before `$2`, nearest first.
    pub newer: &'static str,
    /// How many there are, up to [`COUNTED`] and one.
    pub count: &'static str,
}

/// What is counted; beyond it a count would cost what there is, and nobody pages so far.
pub const COUNTED: i64 = 1000;

/// Newest first.
macro_rules! by_number {
    ($name:literal, $filters:expr) => {
        Texts {
            name: $name,
            older: concat!(
                columns!(),
                "WHERE i.guild_id = $1",
                $filters,
                " AND i.number < $2",
                visible!(),
                " ORDER BY i.number DESC LIMIT $3 OFFSET $4"
            ),
            newer: concat!(
                columns!(),
                "WHERE i.guild_id = $1",
                $filters,
                " AND i.number > $2",
                visible!(),
                " ORDER BY i.number LIMIT $3"
            ),
            count: concat!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM incident i WHERE i.guild_id = $1",
                $filters,
                visible!(),
                " LIMIT 1001) AS counted"
            ),
        }
    };
}

/// Newest first, of one person.
macro_rules! by_person {
    ($name:literal, $filters:expr) => {
        Texts {
            name: $name,
            older: concat!(
                columns!(),
                "WHERE i.guild_id = $1 AND i.number IN (",
                mine_by_index!($filters, " AND i.number < $2", "DESC", "$3 + $4"),
                ") ORDER BY i.number DESC LIMIT $3 OFFSET $4"
            ),
            newer: concat!(
                columns!(),
                "WHERE i.guild_id = $1 AND i.number IN (",
                mine_by_index!($filters, " AND i.number > $2", "ASC", "$3"),
                ") ORDER BY i.number LIMIT $3"
            ),
            count: concat!(
                "SELECT COUNT(*) FROM (SELECT number FROM (",
                mine_by_index!($filters, "", "DESC", "1001"),
                ") AS mine LIMIT 1001) AS counted"
            ),
        }
    };
}

/// Most urgent first, then newest first: what is open. Its pages go by `$4`; there is never so much open that passing it by would cost.
macro_rules! by_urgency {
    ($name:literal, $filters:expr) => {
        Texts {
            name: $name,
            older: concat!(
                columns!(),
                "WHERE i.guild_id = $1",
                open!(),
                $filters,
                visible!(),
                " ORDER BY i.priority, i.number DESC LIMIT $3 OFFSET $4"
            ),
            newer: "",
            count: concat!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM incident i WHERE i.guild_id = $1",
                open!(),
                $filters,
                visible!(),
                " LIMIT 1001) AS counted"
            ),
        }
    };
}

/// What is open: by service, by priority, mine; the place in the table says which, as in [`pick`]. The plus hides the priority from the
/// indexes of all that was ever recorded: SQLite, which knows nothing of how little is open, would prefer one of them.
static OPEN: [Texts; 8] = [
    by_urgency!("open", ""),
    by_urgency!("open, service", " AND i.service_id = $7"),
    by_urgency!("open, priority", " AND +i.priority = $8"),
    by_urgency!("open, service, priority", " AND i.service_id = $7 AND +i.priority = $8"),
    by_urgency!("open, mine", mine!()),
    by_urgency!("open, mine, service", concat!(" AND i.service_id = $7", mine!())),
    by_urgency!("open, mine, priority", concat!(" AND +i.priority = $8", mine!())),
    by_urgency!("open, mine, service, priority", concat!(" AND i.service_id = $7 AND +i.priority = $8", mine!())),
];

/// What is in one state, or in any: by service, by priority, by state, mine. What is one person's is found by that person, and the other
/// filters are hidden from the indexes, as above.
static RECORDED: [Texts; 16] = [
    by_number!("all", ""),
    by_number!("service", " AND i.service_id = $7"),
    by_number!("priority", " AND i.priority = $8"),
    by_number!("service, priority", " AND i.service_id = $7 AND i.priority = $8"),
    by_number!("state", " AND i.state = $6"),
    by_number!("state, service", " AND i.state = $6 AND i.service_id = $7"),
    by_number!("state, priority", " AND i.state = $6 AND i.priority = $8"),
    by_number!("state, service, priority", " AND i.state = $6 AND i.service_id = $7 AND i.priority = $8"),
    by_person!("mine", ""),
    by_person!("mine, service", " AND +i.service_id = $7"),
    by_person!("mine, priority", " AND +i.priority = $8"),
    by_person!("mine, service, priority", " AND +i.service_id = $7 AND +i.priority = $8"),
    by_person!("mine, state", " AND i.state || '' = $6"),
    by_person!("mine, state, service", " AND i.state || '' = $6 AND +i.service_id = $7"),
    by_person!("mine, state, priority", " AND i.state || '' = $6 AND +i.priority = $8"),
    by_person!("mine, state, service, priority", " AND i.state || '' = $6 AND +i.service_id = $7 AND +i.priority = $8"),
];

/// The incidents of up to 25 numbers, `$6` to `$30`.
pub const NUMBERED: &str = concat!(
    columns!(),
    "WHERE i.guild_id = $1 AND i.number IN ($6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
                                             $25, $26, $27, $28, $29, $30)",
    visible!()
);

/// The statements of `filter`.
pub(super) fn pick(filter: &Filter) -> &'static Texts {
    let one = usize::from;
    let place = one(filter.service.is_some()) + 2 * one(filter.priority.is_some());
    let mine = one(filter.of.is_some());
    match filter.state {
        States::Open => &OPEN[place + 4 * mine],
        States::All => &RECORDED[place + 8 * mine],
        States::One(_) => &RECORDED[place + 4 + 8 * mine],
    }
}

/// Every statement of lists, for whoever wants to see how they are carried out.
pub fn all() -> impl Iterator<Item = &'static Texts> {
    OPEN.iter().chain(&RECORDED)
}
