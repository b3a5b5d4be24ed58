//! Servers of this machine, each for the length of a test.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gml_tests::repository;
use tempfile::TempDir;

use crate::{servers_python, wanted};

/// A server that runs.
pub struct Server {
    child: Child,
    pub port: u16,
    folder: TempDir,
    command: Vec<OsString>,
}

impl Server {
    fn start(command: Vec<OsString>, port: u16, folder: TempDir, ready: impl Fn(u16) -> bool) -> Self {
        let child = launch(&command, folder.path());
        let mut server = Self { child, port, folder, command };
        server.wait(ready);
        server
    }

    fn wait(&mut self, ready: impl Fn(u16) -> bool) {
        let begun = Instant::now();
        while !ready(self.port) {
            if let Some(status) = self.child.try_wait().unwrap() {
                // The processes of a killed PostgreSQL let go of its memory a moment later.
                if self.said().contains("shared memory block") && begun.elapsed() < Duration::from_secs(30) {
                    std::thread::sleep(Duration::from_millis(200));
                    self.child = launch(&self.command, self.folder.path());
                    continue;
                }
                panic!("{:?} ended with {status}: {}", self.command, self.said());
            }
            assert!(
                begun.elapsed() < Duration::from_secs(90),
                "{:?} does not get ready: {}",
                self.command,
                self.said()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What it printed.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("said")).unwrap_or_default()
    }

    /// Ends it as a fault of the machine would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again with what it had.
    pub fn again(&mut self, ready: impl Fn(u16) -> bool) {
        self.child = launch(&self.command, self.folder.path());
        self.wait(ready);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn launch(command: &[OsString], folder: &Path) -> Child {
    let said = std::fs::File::create(folder.join("said")).unwrap();
    let again = said.try_clone().unwrap();
    Command::new(&command[0]).args(&command[1..]).stdin(Stdio::null()).stdout(said).stderr(again).spawn().unwrap()
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Whether something listens there.
pub fn listens(port: u16) -> bool {
    TcpStream::connect_timeout(&([127, 0, 0, 1], port).into(), Duration::from_secs(1)).is_ok()
}

/// What a server of this machine answers to a request without secrets: its status and its body.
pub fn asked(port: u16, method: &str, path: &str, body: &[u8]) -> (u16, String) {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return (0, String::new()) };
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let mut answer = Vec::new();
    if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).is_err()
        || stream.read_to_end(&mut answer).is_err()
    {
        return (0, String::new());
    }
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer)
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    // Servers that run as another user pass through it.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

fn on_path(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn script(name: &str, folder: &TempDir, port: u16) -> Vec<OsString> {
    let script = repository().join("tests/servers/start").join(name);
    vec![script.into(), folder.path().into(), port.to_string().into()]
}

/// moto, in the place of S3.
pub fn moto() -> Option<Server> {
    let python = wanted("moto", servers_python().filter(|python| python.with_file_name("moto_server").exists()))?;
    let port = free_port();
    let command = vec![
        python.with_file_name("moto_server").into(),
        "-H".into(),
        "127.0.0.1".into(),
        "-p".into(),
        port.to_string().into(),
    ];
    Some(Server::start(command, port, folder(), |port| asked(port, "GET", "/moto-api/data.json", b"").0 == 200))
}

/// Azurite, in the place of Azure Blob Storage.
pub fn azurite() -> Option<Server> {
    let azurite = std::env::var_os("GML_AZURITE").map(PathBuf::from).filter(|file| file.exists());
    let azurite = wanted("Azurite", azurite.or_else(|| on_path("azurite-blob")))?;
    let (port, folder) = (free_port(), folder());
    let command = vec![
        azurite.into(),
        "--blobHost".into(),
        "127.0.0.1".into(),
        "--blobPort".into(),
        port.to_string().into(),
        "--location".into(),
        folder.path().into(),
        "--skipApiVersionCheck".into(),
        "--loose".into(),
    ];
    Some(Server::start(command, port, folder, listens))
}

/// A PostgreSQL server.
pub fn postgres() -> Option<Server> {
    let there = std::fs::read_dir("/usr/lib/postgresql").ok().and_then(|mut entries| entries.next());
    wanted("PostgreSQL", there.map(drop))?;
    let (port, folder) = (free_port(), folder());
    let command = script("postgres", &folder, port);
    Some(Server::start(command, port, folder, postgres_ready))
}

/// Whether a PostgreSQL server takes connections.
pub fn postgres_ready(port: u16) -> bool {
    psql(port, "select 1").is_some()
}

/// What `psql` answers; nothing where the server does not.
pub fn psql(port: u16, sql: &str) -> Option<String> {
    let bin =
        std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path().join("bin/psql")).max()?;
    let output = Command::new(bin)
        .args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "gml", "-d", "test", "-p"])
        .args([&port.to_string(), "-c", sql])
        .env("PGPASSWORD", "s3cret")
        .env("PGCONNECT_TIMEOUT", "5")
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A MariaDB server.
pub fn mariadb() -> Option<Server> {
    let there = on_path("mariadbd").or_else(|| Some(PathBuf::from("/usr/sbin/mariadbd")).filter(|file| file.exists()));
    wanted("MariaDB", there.map(drop))?;
    let (port, folder) = (free_port(), folder());
    let command = script("mariadb", &folder, port);
    Some(Server::start(command, port, folder, mariadb_ready))
}

/// Whether a MariaDB server takes connections.
pub fn mariadb_ready(port: u16) -> bool {
    mariadb_asked(port, "select 1").is_some()
}

/// What its client answers; nothing where the server does not.
pub fn mariadb_asked(port: u16, sql: &str) -> Option<String> {
    let output = Command::new("mariadb")
        .args(["--no-defaults", "-h", "127.0.0.1", "-u", "gml", "-ps3cret", "-N", "-B", "-P"])
        .args([&port.to_string(), "test", "-e", sql])
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
