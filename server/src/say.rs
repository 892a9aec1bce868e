//! Lines for whoever runs a command.

use std::fmt::Arguments;
use std::io::Write;

/// Prints a line; that nobody reads any more (`| head`) is no fault.
pub(crate) fn line(text: Arguments<'_>) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// `println!` that a closed pipe does not stop.
macro_rules! say {
    ($($text:tt)*) => { $crate::say::line(format_args!($($text)*)) };
}

pub(crate) use say;
