//! What people ask.

use std::sync::Arc;

use wardroom::incident::listing::{self, Filter, From, States};
use wardroom::incident::{self, Priority, State, finding};
use wardroom::journal;
use wardroom::number::{Kind, Number};
use wardroom::store::{Store, Tx, Work};

use crate::seed::{GUILD, PERSON, RARE};

/// What a question does in its view of the database that holds so many incidents; it gives how many answers there are.
pub type Job = dyn for<'t> Fn(&'t mut Tx, i64) -> Work<'t, usize> + Send + Sync;

/// A question, and how many answers it must have at least, so that nothing is measured that finds nothing.
pub struct Question {
    pub name: &'static str,
    pub least: usize,
    job: Arc<Job>,
}

impl Question {
    /// Asks a store that holds so many incidents.
    pub async fn ask(&self, store: &Store, incidents: i64) -> usize {
        let job = self.job.clone();
        store.read(move |tx| job(tx, incidents)).await.expect("it is answered")
    }
}

/// A question by its name, with the least number of answers.
pub fn question<F>(name: &'static str, least: usize, job: F) -> Question
where
    F: for<'t> Fn(&'t mut Tx, i64) -> Work<'t, usize> + Send + Sync + 'static,
{
    Question { name, least, job: Arc::new(job) }
}

/// As `/incident list` does: a page, whether there are more, and how many in all.
async fn page(tx: &mut Tx, filter: Filter, from: From) -> Result<usize, wardroom::error::Error> {
    let filter = Filter { viewer: Some(PERSON), ..filter };
    let page = listing::store::page(tx, GUILD, &filter, from, listing::PAGE + 1).await?;
    listing::store::count(tx, GUILD, &filter).await?;
    Ok(page.len())
}

pub fn questions() -> Vec<Question> {
    let closed = States::One(State::Closed);
    vec![
        question("list, open", 11, |tx, _| Box::pin(page(tx, Filter::default(), From::Top(0)))),
        question("list, open and mine", 1, |tx, _| {
            Box::pin(page(tx, Filter { of: Some(PERSON), ..Filter::default() }, From::Top(0)))
        }),
        question("list, all", 11, |tx, _| {
            Box::pin(page(tx, Filter { state: States::All, ..Filter::default() }, From::Top(0)))
        }),
        question("list, closed, service, priority", 11, move |tx, _| {
            let filter = Filter { state: closed, service: Some(3), priority: Some(Priority::P4), ..Filter::default() };
            Box::pin(page(tx, filter, From::Top(0)))
        }),
        question("list, all and mine", 11, |tx, _| {
            Box::pin(page(tx, Filter { state: States::All, of: Some(PERSON), ..Filter::default() }, From::Top(0)))
        }),
        question("list, closed, a page in the middle", 11, move |tx, incidents| {
            Box::pin(page(tx, Filter { state: closed, ..Filter::default() }, From::Behind(incidents / 2 + 1)))
        }),
        question("list, closed, page 50 by number", 11, move |tx, _| {
            Box::pin(page(tx, Filter { state: closed, ..Filter::default() }, From::Top(490)))
        }),
        question("find, a rare word", 3, |tx, _| Box::pin(found(tx, RARE))),
        question("find, a common word", 7, |tx, _| Box::pin(found(tx, "payments"))),
        question("find, the start of a common word", 7, |tx, _| Box::pin(found(tx, "paym"))),
        question("find, two common words of entries", 7, |tx, _| Box::pin(found(tx, "database full"))),
        question("find, a word that nobody wrote", 0, |tx, _| Box::pin(found(tx, "quagmire"))),
        question("completion, nothing typed", 25, |tx, _| Box::pin(completed(tx, ""))),
        question("completion, a number", 1, |tx, incidents| {
            Box::pin(async move { completed(tx, &format!("INC-{}", incidents / 2 + 1)).await })
        }),
        question("completion, a letter", 25, |tx, _| Box::pin(completed(tx, "t"))),
        question("completion, a start, few of them open", 25, |tx, _| Box::pin(completed(tx, "terminal 1"))),
        question("completion, a rare word", 3, |tx, _| Box::pin(completed(tx, RARE))),
        question("timeline, the newest page", 5, |tx, incidents| {
            Box::pin(async move {
                let subject = format!("INC-{}", incidents / 2 + 1);
                let told = journal::page(tx, GUILD, &subject, None, 10).await?;
                journal::count(tx, GUILD, &subject).await?;
                Ok(told.len())
            })
        }),
        question("show", 1, |tx, incidents| {
            Box::pin(async move {
                let number = Number { kind: Kind::Incident, value: incidents / 2 + 1 };
                Ok(usize::from(incident::store::find(tx, GUILD, number).await?.is_some()))
            })
        }),
    ]
}

async fn found(tx: &mut Tx, text: &str) -> Result<usize, wardroom::error::Error> {
    Ok(finding::page(tx, GUILD, Some(PERSON), text, 1).await?.0.len())
}

async fn completed(tx: &mut Tx, typed: &str) -> Result<usize, wardroom::error::Error> {
    Ok(incident::complete(tx, GUILD, PERSON, typed).await?.len())
}
