//! SQLite: one writer that commits in groups, readers apart, and a lock that keeps a second process out.
//!
//! **Group commit.** Jobs queue for the writer and run one after another; from the second on each has a savepoint. COMMIT comes when
//! the queue is empty, after 64 jobs, or after 10 ms, and never waits for company: one user pays one fsync, fifty users share theirs.
//!
//! **A thread of its own.** A statement is two changes of thread, to sqlx's and back. On a worker of the runtime the way back waits
//! behind whatever else is to be done there, and fifty users' answers waited for it at each statement.

use std::fs::{File, TryLockError};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::str::FromStr;
use std::time::Duration;

use futures_util::FutureExt;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection as _, Executor};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::Instant;

use super::tx::Connection;
use super::{Error, Failure, Tx, Work, panic_text};

/// The first SQLite without the WAL-reset corruption (3.7.0 to 3.51.2; SQLite's release notes, `reliability-security` 0.1).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// Jobs in one transaction at most.
const GROUP: usize = 64;
/// How long a transaction goes on taking jobs.
const GROUP_TIME: Duration = Duration::from_millis(10);
/// Jobs that may wait; a caller beyond that waits to hand its job over.
const QUEUE: usize = 256;
const READERS: u32 = 4;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

pub(super) struct Sqlite {
    jobs: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    /// Told when the writer's thread has ended; gone unsaid when it panicked.
    writer: Mutex<Option<oneshot::Receiver<()>>>,
    readers: SqlitePool,
    /// Held open: the lock goes with it. None beside another process that has it.
    _lock: Option<File>,
}

impl Sqlite {
    pub(super) async fn open(url: &str) -> Result<Self, Error> {
        let options = options(url)?;
        // So that a second process is told why it cannot start.
        let Lock::Taken(lock) = lock(options.get_filename())? else {
            return Err(Failure::Other(format!(
                "{} is in use by another wardroom; stop that one first, or use PostgreSQL to run several",
                options.get_filename().display()
            ))
            .into());
        };
        let mut connection = options.clone().connect().await?;
        check_version(&mut connection).await?;
        MIGRATIONS.run(&mut connection).await.map_err(Failure::from)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(3))
            // A file does not go away as a server does, so it needs no ping before each use.
            .test_before_acquire(false)
            .connect_with(options.read_only(true))
            .await?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let writer = Writer { tx: Tx { connection: Connection::SqliteWriter(connection) } }.start(queue)?;
        Ok(Self { jobs: Mutex::new(Some(jobs)), writer: Mutex::new(Some(writer)), readers, _lock: Some(lock) })
    }

    /// Opens the file to read alone, beside a process that holds it. Nothing is made, migrated or written.
    pub(super) async fn look(url: &str) -> Result<Self, Error> {
        let options = options(url)?.create_if_missing(false).read_only(true);
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_with(options).await?;
        check_version(&mut *readers.acquire().await?).await?;
        Ok(Self { jobs: Mutex::new(None), writer: Mutex::new(None), readers, _lock: None })
    }

    /// Refuses a file that is not there. A database in memory has none.
    pub(super) fn must_exist(url: &str) -> Result<(), Error> {
        let options = options(url)?;
        let file = options.get_filename();
        if file.exists() {
            return Ok(());
        }
        Err(Failure::Other(format!(
            "there is no database at {} yet; `wardroom run` makes it, or DATABASE_URL names another place than you mean",
            file.display()
        ))
        .into())
    }

    /// Whether another process holds the file, which must be there.
    pub(super) fn is_held(url: &str) -> Result<bool, Error> {
        let options = options(url)?;
        Ok(matches!(lock(options.get_filename())?, Lock::Held))
    }

    pub(super) async fn write<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> Work<'t, T> + Send + Sync + 'static,
    {
        let (answer, result) = oneshot::channel();
        let Some(jobs) = self.jobs.lock().await.clone() else { return Err(closed()) };
        jobs.send(Box::new(Unit { job, answer })).await.map_err(|_| closed())?;
        result.await.map_err(|_| closed())?
    }

    pub(super) async fn read<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> Work<'t, T> + Send + Sync + 'static,
    {
        let mut tx = Tx { connection: Connection::SqliteReader(self.readers.acquire().await?) };
        let (answer, result) = oneshot::channel();
        // A task of its own: a caller that gives up must not leave the connection inside a transaction.
        tokio::spawn(async move {
            let work = async {
                tx.execute("BEGIN", Vec::new()).await?;
                job(&mut tx).await
            };
            let result = AssertUnwindSafe(work).catch_unwind().await;
            let result = result.unwrap_or_else(|panic| Err(Failure::Panicked(panic_text(&*panic)).into()));
            // The caller need not wait for the end of a view that it is done with.
            drop(answer.send(result));
            if let Err(error) = tx.execute("ROLLBACK", Vec::new()).await
                && let Connection::SqliteReader(reader) = tx.connection
            {
                tracing::error!(%error, "a reader could not end its view, and is replaced");
                drop(reader.close().await);
            }
        });
        result.await.map_err(|_| closed())?
    }

    pub(super) async fn describe(&self) -> Result<String, Error> {
        let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()").fetch_one(&self.readers).await?;
        Ok(format!("SQLite {version}"))
    }

    pub(super) async fn back_up(&self, file: PathBuf) -> Result<(), Error> {
        if file.exists() {
            return Err(Failure::Other(format!("{} exists already; name a new file", file.display())).into());
        }
        let mut part = file.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        if part.exists() {
            // An earlier copy was interrupted, and is no copy.
            let gone = std::fs::remove_file(&part);
            gone.map_err(|error| Failure::Other(format!("{} cannot be replaced: {error}", part.display())))?;
        }
        let mut reader = self.readers.acquire().await?;
        // `VACUUM INTO` takes an expression, so the name is an argument and not part of the text.
        sqlx::query("VACUUM INTO $1").bind(part.to_string_lossy().into_owned()).execute(&mut *reader).await?;
        let mut copy = SqliteConnectOptions::new().filename(&part).read_only(true).connect().await?;
        let (verdict,): (String,) = sqlx::query_as("PRAGMA quick_check").fetch_one(&mut copy).await?;
        copy.close().await?;
        if verdict != "ok" {
            return Err(Failure::Other(format!("the copy is damaged: {verdict}")).into());
        }
        let settle = || -> std::io::Result<()> {
            File::open(&part)?.sync_all()?;
            std::fs::rename(&part, &file)?;
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(folder)?.sync_all()
        };
        settle().map_err(|error| Failure::Other(format!("{} could not be written: {error}", file.display())).into())
    }

    pub(super) async fn close(&self) {
        // The last connection to close moves the WAL into the file, which a reader may not: so the writer goes last.
        self.readers.close().await;
        self.jobs.lock().await.take();
        if let Some(writer) = self.writer.lock().await.take()
            && writer.await.is_err()
        {
            tracing::error!("the writer did not end well");
        }
    }
}

fn options(url: &str) -> Result<SqliteConnectOptions, Error> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| Failure::Other(format!("DATABASE_URL cannot be read: {error}; write sqlite://wardroom.db")))?;
    Ok(options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .pragma("secure_delete", "ON")
        .pragma("journal_size_limit", "67108864")
        .statement_cache_capacity(256)
        // A statement's text at DEBUG is enough; its slowness is no alarm of ours.
        .disable_statement_logging())
}

/// The lock beside the database file.
enum Lock {
    Taken(File),
    /// Another process has it.
    Held,
}

/// Takes the lock beside the database file, if it is free.
fn lock(database: &Path) -> Result<Lock, Error> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let file = File::options().create(true).append(true).open(&path).map_err(|error| {
        Failure::Other(format!("{} cannot be opened: {error}; does its folder exist?", path.display()))
    })?;
    match file.try_lock() {
        Ok(()) => Ok(Lock::Taken(file)),
        Err(TryLockError::WouldBlock) => Ok(Lock::Held),
        Err(TryLockError::Error(error)) => {
            Err(Failure::Other(format!("{} cannot be locked: {error}; use a local disk", path.display())).into())
        }
    }
}

async fn check_version(connection: &mut SqliteConnection) -> Result<(), Error> {
    let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()").fetch_one(connection).await?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < OLDEST_SQLITE {
        return Err(Failure::Other(format!(
            "SQLite {version} can corrupt a database in WAL mode; wardroom needs 3.51.3 or newer: build it with its bundled SQLite"
        ))
        .into());
    }
    Ok(())
}

fn closed() -> Error {
    Failure::Other("the database is closed: wardroom is stopping".to_owned()).into()
}

/// A job in the queue, whatever it returns.
trait Job: Send {
    fn run<'t>(self: Box<Self>, tx: &'t mut Tx) -> Pin<Box<dyn Future<Output = Settled> + Send + 't>>;
    fn fail(self: Box<Self>, error: Error);
}

/// How a job went, and its answer, which is held back until COMMIT.
struct Settled {
    keep: bool,
    release: Release,
}

/// Hands the answer over; given the words of a COMMIT that failed, it hands over that instead.
type Release = Box<dyn FnOnce(Option<&str>) + Send>;

struct Unit<T, F> {
    job: F,
    answer: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Job for Unit<T, F>
where
    T: Send + 'static,
    F: for<'t> Fn(&'t mut Tx) -> Work<'t, T> + Send + Sync + 'static,
{
    fn run<'t>(self: Box<Self>, tx: &'t mut Tx) -> Pin<Box<dyn Future<Output = Settled> + Send + 't>> {
        Box::pin(async move {
            let Unit { job, answer } = *self;
            let result = AssertUnwindSafe(async { job(tx).await })
                .catch_unwind()
                .await
                .unwrap_or_else(|panic| Err(Failure::Panicked(panic_text(&*panic)).into()));
            let keep = result.is_ok();
            let release = Box::new(move |broken: Option<&str>| {
                let result = match broken {
                    Some(why) if result.is_ok() => Err(Failure::Other(format!("the commit failed: {why}")).into()),
                    _ => result,
                };
                // A caller that has gone does not want to know.
                drop(answer.send(result));
            });
            Settled { keep, release }
        })
    }

    fn fail(self: Box<Self>, error: Error) {
        drop(self.answer.send(Err(error)));
    }
}

struct Writer {
    tx: Tx,
}

/// The savepoint of a transaction, between two jobs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Savepoint {
    /// There is none: the first job needs none, for what it leaves half done is all that there is to take back.
    None,
    /// It is set, and nothing was done since.
    Fresh,
    /// It is set, and a job that is kept was done since.
    Used,
}

impl Writer {
    /// Starts its thread. What is given back is told when the thread has ended.
    fn start(self, queue: mpsc::Receiver<Box<dyn Job>>) -> Result<oneshot::Receiver<()>, Error> {
        let (ended, end) = oneshot::channel();
        let runtime = tokio::runtime::Handle::current();
        let work = move || {
            runtime.block_on(self.run(queue));
            // Whoever does not wait for the end does not want to know.
            let _ = ended.send(());
        };
        std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(work)
            .map_err(|error| Failure::Other(format!("no thread could be started for the database: {error}")))?;
        Ok(end)
    }

    async fn run(mut self, mut queue: mpsc::Receiver<Box<dyn Job>>) {
        while let Some(first) = queue.recv().await {
            self.group(first, &mut queue).await;
        }
        if let Connection::SqliteWriter(connection) = self.tx.connection
            && let Err(error) = connection.close().await
        {
            tracing::error!(%error, "the database did not close well");
        }
    }

    /// One transaction: `first`, and what else is waiting.
    async fn group(&mut self, first: Box<dyn Job>, queue: &mut mpsc::Receiver<Box<dyn Job>>) {
        if let Err(error) = self.say("BEGIN IMMEDIATE").await {
            first.fail(error);
            return;
        }
        let began = Instant::now();
        let Settled { keep, release } = first.run(&mut self.tx).await;
        if !keep {
            // It fails when SQLite took the transaction back already, which is just as well.
            drop(self.say("ROLLBACK").await);
            release(None);
            return;
        }
        let (mut answers, mut savepoint) = (vec![release], Savepoint::None);
        while answers.len() < GROUP && began.elapsed() < GROUP_TIME {
            let Ok(job) = queue.try_recv() else { break };
            match self.one(job, savepoint).await {
                Ok((release, now)) => {
                    answers.push(release);
                    savepoint = now;
                }
                Err(error) => {
                    // The savepoint itself broke: nothing of this transaction can be trusted.
                    tracing::error!(%error, "a group of writes was taken back");
                    let why = error.to_string();
                    drop(self.say("ROLLBACK").await);
                    for release in answers {
                        release(Some(&why));
                    }
                    return;
                }
            }
        }
        metrics::histogram!("wardroom_store_group_size").record(u32::try_from(answers.len()).unwrap_or(u32::MAX));
        // It releases what savepoint there is.
        let broken = self.say("COMMIT").await.err().map(|error| error.to_string());
        if let Some(why) = &broken {
            tracing::error!(why, "a commit failed");
            drop(self.say("ROLLBACK").await);
        }
        for release in answers {
            release(broken.as_deref());
        }
    }

    /// One job in its savepoint, of which the job before has left `savepoint`.
    async fn one(&mut self, job: Box<dyn Job>, savepoint: Savepoint) -> Result<(Release, Savepoint), Error> {
        let set = match savepoint {
            Savepoint::None => self.say("SAVEPOINT unit").await,
            Savepoint::Fresh => Ok(()),
            Savepoint::Used => self.say("RELEASE SAVEPOINT unit; SAVEPOINT unit").await,
        };
        if let Err(error) = set {
            let why = error.to_string();
            job.fail(error);
            return Err(Failure::Other(why).into());
        }
        let Settled { keep, release } = job.run(&mut self.tx).await;
        if keep {
            return Ok((release, Savepoint::Used));
        }
        match self.say("ROLLBACK TO SAVEPOINT unit").await {
            Ok(()) => Ok((release, Savepoint::Fresh)),
            Err(error) => {
                release(Some(&error.to_string()));
                Err(error)
            }
        }
    }

    async fn say(&mut self, sql: &'static str) -> Result<(), Error> {
        if let Connection::SqliteWriter(connection) = &mut self.tx.connection {
            connection.execute(sql).await?;
        }
        Ok(())
    }
}
