//! Discord's limits, in one table. A number here is Discord's, not ours: `discord-platform` 4 to 6 names each source.

/// Characters of a message's content, for bots (Discord docs, Create Message).
pub const CONTENT: usize = 2000;
/// Characters of all text displays of a Components V2 message together (discord-api-docs #8562).
pub const CARD_TEXT: usize = 4000;
/// Components of a Components V2 message, nested ones counted (Discord docs, component reference).
pub const CARD_COMPONENTS: usize = 40;
/// Buttons in an action row.
pub const ROW_BUTTONS: usize = 5;
/// Action rows of a message without Components V2.
pub const ROWS: usize = 5;
/// Characters of a button's label.
pub const BUTTON_LABEL: usize = 80;
/// Characters of a custom id.
pub const CUSTOM_ID: usize = 100;
/// Options of a select, and choices of a completion.
pub const CHOICES: usize = 25;
/// Characters of a select option's label, value and description, and of a completion's name and value.
pub const CHOICE: usize = 100;
/// Characters of a select's placeholder.
pub const PLACEHOLDER: usize = 150;
/// Characters of a form's title.
pub const FORM_TITLE: usize = 45;
/// Fields of a form.
pub const FORM_FIELDS: usize = 5;
/// Characters of a form field's label.
pub const FIELD_LABEL: usize = 45;
/// Characters of a form field's placeholder.
pub const FIELD_PLACEHOLDER: usize = 100;
/// Characters that a form field may take.
pub const FIELD_VALUE: usize = 4000;
/// Characters of a thread's name.
pub const THREAD_NAME: usize = 100;
/// Users, and roles, that a message may ping.
pub const PINGS: usize = 100;
/// Files of a message (error 30015).
pub const FILES: usize = 10;
/// Bytes of a file where nobody pays for more: 10 `MiB` (Discord docs, reference, "Uploading Files").
pub const FILE_SIZE: usize = 10 * 1024 * 1024;
/// Bytes of all files of a message together: Discord takes requests of 25 `MiB`, and the message itself needs some.
pub const FILES_SIZE: usize = 24 * 1024 * 1024;
/// Characters of a file's description.
pub const FILE_DESCRIPTION: usize = 1024;
