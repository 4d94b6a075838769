//! Real servers of a test's own: ssh, Git, an S3 store. Those that are not installed are named loudly and passed over; with
//! `NEWSPRINT_ALL_SERVERS` set, as in `.ci/run`, their absence fails.

#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test program uses its part of this")]

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

#[cfg(feature = "s3")]
#[allow(unused_imports, reason = "each test program uses its part of this")]
pub use self::s3::{Cut, Store};

pub const SECRET: &str = "canary-SECRET-value-0123456789";

/// Whether a program is there; if not, says so.
pub fn has(program: &str, test: &str) -> bool {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path)
            .chain([PathBuf::from("/usr/sbin")])
            .any(|folder| folder.join(program).is_file())
    });
    if !found {
        let words = format!("NOT RUN: {test}: `{program}` is not installed");
        assert!(std::env::var_os("NEWSPRINT_ALL_SERVERS").is_none(), "{words}");
        // Past the capture of the test program: everybody shall see it.
        let _ = writeln!(std::io::stderr().lock(), "\n*** {words} ***");
    }
    found
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

pub fn wait_for(port: u16) {
    for _ in 0..200 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("nothing answers at port {port}");
}

pub struct Server(pub Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn git(arguments: &[&str], folder: &Path) -> String {
    let output = Command::new("git").args(arguments).current_dir(folder).output().expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A machine behind ssh: this one, by a server and keys of its own.
pub struct Machine {
    pub world: tempfile::TempDir,
    // Ended before the server.
    _connection: Option<Server>,
    _server: Server,
}

impl Machine {
    pub fn new() -> Self {
        let world = tempfile::tempdir().expect("a folder");
        let (port, root) = (free_port(), world.path().to_owned());
        let at = |name: &str| root.join(name).to_string_lossy().into_owned();
        for key in ["host", "user"] {
            let made =
                Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &at(key)]).status();
            assert!(made.is_ok_and(|status| status.success()));
        }
        fs::copy(at("user.pub"), at("authorized")).expect("a copy");
        let host = fs::read_to_string(at("host.pub")).expect("a key");
        fs::write(at("known"), format!("[127.0.0.1]:{port} {host}")).expect("written");
        let sshd = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nUsePAM no\nPidFile none\nPasswordAuthentication no\nSetEnv HOME={}\n",
            at("host"),
            at("authorized"),
            // What a shell of the user does when it starts is not for here.
            at("")
        );
        fs::write(at("sshd_config"), sshd).expect("written");
        // Where the server runs as root it wants this folder.
        let _ = fs::create_dir_all("/run/sshd");
        let program = if Path::new("/usr/sbin/sshd").exists() { "/usr/sbin/sshd" } else { "sshd" };
        let server = Command::new(program)
            .args(["-D", "-f", &at("sshd_config"), "-E", &at("log")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let server = Server(server.expect("sshd runs"));
        wait_for(port);
        let config = format!(
            "Host paper\n  HostName 127.0.0.1\n  Port {port}\n  IdentityFile {}\n  IdentitiesOnly yes\n  UserKnownHostsFile {}\n  StrictHostKeyChecking yes\n",
            at("user"),
            at("known")
        );
        fs::write(at("ssh_config"), config).expect("written");
        Self { world, _connection: None, _server: server }
    }

    /// One whose connections share a single one, which saves most of the time they take.
    pub fn shared() -> Self {
        let mut machine = Self::new();
        let (config, socket) = (machine.at("ssh_config"), machine.at("socket"));
        let text = fs::read_to_string(&config).expect("a text");
        fs::write(&config, format!("{text}  ControlPath {socket}\n")).expect("written");
        let mut command = Command::new("ssh");
        command.args(["-F", &config, "-M", "-N", "paper"]);
        let first = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("ssh runs");
        machine._connection = Some(Server(first));
        for _ in 0..200 {
            if Path::new(&socket).exists() {
                return machine;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("no connection by ssh");
    }

    pub fn at(&self, name: &str) -> String {
        self.world.path().join(name).to_string_lossy().into_owned()
    }

    pub fn target(&self, folder: &Path, more: &str) -> String {
        let config = self.at("ssh_config");
        format!("kind = \"rsync\"\ndest = \"paper:{}\"\nssh_config = {config:?}\n{more}", folder.display())
    }
}

/// Whether all is there that publishing over ssh needs.
pub fn has_ssh(what: &str) -> bool {
    ["sshd", "ssh", "ssh-keygen", "rsync", "flock"].iter().all(|program| has(program, what))
}

#[cfg(feature = "s3")]
mod s3 {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use hyper_util::rt::TokioIo;
    use s3s::auth::SimpleAuth;
    use s3s::service::S3ServiceBuilder;

    use super::{SECRET, fs};
    use crate::support::{Tree, tree};

    /// What befalls a request.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Cut {
        /// It and all after it find nobody.
        Kill,
        /// It is done, its answer and all after it are lost.
        KillAfter,
        /// It alone fails with an error of the server.
        Error,
        /// It alone is done and its answer is lost.
        Timeout,
    }

    /// An S3 store over a folder, which counts requests and cuts one off.
    pub struct Store {
        pub port: u16,
        pub folder: tempfile::TempDir,
        pub count: Arc<AtomicUsize>,
        cut: Arc<std::sync::Mutex<Option<(usize, Cut)>>>,
        _runtime: tokio::runtime::Runtime,
    }

    impl Store {
        pub fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            fs::create_dir(folder.path().join("paper")).expect("a bucket");
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            let runtime = runtime.expect("a runtime");
            let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).expect("a store"));
            builder.set_auth(SimpleAuth::from_single("canary-access", SECRET));
            let service = builder.build();
            let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
            let port = listener.local_addr().expect("an address").port();
            let count = Arc::new(AtomicUsize::new(0));
            let cut: Arc<std::sync::Mutex<Option<(usize, Cut)>>> = Arc::default();
            let (counted, cutting) = (Arc::clone(&count), Arc::clone(&cut));
            runtime.spawn(async move {
                while let Ok((socket, _)) = listener.accept().await {
                    let (service, count, cut) = (service.clone(), Arc::clone(&counted), Arc::clone(&cutting));
                    let answer = hyper::service::service_fn(move |request| {
                        let number = count.fetch_add(1, Ordering::SeqCst);
                        let cut = *cut.lock().expect("a lock");
                        let service = service.clone();
                        async move {
                            let lost = || std::io::Error::other("cut off by the test");
                            let done = || async {
                                hyper::service::Service::call(&service, request)
                                    .await
                                    .map_err(std::io::Error::other)
                            };
                            match cut {
                                Some((at, Cut::Kill)) if number >= at => Err(lost()),
                                Some((at, Cut::KillAfter)) if number > at => Err(lost()),
                                Some((at, Cut::KillAfter | Cut::Timeout)) if number == at => {
                                    let _ = done().await;
                                    Err(lost())
                                }
                                Some((at, Cut::Error)) if number == at => {
                                    let mut response = hyper::Response::new(s3s::Body::empty());
                                    *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
                                    Ok(response)
                                }
                                _ => done().await,
                            }
                        }
                    });
                    tokio::spawn(async move {
                        let _ = hyper::server::conn::http1::Builder::new()
                            .serve_connection(TokioIo::new(socket), answer)
                            .await;
                    });
                }
            });
            Self { port, folder, count, cut, _runtime: runtime }
        }

        pub fn target(&self, more: &str) -> String {
            format!(
                "kind = \"s3\"\nbucket = \"paper\"\nendpoint = \"http://127.0.0.1:{}\"\nprefix = \"tide\"\n{more}",
                self.port
            )
        }

        pub fn seen(&self) -> Tree {
            let mut seen = tree(&self.folder.path().join("paper/tide"));
            seen.retain(|path, _| !path.starts_with(".newsprint/"));
            seen
        }

        /// Someone else's way in.
        pub fn client(&self) -> object_store::aws::AmazonS3 {
            object_store::aws::AmazonS3Builder::new()
                .with_bucket_name("paper")
                .with_region("us-east-1")
                .with_endpoint(format!("http://127.0.0.1:{}", self.port))
                .with_allow_http(true)
                .with_access_key_id("canary-access")
                .with_secret_access_key(SECRET)
                .build()
                .expect("a client")
        }

        /// What is there, as the store gives it over HTTP.
        pub fn fetched(&self) -> Tree {
            use futures_util::TryStreamExt as _;
            use object_store::{ObjectStore as _, ObjectStoreExt as _};
            let client = self.client();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let below = object_store::path::Path::from("tide");
                let listed: Vec<_> = client.list(Some(&below)).try_collect().await.expect("a list");
                let mut tree = Tree::new();
                for object in listed {
                    let path = object.location.as_ref().trim_start_matches("tide/").to_owned();
                    if !path.starts_with(".newsprint/") {
                        let got = client.get(&object.location).await.expect("an object");
                        tree.insert(path, got.bytes().await.expect("its bytes").to_vec());
                    }
                }
                tree
            })
        }

        pub fn cut(&self, cut: Option<(usize, Cut)>) {
            self.count.store(0, Ordering::SeqCst);
            *self.cut.lock().expect("a lock") = cut;
        }
    }
}
