//! Vectors of texts and pictures in whole runs, with the small models of `runtime/inference/models`, whose vectors numpy gave.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use gml_tests::{Project, gmlc_with, repository, shared_data};
use serde_json::{Value, json};

const TEXTS: &str = r#"
use std.embed.{embed}
use std.recommend.{nearest}

catalog {
    articles: table { id article: str, text: str? } = jsonl("articles.jsonl"),
    sales: table { id customer: str, id article: str } = csv("sales.csv"),
    sentences: encoder[text -> vector[8]] = onnx("models/text"),
    vectors: table { id article: str, vector: vector[8]? } = parquet("out/vectors.parquet"),
    shown: table { id article: str, vector: vector[8]? } = jsonl("out/vectors.jsonl"),
    alike: table { id customer: str, id article: str } = csv("out/alike.csv"),
}

pipeline embeddings {
    save articles |> derive { vector = embed(sentences, .text) } |> select([.article, .vector]) as vectors
}

pipeline candidates {
    save vectors as shown
    save sales |> nearest(within: vectors, item: .article, k: 2) as alike
}
"#;

const PICTURES: &str = r#"
use std.embed.{embed}

catalog {
    pictures: table { id name: str, picture: image } = images("pictures/**/*", key: name),
    small: table { id name: str, picture: image } = images("pictures/**/*", key: name, resize: [20, 20]),
    looks: encoder[image -> vector[4]] = onnx("models/image"),
    vectors: table { id name: str, vector: vector[4] } = jsonl("out/vectors.jsonl"),
    of_small: table { id name: str, vector: vector[4] } = jsonl("out/small.jsonl"),
}

pipeline embeddings {
    save pictures |> derive { vector = embed(looks, .picture) } |> select([.name, .vector]) as vectors
}

pipeline resizing {
    save small |> derive { vector = embed(looks, .picture) } |> select([.name, .vector]) as of_small
}
"#;

fn models() -> PathBuf {
    repository().join("runtime/inference/models")
}

fn expected(model: &str) -> Value {
    serde_json::from_slice(&fs::read(models().join(model).join("expected.json")).unwrap()).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, to).unwrap();
        }
    }
}

fn lines(project: &Project, path: &str) -> Vec<Value> {
    let text = fs::read_to_string(project.path(path)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn near(found: &Value, expected: &Value, most: f64) {
    let (found, expected) = (found.as_array().unwrap(), expected.as_array().unwrap());
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let off = (found.as_f64().unwrap() - expected.as_f64().unwrap()).abs();
        assert!(off <= most, "{found} instead of {expected}");
    }
}

fn texts() -> Project {
    let project = Project::of(&[("main.gml", TEXTS)]);
    let expected = expected("text");
    let articles: Vec<String> = (expected["texts"].as_array().unwrap().iter().enumerate())
        .map(|(place, text)| serde_json::json!({ "article": format!("a{place}"), "text": text }).to_string())
        .chain([r#"{"article":"none","text":null}"#.to_owned()])
        .collect();
    project.write("articles.jsonl", &(articles.join("\n") + "\n"));
    project.write("sales.csv", "customer,article\nu,a0\nv,none\nv,a3\n");
    copy(&models().join("text"), &project.path("models/text"));
    project
}

#[test]
fn texts_have_the_vectors_of_their_model_and_those_go_through_parquet() {
    let project = texts();
    project.done(&["run", "embeddings", "--threads", "2"]);
    let first = fs::read(project.path("out/vectors.parquet")).unwrap();
    project.done(&["run", "candidates"]);
    let found = lines(&project, "out/vectors.jsonl");
    let expected = expected("text");
    assert_eq!(found.len(), 6);
    for (place, line) in found[..5].iter().enumerate() {
        near(&line["vector"], &expected["mean_normal"][place], 1e-5);
    }
    assert_eq!(found[5]["vector"], Value::Null);

    // The nearest of a0 and of a3, told from the vectors that numpy gave.
    let vector = |place: usize| -> Vec<f64> {
        expected["mean_normal"][place].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    };
    let nearest = |of: usize| {
        let mut others: Vec<(f64, usize)> = (0..5)
            .filter(|other| *other != of)
            .map(|other| (vector(of).iter().zip(vector(other)).map(|(a, b)| a * b).sum::<f64>(), other))
            .collect();
        others.sort_by(|a, b| b.0.total_cmp(&a.0));
        [others[0].1, others[1].1]
    };
    let rows = |user: &str, of: usize| nearest(of).map(|other| format!("{user},a{other}"));
    let wanted = [rows("u", 0), rows("v", 3)].concat().join("\n");
    let alike = fs::read_to_string(project.path("out/alike.csv")).unwrap();
    assert_eq!(alike, format!("customer,article\n{wanted}\n"));

    // With other threads the bytes are the same.
    project.done(&["run", "embeddings", "--force", "--threads", "1"]);
    assert_eq!(fs::read(project.path("out/vectors.parquet")).unwrap(), first);
}

#[test]
fn what_was_embedded_is_not_embedded_again_unless_the_model_changes() {
    let project = texts();
    project.done(&["run", "embeddings"]);
    project.done(&["run", "embeddings"]);
    let record = project.record();
    let ran: Vec<&Value> = record["steps"].as_array().unwrap().iter().filter(|step| step["state"] == "ran").collect();
    assert!(ran.is_empty(), "{ran:?}");
    let before = fs::read(project.path("out/vectors.parquet")).unwrap();
    // Another pooling in the folder of the model gives other vectors.
    project.write("models/text/1_Pooling/config.json", r#"{ "pooling_mode": "max" }"#);
    project.done(&["run", "embeddings"]);
    assert_ne!(fs::read(project.path("out/vectors.parquet")).unwrap(), before);
}

#[test]
fn a_model_that_is_not_there_or_of_another_width_is_told() {
    let project = texts();
    fs::remove_dir_all(project.path("models/text")).unwrap();
    let finished = project.gmlc(&["run", "embeddings"]);
    assert_eq!(finished.code, 3);
    assert!(finished.stderr.contains("GML0901") && finished.stderr.contains("gmlc model add"), "{}", finished.stderr);

    let project = texts();
    project.write("main.gml", TEXTS.replace("vector[8]", "vector[16]"));
    let finished = project.gmlc(&["run", "embeddings"]);
    assert_eq!(finished.code, 3);
    assert!(
        finished.stderr.contains("declared with vectors of 16 numbers, and its model gives 8"),
        "{}",
        finished.stderr
    );
}

fn pictures() -> Project {
    let project = Project::of(&[("main.gml", PICTURES)]);
    copy(&models().join("image"), &project.path("models/image"));
    copy(&models().join("image/pictures"), &project.path("pictures/of/all"));
    project
}

#[test]
fn pictures_have_the_vectors_of_their_model() {
    let project = pictures();
    project.done(&["run"]);
    let expected = expected("image");
    let found = lines(&project, "out/vectors.jsonl");
    let names: Vec<&str> = found.iter().map(|line| line["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["grey", "see_through", "upright", "waves"], "in the order of the files");
    for (line, file) in found.iter().zip(["grey.png", "see_through.webp", "upright.jpg", "waves.png"]) {
        near(&line["vector"], &expected[file], 0.01);
    }
    // Brought to a square first, the pictures look otherwise, but for the one that is square.
    let small = lines(&project, "out/small.jsonl");
    near(&small[1]["vector"], &expected["see_through.webp"], 0.05);
    assert_ne!(small[3]["vector"], found[3]["vector"]);
}

/// Vectors that Pillow, numpy and Python's onnxruntime gave of `waves.png` and `see_through.webp`, which are free of what decoders of
/// JPEG round otherwise.
#[test]
fn pictures_are_prepared_as_the_configuration_beside_the_model_says() {
    let project = pictures();
    let place = "models/image/preprocessor_config.json";
    let plain: Value = serde_json::from_slice(&project.read(place)).unwrap();
    let both = json!({ "do_center_crop": false, "size": { "height": 16, "width": 16 } });
    let both_bicubic = json!({ "do_center_crop": false, "size": { "height": 16, "width": 16 }, "resample": 3 });
    let cases = [
        (both, [2.35135, 0.37286, 1.28835, 0.26281], [2.34057, 0.37572, 1.30295, 0.26793]),
        (both_bicubic, [2.36112, 0.39829, 1.32515, 0.29054], [2.34871, 0.39956, 1.3413, 0.29764]),
        (json!({ "resample": 1 }), [2.77034, 0.39342, 1.31629, 0.3969], [2.37963, 0.32275, 1.26549, 0.31064]),
        // Smaller than what is cropped: black around it.
        (
            json!({ "size": { "shortest_edge": 12 } }),
            [2.17943, 0.51847, 1.17947, 0.36471],
            [2.14569, 0.65532, 1.16638, 0.45469],
        ),
        (
            json!({ "do_flip_channel_order": true }),
            [2.73055, 0.34774, 1.32443, 0.15356],
            [2.42456, 0.41547, 1.12631, 0.18579],
        ),
        (json!({ "do_normalize": false }), [2.40859, 0.0, 1.21279, 0.0], [2.28255, 0.0, 1.15442, 0.0]),
    ];
    for (change, waves, see_through) in cases {
        let mut config = plain.clone();
        config.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        project.write(place, config.to_string());
        project.done(&["run", "embeddings"]);
        let found = lines(&project, "out/vectors.jsonl");
        near(&found[3]["vector"], &json!(waves), 0.01);
        near(&found[1]["vector"], &json!(see_through), 0.01);
    }
}

#[test]
fn a_broken_picture_is_told_with_its_file() {
    let project = pictures();
    let whole = fs::read(project.path("pictures/of/all/upright.jpg")).unwrap();
    fs::write(project.path("pictures/of/all/upright.jpg"), &whole[..whole.len() / 2]).unwrap();
    // Taken apart while it is read.
    let finished = project.gmlc(&["run", "resizing"]);
    assert_eq!(finished.code, 3);
    for words in ["GML0943", "upright.jpg", "a picture in JPEG is damaged or cut off"] {
        assert!(finished.stderr.contains(words), "{}", finished.stderr);
    }
    // Only where it is used, its row says which it is.
    let finished = project.gmlc(&["run", "embeddings"]);
    assert_eq!(finished.code, 3);
    assert!(
        finished.stderr.contains("GML0943") && finished.stderr.contains("the picture of row 3"),
        "{}",
        finished.stderr
    );
    project.write("pictures/of/all/upright.jpg", "<html>not found</html>");
    let finished = project.gmlc(&["run", "embeddings"]);
    assert!(
        finished.stderr.contains("upright.jpg") && finished.stderr.contains("this is no picture"),
        "{}",
        finished.stderr
    );
}

/// The program that the language was designed for, on pictures of H&M, which are too many for the project.
#[test]
fn the_program_of_the_design_learns_what_pictures_look_like() {
    let Some(folder) = shared_data("data/hm_fashion") else { return };
    let program = fs::read(repository().join("tests/spec/programs/retail_ranking.gml")).unwrap();
    let project = Project::of(&[("main.gml", program)]);
    let mut folders: Vec<PathBuf> =
        fs::read_dir(folder.join("images")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for from in &folders[..16] {
        copy(from, &project.path("data/01_raw/images").join(from.file_name().unwrap()));
    }
    project.done(&["run", "embeddings", "--threads", "2"]);
    let signature: Value = serde_json::from_slice(&project.read("data/06_models/looks/signature.json")).unwrap();
    assert_eq!(signature["network"]["size"]["dimension"], 32);
    let epochs = signature["network"]["epochs"].as_array().unwrap();
    let loss = epochs[0]["loss"].as_f64().unwrap();
    assert!(epochs.len() == 1 && loss > 0.0 && loss < 0.3, "{epochs:?}");
    let learned = project.read("data/06_models/looks/model.onnx");
    project.done(&["run", "embeddings", "--threads", "1", "--force"]);
    assert!(project.read("data/06_models/looks/model.onnx") == learned, "threads change nothing");

    // What was learned is an encoder like any other, for a program that knows nothing but its folder.
    let other = Project::of(&[("main.gml", PICTURES.replace("vector[4]", "vector[32]"))]);
    copy(&project.path("data/06_models/looks"), &other.path("models/image"));
    copy(&folders[0], &other.path("pictures"));
    other.done(&["run", "embeddings"]);
    let found = lines(&other, "out/vectors.jsonl");
    assert_eq!(found.len(), fs::read_dir(&folders[0]).unwrap().count());
    assert!(found.iter().all(|line| line["vector"].as_array().unwrap().len() == 32));

    // A file that is no picture ends it before anything is learned.
    project.write("data/01_raw/images/010/0100000000.jpg", "<html>not found</html>");
    let finished = project.gmlc(&["run", "embeddings"]);
    assert_eq!(finished.code, 3);
    assert!(finished.stderr.contains("GML0943") && finished.stderr.contains("0100000000.jpg"), "{}", finished.stderr);
}

/// Learned here from pictures by what another model makes of them, and used by another run.
#[test]
fn vectors_of_another_model_are_brought_to_fewer_numbers() {
    let program = r#"
use std.embed.{embed, image_encoder}

catalog {
    pictures: table { id name: str, picture: image } = images("pictures/**/*", key: name),
    large: encoder[image -> vector[4]] = onnx("models/image"),
    small: encoder[image -> vector[2]] = artifact("out/small"),
    vectors: table { id name: str, vector: vector[2] } = jsonl("out/vectors.jsonl"),
}

pipeline learn { save fit(image_encoder(architecture: pretrained, base: large, dimension: 2), train: pictures) as small }

pipeline use_it { save pictures |> derive { vector = embed(small, .picture) } |> select([.name, .vector]) as vectors }
"#;
    let project = Project::of(&[("main.gml", program)]);
    copy(&models().join("image"), &project.path("models/image"));
    copy(&models().join("image/pictures"), &project.path("pictures"));
    project.done(&["run", "learn"]);
    project.done(&["run", "learn"]);
    assert!(project.record()["steps"].as_array().unwrap().iter().all(|step| step["state"] != "ran"), "nothing changed");
    // The folder needs nothing else.
    fs::remove_dir_all(project.path("models")).unwrap();
    project.done(&["run", "use_it"]);
    // Distances are those between the vectors that numpy gave, but for what the two directions leave out.
    let (found, expected) = (lines(&project, "out/vectors.jsonl"), expected("image"));
    let numbers = |of: &Value| -> Vec<f64> { of.as_array().unwrap().iter().map(|of| of.as_f64().unwrap()).collect() };
    let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    let files = ["grey.png", "see_through.webp", "upright.jpg", "waves.png"];
    for (a, b) in [(0, 1), (1, 2), (0, 3)] {
        let ours = distance(&numbers(&found[a]["vector"]), &numbers(&found[b]["vector"]));
        let whole = distance(&numbers(&expected[files[a]]), &numbers(&expected[files[b]]));
        assert!(ours < whole + 0.02 && ours > 0.9 * whole - 0.02, "{a} {b}: {ours} {whole}");
    }
}

/// The texts and vectors of sentence-transformers, whose model is too large for the project.
#[test]
fn a_sentence_transformer_gives_the_vectors_of_sentence_transformers() {
    let folder = std::env::var_os("GML_SHARED").map(|shared| Path::new(&shared).join("models/all-MiniLM-L6-v2"));
    let Some(folder) = folder.filter(|folder| folder.is_dir()) else {
        eprintln!("skipped: no shared data");
        return;
    };
    let program = TEXTS.replace("vector[8]", "vector[384]").replace(
        r#"onnx("models/text")"#,
        &format!("onnx({:?}, pooling: mean, normalize: true, max_tokens: 256)", folder.to_str().unwrap()),
    );
    let project = Project::of(&[("main.gml", program)]);
    let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let articles: Vec<String> = (expected.as_array().unwrap().iter().enumerate())
        .map(|(place, one)| serde_json::json!({ "article": format!("a{place}"), "text": one["text"] }).to_string())
        .collect();
    project.write("articles.jsonl", &(articles.join("\n") + "\n"));
    project.write("sales.csv", "customer,article\nu,a0\n");
    project.done(&["run"]);
    for (line, one) in lines(&project, "out/vectors.jsonl").iter().zip(expected.as_array().unwrap()) {
        let numbers =
            |of: &Value| -> Vec<f64> { of.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect() };
        let (found, wanted) = (numbers(&line["vector"]), numbers(&one["embedding"]));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let distance = 1.0 - dot(&found, &wanted) / (dot(&found, &found) * dot(&wanted, &wanted)).sqrt();
        assert!(distance < 1e-4, "{}: cosine distance {distance}", one["text"]);
    }
}

/// A library that says of itself that it serves GPUs, where there is none that it could use.
#[test]
fn a_gpu_that_cannot_be_used_is_told_where_it_is_preferred_and_ends_the_run_where_it_is_required() {
    let project = texts();
    let set_up = project.done(&["setup", "onnxruntime"]).stdout;
    let library = PathBuf::from(set_up.trim().split_once(": ").unwrap().1);
    let file = library.file_name().unwrap().to_str().unwrap().to_owned();
    project.write(&format!("library/{file}"), fs::read(&library).unwrap());
    project.write("library/libonnxruntime_providers_cuda.so", "");
    let with = |gpu: &str| {
        let entry = format!(r#"onnx("models/text", gpu: {gpu})"#);
        project.write("main.gml", TEXTS.replace(r#"onnx("models/text")"#, &entry));
        let copied = project.path(&format!("library/{file}"));
        gmlc_with(
            &project.path("."),
            &["run", "embeddings", "--force"],
            &[("GML_ONNXRUNTIME", copied.to_str().unwrap())],
        )
    };
    let told = with("preferred");
    assert_eq!(told.code, 0, "{}", told.stderr);
    let words = "`sentences` runs on the processor: the GPU that is preferred cannot be used: ";
    assert!(told.stdout.contains(words) || told.stderr.contains(words), "{} {}", told.stdout, told.stderr);
    let on_processor = fs::read(project.path("out/vectors.parquet")).unwrap();
    // Also by the library of the processor, where that is the only one; who says nothing does not miss it.
    project.write("main.gml", TEXTS.replace(r#"onnx("models/text")"#, r#"onnx("models/text", gpu: preferred)"#));
    let plain = project.done(&["run", "embeddings", "--force"]);
    assert!(plain.stdout.contains(words) || plain.stderr.contains(words), "{} {}", plain.stdout, plain.stderr);
    project.write("main.gml", TEXTS);
    let unsaid = project.done(&["run", "embeddings", "--force"]);
    assert!(!unsaid.stdout.contains("GPU") && !unsaid.stderr.contains("GPU"), "{} {}", unsaid.stdout, unsaid.stderr);
    let silent = with("never");
    assert!(silent.code == 0 && !silent.stderr.contains("GPU") && !silent.stdout.contains("GPU"), "{}", silent.stderr);
    assert_eq!(fs::read(project.path("out/vectors.parquet")).unwrap(), on_processor);
    let refused = with("required");
    assert_eq!(refused.code, 3);
    for words in ["GML0941", "cannot be run on a GPU by CUDA", "`gmlc setup onnxruntime --cuda`"] {
        assert!(refused.stderr.contains(words), "{}", refused.stderr);
    }
}

/// A hub with the small model of texts; what it was asked for comes back with its address. The first request of each file fails.
fn hub(files: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut asked = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let first = lines.next().unwrap();
            let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let path = first.split(' ').nth(1).unwrap().to_owned();
            let answer = |status: &str, body: &[u8]| {
                let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                [head.as_bytes(), body].concat()
            };
            let known = path.strip_prefix("/small/text/resolve/main/").map(|name| files.join(name));
            let private = path.starts_with("/private/");
            let allowed = headers.iter().any(|header| header.to_lowercase() == "authorization: bearer hush");
            let again = asked.contains(&path);
            asked.push(path);
            let sent = match known.map(fs::read) {
                _ if private && !allowed => answer("401 Unauthorized", b""),
                Some(Ok(_)) if !again => answer("503 Service Unavailable", b"later"),
                Some(Ok(body)) => answer("200 OK", &body),
                _ => answer("404 Not Found", b"no such file"),
            };
            stream.write_all(&sent).unwrap();
        }
    });
    address
}

#[test]
fn a_model_is_fetched_from_a_hub_and_used() {
    let project = texts();
    fs::remove_dir_all(project.path("models")).unwrap();
    let hub = hub(models().join("text"));
    let finished = project.done(&["model", "add", "small/text", "--hub", &hub]);
    assert!(finished.stdout.contains("models/text"), "{}", finished.stdout);
    for name in ["model.onnx", "tokenizer.json", "modules.json", "1_Pooling/config.json"] {
        assert_eq!(
            fs::read(project.path("models/text").join(name)).unwrap(),
            fs::read(models().join("text").join(name)).unwrap()
        );
    }
    assert!(!project.path("models/text/expected.json").exists(), "only what encoders read");
    project.done(&["run", "embeddings"]);

    let told = |args: &[&str]| {
        let finished = project.gmlc(args);
        assert_eq!(finished.code, 3, "{}", finished.stderr);
        finished.stderr
    };
    let again = told(&["model", "add", "small/text", "--hub", &hub]);
    assert!(again.contains("GML0910") && again.contains("is there already"), "{again}");
    let unknown = told(&["model", "add", "small/other", "--hub", &hub]);
    assert!(unknown.contains("GML0901") && unknown.contains("no model `small/other`"), "{unknown}");
    let private = told(&["model", "add", "private/model", "--hub", &hub]);
    assert!(private.contains("GML0962") && private.contains("GML_HUB_TOKEN"), "{private}");
    let nobody = told(&["model", "add", "small/text", "--into", "models/other", "--hub", "http://127.0.0.1:9"]);
    assert!(nobody.contains("GML0961"), "{nobody}");
    let left: Vec<_> = fs::read_dir(project.path("models")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["text"], "nothing is left behind");
    assert_eq!(project.gmlc(&["model", "add", "../evil", "--hub", &hub]).code, 2);
}
