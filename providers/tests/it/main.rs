//! The clients against the emulator, on 127.0.0.1.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod carriers;
mod mini;
mod notices;
mod post;
mod video;
mod voice;
