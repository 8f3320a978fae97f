//! Answers one interaction in time.
//!
//! Discord waits three seconds for the first answer. What is ready within 1.5 s is the answer itself; else a deferral goes out
//! ("thinking", seen only by the person), and the answer is its edit. The handler runs in a task of its own and is never
//! cancelled: it may hold a transaction, and what it did stands whether or not the person could be told.
//!
//! Decisions:
//! - A click is deferred like a command, by a message of its own (type 5) and not silently (type 6). After a silent deferral
//!   `@original` is the card under the button, and an answer that is a sentence would overwrite it for all.
//! - So a `Replace` that comes late is shown to the person as that message. The card itself is the outbox's, which edits it in
//!   any case when its record changed.
//! - When nobody knows whether the first answer arrived, `@original` is edited to it. If it did arrive the edit changes nothing;
//!   if not, Discord says that there is no such message, and the person has seen Discord's own notice.
//! - Files go along with the answer, be it the first or the edit. Many bytes may not arrive within three seconds: then the deferral
//!   goes first at once, and the edit brings them.
//! - One attempt gets 1.2 s, so that a hanging one leaves time for another. 40060 then says that the first did arrive.

use std::future::Future;
use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tracing::{error, info, warn};

use super::endpoint::Endpoint;
use super::incoming::{Callback, Kind};
use super::rest::{Answered, Call, CallError, Method, Rest, time_for};
use crate::chat::answer::{Answer, Choice};
use crate::chat::file::File;
use crate::chat::limits;
use crate::chat::message::Message;
use crate::chat::text::clip;
use crate::outbox::effect::Lane;

/// Until then an answer is worth waiting for.
const DEFER_AFTER: Duration = Duration::from_millis(1_500);
/// The same where the answer may be a form, which cannot follow a deferral.
const DEFER_FORM_AFTER: Duration = Duration::from_millis(2_600);
/// Later than this a form would come too late too often; its `instead` is a smaller thing to draw.
const FORM_UNTIL: Duration = Duration::from_secs(2);
/// Completions are worth nothing later.
const COMPLETE_UNTIL: Duration = Duration::from_millis(2_500);
/// Discord's own limit for the first answer (docs, receiving and responding).
const FIRST_ANSWER: Duration = Duration::from_secs(3);
/// One attempt at the first answer.
const ATTEMPT: Duration = Duration::from_millis(1_200);
/// An interaction's token lives 15 minutes (docs, same page); one is kept for the way.
const TOKEN_LIFE: Duration = Duration::from_mins(14);
/// How long an edit is tried.
const EDIT: Duration = Duration::from_secs(30);

/// Bytes of files that go along with the first answer: a slow line carries them within [`ATTEMPT`].
const FILES_AT_ONCE: usize = 256 * 1024;

const UNKNOWN_INTERACTION: u64 = 10_062;
const ALREADY_ANSWERED: u64 = 40_060;

/// How an interaction was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// The answer itself was the first answer.
    AtOnce,
    /// A deferral, and then the answer as its edit.
    Later,
    /// There was nothing to say.
    Nothing,
    /// The three seconds, or the quarter of an hour, were over.
    TooLate,
    /// It could not be said; why.
    Failed(String),
}

/// What came of a callback.
enum Sent {
    Arrived,
    TooLate,
    Doubtful(String),
    /// Discord does not take this answer; another may do.
    Refused(String),
    Failed(String),
}

/// One interaction that is being answered.
struct Conversation<'a> {
    rest: &'a Rest,
    callback: &'a Callback,
    received: Instant,
}

/// Runs `handle`, and gives its answer to the person behind `callback`, which was received at `received`. With `may_defer`
/// false the answer may be a form, so the deferral is put off as long as can be.
pub async fn answer<F>(rest: &Rest, callback: &Callback, received: Instant, may_defer: bool, handle: F) -> Given
where
    F: Future<Output = Answer> + Send + 'static,
{
    let conversation = Conversation { rest, callback, received };
    let work = tokio::spawn(handle);
    let given = if callback.kind == Kind::Complete {
        conversation.complete(work).await
    } else {
        conversation.converse(work, may_defer).await
    };
    metrics::histogram!("wardroom_answer_seconds").record(received.elapsed().as_secs_f64());
    match &given {
        // The interaction's id finds it in Discord's and our logs; its token is in neither.
        Given::TooLate => info!(interaction = %callback.id, "the answer came too late for Discord"),
        Given::Failed(why) => warn!(interaction = %callback.id, why, "the answer could not be given"),
        Given::AtOnce | Given::Later | Given::Nothing => {}
    }
    given
}

/// Answers an interaction that could not be read.
pub async fn answer_unreadable(rest: &Rest, callback: &Callback, received: Instant) -> Given {
    let sorry = "This came in a form that wardroom does not know. Type `/help` for what it does know.";
    let said =
        if callback.kind == Kind::Complete { Answer::Choices(Vec::new()) } else { Answer::Say(Message::say(sorry)) };
    answer(rest, callback, received, true, std::future::ready(said)).await
}

/// What is said when the handler panicked. Its words are in the log.
fn stumbled() -> Answer {
    Answer::Say(Message::say(
        "Something went wrong inside wardroom, and its log says what. Look at the record before you try again.",
    ))
}

/// What is said when Discord would not take the answer.
fn unshown() -> Message {
    Message::say(
        "Discord would not show wardroom's answer; wardroom's log says why. Look at the record to see what was done.",
    )
}

async fn finished(work: JoinHandle<Answer>) -> Answer {
    work.await.unwrap_or_else(|failure| {
        error!(panicked = failure.is_panic(), "a handler ended without an answer");
        stumbled()
    })
}

impl Conversation<'_> {
    async fn complete(&self, mut work: JoinHandle<Answer>) -> Given {
        let choices = match timeout_at(self.received + COMPLETE_UNTIL, &mut work).await {
            Ok(Ok(Answer::Choices(choices))) => choices,
            _ => Vec::new(),
        };
        given(self.call_back(8, json!({"choices": choices_payload(&choices)}), &[]).await, Given::AtOnce)
    }

    async fn converse(&self, mut work: JoinHandle<Answer>, may_defer: bool) -> Given {
        let patience = if may_defer { DEFER_AFTER } else { DEFER_FORM_AFTER };
        match timeout_at(self.received + patience, &mut work).await {
            Ok(Ok(answer)) => self.at_once(answer).await,
            Ok(Err(failure)) => {
                error!(panicked = failure.is_panic(), "a handler ended without an answer");
                self.at_once(stumbled()).await
            }
            Err(_) => self.deferred(work).await,
        }
    }

    async fn at_once(&self, answer: Answer) -> Given {
        let on_message = matches!(self.callback.kind, Kind::Component | Kind::Form { from_message: true });
        match answer {
            Answer::Replace(message) if on_message => self.first(7, payload(message.payload()), message.files()).await,
            Answer::Say(message) | Answer::Replace(message) => self.say(&message).await,
            Answer::Form { form, instead } => {
                // Discord opens no form in answer to a form.
                let opens = !matches!(self.callback.kind, Kind::Form { .. });
                if opens && self.received.elapsed() < FORM_UNTIL {
                    self.first(9, form.payload(), &[]).await
                } else {
                    self.say(&instead).await
                }
            }
            Answer::Nothing if on_message => given(self.call_back(6, Value::Null, &[]).await, Given::AtOnce),
            Answer::Nothing | Answer::Choices(_) => Given::Nothing,
        }
    }

    async fn say(&self, message: &Message) -> Given {
        let bytes: usize = message.files().iter().map(|file| file.bytes.len()).sum();
        if bytes > FILES_AT_ONCE {
            return match self.defer().await {
                Ok(()) => self.edit_later(message).await,
                Err(given) => given,
            };
        }
        match self.call_back(4, payload(message.private_payload()), message.files()).await {
            Sent::Doubtful(_) => self.edit(message).await,
            sent => self.or_unshown(sent).await,
        }
    }

    async fn first(&self, kind: u8, data: Value, files: &[File]) -> Given {
        let sent = self.call_back(kind, data, files).await;
        self.or_unshown(sent).await
    }

    /// An answer that Discord would not take leaves the interaction open; the person is told at least that.
    async fn or_unshown(&self, sent: Sent) -> Given {
        let Sent::Refused(why) = sent else { return given(sent, Given::AtOnce) };
        let told = self.call_back(4, payload(unshown().private_payload()), &[]).await;
        match told {
            Sent::Arrived => Given::Failed(why),
            told => given(told, Given::AtOnce),
        }
    }

    /// "Thinking"; how it went when the answer cannot follow.
    async fn defer(&self) -> Result<(), Given> {
        match self.call_back(5, json!({"flags": 64}), &[]).await {
            // If the deferral did not arrive after all, the edit will say so.
            Sent::Arrived | Sent::Doubtful(_) => Ok(()),
            sent @ (Sent::TooLate | Sent::Refused(_) | Sent::Failed(_)) => Err(given(sent, Given::Later)),
        }
    }

    async fn edit_later(&self, message: &Message) -> Given {
        match self.edit(message).await {
            Given::AtOnce => Given::Later,
            other => other,
        }
    }

    async fn deferred(&self, work: JoinHandle<Answer>) -> Given {
        if let Err(given) = self.defer().await {
            return given;
        }
        match finished(work).await {
            Answer::Say(message) | Answer::Replace(message) | Answer::Form { instead: message, .. } => {
                self.edit_later(&message).await
            }
            // "Thinking" must not stay.
            Answer::Nothing | Answer::Choices(_) => {
                let call = Call::new(Method::Delete, self.original(), self.edit_deadline(&[]));
                match self.rest.call(Lane::Answer, call).await {
                    Ok(_) => Given::Nothing,
                    Err(error) => Given::Failed(error.to_string()),
                }
            }
        }
    }

    /// The first answer.
    async fn call_back(&self, kind: u8, data: Value, files: &[File]) -> Sent {
        let endpoint = Endpoint::Callback(self.callback.id, self.callback.token.expose_secret());
        let mut body = json!({"type": kind});
        if !data.is_null() {
            body["data"] = data;
        }
        let mut call = Call::new(Method::Post, endpoint, self.received + FIRST_ANSWER)
            .body(body)
            .files(files.to_vec())
            .repeatable();
        call.patience = ATTEMPT;
        match self.rest.call(Lane::Answer, call).await {
            Ok(_) => Sent::Arrived,
            Err(error) if error.is_code(ALREADY_ANSWERED) => Sent::Arrived,
            Err(error) if error.is_code(UNKNOWN_INTERACTION) => Sent::TooLate,
            Err(CallError::Unknown(why)) => Sent::Doubtful(why),
            Err(error @ CallError::Refused { status: 400, .. }) => Sent::Refused(error.to_string()),
            Err(error) => Sent::Failed(error.to_string()),
        }
    }

    fn original(&self) -> Endpoint<'_> {
        Endpoint::Original(self.callback.application, self.callback.token.expose_secret())
    }

    fn edit_deadline(&self, files: &[File]) -> Instant {
        (Instant::now() + EDIT + time_for(files)).min(self.received + TOKEN_LIFE)
    }

    async fn edit(&self, message: &Message) -> Given {
        if self.received.elapsed() >= TOKEN_LIFE {
            return Given::TooLate;
        }
        // Whether it is private was settled by the first answer, so the edit does not say it again.
        match self.patch(message).await {
            Ok(_) => Given::AtOnce,
            Err(CallError::Refused { status: 404, .. }) => Given::TooLate,
            Err(error) => {
                if matches!(error, CallError::Refused { status: 400, .. }) {
                    // What becomes of this one changes nothing: the failure is told either way.
                    let _ = self.patch(&unshown()).await;
                }
                Given::Failed(error.to_string())
            }
        }
    }

    async fn patch(&self, message: &Message) -> Result<Answered, CallError> {
        let body = payload(message.payload());
        let files = message.files();
        let call =
            Call::new(Method::Patch, self.original(), self.edit_deadline(files)).body(body).files(files.to_vec());
        self.rest.call(Lane::Answer, call).await
    }
}

fn given(sent: Sent, when_arrived: Given) -> Given {
    match sent {
        Sent::Arrived => when_arrived,
        Sent::TooLate => Given::TooLate,
        Sent::Doubtful(why) | Sent::Refused(why) | Sent::Failed(why) => Given::Failed(why),
    }
}

/// An answer to an interaction is no reply to a message.
fn payload(mut body: Value) -> Value {
    if let Some(body) = body.as_object_mut() {
        body.remove("message_reference");
    }
    body
}

fn choices_payload(choices: &[Choice]) -> Vec<Value> {
    choices
        .iter()
        .filter(|choice| !choice.name.is_empty() && choice.value.chars().count() <= limits::CHOICE)
        .take(limits::CHOICES)
        .map(|choice| json!({"name": clip(&choice.name, limits::CHOICE), "value": choice.value}))
        .collect()
}

#[cfg(test)]
#[path = "answering_tests.rs"]
mod tests;
