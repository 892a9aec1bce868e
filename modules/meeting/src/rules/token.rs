//! The code on the big screen (签到码): it changes every 15 seconds, so that a photo of it is soon worth nothing.

use chrono::{DateTime, TimeZone, Utc};
use uuid::Uuid;
use zhibu_core::{Error, Result};
use zhibu_tenancy::keys::hex;

/// Seconds that one code stands.
pub const STEP: i64 = 15;
/// Hexadecimal digits of the proof in a code.
const PROOF: usize = 32;

/// Which code stands at a time.
pub fn step(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(STEP)
}

/// Until when it stands.
pub fn until(step: i64) -> DateTime<Utc> {
    Utc.timestamp_opt((step + 1) * STEP, 0).single().unwrap_or_default()
}

/// What is signed: the meeting, the time signing in was opened for, and the step.
fn signed(meeting: Uuid, round: i16, step: i64) -> String {
    format!("meeting.sign {meeting} {round} {step}")
}

/// The code of a step; `mac` is a keyed digest of the tenant.
pub fn make(meeting: Uuid, round: i16, step: i64, mac: impl Fn(&str) -> Vec<u8>) -> String {
    format!("{step}.{}", &hex(&mac(&signed(meeting, round, step)))[..PROOF])
}

/// Accepts the code that stands now and the one before; all others look alike.
pub fn verify(code: &str, meeting: Uuid, round: i16, now: DateTime<Utc>, mac: impl Fn(&str) -> Vec<u8>) -> Result<()> {
    let current = step(now);
    let good = [current, current - 1].into_iter().any(|step| same(code, &make(meeting, round, step, &mac)));
    if good {
        return Ok(());
    }
    Err(Error::refuse("SIGN_CODE_EXPIRED", "签到码已过期或无效，请扫描现场大屏幕上的最新二维码").at("code"))
}

/// Takes the same time wherever the texts differ.
fn same(left: &str, right: &str) -> bool {
    left.len() == right.len() && left.bytes().zip(right.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mac(text: &str) -> Vec<u8> {
        // No keyed digest, but every text has its own.
        let hash = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        hash.to_be_bytes().repeat(2)
    }

    #[test]
    fn pc_4_3e_m_9_6_a_code_holds_for_its_step_and_the_next_one_only() {
        let at = |seconds: i64| Utc.timestamp_opt(1_800_000_000 + seconds, 0).unwrap();
        let (meeting, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let code = make(meeting, 1, step(at(0)), mac);
        for (seconds, good) in [(0, true), (14, true), (29, true), (30, false), (-1, false), (3600, false)] {
            assert_eq!(verify(&code, meeting, 1, at(seconds), mac).is_ok(), good, "{seconds}");
        }
        assert!(verify(&code, other, 1, at(0), mac).is_err(), "another meeting");
        assert!(verify(&code, meeting, 2, at(0), mac).is_err(), "opened again");
        assert!(verify(&code, meeting, 1, at(0), |text| mac(&format!("{text}!"))).is_err(), "another key");
        for wrong in ["", ".", "x", &code[1..], &format!("{code}0")] {
            assert_eq!(verify(wrong, meeting, 1, at(0), mac).unwrap_err().code, "SIGN_CODE_EXPIRED", "{wrong}");
        }
        assert_eq!(until(step(at(0))).timestamp() - at(0).timestamp(), 15);
    }
}
