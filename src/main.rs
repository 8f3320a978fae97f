//! The command `wardroom`; everything it does is in the library.

fn main() -> std::process::ExitCode {
    wardroom::cli::main()
}
