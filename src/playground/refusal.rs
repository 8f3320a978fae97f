//! Refusals: Discord's error answers, by its documented JSON error codes
//! (documentation, "Opcodes and Status Codes").

use serde_json::{Map, Value, json};

/// A documented error: HTTP status, JSON code, message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(pub u16, pub u32, pub &'static str);

/// The path or resource does not exist.
pub const NOT_FOUND: Code = Code(404, 0, "404: Not Found");
/// The path exists, but not with this method.
pub const METHOD_NOT_ALLOWED: Code = Code(405, 0, "405: Method Not Allowed");
/// The token is missing or wrong.
pub const UNAUTHORIZED: Code = Code(401, 0, "401: Unauthorized");
/// A fault of the server itself.
pub const INTERNAL: Code = Code(500, 0, "500: Internal Server Error");
/// No such application.
pub const UNKNOWN_APPLICATION: Code = Code(404, 10002, "Unknown Application");
/// No such channel, or it is gone.
pub const UNKNOWN_CHANNEL: Code = Code(404, 10003, "Unknown Channel");
/// No such guild.
pub const UNKNOWN_GUILD: Code = Code(404, 10004, "Unknown Guild");
/// The user is not a member.
pub const UNKNOWN_MEMBER: Code = Code(404, 10007, "Unknown Member");
/// No such message, or it is gone.
pub const UNKNOWN_MESSAGE: Code = Code(404, 10008, "Unknown Message");
/// No such role.
pub const UNKNOWN_ROLE: Code = Code(404, 10011, "Unknown Role");
/// No such user.
pub const UNKNOWN_USER: Code = Code(404, 10013, "Unknown User");
/// Not an emoji.
pub const UNKNOWN_EMOJI: Code = Code(400, 10014, "Unknown Emoji");
/// No such webhook; an interaction's token that is unknown.
pub const UNKNOWN_WEBHOOK: Code = Code(404, 10015, "Unknown Webhook");
/// Too late, or never existed.
pub const UNKNOWN_INTERACTION: Code = Code(404, 10062, "Unknown interaction");
/// No such command.
pub const UNKNOWN_COMMAND: Code = Code(404, 10063, "Unknown application command");
/// More than 250 pins.
pub const TOO_MANY_PINS: Code = Code(400, 30003, "Maximum number of pins reached (250)");
/// More than 20 different reactions.
pub const TOO_MANY_REACTIONS: Code = Code(400, 30010, "Maximum number of reactions reached (20)");
/// More than 10 files.
pub const TOO_MANY_ATTACHMENTS: Code = Code(400, 30015, "Maximum number of attachments in a message reached (10)");
/// Too many edits of a message older than an hour. How many that is, is not documented, so the
/// playground refuses them only when told to ([`super::Fault::refused`]).
pub const OLD_MESSAGE_EDITS: Code =
    Code(429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later.");
/// Automatic moderation stopped the message; only when told to.
pub const BLOCKED_BY_MODERATION: Code = Code(400, 200_000, "Message was blocked by automatic moderation");
/// More than 100 chat commands in one scope.
pub const TOO_MANY_COMMANDS: Code = Code(400, 30032, "Maximum number of application commands reached (100)");
/// The body is larger than 25 `MiB`.
pub const TOO_LARGE: Code = Code(413, 40005, "Request entity too large");
/// The interaction has had its first answer.
pub const ALREADY_ACKNOWLEDGED: Code = Code(400, 40060, "Interaction has already been acknowledged.");
/// The channel is invisible to the bot.
pub const MISSING_ACCESS: Code = Code(403, 50001, "Missing Access");
/// Not possible in a direct message.
pub const NOT_IN_DM: Code = Code(403, 50003, "Cannot execute action on a DM channel");
/// Someone else wrote the message.
pub const NOT_THE_AUTHOR: Code = Code(403, 50005, "Cannot edit a message authored by another user");
/// Nothing in the message.
pub const EMPTY_MESSAGE: Code = Code(400, 50006, "Cannot send an empty message");
/// The person does not take direct messages.
pub const CANNOT_MESSAGE_USER: Code = Code(403, 50007, "Cannot send messages to this user");
/// A bit is missing.
pub const MISSING_PERMISSIONS: Code = Code(403, 50013, "Missing Permissions");
/// Not possible in this kind of channel.
pub const WRONG_CHANNEL_TYPE: Code = Code(400, 50024, "Cannot execute action on this channel type");
/// The interaction's token is past its 15 minutes.
pub const INVALID_WEBHOOK_TOKEN: Code = Code(401, 50027, "Invalid Webhook Token");
/// The body breaks a rule; the details are in `errors`.
pub const INVALID_FORM: Code = Code(400, 50035, "Invalid Form Body");
/// The thread is archived.
pub const THREAD_ARCHIVED: Code = Code(400, 50083, "Thread is archived");
/// The body is not JSON.
pub const INVALID_JSON: Code = Code(400, 50109, "The request body contains invalid JSON.");
/// The message has its thread already.
pub const THREAD_EXISTS: Code = Code(400, 160_004, "A thread has already been created for this message");
/// Only holders of `MANAGE_THREADS` write in a locked thread.
pub const THREAD_LOCKED: Code = Code(400, 160_005, "Thread is locked");

/// An answer that says no.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Discord's JSON error code.
    pub code: u32,
    /// Discord's message.
    pub message: String,
    /// For 50035: what is wrong where, nested as the body is.
    pub errors: Option<Value>,
}

impl From<Code> for Refusal {
    fn from(Code(status, code, message): Code) -> Self {
        Self { status, code, message: message.into(), errors: None }
    }
}

impl Refusal {
    /// The body of the answer.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = json!({"message": self.message, "code": self.code});
        if let Some(errors) = &self.errors {
            body["errors"] = errors.clone();
        }
        body
    }
}

/// A field or an index on the way into a body.
#[derive(Debug)]
pub struct Step(String);

impl From<&str> for Step {
    fn from(field: &str) -> Self {
        Self(field.into())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self(index.to_string())
    }
}

/// Collects what is wrong with a body, as the tree that Discord answers with 50035.
#[derive(Debug, Default)]
pub struct Faulty {
    path: Vec<String>,
    tree: Map<String, Value>,
}

impl Faulty {
    /// Runs `check` one level deeper, at the field or index `step`.
    pub fn at<T>(&mut self, step: impl Into<Step>, check: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step.into().0);
        let result = check(self);
        self.path.pop();
        result
    }

    /// Notes an error where we are.
    pub fn refuse(&mut self, code: &str, message: impl Into<String>) {
        let mut node = &mut self.tree;
        for step in &self.path {
            node = node
                .entry(step.clone())
                .or_insert_with(|| json!({}))
                .as_object_mut()
                .expect("every node of the tree is an object");
        }
        let list = node.entry("_errors").or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(json!({"code": code, "message": message.into()}));
        }
    }

    /// Notes an error one level deeper.
    pub fn refuse_at(&mut self, step: impl Into<Step>, code: &str, message: impl Into<String>) {
        self.at(step, |faulty| faulty.refuse(code, message));
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.tree.is_empty()
    }

    /// Nothing, or the refusal with all that is wrong.
    ///
    /// # Errors
    /// 50035 when something was noted.
    pub fn verdict(self) -> Result<(), Refusal> {
        if self.is_clean() {
            return Ok(());
        }
        Err(Refusal { errors: Some(Value::Object(self.tree)), ..INVALID_FORM.into() })
    }

    /// A refusal with a single error at `path`.
    #[must_use]
    pub fn one(path: &[&str], code: &str, message: impl Into<String>) -> Refusal {
        let mut faulty = Self { path: path.iter().map(ToString::to_string).collect(), ..Self::default() };
        faulty.refuse(code, message);
        Refusal { errors: Some(Value::Object(faulty.tree)), ..INVALID_FORM.into() }
    }
}
