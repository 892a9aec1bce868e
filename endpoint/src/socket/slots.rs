//! How many sockets there are, in all and for each caller.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

type Counts = Arc<Mutex<HashMap<Option<String>, usize>>>;

/// Counts of open sockets by key; `None` is every socket.
#[derive(Default)]
pub(crate) struct Slots(Counts);

/// One counted socket, given back when dropped.
pub(crate) struct Slot {
    counts: Counts,
    key: Option<String>,
}

impl Slots {
    /// Counts one more unless there are `most` already.
    pub(crate) fn take(&self, key: Option<String>, most: usize) -> Option<Slot> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.get(&key).copied().unwrap_or(0);
        if count >= most {
            return None;
        }
        counts.insert(key.clone(), count + 1);
        drop(counts);
        Some(Slot { counts: Arc::clone(&self.0), key })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get(&self.key).copied() {
            Some(count) if count > 1 => {
                counts.insert(self.key.clone(), count - 1);
            }
            _ => {
                counts.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_back() {
        let slots = Slots::default();
        let of = |key: &str| slots.take(Some(key.into()), 2);
        let (first, _second) = (of("a").unwrap(), of("a").unwrap());
        assert!(of("a").is_none());
        assert!(of("b").is_some());
        drop(first);
        let third = of("a");
        assert!(third.is_some() && of("a").is_none());
        drop((third, _second));
        assert!(slots.0.lock().unwrap().is_empty());
    }
}
