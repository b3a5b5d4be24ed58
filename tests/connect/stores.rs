//! Object stores and web servers: moto, Azurite, and a server of a few lines.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gml_tests::{Project, gmlc_folder};

use crate::lines;
use crate::servers::{self, asked, free_port};

/// The key of the account that Azurite always has.
const AZURITE_KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// A project that writes into a store and reads from there, with a connection and a scheme.
fn project(connection: &str, scheme: &str) -> Project {
    let program = format!(
        r#"
connection lake = {connection}

schema Sale {{ id: int, day: date, note: str? }}

catalog {{
    sales: table[Sale] = csv("sales.csv"),
    one: table[Sale] = parquet("{scheme}/out/a/one.parquet", store: lake),
    two: table[Sale] = csv("{scheme}/out/b/two x.csv", store: lake),
    three: table[Sale] = jsonl("{scheme}/out/three.jsonl", store: lake),
    four: table[Sale] = ipc("{scheme}/out/four.arrow", store: lake),
    several: table[Sale] = parquet("{scheme}/out/*/one.parquet", store: lake),
    found: table[Sale] = jsonl("found.jsonl"),
    all: table[Sale] = jsonl("all.jsonl"),
    missing: table[Sale] = csv("{scheme}/out/none.csv", store: lake),
}}

pipeline write {{
    save sales as one
    save sales as two
    save sales as three
    save sales as four
}}

pipeline read {{
    save one |> union(two) |> union(three) |> union(four) as all
    save several |> filter(.id > 1) as found
}}

pipeline lost {{ expect count(missing) > 0 }}
"#
    );
    Project::of(&[
        ("main.gml", program.as_str()),
        ("sales.csv", "id,day,note\n1,2021-01-01,a\n2,2021-01-02,\n3,2021-01-03,\"x\ny\"\n"),
    ])
}

pub fn gmlc(project: &Project, args: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
    let output = Command::new(gmlc_folder().join("gmlc"))
        .args(args)
        .current_dir(project.path("."))
        .env("NO_COLOR", "1")
        .env("LAKE_KEY", "AKIAEXAMPLEKEY")
        .env("LAKE_SECRET", "verysecretvalue")
        .env("AZURE_KEY", AZURITE_KEY)
        .env("GML_NETWORK_TIMEOUT", "20")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    for secret in ["verysecretvalue", AZURITE_KEY] {
        assert!(!said.contains(secret), "a secret is shown: {said}");
    }
    (output.status.code().unwrap_or(-1), said)
}

/// Writes, reads, reads again, changes and misses.
fn round(project: &Project) {
    let done = |args: &[&str]| {
        let (code, said) = gmlc(project, args, &[]);
        assert_eq!(code, 0, "{args:?}: {said}");
        said
    };
    done(&["run", "write"]);
    done(&["run", "read"]);
    let all = lines(project, "all.jsonl");
    assert_eq!(all.len(), 12);
    assert!(all.chunks(3).all(|rows| rows == &all[..3]), "{all:?}");
    assert_eq!(lines(project, "found.jsonl").len(), 2);
    let again = done(&["run", "read"]);
    assert!(again.contains("nothing"), "what did not change is not read again: {again}");
    // The object changes, so what depends on it runs.
    project.write("sales.csv", "id,day,note\n7,2021-01-01,a\n");
    done(&["run", "write"]);
    done(&["run", "read"]);
    assert_eq!(lines(project, "found.jsonl")[0]["id"], 7);
    let (code, said) = gmlc(project, &["run", "lost"], &[]);
    assert!(code == 3 && said.contains("GML0901") && said.contains("none.csv"), "{said}");
    let record = String::from_utf8(
        project
            .read(&format!(".gml/runs/{}/run.json", String::from_utf8(project.read(".gml/runs/last")).unwrap().trim())),
    )
    .unwrap();
    assert!(!record.contains("verysecretvalue") && !record.contains(AZURITE_KEY));
}

#[test]
fn s3() {
    let Some(server) = servers::moto() else { return };
    assert_eq!(asked(server.port, "PUT", "/lake", b"").0, 200);
    let connection = format!(
        "s3(region: \"us-east-1\", endpoint: \"http://127.0.0.1:{}\", access_key: secret(\"LAKE_KEY\"), secret_key: secret(\"LAKE_SECRET\"))",
        server.port
    );
    let project = project(&connection, "s3://lake");
    round(&project);
    // More than one part.
    let rows: String = (0..900_000)
        .map(|row| {
            format!("{row},2021-01-01,{:032x}\n", (row as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
        })
        .collect();
    project.write("sales.csv", format!("id,day,note\n{rows}"));
    let (code, said) = gmlc(&project, &["run", "write"], &[]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = gmlc(&project, &["run", "read"], &[]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(project.read("found.jsonl").iter().filter(|byte| **byte == b'\n').count(), 899_998);
    // Without the connection, keys come from the environment.
    let program = String::from_utf8(project.read("main.gml"))
        .unwrap()
        .replace(", store: lake", "")
        .replace("connection lake", "# connection lake");
    project.write("main.gml", program);
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let variables = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "verysecretvalue"),
        ("AWS_REGION", "us-east-1"),
    ];
    let (code, said) = gmlc(&project, &["run", "read"], &variables);
    assert_eq!(code, 0, "{said}");
}

/// Google's store speaks the language of S3, but for its keys; its emulators speak another one that our client does not use.
/// So moto stands in its place, too.
#[test]
fn google_cloud_storage() {
    let Some(server) = servers::moto() else { return };
    assert_eq!(asked(server.port, "PUT", "/lake", b"").0, 200);
    let connection = format!("gcs(endpoint: \"http://127.0.0.1:{}\")", with_keys(server.port));
    round(&project(&connection, "gs://lake"));
}

/// A way to moto on which the token of Google's store becomes a key of S3, which is what moto wants to see.
pub fn with_keys(to: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || pass(stream, to));
        }
    });
    port
}

fn pass(mut from: TcpStream, to: u16) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        from.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let lines = head.trim_end().lines().filter(|line| !line.to_lowercase().starts_with("authorization:"));
    let length =
        lines.clone().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut server = TcpStream::connect(("127.0.0.1", to)).ok()?;
    let key = "AWS4-HMAC-SHA256 Credential=AKIA/20210101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
    let head =
        format!("{}\r\nauthorization: {key}\r\nconnection: close\r\n\r\n", lines.collect::<Vec<_>>().join("\r\n"));
    server.write_all(head.as_bytes()).ok()?;
    std::io::copy(&mut Read::by_ref(&mut from).take(length.unwrap_or(0)), &mut server).ok()?;
    std::io::copy(&mut server, &mut from).ok().map(drop)
}

#[test]
fn azure_blob_storage() {
    let Some(server) = servers::azurite() else { return };
    let endpoint = format!("http://127.0.0.1:{}/devstoreaccount1", server.port);
    let connection =
        format!("azure(account: \"devstoreaccount1\", access_key: secret(\"AZURE_KEY\"), endpoint: \"{endpoint}\")");
    container(server.port);
    round(&project(&connection, "az://lake"));
}

/// Makes the container, which no GML program does.
pub fn container(port: u16) {
    let python = crate::servers_python().expect("Python is there where Azurite is");
    let script = "import sys; from azure.storage.blob import BlobServiceClient as B; \
                  B(account_url=sys.argv[1], credential={'account_name': 'devstoreaccount1', 'account_key': sys.argv[2]}).create_container('lake')";
    let url = format!("http://127.0.0.1:{port}/devstoreaccount1");
    let output = Command::new(python).args(["-c", script, &url, AZURITE_KEY]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A web server with one file. It fails for the first requests, and wants a token.
fn web(failing: usize) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = vec![0; 8192];
            let read = stream.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..read]).to_lowercase();
            let number = counted.fetch_add(1, Ordering::SeqCst);
            let body = "id,day,note\n1,2021-01-01,a\n2,2021-01-02,b\n";
            let answer = if number < failing {
                "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned()
            } else if !request.contains("authorization: bearer verysecretvalue") {
                "HTTP/1.1 401 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned()
            } else {
                let own = if request.starts_with("head") { "" } else { body };
                format!(
                    "HTTP/1.1 200 OK\r\netag: \"one\"\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{own}",
                    body.len()
                )
            };
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (port, requests)
}

fn web_project(port: u16, store: &str) -> Project {
    let program = format!(
        "connection portal = web(token: secret(\"LAKE_SECRET\"))\n\
         catalog {{\n    sales: table {{ id: int, day: date }} = csv(\"http://127.0.0.1:{port}/s.csv?signature=verysecretvalue\"{store}),\n    \
         found: table {{ id: int, day: date }} = jsonl(\"found.jsonl\"),\n}}\npipeline p {{ save sales as found }}\n"
    );
    Project::of(&[("main.gml", program)])
}

#[test]
fn web_servers() {
    let (port, requests) = web(2);
    let project = web_project(port, ", store: portal");
    let (code, said) = gmlc(&project, &["run"], &[]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(lines(&project, "found.jsonl").len(), 2);
    let before = requests.load(Ordering::SeqCst);
    let (code, said) = gmlc(&project, &["run"], &[]);
    assert!(code == 0 && said.contains("nothing"), "{said}");
    assert_eq!(requests.load(Ordering::SeqCst), before + 1, "only asked whether it is another one");
    let (code, said) = gmlc(&web_project(port, ""), &["run"], &[]);
    assert!(code == 3 && said.contains("GML0962") && said.contains("token"), "{said}");
}

#[test]
fn what_is_not_there_is_given_up_in_time() {
    let begun = std::time::Instant::now();
    let port = free_port();
    let (code, said) = gmlc(&web_project(port, ", store: portal"), &["run"], &[("GML_NETWORK_TIMEOUT", "2")]);
    assert!(code == 3 && said.contains("GML0961") && said.contains("does not answer"), "{said}");
    let s3 = project(
        &format!(
            "s3(region: \"us-east-1\", endpoint: \"http://127.0.0.1:{port}\", access_key: secret(\"LAKE_KEY\"), secret_key: secret(\"LAKE_SECRET\"))"
        ),
        "s3://lake",
    );
    let (code, said) = gmlc(&s3, &["run", "lost"], &[("GML_NETWORK_TIMEOUT", "2")]);
    assert!(code == 3 && said.contains("GML0961") && said.contains("s3://lake/out/none.csv"), "{said}");
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    let (code, said) = gmlc(&project("s3(access_key: secret(\"NO_SUCH_SECRET\"))", "s3://lake"), &["run", "lost"], &[]);
    assert!(code == 3 && said.contains("GML0950") && said.contains("NO_SUCH_SECRET"), "{said}");
}
