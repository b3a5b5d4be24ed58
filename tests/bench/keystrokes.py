"""Types into a file that `gmlc lsp` has open, a key at a time, and takes the time until its diagnostics are there."""

import json
import subprocess
import time
from pathlib import Path

TYPED = "\n    # a\n    |> filter(.price > 1"
"""What is typed and deleted again: it breaks the declaration that it stands in, and mends it."""


class Server:
    """A language server, spoken to as an editor does."""

    def __init__(self, command: list, folder: Path):
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.id = 0
        capabilities = {"general": {"positionEncodings": ["utf-8", "utf-16"]}}
        self.request("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities})
        self.notify("initialized", {})

    def send(self, message: dict) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self) -> dict:
        length = None
        while (line := self.process.stdout.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if length is None:
            raise SystemExit("the language server has ended")
        return json.loads(self.process.stdout.read(length))

    def request(self, method: str, params: dict | None) -> None:
        self.id += 1
        self.send({"id": self.id, "method": method, "params": params})
        while self.receive().get("id") != self.id:
            pass

    def notify(self, method: str, params: dict) -> None:
        self.send({"method": method, "params": params})

    def diagnostics(self, uri: str, version: int) -> list:
        """The diagnostics of that version of a file, as soon as they are told."""
        while True:
            message = self.receive()
            params = message.get("params") or {}
            told = message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == uri
            if told and params.get("version") == version:
                return params["diagnostics"]

    def memory(self) -> float:
        """The most memory that was resident, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def end(self) -> None:
        self.request("shutdown", None)
        self.notify("exit", {})
        self.process.wait(timeout=30)


def places(lines: int):
    """Lines that lie a golden step apart: they reach every part of the file."""
    place = 0.0
    while True:
        place = (place + 0.618033988749) % 1
        yield int(place * lines)


def typed(gmlc: Path, folder: Path, name: str, count: int) -> tuple[list[float], float]:
    """Seconds of each keystroke, in order, and the memory of the server."""
    file = (folder / name).resolve()
    text = file.read_text()
    server = Server([gmlc, "lsp"], folder)
    uri, version = file.as_uri(), 1
    document = {"uri": uri, "languageId": "gml", "version": version, "text": text}
    server.notify("textDocument/didOpen", {"textDocument": document})
    at_first = server.diagnostics(uri, version)
    lines = text.split("\n")
    seconds = []
    for line in places(len(lines) - 1):
        # Behind the end of a line. The position of every letter, as it is typed and as it is deleted.
        column = len(lines[line].encode())
        steps = []
        for letter in TYPED:
            start = {"line": line, "character": column}
            line, column = (line + 1, 0) if letter == "\n" else (line, column + 1)
            steps.append((letter, start, {"line": line, "character": column}))
        changes = [(start, start, letter) for letter, start, _ in steps]
        changes += [(start, end, "") for _, start, end in reversed(steps)]
        for start, end, new in changes:
            version += 1
            change = {"range": {"start": start, "end": end}, "text": new}
            began = time.perf_counter()
            server.notify(
                "textDocument/didChange",
                {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]},
            )
            found = server.diagnostics(uri, version)
            seconds.append(time.perf_counter() - began)
        if found != at_first:
            raise SystemExit(f"{name} is what it was, and its diagnostics are others: {found[:3]}")
        if len(seconds) >= count:
            break
    memory = server.memory()
    server.end()
    return seconds, memory
