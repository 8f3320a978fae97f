//! Fetches files of messages from where Discord keeps them, and from nowhere else.
//!
//! The addresses come in events, so they are not trusted: only Discord's two hosts are asked, by https and without any credentials; no
//! redirect is followed; no more is read than was announced; and what comes is bytes, which nothing here looks into. Errors do not
//! show the address, whose signature is a right to read.

use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, HeaderValue, USER_AGENT};
use reqwest::{Client, Response, StatusCode, Url};

use super::gateway::policy::is_loopback;
use super::rest::{AGENT, BadRest};
use crate::chat::fetch::{Fetch, Fetched, Fetching};
use crate::chat::file::size;

/// Where Discord keeps files (Discord docs, reference, "CDN", and what attachments name as `url` and `proxy_url`).
const HOSTS: [&str; 2] = ["cdn.discordapp.com", "media.discordapp.net"];
/// The folders of messages' files there.
const FOLDERS: [&str; 2] = ["/attachments/", "/ephemeral-attachments/"];
/// The longest that a fetch takes, from the first byte to the last.
const DEADLINE: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(5);

/// The way to Discord's files.
pub struct Cdn {
    client: Client,
    /// The API on this machine that takes Discord's place, which then keeps the files too.
    instead: Option<Url>,
}

impl Cdn {
    /// The way to the files of the API at `base`.
    pub fn new(base: &str) -> Result<Self, BadRest> {
        let url = Url::parse(base.trim()).map_err(|_| BadRest::Base(base.to_owned()))?;
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(DEADLINE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(BadRest::Client)?;
        let instead = Some(url).filter(|url| url.host_str().is_some_and(is_loopback));
        Ok(Self { client, instead })
    }

    /// `address`, if files are fetched from there.
    fn permitted(&self, address: &str) -> Option<Url> {
        let url = Url::parse(address).ok()?;
        let bare = url.username().is_empty() && url.password().is_none();
        let home = match &self.instead {
            Some(own) => url.origin() == own.origin(),
            // The standard port is left out by the parser, so any that is left is another one.
            None => url.scheme() == "https" && url.port().is_none() && HOSTS.contains(&url.host_str()?),
        };
        let folder = FOLDERS.iter().any(|folder| url.path().starts_with(folder));
        (bare && home && folder).then_some(url)
    }

    async fn get(&self, address: &str, most: u64) -> Fetched {
        let Some(url) = self.permitted(address) else {
            return Fetched::Refused("its address is none of Discord's".to_owned());
        };
        let request = self
            .client
            .get(url)
            .header(USER_AGENT, HeaderValue::from_static(AGENT))
            .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Fetched::Later(broken(&error).to_owned()),
        };
        match response.status() {
            StatusCode::OK => read(response, most).await,
            status if status.is_redirection() => Fetched::Refused("its address leads elsewhere".to_owned()),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => later(response.status()),
            status if status.is_server_error() => later(status),
            _ => Fetched::Gone("Discord no longer has it".to_owned()),
        }
    }
}

impl Fetch for Cdn {
    fn fetch<'a>(&'a self, address: &'a str, most: u64) -> Fetching<'a> {
        Box::pin(self.get(address, most))
    }
}

/// The body, as long as it does not grow beyond what was announced.
async fn read(mut response: Response, most: u64) -> Fetched {
    let too_large = || {
        let most = size(usize::try_from(most).unwrap_or(usize::MAX));
        Fetched::Refused(format!("it is larger than the {most} that were announced"))
    };
    if response.content_length().is_some_and(|length| length > most) {
        return too_large();
    }
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if (bytes.len() + chunk.len()) as u64 > most => return too_large(),
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Fetched::Whole(bytes.into()),
            Err(error) => return Fetched::Later(broken(&error).to_owned()),
        }
    }
}

fn later(status: StatusCode) -> Fetched {
    Fetched::Later(format!("Discord answered {}", status.as_u16()))
}

fn broken(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() { "Discord did not give it in time" } else { "the connection to Discord broke" }
}

#[cfg(test)]
#[path = "cdn_tests.rs"]
mod tests;
