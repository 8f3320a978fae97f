use super::*;
use crate::discord::rest::fake::{Fake, Scripted};

fn scripted(status: u16, body: &str) -> Scripted {
    Scripted { status, body: body.to_owned(), ..Scripted::default() }
}

/// What comes of fetching a file of at most `most` bytes from a server that answers from `script`, and how often that was asked.
async fn fetched(script: Vec<Scripted>, most: u64) -> (Fetched, usize) {
    let (fake, base) = Fake::start(script).await;
    let cdn = Cdn::new(&base).expect("a client");
    let address = format!("{base}attachments/1/2/a.txt");
    let fetched = cdn.fetch(&address, most).await;
    (fetched, fake.calls().len())
}

#[test]
fn only_discords_own_files_are_fetched() {
    let cdn = Cdn::new("https://discord.com").expect("a client");
    for address in [
        "https://cdn.discordapp.com/attachments/1/2/a.png?ex=66&is=65&hm=ab",
        "https://media.discordapp.net/attachments/1/2/a.png",
        "https://cdn.discordapp.com:443/ephemeral-attachments/1/2/a.png",
        "HTTPS://CDN.DISCORDAPP.COM/attachments/1/2/a.png",
    ] {
        assert!(cdn.permitted(address).is_some(), "{address}");
    }
    for address in [
        "http://cdn.discordapp.com/attachments/1/2/a.png",
        "https://cdn.discordapp.com:8443/attachments/1/2/a.png",
        "https://cdn.discordapp.com.evil.example/attachments/1/2/a.png",
        "https://evil.example/attachments/1/2/a.png",
        "https://cdn.discordapp.com@evil.example/attachments/1/2/a.png",
        "https://user:secret@cdn.discordapp.com/attachments/1/2/a.png",
        "https://cdn.discordapp.com./attachments/1/2/a.png",
        "https://cdn.discordapp.com/attachments/../api/webhooks/1/2",
        "https://cdn.discordapp.com/icons/1/2.png",
        "https://discord.com/attachments/1/2/a.png",
        "https://169.254.169.254/attachments/1/2/a.png",
        "http://127.0.0.1/attachments/1/2/a.png",
        "https://[::ffff:127.0.0.1]/attachments/1/2/a.png",
        "https://2130706433/attachments/1/2/a.png",
        "file:///attachments/1/2/a.png",
        "//cdn.discordapp.com/attachments/1/2/a.png",
        "",
    ] {
        assert_eq!(cdn.permitted(address), None, "{address}");
    }
}

#[test]
fn with_a_playground_only_that_one_is_asked() {
    let cdn = Cdn::new("http://127.0.0.1:8081").expect("a client");
    assert!(cdn.permitted("http://127.0.0.1:8081/attachments/1/2/a.png").is_some());
    for address in [
        "http://127.0.0.1:8082/attachments/1/2/a.png",
        "http://localhost:8081/attachments/1/2/a.png",
        "https://127.0.0.1:8081/attachments/1/2/a.png",
        "http://127.0.0.1:8081/api/v10/users/@me",
        "https://cdn.discordapp.com/attachments/1/2/a.png",
    ] {
        assert_eq!(cdn.permitted(address), None, "{address}");
    }
    let elsewhere = Cdn::new("https://chat.example").expect("a client");
    assert_eq!(elsewhere.permitted("https://chat.example/attachments/1/2/a.png"), None);
}

#[tokio::test]
async fn a_file_comes_whole_or_not_at_all() {
    assert_eq!(fetched(vec![scripted(200, "12345")], 5).await.0, Fetched::Whole((*b"12345").into()));
    let (large, _) = fetched(vec![scripted(200, "123456")], 5).await;
    assert_eq!(large, Fetched::Refused("it is larger than the 5 bytes that were announced".to_owned()));
}

#[tokio::test]
async fn what_does_not_say_its_length_is_cut_off_while_it_comes() {
    let endless = axum::Router::new().fallback(|| async {
        let chunks = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 1024]));
        axum::body::Body::from_stream(chunks)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, endless).await });
    let cdn = Cdn::new(&base).expect("a client");
    let fetched = cdn.fetch(&format!("{base}/attachments/1/2/a"), 10_000).await;
    assert!(matches!(fetched, Fetched::Refused(why) if why.starts_with("it is larger")));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 307, 308] {
        let away = scripted(status, "").header("location", "http://127.0.0.1:1/attachments/1/2/a");
        let (refused, asked) = fetched(vec![away, scripted(200, "secret")], 100).await;
        assert_eq!((refused, asked), (Fetched::Refused("its address leads elsewhere".to_owned()), 1), "{status}");
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_is_gone_is_not() {
    for (status, passes) in [(429, true), (500, true), (503, true), (404, false), (403, false), (410, false)] {
        let (fetched, _) = fetched(vec![scripted(status, "{}")], 100).await;
        assert_eq!(matches!(fetched, Fetched::Later(_)), passes, "{status}: {fetched:?}");
        assert_eq!(matches!(fetched, Fetched::Gone(_)), !passes, "{status}: {fetched:?}");
    }
}
