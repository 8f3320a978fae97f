//! The playground's own tests: each talks to it as a bot would, over HTTP and `WebSocket`.

mod commands;
mod components;
mod conversations;
mod faults;
mod gateway;
mod interactions;
mod limits;
mod messages;
mod page;
mod strangers;
mod threads;

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Answer, Id, Options, Person, Playground, World};

/// Long enough for anything that happens at all.
const SOON: Duration = Duration::from_secs(5);

/// A playground with rate limits off, and a client of its REST interface.
struct Bench {
    playground: Playground,
    client: Client,
}

impl Bench {
    async fn new() -> Self {
        Self::with(Options { rate_limits: false, ..Options::default() }, World::sample()).await
    }

    async fn with(options: Options, world: World) -> Self {
        let playground = Playground::start(options, world).await.unwrap();
        Self { playground, client: Client::new() }
    }

    fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method: Method = method.parse().unwrap();
        let url = format!("{}/api/v10{path}", self.playground.url());
        self.client.request(method, url).header("Authorization", format!("Bot {}", self.playground.token()))
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Response {
        let request = self.request(method, path);
        let request = if body.is_null() { request } else { request.json(body) };
        request.send().await.unwrap()
    }

    /// Status and body.
    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let response = self.send(method, path, &body).await;
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }

    /// The body of a call that is granted.
    async fn granted(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, body.clone()).await;
        assert!(status < 300, "{method} {path} {body} was answered {status} {answer}");
        answer
    }

    /// The body of a call that is refused with this code.
    async fn refused(&self, code: u64, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, body.clone()).await;
        assert!(status >= 400 && answer["code"] == code, "{method} {path} {body} was answered {status} {answer}");
        answer
    }

    fn channel(&self, name: &str) -> Id {
        self.playground.channel(name)
    }

    /// Posts a message in #incidents and answers its JSON.
    async fn post(&self, body: Value) -> Value {
        self.granted("POST", &format!("/channels/{}/messages", self.channel("incidents")), body).await
    }

    async fn register(&self, commands: Value) {
        let path = format!("/applications/{}/commands", self.playground.application_id());
        self.granted("PUT", &path, commands).await;
    }

    async fn socket(&self) -> Socket {
        Socket::open(&self.playground).await
    }

    /// A socket that has identified, with the intents that wardroom asks for, past READY and guilds.
    async fn identified(&self) -> Socket {
        let mut socket = self.socket().await;
        socket.identify(self.playground.token(), 1 | 1 << 9).await;
        socket.event("GUILD_CREATE").await;
        socket
    }
}

/// The bot's end of the gateway.
struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    hello: Value,
}

impl Socket {
    async fn open(playground: &Playground) -> Self {
        let url = format!("{}/gateway?v=10", playground.url().replace("http", "ws"));
        let (stream, _) = connect_async(url).await.unwrap();
        let mut socket = Self { stream, hello: Value::Null };
        socket.hello = socket.receive().await.unwrap();
        socket
    }

    async fn say(&mut self, payload: Value) {
        self.stream.send(Frame::text(payload.to_string())).await.unwrap();
    }

    async fn identify(&mut self, token: &str, intents: u64) {
        let properties = json!({"os": "linux", "browser": "test", "device": "test"});
        self.say(json!({"op": 2, "d": {"token": token, "intents": intents, "properties": properties}})).await;
    }

    /// The next payload, or the close code.
    async fn receive(&mut self) -> Result<Value, Option<u16>> {
        loop {
            let frame = tokio::time::timeout(SOON, self.stream.next()).await.expect("the gateway says nothing");
            match frame {
                Some(Ok(Frame::Text(text))) => return Ok(serde_json::from_str(text.as_str()).unwrap()),
                Some(Ok(Frame::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    async fn op(&mut self, op: u64) -> Value {
        loop {
            let payload = self.receive().await.unwrap();
            if payload["op"] == op {
                return payload;
            }
        }
    }

    /// The next event of this name, whole.
    async fn event(&mut self, name: &str) -> Value {
        loop {
            let payload = self.receive().await.unwrap();
            if payload["t"] == name {
                return payload;
            }
        }
    }

    async fn closed(&mut self) -> Option<u16> {
        loop {
            if let Err(code) = self.receive().await {
                return code;
            }
        }
    }
}

/// Lets a person act, and answers the interaction that reaches the bot with `callback`; gives the
/// interaction, the status and body of the callback, and what the person got.
async fn answered(
    bench: &Bench,
    socket: &mut Socket,
    act: impl Future<Output = Answer>,
    callback: Value,
) -> (Value, u16, Value, Answer) {
    let bot = async {
        let interaction = socket.event("INTERACTION_CREATE").await["d"].clone();
        let (id, token) = (interaction["id"].as_str().unwrap(), interaction["token"].as_str().unwrap());
        let (status, body) = bench.call("POST", &format!("/interactions/{id}/{token}/callback"), callback).await;
        (interaction, status, body)
    };
    let ((interaction, status, body), answer) = tokio::join!(bot, act);
    (interaction, status, body, answer)
}

/// One chat command and one message command, in Discord's format.
fn commands() -> Value {
    json!([
        {"name": "incident", "description": "Run incidents", "options": [
            {"type": 1, "name": "declare", "description": "Something is broken", "options": [
                {"type": 3, "name": "title", "description": "What", "required": true, "max_length": 100},
                {"type": 3, "name": "impact", "description": "How bad", "choices": [
                    {"name": "High", "value": "high"}, {"name": "Low", "value": "low"}]},
                {"type": 6, "name": "commander", "description": "Who"},
                {"type": 4, "name": "count", "description": "How many", "min_value": 1},
                {"type": 3, "name": "service", "description": "Where", "autocomplete": true}]}]},
        {"name": "Add to timeline", "type": 3},
    ])
}

fn errors_at<'a>(refusal: &'a Value, path: &[&str]) -> &'a Value {
    let found = path.iter().fold(&refusal["errors"], |node, step| &node[*step]);
    &found["_errors"][0]["code"]
}

fn alice(bench: &Bench) -> Person {
    bench.playground.person("alice")
}
