//! The image that the tasks run in: the project with gmlc and what its pipelines need beside it.
//!
//! The instructions are those of <https://docs.docker.com/reference/dockerfile/>; the program comes from a context of its own
//! (<https://docs.docker.com/build/concepts/context/>), so that it has not to lie in the project.

use std::fmt::Write;

use crate::MADE_BY;
use crate::kubernetes::GROUP;

/// What an image has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Where the project lies in it.
    pub project: String,
    /// The program in there, where it is not that of the folder: `shop.gml`.
    pub main: Option<String>,
    /// Libraries that `gmlc setup` fetches.
    pub libraries: Vec<&'static str>,
    /// What nodes in Python import; nothing where there are no such nodes.
    pub python: Option<Packages>,
    /// Whether something else is run by Python.
    pub runs_python: bool,
}

/// Packages of Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packages {
    /// The file that lists them, in the project.
    pub requirements: String,
    /// The folder of the environment that `gml.toml` names.
    pub venv: Option<String>,
}

impl Packages {
    /// The folder of the environment.
    fn folder(&self) -> &str {
        self.venv.as_deref().unwrap_or("/opt/venv")
    }
}

/// What is installed of the system, in one layer.
fn install(packages: &[&str]) -> String {
    format!(
        "RUN apt-get update \\\n    && apt-get install --yes --no-install-recommends {} \\\n    && rm -rf /var/lib/apt/lists/*\n",
        packages.join(" ")
    )
}

/// The Dockerfile.
#[must_use]
pub fn dockerfile(image: &Image) -> String {
    let mut packages = vec!["ca-certificates", "libgomp1"];
    if image.runs_python || image.python.is_some() {
        packages.push("python3");
    }
    if image.python.is_some() {
        packages.push("python3-venv");
    }
    let gmlc = "COPY --from=gmlc gmlc /usr/local/bin/gmlc\n";
    let mut file = format!(
        "# syntax=docker/dockerfile:1\n{MADE_BY} (gmlc {}): the image of a project.\n#\n\
         # The context `gmlc` is the folder of the program: docker build --build-context gmlc=/usr/local/bin -t IMAGE .\n\n\
         # A Linux whose C library is no older than that of the machine where gmlc was built.\nARG BASE=debian:12-slim\n\n",
        env!("CARGO_PKG_VERSION")
    );
    if !image.libraries.is_empty() {
        let fetched: Vec<String> = image.libraries.iter().map(|library| format!("gmlc setup {library}")).collect();
        let _ = write!(
            file,
            "# What is fetched with pip, pinned by SHA-256; pip itself does not get into the image.\nFROM ${{BASE}} AS libraries\n{}{gmlc}\
             ENV GML_LIBRARIES=/opt/gml\nRUN {}\n\n",
            install(&["ca-certificates", "libgomp1", "python3", "python3-pip"]),
            fetched.join(" && ")
        );
    }
    let _ = write!(file, "FROM ${{BASE}}\n{}{gmlc}", install(&packages));
    file.push_str("ENV GML_LIBRARIES=/opt/gml\n");
    if !image.libraries.is_empty() {
        file.push_str("COPY --from=libraries /opt/gml /opt/gml\n");
    }
    let _ = writeln!(file, "WORKDIR {}", image.project);
    if let Some(python) = &image.python {
        let (folder, requirements) = (python.folder(), &python.requirements);
        let _ = write!(
            file,
            "COPY {requirements} ./\nRUN python3 -m venv {folder} && {folder}/bin/pip install --no-cache-dir -r {requirements}\n"
        );
        if python.venv.is_none() {
            let _ = writeln!(file, "ENV VIRTUAL_ENV={folder}");
        }
    }
    let main = image.main.as_deref().unwrap_or(".");
    let _ = write!(
        file,
        "COPY . .\n# The image is made of a program that is right, and a user of its own may keep runs in it.\n\
         RUN gmlc check {main} && mkdir -p .gml && chown -R {GROUP}:{GROUP} .gml && chown {GROUP}:{GROUP} .\n\
         USER {GROUP}:{GROUP}\nENTRYPOINT [\"gmlc\"]\n"
    );
    file
}

/// What is not put into the image, in the form of `.dockerignore`: what gmlc keeps of runs, the history, and whatever may hold secrets.
#[must_use]
pub fn left_out(image: &Image, secrets: Option<&str>) -> String {
    let mut lines = vec![".gml", ".git", "**/*secrets*.toml", "**/.env"];
    lines.extend(secrets);
    lines.extend(image.python.as_ref().and_then(|python| python.venv.as_deref()));
    format!("{MADE_BY} (gmlc {}): what the image has not.\n{}\n", env!("CARGO_PKG_VERSION"), lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_what_its_pipelines_need() {
        let plain =
            Image { project: "/app".to_owned(), main: None, libraries: Vec::new(), python: None, runs_python: false };
        insta::assert_snapshot!("plain_image", dockerfile(&plain));
        let packages = Packages { requirements: "requirements.txt".to_owned(), venv: Some(".venv".to_owned()) };
        let all = Image {
            main: Some("shop.gml".to_owned()),
            libraries: vec!["lightgbm", "onnxruntime"],
            python: Some(packages),
            ..plain
        };
        insta::assert_snapshot!("image_with_libraries_and_python", dockerfile(&all));
        insta::assert_snapshot!("left_out", left_out(&all, Some("keys/shop.toml")));
    }
}
