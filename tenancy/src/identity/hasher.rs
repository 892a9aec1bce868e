use std::sync::Arc;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::{OnceCell, Semaphore};
use zhibu_core::{Error, Result, Secret};

/// Argon2id behind as many permits as cores: hashing must not starve the requests.
#[derive(Debug)]
pub(crate) struct Hasher {
    permits: Arc<Semaphore>,
    dummy: String,
    initial: OnceCell<String>,
}

/// Waiting hashes beyond the running ones; more are told to come back.
const QUEUE: usize = 64;

impl Hasher {
    pub(crate) fn new() -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Self {
            permits: Arc::new(Semaphore::new(cores + QUEUE)),
            dummy: digest("nobody knows this one")?,
            initial: OnceCell::new(),
        })
    }

    pub(crate) async fn hash(&self, password: &Secret) -> Result<String> {
        let password = password.clone();
        self.run(move || digest(password.expose())).await?
    }

    /// The hash of the initial password, made once: it is no secret, so every new account may have the same, and
    /// nothing that makes accounts waits for the queue of those who sign in.
    pub(crate) async fn initial(&self, password: &str) -> Result<String> {
        let make = || async {
            let password = password.to_owned();
            tokio::task::spawn_blocking(move || digest(&password)).await.map_err(Error::bug)?
        };
        self.initial.get_or_try_init(make).await.cloned()
    }

    /// True when the password belongs to the hash. Without a hash the same time is spent on a dummy.
    pub(crate) async fn verify(&self, password: &Secret, hash: Option<String>) -> Result<bool> {
        let (known, hash) = (hash.is_some(), hash.unwrap_or_else(|| self.dummy.clone()));
        let password = password.clone();
        let right = self
            .run(move || Argon2::default().verify_password(password.expose().as_bytes(), hash.as_str()).is_ok())
            .await?;
        Ok(right && known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        use std::sync::LazyLock;
        static CORES: LazyLock<Arc<Semaphore>> =
            LazyLock::new(|| Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from))));
        let _place = self.permits.try_acquire().map_err(|_| Error::too_many(1, "登录人数较多，请稍后重试"))?;
        let _core = CORES.acquire().await.map_err(Error::bug)?;
        tokio::task::spawn_blocking(work).await.map_err(Error::bug)
    }
}

fn digest(password: &str) -> Result<String> {
    Ok(Argon2::default().hash_password(password.as_bytes()).map_err(|e| Error::bug(e.to_string()))?.to_string())
}
