//! Stories at the playground's page, in a real browser.

mod chromium;
mod page;

use std::path::Path;

use serde_json::json;
use wardroom::clock::Clock;
use wardroom::playground::World;

use crate::desk::{Database, Desk};
use page::Page;

/// Plays `story` at the page of a desk that is set up. The clock goes by itself, since the browser's does. Nothing may go wrong in the
/// browser's console.
async fn at_the_page(story: impl AsyncFn(&Desk, &mut Page)) {
    let Some(program) = chromium::program() else { return };
    let desk = Desk::open_with(Clock::system(), Database::sqlite(), World::sample()).await;
    desk.set_up().await;
    let mut page = Page::open(program, &desk.playground.url()).await;
    story(&desk, &mut page).await;
    page.close().await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_run_from_the_page() {
    at_the_page(async |_, page| {
        page.is("Alice").await;
        page.opens("general").await;
        page.says("@wardroom p1 checkout is down on payments").await;
        page.sees("INC-1 · P1 · checkout is down").await;
        page.opens("incidents").await;
        page.sees_on_card("INC-1", "New, nobody is on it").await;

        page.is("Bob").await;
        page.presses("Acknowledge").await;
        page.sees_on_card("INC-1", "In progress").await;
        page.sees("INC-1 is yours: acknowledged.").await;
        page.sees("Only you can see this").await;
        page.presses("Take command").await;
        page.sees_on_card("INC-1", "Commander @Bob Okafor").await;

        page.presses("Update").await;
        page.sees("Update on INC-1").await;
        page.fills("How does it stand?", "Rolling back release 41, two of five hosts are done").await;
        page.fills("When comes the next one? (optional)", "30m").await;
        page.submits().await;
        page.sees_on_card("INC-1", "Rolling back release 41, two of five hosts are done").await;
        page.sees_on_card("INC-1", "Next update").await;

        // What Bob alone can see is not what everybody sees.
        page.is("Alice").await;
        page.sees_no_more("Only you can see this").await;
        page.presses("Timeline").await;
        page.sees("Timeline of INC-1").await;
        write_picture(page, "incident.png").await;

        page.is("Bob").await;
        page.presses("Resolve").await;
        page.sees("Resolve INC-1").await;
        page.fills("What was done?", "Rolled back release 41").await;
        page.submits().await;
        page.sees_on_card("INC-1", "Resolved").await;
        page.sees_on_card("INC-1", "Rolled back release 41").await;
        page.presses("Close").await;
        page.sees_on_card("INC-1", "Closed").await;
        page.sees("INC-1 is closed as done.").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_declared_without_a_mouse() {
    at_the_page(async |_, page| {
        page.tabs_to("Skip to writing").await;
        page.hits("Enter").await;
        page.is_in("Message").await;
        page.types("/incident declare").await;
        page.is_offered(&["/incident declare"]).await;
        page.hits("Enter").await;
        page.is_in("title").await;
        page.types("card payments time out").await;
        for option in ["impact", "urgency"] {
            page.tabs_to(&format!("+ {option}")).await;
            page.hits("Enter").await;
            page.is_in(option).await;
            page.types("high").await;
        }
        page.tabs_to("+ service").await;
        page.hits("Enter").await;
        page.is_in("service").await;
        page.is_offered(&["checkout", "payments", "reporting"]).await;
        page.types("pay").await;
        page.is_offered(&["payments"]).await;
        page.hits("Enter").await;
        page.is_offered(&[]).await;
        page.hits("Enter").await;
        page.sees("INC-1 · P1 · card payments time out").await;
        page.sees("payments · P1: high impact × high urgency").await;
        page.is_in("Message").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_is_shown_and_does_nothing() {
    const PICTURE: &str = "<img src=x onerror=window.hostile=1>";
    const SCRIPT: &str = "<script>window.hostile=1</script>";
    const LINK: &str = "[press](javascript:window.hostile=1)";
    at_the_page(async |desk, page| {
        desk.dev.slash("general", "service add", json!({"name": PICTURE})).await;
        page.is("Alice").await;
        page.opens("general").await;
        let hostile = format!("{PICTURE} {SCRIPT} {LINK} @everyone \u{202e}nwod");
        page.says(&hostile).await;
        page.sees(&hostile).await;

        // What Alice says becomes a title, the name of a thread, a quote in the sidebar and in the preview of the reply.
        page.says(&format!("@wardroom p1 {PICTURE} @everyone @Bob Okafor \u{202e}nwod")).await;
        page.sees(&format!("↱ Alice Chen: @wardroom p1 {PICTURE} @everyone @Bob Okafor")).await;
        page.sees("card and room in #incidents").await;
        page.opens("incidents").await;
        page.sees_on_card("INC-1", PICTURE).await;
        page.is("Bob").await;
        page.presses("Update").await;
        page.fills("How does it stand?", &format!("{SCRIPT} {LINK} @everyone")).await;
        page.submits().await;
        page.sees_on_card("INC-1", &format!("{SCRIPT} {LINK} @everyone")).await;
        assert!(desk.card("INC-1").pinged.nobody());
        let card = page.look("card('INC-1').innerText").await;
        assert!(!card.to_string().contains('\u{202e}'), "what follows on the card would be read backwards: {card}");

        // What the bot offers while one types is no better.
        page.says("/incident declare").await;
        page.is_in("title").await;
        page.presses("+ service").await;
        page.is_offered(&[PICTURE, "checkout", "payments", "reporting"]).await;

        let made = page.look("document.querySelectorAll('img, script:not([src]), a[href^=javascript]').length").await;
        assert_eq!((made, page.look("window.hostile ?? 'unset'").await), (json!(0), json!("unset")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_fits_on_a_telephone() {
    const WORD: &str = "certificate-of-payments-gateway-eu-west-1-primary-expired-at-midnight-and-was-not-renewed";
    at_the_page(async |_, page| {
        page.is_wide(390, 844).await;
        page.presses("Channels").await;
        page.fits().await;
        page.opens("general").await;
        page.says(&format!("@wardroom p1 {WORD}")).await;
        page.sees("INC-1 · P1").await;
        page.fits().await;
        page.presses("Channels").await;
        page.opens("incidents").await;
        page.presses("Acknowledge").await;
        page.sees_on_card("INC-1", "Acknowledged").await;
        page.presses("Update").await;
        page.fills("How does it stand?", &format!("Renewing. {WORD}")).await;
        page.fits().await;
        page.submits().await;
        page.sees_on_card("INC-1", "Renewing.").await;
        page.fits().await;
        page.says("/incident declare").await;
        page.is_in("title").await;
        page.fits().await;
    })
    .await;
}

/// The report of the tour is a page of its own that needs nothing else: it opens from a file, and nothing in it is refused.
#[tokio::test(flavor = "multi_thread")]
async fn the_report_of_the_tour_opens_as_a_page_of_its_own() {
    let Some(program) = chromium::program() else { return };
    let desk = crate::tour::desk(Database::sqlite()).await;
    crate::tour::play(&desk).await;
    let answer = desk.alice.slash("general", "incident report", json!({"incident": "INC-1"})).await.finished().await;
    let message = answer.message().expect("a report");
    let bytes = desk.playground.file(&message, "INC-1-summary.html").expect("the file is there");
    let file = std::env::temp_dir().join(format!("wardroom-report-{}.html", std::process::id()));
    std::fs::write(&file, bytes).expect("the file can be written");
    let mut page = Page::open(program, &desk.playground.url()).await;
    page.is_wide(1100, 1180).await;
    page.goes_to(&format!("file://{}", file.display()), "Checkout times out for most customers").await;
    write_picture(&mut page, "report.png").await;
    page.close().await;
    desk.close().await;
    std::fs::remove_file(file).expect("it was written");
}

/// The digest of a month, as it was posted while a quarter passed: its pictures are drawn in the page, and nothing sticks out.
#[tokio::test(flavor = "multi_thread")]
async fn the_digest_of_a_month_shows_its_pictures() {
    let Some(program) = chromium::program() else { return };
    let desk = crate::quarter::played(Database::sqlite()).await;
    let mut page = Page::open(program, &desk.playground.url()).await;
    page.is_wide(1280, 1090).await;
    page.opens("digests").await;
    page.sees("Service levels · October 2026").await;
    let month =
        "[...document.querySelectorAll('#messages article[id]')].find((one) => read(one).includes('· October 2026'))";
    page.until("the month", &format!("({month})?.scrollIntoView({{block: 'start'}}), true")).await;
    let drawn = format!(
        "[...{month}.querySelectorAll('img')].filter((one) => one.complete && one.naturalWidth > 600).length === 4"
    );
    page.until("the pictures of the month", &drawn).await;
    page.fits().await;
    let rooms = page.look("document.querySelectorAll('.thread-place').length").await;
    assert!(
        rooms.as_u64().is_some_and(|rooms| rooms < 12),
        "{rooms} rooms are listed, though most are quiet for weeks"
    );
    page.until("the month", &format!("{month}.scrollIntoView({{block: 'start'}}), true")).await;
    write_picture(&mut page, "digest.png").await;
    page.close().await;
    desk.close().await;
}

/// Writes a picture for the documentation, when asked for.
async fn write_picture(page: &mut Page, name: &str) {
    if std::env::var_os("WARDROOM_WRITE_PICTURES").is_some() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        std::fs::create_dir_all(&docs).expect("a folder for pictures");
        page.pictures(&docs.join(name)).await;
    }
}
