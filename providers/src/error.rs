use std::fmt;

/// Why an outside service did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It refuses this message for good: a number that does not exist, its limit for this number.
    Rejected,
    /// Too fast, or the account's own limit; perhaps with seconds to wait.
    RateLimited {
        /// Seconds the service asks us to wait.
        retry_after: Option<u32>,
    },
    /// It may have done the work or not: ask before repeating.
    Unknown,
    /// It was never reached, or we held the call back.
    Unavailable,
    /// Keys, signature, template or balance: somebody has to put that right.
    AuthConfig,
    /// It does not understand us.
    Invalid,
}

/// What an outside service answered instead of doing its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ProviderError {
    /// What it means for the caller.
    pub kind: Fault,
    /// The service's own code.
    pub provider_code: Option<String>,
    /// The status of its answer, if there was one.
    pub http: Option<u16>,
    /// The service's number for this call; its support asks for it.
    pub request_id: Option<String>,
}

impl ProviderError {
    /// A fault without an answer.
    pub fn new(kind: Fault) -> Self {
        Self { kind, provider_code: None, http: None, request_id: None }
    }

    pub(crate) fn with_code(mut self, code: impl Into<String>) -> Self {
        self.provider_code = Some(code.into());
        self
    }

    /// True when a repetition cannot have the work done twice and may succeed without anybody's help.
    pub fn safe_to_retry(&self) -> bool {
        matches!(self.kind, Fault::RateLimited { .. } | Fault::Unavailable)
    }

    /// False when the work may have been done: the caller asks the service before repeating.
    pub fn outcome_known(&self) -> bool {
        self.kind != Fault::Unknown
    }

    /// True when the service is to blame: such answers in a row open the circuit breaker.
    pub(crate) fn is_outage(&self) -> bool {
        matches!(self.kind, Fault::Unknown | Fault::Unavailable)
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)?;
        if let Some(http) = self.http {
            write!(f, " http={http}")?;
        }
        if let Some(code) = &self.provider_code {
            write!(f, " code={code}")?;
        }
        match &self.request_id {
            Some(id) => write!(f, " request={id}"),
            None => Ok(()),
        }
    }
}
