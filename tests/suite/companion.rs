//! A program that a test starts beside itself, and that never outlives it.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Starts a program, waits until our end of the pipe is closed, then stops the program and removes its folder. What else writes there may
/// need a moment to end. An interrupt from the keyboard goes to the shell as well, which has still to clean up.
const SHELL: &str = r#"trap '' INT
folder="$1"; signal="$2"; shift 2
"$@" </dev/null & pid=$!
cat >/dev/null; kill -s "$signal" $pid; wait $pid
for again in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$folder" 2>/dev/null && break; sleep 0.1; done"#;

/// A program under a shell that reads from us: however we end, the pipe closes, and the program is stopped.
pub struct Companion(Child);

impl Companion {
    /// Starts `program`, which keeps its things in `folder` and ends when it gets `signal`.
    pub fn start(program: &Command, folder: &Path, signal: &str) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", SHELL, "sh"]).arg(folder).arg(signal).arg(program.get_program()).args(program.get_args());
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(shell.spawn().expect("a shell starts"))
    }

    /// Lets it run until this process ends.
    pub fn stay(self) {
        std::mem::forget(self);
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        drop(self.0.wait());
    }
}
