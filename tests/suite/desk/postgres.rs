//! A PostgreSQL for the tests: the server that `WARDROOM_TEST_POSTGRES` names, or a private cluster of the binaries at hand, which goes
//! away with the test process.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::{ConnectOptions, Connection, Executor};

use crate::companion::Companion;

/// The server, or nothing when there is none.
pub fn server() -> Option<&'static str> {
    static SERVER: OnceLock<Option<String>> = OnceLock::new();
    SERVER
        .get_or_init(|| {
            let found = std::env::var_os("WARDROOM_TEST_POSTGRES").and_then(|url| url.into_string().ok()).filter(|url| !url.is_empty()).or_else(private_cluster);
            if found.is_none() {
                assert!(
                    std::env::var_os("CI").is_none(),
                    "PostgreSQL is missing, and under CI it must not be: install it or set WARDROOM_TEST_POSTGRES"
                );
                eprintln!("\n*** PostgreSQL is missing: NOTHING was tested on it. Install it, or set WARDROOM_TEST_POSTGRES. ***\n");
            }
            found
        })
        .as_deref()
}

/// A new, empty database on `server`, as a URL.
pub async fn new_database(server: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("wardroom_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
    let options: sqlx::postgres::PgConnectOptions = server.parse().expect("WARDROOM_TEST_POSTGRES is a URL");
    // A server listens a moment before it is ready.
    let give_up = Instant::now() + Duration::from_secs(30);
    let mut connection = loop {
        match options.clone().connect().await {
            Ok(connection) => break connection,
            Err(error) => assert!(Instant::now() < give_up, "the PostgreSQL of the tests does not answer: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("a database can be made");
    connection.close().await.expect("closes");
    options.database(&name).to_url_lossy().to_string()
}

fn binaries() -> Option<PathBuf> {
    let in_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let packaged =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    in_path.chain(packaged).find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

fn private_cluster() -> Option<String> {
    let binaries = binaries()?;
    let folder = std::env::temp_dir().join(format!("wardroom-postgres-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the cluster");
    let as_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    if as_root {
        // The server refuses to run as root.
        run(Command::new("chown").arg("postgres").arg(&folder));
    }
    let data = folder.join("data");
    let mut initdb = as_postgres(as_root, &binaries.join("initdb"));
    run(initdb.args(["--auth=trust", "--username=wardroom", "--no-sync", "-E", "UTF8", "--locale=C", "-D"]).arg(&data));
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    let mut server = as_postgres(as_root, &binaries.join("postgres"));
    server.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
    server.args([
        "-c",
        "unix_socket_directories=",
        "-c",
        "fsync=off",
        "-c",
        "max_connections=300",
        "-c",
        "log_min_messages=fatal",
    ]);
    Companion::start(&server, &folder, "INT").stay();
    let url = format!("postgres://wardroom@127.0.0.1:{port}/postgres");
    let give_up = Instant::now() + Duration::from_secs(30);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < give_up, "the private PostgreSQL did not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    Some(url)
}

fn as_postgres(as_root: bool, program: &Path) -> Command {
    if !as_root {
        return Command::new(program);
    }
    // It becomes the program. `runuser` would stand between us and it, and keep signals to itself.
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
    command
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("the command starts");
    assert!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
}
