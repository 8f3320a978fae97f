//! The playground's page as a person uses it: looks at it, clicks on it, types into it.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::chromium::Chromium;

/// How long anything may take to show.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often one looks.
const GLANCE: Duration = Duration::from_millis(30);

/// What the page's parts are called, for the expressions below.
const EYES: &str = "
    // What the bot puts between an @ and a name, so that nobody is pinged, has no width.
    const read = (one) => one?.innerText.replaceAll('\u{200b}', '') ?? '';
    const shown = (one) => one.checkVisibility({ visibilityProperty: true });
    // While a form is open, nothing else is in reach.
    const reach = document.querySelector('dialog[open]') ?? document;
    const last = (selector, fits) => [...reach.querySelectorAll(selector)].filter(shown).filter(fits).at(-1);
    const button = (label) => last('button', (one) => one.textContent.trim() === label || one.ariaLabel === label);
    const place = (name) => last('.place', (one) => one.children[1].textContent === name);
    const field = (label) => last('label', (one) => one.firstChild.textContent === label)?.control
        ?? last('textarea, input, select', (one) => one.ariaLabel === label);
    const card = (number) => last('.container', (one) => one.querySelector('h5')?.textContent.startsWith(`${number} `));
";

/// What sticks out of the window, or is too small to read or to touch.
const MISFITS: &str = "[...reach.querySelectorAll('*')].filter(shown).flatMap((one) => {
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    const sticksOut = box.width > 0 && !one.matches('.skip') && (box.left < -1 || box.right > innerWidth + 1);
    const faults = [
        sticksOut && 'sticks out',
        style.overflowX === 'auto' && one.scrollWidth > one.clientWidth && 'scrolls sideways',
        Number.parseFloat(style.fontSize) < 10.5 && 'is too small to read',
        one.matches('.button, .place') && box.height < 32 && 'is too small to touch',
    ];
    const name = `${one.tagName}.${one.className} ${one.textContent.slice(0, 40)}`;
    return faults.filter(Boolean).map((fault) => `${name} ${fault}`);
})";

/// The page in a browser.
pub struct Page {
    browser: Chromium,
    width: u32,
}

impl Page {
    /// Opens the page at `url` in a new browser, in a window of a notebook's size.
    pub async fn open(program: &Path, url: &str) -> Self {
        let mut page = Self { browser: Chromium::start(program).await, width: 0 };
        page.browser.command("Emulation.setTimezoneOverride", json!({"timezoneId": "UTC"})).await;
        page.browser.command("Emulation.setLocaleOverride", json!({"locale": "en-GB"})).await;
        let light = json!({"features": [{"name": "prefers-color-scheme", "value": "light"}]});
        page.browser.command("Emulation.setEmulatedMedia", light).await;
        page.is_wide(1280, 800).await;
        page.browser.command("Page.navigate", json!({"url": url})).await;
        page.until("the channels", "place('general')").await;
        page
    }

    /// Goes to another address, and waits for `words` there.
    pub async fn goes_to(&mut self, url: &str, words: &str) {
        self.browser.command("Page.navigate", json!({"url": url})).await;
        self.until(&format!("`{words}`"), &format!("read(document.body).includes({})", json!(words))).await;
    }

    /// Gives the window this size in pixels.
    pub async fn is_wide(&mut self, width: u32, height: u32) {
        self.width = width;
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 720});
        self.browser.command("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// The value of an expression that may use the names of [`EYES`].
    pub async fn look(&mut self, expression: &str) -> Value {
        self.browser.evaluate(&format!("(() => {{ {EYES} return {expression}; }})()")).await
    }

    /// Waits until an expression is true.
    ///
    /// # Panics
    /// When it does not come true in time; the panic tells what the page shows instead.
    pub async fn until(&mut self, what: &str, expression: &str) {
        let truth = format!("Boolean({expression})");
        let give_up = Instant::now() + PATIENCE;
        while self.look(&truth).await != true {
            if Instant::now() > give_up {
                let shown = self.look("document.body.innerText").await;
                let troubles = self.browser.take_troubles();
                panic!(
                    "{what} did not come. Troubles: {troubles:#?}\nThe page:\n{}",
                    shown.as_str().unwrap_or_default()
                );
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits until `text` can be read among the messages or in the open form.
    pub async fn sees(&mut self, text: &str) {
        let wanted = json!(text);
        let looked =
            format!("read(reach === document ? document.getElementById('messages') : reach).includes({wanted})");
        self.until(&format!("`{text}`"), &looked).await;
    }

    /// Waits until the card of an incident shows `text`.
    pub async fn sees_on_card(&mut self, number: &str, text: &str) {
        let looked = format!("read(card({})).includes({})", json!(number), json!(text));
        self.until(&format!("`{text}` on the card of {number}"), &looked).await;
    }

    /// Waits until `text` is nowhere on the page.
    pub async fn sees_no_more(&mut self, text: &str) {
        self.until(&format!("the end of `{text}`"), &format!("!read(document.body).includes({})", json!(text))).await;
    }

    /// Clicks in the middle of what `expression` finds, once it is there, at rest, in sight and covered by nothing.
    async fn click_on(&mut self, what: &str, expression: &str) {
        let point = format!(
            "(() => {{
                const one = {expression};
                if (!one || one.disabled) return null;
                one.scrollIntoView({{ block: 'nearest' }});
                const box = one.getBoundingClientRect();
                const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
                return one.contains(document.elementFromPoint(x, y)) ? [x, y] : null;
            }})()"
        );
        let give_up = Instant::now() + PATIENCE;
        let mut before = Value::Null;
        loop {
            let now = self.look(&point).await;
            if now.is_array() && now == before {
                let at = |index: usize| now[index].as_f64().unwrap_or_default();
                return self.browser.click(at(0), at(1)).await;
            }
            assert!(Instant::now() < give_up, "{what} cannot be clicked");
            before = now;
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Presses the last button of that name.
    pub async fn presses(&mut self, label: &str) {
        self.click_on(&format!("the button {label}"), &format!("button({})", json!(label))).await;
    }

    /// Goes to a channel or thread of the sidebar.
    pub async fn opens(&mut self, name: &str) {
        let place = format!("place({})", json!(name));
        self.click_on(&format!("the channel {name}"), &place).await;
        let there = format!("document.getElementById('channel-name').textContent.replace('#', '') === {}", json!(name));
        self.until(name, &format!("{there} && document.querySelector('#messages > *')")).await;
    }

    /// Becomes another person, found in the list with the arrow keys.
    pub async fn is(&mut self, name: &str) {
        let name = json!(name);
        let steps = format!(
            "(document.getElementById('person').focus(),
            [...document.getElementById('person').options].findIndex((one) => one.textContent.startsWith({name})))"
        );
        let steps = self.look(&steps).await.as_u64().unwrap_or_else(|| panic!("there is no {name}"));
        self.hits("Home").await;
        for _ in 0..steps {
            self.hits("ArrowDown").await;
        }
        let chosen = format!(
            "document.querySelector('#person option:checked').textContent.startsWith({name})
            && document.querySelector('#messages > *')"
        );
        self.until(&format!("the world of {name}"), &chosen).await;
    }

    /// Types a text, key by key, to wherever the cursor is.
    pub async fn types(&mut self, text: &str) {
        for character in text.chars() {
            self.browser.key(&character.to_string()).await;
        }
    }

    /// Presses a named key.
    pub async fn hits(&mut self, key: &str) {
        self.browser.key(key).await;
    }

    /// Goes from field to field with the Tab key until the one with that name has the cursor.
    pub async fn tabs_to(&mut self, name: &str) {
        let reached = format!(
            "[document.activeElement.textContent, document.activeElement.labels?.[0]?.firstChild.textContent].includes({})",
            json!(name)
        );
        for _ in 0..40 {
            if self.look(&reached).await == true {
                return;
            }
            self.hits("Tab").await;
        }
        panic!("the Tab key does not lead to {name}");
    }

    /// Waits until the cursor is in the field with that label.
    pub async fn is_in(&mut self, label: &str) {
        let reached = format!("field({}) === document.activeElement", json!(label));
        self.until(&format!("the cursor in {label}"), &reached).await;
    }

    /// Writes a message and sends it, or chooses the command that it names.
    pub async fn says(&mut self, text: &str) {
        self.click_on("the field for messages", "document.getElementById('composer-text')").await;
        self.browser.command("Input.insertText", json!({"text": text})).await;
        self.hits("Enter").await;
        self.until("an empty field", "!document.getElementById('composer-text')?.value").await;
    }

    /// Fills a field of the open form.
    pub async fn fills(&mut self, label: &str, text: &str) {
        self.click_on(&format!("the field {label}"), &format!("field({})", json!(label))).await;
        self.browser.command("Input.insertText", json!({"text": text})).await;
    }

    /// Sends the open form, and waits until it is gone.
    pub async fn submits(&mut self) {
        self.presses("Submit").await;
        self.until("the end of the form", "reach === document").await;
    }

    /// Waits until exactly these are offered while one types.
    pub async fn is_offered(&mut self, wanted: &[&str]) {
        let offered =
            "[...document.querySelectorAll('[role=option]')].filter(shown).map((one) => one.firstChild.textContent)";
        let same = format!("JSON.stringify({offered}) === JSON.stringify({})", json!(wanted));
        self.until(&format!("the offer of {wanted:?}"), &same).await;
    }

    /// Looks whether nothing sticks out of the window or its parts, and everything is large enough to read and to touch.
    pub async fn fits(&mut self) {
        let wide = self.look("Math.max(document.documentElement.scrollWidth, innerWidth)").await;
        assert_eq!(wide, self.width, "the page is wider than its window");
        let give_up = Instant::now() + PATIENCE;
        loop {
            let faults = self.look(MISFITS).await;
            if faults == json!([]) {
                return;
            }
            // The list of channels slides in.
            assert!(Instant::now() < give_up, "{faults:#}");
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Writes what the window shows into a file.
    pub async fn pictures(&mut self, path: &Path) {
        self.look("document.activeElement.blur()").await;
        let picture = self.browser.picture().await;
        std::fs::write(path, picture).expect("the picture can be written");
    }

    /// Looks whether the console stayed clean, and closes the browser.
    pub async fn close(mut self) {
        // Whatever is still under way is told before this answer.
        self.look("true").await;
        let troubles = self.browser.take_troubles();
        assert!(troubles.is_empty(), "{troubles:#?}");
    }
}
