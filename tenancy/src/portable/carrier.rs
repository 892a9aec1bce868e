//! Whole tables in and out of a schema by COPY, in an order and form that do not depend on the server.

use std::path::Path;
use std::pin::pin;

use bytes::Bytes;
use futures_util::{SinkExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufWriter};
use tokio_postgres::{Client, NoTls};
use zhibu_core::{Error, Result, TenantId};

use crate::keys::hex;
use crate::placements::Kind;

/// Tables that stay where they are: sessions belong to people's browsers and this installation's keys, and the record of
/// migrations is told by the histories.
const STAY: &[&str] = &["sessions", "support", "messages", "campaigns", "migration"];
/// Within one installation people stay signed in.
const STAY_WITHIN: &[&str] = &["migration"];
/// Text forms that are the same whatever the server's settings are.
const FORMS: &str = "SET client_encoding = 'UTF8'; SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; \
    SET intervalstyle = 'iso_8601'; SET bytea_output = 'hex'; SET extra_float_digits = 1; SET lock_timeout = '30s'; \
    SET client_min_messages = 'warning'";

/// A table that travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: String,
    columns: Vec<String>,
    order: String,
    /// Tables its foreign keys lead to.
    needs: Vec<String>,
}

/// What a table held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Held {
    /// Its name.
    pub(crate) name: String,
    /// Its columns in the order of the text.
    pub(crate) columns: Vec<String>,
    /// Rows.
    pub(crate) rows: u64,
    /// SHA-256 over the text, ordered by the primary key.
    pub(crate) sha256: String,
}

/// A connection that may see and make everything in its database.
pub(crate) struct Carrier {
    client: Client,
    stay: &'static [&'static str],
}

fn fault(error: tokio_postgres::Error) -> Error {
    if error.is_closed() || error.as_db_error().is_none() { Error::unavailable(error) } else { Error::bug(error) }
}

impl Carrier {
    /// Connects over a DDL address.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(Error::unavailable)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a carrier's connection has ended");
            }
        });
        client.batch_execute(FORMS).await.map_err(fault)?;
        Ok(Self { client, stay: STAY })
    }

    /// The same for carrying within the installation: sessions travel too.
    pub(crate) fn within(self) -> Self {
        Self { stay: STAY_WITHIN, ..self }
    }

    /// Runs statements.
    pub(crate) async fn run(&self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).await.map_err(fault)
    }

    /// Runs a query whose columns are all text.
    pub(crate) async fn texts(
        &self,
        sql: &str,
        params: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    ) -> Result<Vec<Vec<Option<String>>>> {
        let rows = self.client.query(sql, params).await.map_err(fault)?;
        rows.iter().map(|row| (0..row.len()).map(|i| row.try_get(i).map_err(fault)).collect()).collect()
    }

    /// Whether there is a schema of this name.
    pub(crate) async fn has(&self, schema: &str) -> Result<bool> {
        let rows = self.texts("SELECT nspname::text FROM pg_namespace WHERE nspname = $1::text", &[&schema]).await?;
        Ok(!rows.is_empty())
    }

    /// Takes a lock of the session on a tenant, so that of two commands one is told to wait; it ends with the connection.
    pub(crate) async fn hold(&self, tenant: TenantId) -> Result<()> {
        self.lock("pg_try_advisory_lock", tenant).await
    }

    /// The same for a command that only reads: several may, but none beside one that changes the tenant.
    pub(crate) async fn share(&self, tenant: TenantId) -> Result<()> {
        self.lock("pg_try_advisory_lock_shared", tenant).await
    }

    async fn lock(&self, how: &str, tenant: TenantId) -> Result<()> {
        let key = format!("tenant {tenant}");
        let row = self.client.query_one(&format!("SELECT {how}(hashtextextended($1, 1))"), &[&key]).await;
        if row.map_err(fault)?.try_get(0).map_err(fault)? {
            Ok(())
        } else {
            Err(Error::refuse("TENANT_BUSY", "另一条命令正在处理该租户，请等它结束"))
        }
    }

    /// The tables of a schema that travel, each after those it refers to. Looks at nothing but this schema.
    pub(crate) async fn tables(&self, schema: &str) -> Result<Vec<Table>> {
        const TABLES: &str = "SELECT c.relname::text, \
            (SELECT string_agg(a.attname, ',' ORDER BY a.attname COLLATE \"C\") FROM pg_attribute a \
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''), \
            (SELECT string_agg(quote_ident(a.attname) || CASE WHEN a.attcollation <> 0 THEN ' COLLATE \"C\"' ELSE '' END, \
             ', ' ORDER BY k.n) FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY k (att, n) \
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.att WHERE i.indrelid = c.oid AND i.indisprimary), \
            (SELECT string_agg(DISTINCT r.relname, ',') FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid \
             WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid) \
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
            WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname COLLATE \"C\"";
        let mut waiting = Vec::new();
        for row in self.texts(TABLES, &[&schema]).await? {
            let [name, columns, order, needs] =
                <[Option<String>; 4]>::try_from(row).map_err(|_| Error::bug("columns"))?;
            let name = name.unwrap_or_default();
            if self.stay.contains(&name.as_str()) {
                continue;
            }
            let list = |text: Option<String>| text.iter().flat_map(|t| t.split(',')).map(str::to_owned).collect();
            let order = order.ok_or_else(|| Error::bug(format!("{name} has no primary key")))?;
            waiting.push(Table { name, columns: list(columns), order, needs: list(needs) });
        }
        sorted(waiting)
    }

    /// Writes a table into a file, or only looks at it.
    pub(crate) async fn take(&self, schema: &str, table: &Table, into: Option<&Path>) -> Result<Held> {
        let columns = quoted(&table.columns);
        let sql =
            format!("COPY (SELECT {columns} FROM {schema}.\"{}\" ORDER BY {}) TO STDOUT", table.name, table.order);
        let mut file = match into {
            Some(path) => Some(BufWriter::new(File::create(path).await.map_err(Error::bug)?)),
            None => None,
        };
        let mut pieces = pin!(self.client.copy_out(&sql).await.map_err(fault)?);
        let (mut digest, mut rows) = (Sha256::new(), 0);
        while let Some(piece) = pieces.try_next().await.map_err(fault)? {
            digest.update(&piece);
            // A line break inside a value is written as two letters.
            rows += u64::try_from(piece.iter().filter(|byte| **byte == b'\n').count()).map_err(Error::bug)?;
            if let Some(file) = &mut file {
                file.write_all(&piece).await.map_err(Error::bug)?;
            }
        }
        if let Some(file) = &mut file {
            file.flush().await.map_err(Error::bug)?;
        }
        Ok(Held { name: table.name.clone(), columns: table.columns.clone(), rows, sha256: hex(&digest.finalize()) })
    }

    /// Reads a file into an empty table.
    pub(crate) async fn give(&self, schema: &str, table: &Table, from: &Path) -> Result<u64> {
        let sql = format!("COPY {schema}.\"{}\" ({}) FROM STDIN", table.name, quoted(&table.columns));
        let mut sink = pin!(self.client.copy_in::<_, Bytes>(&sql).await.map_err(fault)?);
        let mut file = File::open(from).await.map_err(Error::bug)?;
        let mut piece = vec![0; 256 * 1024];
        loop {
            let count = file.read(&mut piece).await.map_err(Error::bug)?;
            if count == 0 {
                return sink.finish().await.map_err(fault);
            }
            let bytes = Bytes::copy_from_slice(piece.get(..count).unwrap_or_default());
            sink.send(bytes).await.map_err(fault)?;
        }
    }

    /// Puts what was taken into a new schema, in the transaction that is open, and proves that it is all there. `file`
    /// says where a table's text stands.
    pub(crate) async fn fill<F: AsRef<Path>>(
        &self,
        schema: &str,
        held: &[Held],
        file: impl Fn(&str) -> Result<F>,
    ) -> Result<()> {
        let tables = self.tables(schema).await?;
        let names: Vec<String> = tables.iter().map(|table| format!("{schema}.\"{}\"", table.name)).collect();
        // What the steps themselves have written comes with the file too.
        self.run(&format!("TRUNCATE {} CASCADE", names.join(", "))).await?;
        for table in &tables {
            let Some(there) = held.iter().find(|held| held.name == table.name) else { continue };
            if there.columns != table.columns {
                return Err(Error::refuse("EXPORT_COLUMNS", format!("数据表 {} 的列与记录的版本不符", table.name)));
            }
            self.give(schema, table, file(&table.name)?.as_ref()).await?;
        }
        self.proves(schema, held).await
    }

    /// Begins a transaction and makes a schema anew in it, by the statements of its history.
    pub(crate) async fn lay(&self, kind: Kind, schema: &str, script: &str) -> Result<()> {
        self.run(&format!("BEGIN; DROP SCHEMA IF EXISTS {schema} CASCADE")).await?;
        if kind == Kind::Citus {
            // A cluster does not let the role change after it has written to its nodes.
            self.run("COMMIT; BEGIN").await?;
            self.run(script).await?;
            return self.run("COMMIT; BEGIN").await;
        }
        self.run(script).await
    }

    /// Refuses a schema that does not hold exactly this.
    pub(crate) async fn proves<'h>(&self, schema: &str, held: impl IntoIterator<Item = &'h Held>) -> Result<()> {
        let (tables, held) = (self.tables(schema).await?, held.into_iter().collect::<Vec<_>>());
        if tables.len() != held.len() {
            return Err(Error::refuse("NOT_THE_SAME", "数据表的数目与记录不符"));
        }
        for table in &tables {
            let found = self.take(schema, table, None).await?;
            if !held.contains(&&found) {
                return Err(Error::refuse("NOT_THE_SAME", format!("数据表 {} 的内容与记录不符", table.name)));
            }
        }
        Ok(())
    }
}

fn quoted(columns: &[String]) -> String {
    columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
}

/// Tables in an order in which each one's foreign keys find what they lead to.
fn sorted(mut waiting: Vec<Table>) -> Result<Vec<Table>> {
    let mut done: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let free = |table: &Table| !table.needs.iter().any(|need| waiting.iter().any(|other| other.name == *need));
        let Some(at) = waiting.iter().position(free) else {
            return Err(Error::bug("foreign keys lead round in a circle"));
        };
        done.push(waiting.remove(at));
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, needs: &[&str]) -> Table {
        let needs = needs.iter().map(|need| (*need).to_owned()).collect();
        Table { name: name.to_owned(), columns: Vec::new(), order: String::new(), needs }
    }

    #[test]
    fn tables_come_after_what_they_refer_to() {
        let order = |tables| sorted(tables).ok().map(|all| all.into_iter().map(|t| t.name).collect::<Vec<_>>());
        let three = vec![table("a", &["b", "c"]), table("b", &["c"]), table("c", &["gone"])];
        assert_eq!(order(three), Some(vec!["c".to_owned(), "b".to_owned(), "a".to_owned()]));
        assert_eq!(order(vec![table("a", &["b"]), table("b", &["a"])]), None);
    }
}
