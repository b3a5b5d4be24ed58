"""Runs the hooks of this repository with the real pre-commit, in a Git repository made for it.

Arguments: the repository, the folder that holds gmlc, a folder to work in. Prints JSON: what each run ended with and said.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

repository, binaries, work = (Path(argument).resolve() for argument in sys.argv[1:4])

from pre_commit.clientlib import load_manifest

hooks = {hook["id"]: hook for hook in load_manifest(str(repository / ".pre-commit-hooks.yaml"))}

environment = {
    **os.environ,
    "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
    "PRE_COMMIT_HOME": str(work / "cache"),
    "GIT_CONFIG_GLOBAL": os.devnull,
    "NO_COLOR": "1",
}


def run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def git(*command, cwd):
    code, said = run("git", "-c", "user.name=test", "-c", "user.email=test@example.org", *command, cwd=cwd)
    assert code == 0, said
    return said.strip()


# The hooks come from a repository of their own, as they would from the published one.
source = work / "hooks"
source.mkdir()
shutil.copy(repository / ".pre-commit-hooks.yaml", source)
git("init", "--quiet", "--initial-branch=main", cwd=source)
git("add", ".", cwd=source)
git("commit", "--quiet", "--message", "hooks", cwd=source)
revision = git("rev-parse", "HEAD", cwd=source)

project = work / "project"
(project / "shop").mkdir(parents=True)
git("init", "--quiet", "--initial-branch=main", cwd=project)
(project / ".pre-commit-config.yaml").write_text(
    f"repos:\n  - repo: {source}\n    rev: {revision}\n    hooks:\n      - id: gmlc-check\n"
)
(project / "shop/main.gml").write_text('use rates.{rate}\n\ntest "half" {\n    expect rate(1, 2) == 0.5\n}\n')
(project / "shop/rates.gml").write_text("fn rate(part: int, whole: int) -> float = part / whole\n")
(project / "README.md").write_text("not a program\n")
git("add", ".", cwd=project)

results = {"hooks": sorted(hooks)}
results["right"] = run(sys.executable, "-m", "pre_commit", "run", "--all-files", cwd=project)
(project / "shop/rates.gml").write_text("fn rate(part: int, whole: int) -> float = prat / whole\n")
git("add", ".", cwd=project)
results["wrong"] = run(sys.executable, "-m", "pre_commit", "run", "--all-files", cwd=project)
(project / "README.md").write_text("still none\n")
results["other files"] = run(sys.executable, "-m", "pre_commit", "run", "--files", "README.md", cwd=project)

# Both hooks, and a program that is right but not in its form.
(project / ".pre-commit-config.yaml").write_text(
    f"repos:\n  - repo: {source}\n    rev: {revision}\n    hooks:\n      - id: gmlc-fmt\n      - id: gmlc-check\n"
)
(project / "shop/rates.gml").write_text("fn rate( part:int,whole:int )->float=part/whole\n")
git("add", ".", cwd=project)
results["unformatted"] = run(sys.executable, "-m", "pre_commit", "run", "--all-files", cwd=project)
results["formatted text"] = (project / "shop/rates.gml").read_text()
git("add", ".", cwd=project)
results["formatted"] = run(sys.executable, "-m", "pre_commit", "run", "--all-files", cwd=project)
# What does not parse is left as it is, and told.
(project / "shop/rates.gml").write_text("fn rate( part:int -> float\n")
git("add", ".", cwd=project)
results["broken"] = run(sys.executable, "-m", "pre_commit", "run", "gmlc-fmt", "--all-files", cwd=project)
results["broken text"] = (project / "shop/rates.gml").read_text()
print(json.dumps(results))
