//! What a command works on: cluster, store, keys and the application made of them.

use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zhibu_core::{Error, Result, Secret, World};
use zhibu_embedded::{APP, Cluster, OWNER};
use zhibu_storage::{Embedded, Store};
use zhibu_tenancy::keys::hex;
use zhibu_tenancy::{App, Parts, Registry, migrate};

use url::Url;

use crate::config::{Config, Profile, variable};

const DATABASE: &str = "zhibu";
pub(crate) const BUCKET: &str = "media";
/// Where the embedded store's address is noted, for commands beside a server.
const STORE: &str = "store";

/// What is wanted of the object store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nothing.
    None,
    /// To serve it.
    Served,
    /// To use it, whether a server has it or not.
    Beside,
}

/// An opened installation.
pub struct Installation {
    /// The configuration it was opened with.
    pub config: Config,
    /// The application.
    pub app: Arc<App>,
    /// The origin that signed links were made for.
    public: url::Url,
    pub(crate) cluster: Option<Cluster>,
    pub(crate) embedded_store: Option<Embedded>,
}

/// Keys of the installation, made at the first start. Losing them loses every sealed column.
#[derive(Serialize, Deserialize)]
struct KeyFile {
    master: String,
    store_access: String,
    store_secret: String,
}

/// The modules of this build.
pub fn registry() -> Result<Registry> {
    Registry::new(zhibu_modules::all())
}

impl Installation {
    /// Opens the installation: starts or adopts the private cluster, reads the keys. With `store`, the embedded
    /// object store is started too and what killed jobs left is removed; only the server does that.
    pub async fn open(config: Config, world: World, store: bool) -> Result<Self> {
        Self::open_with(config, world, if store { Wanted::Served } else { Wanted::None }).await
    }

    /// The same for a command that needs the objects, beside a server or alone.
    pub(crate) async fn open_with(config: Config, world: World, store: Wanted) -> Result<Self> {
        std::fs::create_dir_all(&config.data).map_err(|fault| folder(&config.data, &fault))?;
        let keys = KeyFile::open(&config.data.join("keys.json"), &world)?;
        let (cluster, app_url, ddl_url) = database(&config).await?;
        let (embedded_store, endpoint) = embedded(&config, &keys, store).await?;
        let sms = config.sms.open(config.profile == Profile::Production, &world)?;
        let parts = Parts {
            settings: zhibu_tenancy::Settings {
                secure_cookies: config.settings.secure_cookies || config.public()?.scheme() == "https",
                public_url: config.public()?.origin().ascii_serialization(),
                sandbox: config.profile != Profile::Production,
                ..config.settings.clone()
            },
            registry: registry()?,
            master: keys.master()?,
            app_url,
            ddl_url,
            sms,
            voice: config.calls().open(config.profile == Profile::Production, &world)?,
            video: config.video.open(config.profile == Profile::Production, &world)?,
            mini: config.mini.open(&world)?,
            store: Store::new(&store_settings(&config, &keys, endpoint)?),
            scratch: config.data.join("scratch"),
            world,
        };
        let app = App::new(parts).await?;
        if store == Wanted::Served {
            zhibu_tenancy::exchange::clear_scratch(&app)?;
        }
        if embedded_store.is_some() {
            app.store.ensure_bucket().await?;
        }
        let public = config.public()?;
        Ok(Self { config, app, public, cluster, embedded_store })
    }

    /// Brings platform, queue and tenants up to date.
    pub async fn migrate(&self, tell: impl Fn(usize, usize) + Sync) -> Result<migrate::Report> {
        migrate::platform(&self.app).await?;
        migrate::tenants(&self.app, tell).await
    }

    /// Stops what was started.
    pub async fn close(self) -> Result<()> {
        if let Some(store) = self.embedded_store {
            store.stop().await;
        }
        if let Some(cluster) = self.cluster {
            cluster.stop().await.map_err(Error::unavailable)?;
        }
        Ok(())
    }
}

fn folder(path: &Path, fault: &std::io::Error) -> Error {
    Error::refuse("DATA_FOLDER", format!("无法使用数据目录 {}: {fault}", path.display()))
}

async fn database(config: &Config) -> Result<(Option<Cluster>, String, String)> {
    if let Some(url) = &config.database.url {
        let ddl = config
            .database
            .ddl_url
            .as_ref()
            .ok_or_else(|| Error::refuse("CONFIG", "设置 database.url 时须同时设置 database.ddl_url"))?;
        return Ok((None, url.expose().to_owned(), ddl.expose().to_owned()));
    }
    let cluster = Cluster::options(&config.data.join("postgres"))
        .bin_dir(config.database.bin_dir.clone().or_else(|| variable("ZHIBU_PG_BIN").map(Into::into)))
        .search_path(variable("PATH").map(Into::into))
        .start()
        .await
        .map_err(|fault| Error::refuse("DATABASE", fault.to_string()))?;
    cluster.ensure_database(DATABASE).await.map_err(Error::unavailable)?;
    let (app, ddl) = (cluster.url(APP, DATABASE), cluster.url(OWNER, DATABASE));
    Ok((Some(cluster), app, ddl))
}

/// Starts the embedded store, or finds where the server beside us has it.
async fn embedded(config: &Config, keys: &KeyFile, store: Wanted) -> Result<(Option<Embedded>, Option<Url>)> {
    if config.storage.is_some() || store == Wanted::None {
        return Ok((None, None));
    }
    let noted = config.data.join(STORE);
    let (access, secret) = (Secret::new(&keys.store_access), Secret::new(&keys.store_secret));
    match Embedded::start(&config.data.join("media"), &access, &secret).await {
        Ok(store) => {
            let endpoint = store.endpoint().clone();
            std::fs::write(&noted, endpoint.as_str()).map_err(|fault| folder(&noted, &fault))?;
            Ok((Some(store), Some(endpoint)))
        }
        Err(fault) if store == Wanted::Served => Err(fault),
        Err(fault) => {
            let noted = std::fs::read_to_string(&noted).map_err(|_| fault)?;
            Ok((None, Some(noted.trim().parse().map_err(Error::bug)?)))
        }
    }
}

fn store_settings(config: &Config, keys: &KeyFile, embedded: Option<Url>) -> Result<zhibu_storage::Settings> {
    if let Some(settings) = &config.storage {
        return Ok(settings.clone());
    }
    let public = config.public()?;
    Ok(zhibu_storage::Settings {
        endpoint: embedded.unwrap_or_else(|| public.clone()),
        public_endpoint: public,
        region: "zhibu".to_owned(),
        bucket: BUCKET.to_owned(),
        access_key: Secret::new(&keys.store_access),
        secret_key: Secret::new(&keys.store_secret),
        path_style: true,
        relative_links: true,
    })
}

/// The readable side of the embedded store, for our own origin.
pub(crate) fn media(installation: &Installation) -> Result<Option<axum::Router>> {
    installation.embedded_store.as_ref().map(|store| store.router(&installation.public, BUCKET)).transpose()
}

impl KeyFile {
    fn open(path: &Path, world: &World) -> Result<Self> {
        match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|fault| Error::refuse("KEYS", format!("密钥文件 {} 损坏: {fault}", path.display()))),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Self::make(path, world),
            Err(fault) => Err(folder(path, &fault)),
        }
    }

    fn make(path: &Path, world: &World) -> Result<Self> {
        use std::io::Write;
        let keys = Self {
            master: hex(&world.bytes::<32>()),
            store_access: hex(&world.bytes::<10>()),
            store_secret: hex(&world.bytes::<20>()),
        };
        let text = serde_json::to_string_pretty(&keys).map_err(Error::bug)?;
        // Written beside and renamed, so that a cut-off start leaves no half file.
        let part = path.with_extension("part");
        let written = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| std::fs::rename(&part, path));
        written.map_err(|fault| folder(path, &fault))?;
        Ok(keys)
    }

    fn master(&self) -> Result<[u8; 32]> {
        let broken = || Error::refuse("KEYS", "主密钥长度不正确");
        let bytes: Option<Vec<u8>> = (0..32)
            .map(|i| self.master.get(i * 2..i * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(broken)
    }
}
