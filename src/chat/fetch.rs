//! Fetching files that people gave: the port. Discord's side of it is [`crate::discord::cdn`].

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// What came of a fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The whole file.
    Whole(Arc<[u8]>),
    /// It is not fetched, for a reason that stays: said to people as "not kept: …".
    Refused(String),
    /// It is no longer there; why.
    Gone(String),
    /// Not now; why.
    Later(String),
}

/// A future that a fetch gives back.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Fetched> + Send + 'a>>;

/// Whoever fetches files from chat.
pub trait Fetch: Send + Sync + 'static {
    /// Fetches the file at `address`, of at most `most` bytes, within half a minute. Follows no redirect. Never panics.
    fn fetch<'a>(&'a self, address: &'a str, most: u64) -> Fetching<'a>;
}
