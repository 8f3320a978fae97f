//! A Chromium without a window, and the little of its `DevTools` protocol that a person at a page needs: a mouse, a keyboard, and eyes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::companion::Companion;

/// How long the browser may take to start, and to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Nothing of the network but our page, nothing of a desktop, and a port of its own choice.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
];

/// The browser's program, or nothing when there is none.
pub fn program() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    PROGRAM
        .get_or_init(|| {
            let folders: Vec<PathBuf> =
                std::env::var_os("PATH").iter().flat_map(|path| std::env::split_paths(path)).collect();
            let found = ["chromium", "chromium-browser", "google-chrome"]
                .iter()
                .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
                .find(|path| path.is_file());
            if found.is_none() {
                assert!(
                    std::env::var_os("CI").is_none(),
                    "Chromium is missing, and under CI it must not be: put `chromium` or `google-chrome` in PATH"
                );
                eprintln!("\n*** Chromium is missing: NOTHING was tested in a browser. Install it. ***\n");
            }
            found
        })
        .as_deref()
}

/// One tab of a browser that goes away with it.
pub struct Chromium {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: Option<String>,
    sent: u64,
    /// Errors in the console, exceptions, and what the page's content policy forbade.
    troubles: Vec<String>,
    _program: Companion,
}

impl Chromium {
    /// Starts `program` with a profile of its own and opens a tab.
    pub async fn start(program: &Path) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("wardroom-chromium-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder for the browser");
        let mut command = Command::new(program);
        command.args(FLAGS).arg(format!("--user-data-dir={}", folder.display())).arg("about:blank");
        let companion = Companion::start(&command, &folder, "TERM");
        let address = address(&folder).await;
        let (socket, _) = connect_async(address).await.expect("the browser takes a connection");
        let mut browser = Self { socket, session: None, sent: 0, troubles: Vec::new(), _program: companion };
        let tab = browser.command("Target.createTarget", json!({"url": "about:blank"})).await["targetId"].take();
        let attached = browser.command("Target.attachToTarget", json!({"targetId": tab, "flatten": true})).await;
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            browser.command(domain, json!({})).await;
        }
        browser
    }

    /// Sends a command and waits for its result. Events that come meanwhile are looked through for troubles.
    pub async fn command(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let id = self.sent;
        let mut command = json!({"id": id, "method": method, "params": params});
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(command.to_string())).await.expect("the browser listens");
        let answer = async {
            loop {
                let message = self.socket.next().await.expect("the browser is there").expect("the browser speaks");
                let Message::Text(text) = message else { continue };
                let mut said: Value = serde_json::from_str(&text).expect("the browser speaks JSON");
                if said["id"] == id {
                    assert!(said["error"].is_null(), "{method}: {}", said["error"]);
                    return said["result"].take();
                }
                self.troubles.extend(trouble(&said));
            }
        };
        tokio::time::timeout(PATIENCE, answer).await.unwrap_or_else(|_| panic!("{method}: the browser is silent"))
    }

    /// The value of an expression in the page; a promise is waited for.
    pub async fn evaluate(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let mut answer = self.command("Runtime.evaluate", params).await;
        assert!(answer["exceptionDetails"].is_null(), "{expression}\n{:#}", answer["exceptionDetails"]);
        answer["result"]["value"].take()
    }

    /// Presses and releases the mouse at a point of the window.
    pub async fn click(&mut self, x: f64, y: f64) {
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1});
            self.command("Input.dispatchMouseEvent", event).await;
        }
    }

    /// Presses and releases a key: a character, or one of the named ones.
    pub async fn key(&mut self, key: &str) {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Tab" => (9, ""),
            "Escape" => (27, ""),
            "Home" => (36, ""),
            "ArrowDown" => (40, ""),
            character => (0, character),
        };
        let mut event = json!({"type": "keyDown", "key": key, "windowsVirtualKeyCode": code});
        if text.is_empty() {
            event["type"] = json!("rawKeyDown");
        } else {
            event["text"] = json!(text);
        }
        self.command("Input.dispatchKeyEvent", event).await;
        self.command("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}))
            .await;
    }

    /// What the window shows, as a PNG.
    pub async fn picture(&mut self) -> Vec<u8> {
        let shot = self.command("Page.captureScreenshot", json!({"format": "png"})).await;
        BASE64_STANDARD.decode(shot["data"].as_str().expect("a picture")).expect("base64")
    }

    /// What went wrong in the page since this was last asked.
    pub fn take_troubles(&mut self) -> Vec<String> {
        std::mem::take(&mut self.troubles)
    }
}

/// Where a browser with its profile in `folder` listens, once it does.
async fn address(folder: &Path) -> String {
    let give_up = Instant::now() + PATIENCE;
    loop {
        // Port and path, a line each; the file is there before it is complete.
        let told = std::fs::read_to_string(folder.join("DevToolsActivePort")).unwrap_or_default();
        if let Some((port, path)) = told.split_once('\n').filter(|(_, path)| !path.is_empty()) {
            return format!("ws://127.0.0.1:{port}{}", path.trim());
        }
        assert!(Instant::now() < give_up, "the browser did not start");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What an event tells of something gone wrong.
fn trouble(event: &Value) -> Option<String> {
    let params = &event["params"];
    match event["method"].as_str()? {
        "Runtime.exceptionThrown" => Some(format!("exception: {}", params["exceptionDetails"])),
        "Runtime.consoleAPICalled" if params["type"] == "error" => Some(format!("console: {}", params["args"])),
        "Log.entryAdded" if params["entry"]["level"] == "error" => Some(format!("log: {}", params["entry"])),
        "Inspector.targetCrashed" => Some("the page crashed".to_owned()),
        _ => None,
    }
}
