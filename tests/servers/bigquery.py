"""Answers as BigQuery's REST interface does, in the shapes that its documentation and its client have on record: a token for a service
account, a job that takes a while, pages, records and repeated fields, refusals.

    bigquery.py FOLDER

It writes `port`, a key file `account.json`, and each query that it is asked, a line each, to `asked`."""

import base64
import json
import pathlib
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

folder = pathlib.Path(sys.argv[1])
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
TOKEN = "ya29.a-token-that-nobody-sees"
SCHEMA = {
    "fields": [
        {"name": "user_pseudo_id", "type": "STRING", "mode": "NULLABLE"},
        {"name": "event_timestamp", "type": "TIMESTAMP", "mode": "NULLABLE"},
        {"name": "event_date", "type": "DATE", "mode": "NULLABLE"},
        {"name": "hits", "type": "INTEGER", "mode": "NULLABLE"},
        {"name": "price", "type": "FLOAT", "mode": "NULLABLE"},
        {"name": "exact", "type": "NUMERIC", "mode": "NULLABLE"},
        {"name": "open", "type": "BOOLEAN", "mode": "NULLABLE"},
        {"name": "blob", "type": "BYTES", "mode": "NULLABLE"},
        {"name": "tags", "type": "STRING", "mode": "REPEATED"},
        {"name": "device", "type": "RECORD", "mode": "NULLABLE", "fields": [{"name": "category", "type": "STRING", "mode": "NULLABLE"}]},
        {
            "name": "event_params",
            "type": "RECORD",
            "mode": "REPEATED",
            "fields": [
                {"name": "key", "type": "STRING", "mode": "NULLABLE"},
                {
                    "name": "value",
                    "type": "RECORD",
                    "mode": "NULLABLE",
                    "fields": [
                        {"name": "string_value", "type": "STRING", "mode": "NULLABLE"},
                        {"name": "int_value", "type": "INTEGER", "mode": "NULLABLE"},
                    ],
                },
            ],
        },
    ]
}


def row(*values):
    return {"f": [{"v": value} for value in values]}


def parameter(name, text, number):
    return {"v": row(name, row(text, number))}


ROWS = [
    row("a", "1609488000000001", "2021-01-01", "9007199254740993", "1.5", "12345.678", "true", "AP8=",
        [{"v": "x"}, {"v": "y"}], row("mobile"), [parameter("ga_session_id", None, "7"), parameter("page", "/", None)]),
    row("b", "-1", "1969-12-31", "-7", "-Infinity", None, "false", None, [], row(None), []),
    row("c", None, None, None, "NaN", "-0.001", None, "", [{"v": "é"}], None, [parameter("page", None, None)]),
]
state = {"tries": 0, "polls": 0}


class Server(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def refuse(self, status, reason, message):
        error = {"code": status, "message": message, "errors": [{"message": message, "domain": "global", "reason": reason}]}
        self.answer(status, {"error": error})

    def body(self):
        return self.rfile.read(int(self.headers["Content-Length"]))

    def is_let_in(self):
        if self.headers.get("Authorization") == "Bearer " + TOKEN:
            return True
        self.refuse(401, "authError", "Request had invalid authentication credentials.")
        return False

    def do_POST(self):
        if self.path == "/token":
            given = urllib.parse.parse_qs(self.body().decode())
            assert given["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"], given
            head, claims, signature = given["assertion"][0].split(".")
            decoded = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            key.public_key().verify(decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
            assert json.loads(decoded(head))["alg"] == "RS256"
            said = json.loads(decoded(claims))
            assert said["iss"] == "gml@shop.iam.gserviceaccount.com" and said["exp"] - said["iat"] == 3600, said
            assert said["scope"] == "https://www.googleapis.com/auth/bigquery" and said["aud"].endswith("/token"), said
            return self.answer(200, {"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})
        if not self.is_let_in():
            return None
        assert self.path == "/bigquery/v2/projects/shop/queries", self.path
        asked = json.loads(self.body())
        with open(folder / "asked", "a") as lines:
            lines.write(json.dumps(asked) + "\n")
        if "nowhere" in asked["query"]:
            return self.refuse(404, "notFound", "Not found: Table shop:web.nowhere was not found in location EU")
        if "denied" in asked["query"]:
            return self.refuse(403, "accessDenied", "Access Denied: Table shop:web.denied")
        state["tries"] += 1
        if state["tries"] == 1:
            return self.refuse(503, "backendError", "try again")
        if state["tries"] == 2:
            return self.refuse(403, "rateLimitExceeded", "too many")
        state["polls"] = 0
        job = {"projectId": "shop", "jobId": "job_é/1", "location": "EU"}
        return self.answer(200, {"kind": "bigquery#queryResponse", "jobReference": job, "jobComplete": False})

    def do_GET(self):
        if not self.is_let_in():
            return None
        url = urllib.parse.urlparse(self.path)
        given = urllib.parse.parse_qs(url.query)
        assert urllib.parse.unquote(url.path) == "/bigquery/v2/projects/shop/queries/job_é/1", url.path
        assert given["location"] == ["EU"] and given["formatOptions.useInt64Timestamp"] == ["true"], given
        job = {"projectId": "shop", "jobId": "job_é/1", "location": "EU"}
        state["polls"] += 1
        if state["polls"] == 1:
            return self.answer(200, {"jobReference": job, "jobComplete": False})
        page = {"jobReference": job, "jobComplete": True, "schema": SCHEMA, "totalRows": str(len(ROWS))}
        if "pageToken" in given:
            assert given["pageToken"] == ["next=="], given
            page["rows"] = ROWS[2:]
        else:
            page.update(rows=ROWS[:2], pageToken="next==")
        return self.answer(200, page)


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
account = {
    "type": "service_account",
    "project_id": "shop",
    "private_key_id": "1",
    "private_key": pem.decode(),
    "client_email": "gml@shop.iam.gserviceaccount.com",
    "token_uri": f"http://127.0.0.1:{server.server_port}/token",
}
(folder / "account.json").write_text(json.dumps(account))
(folder / "port.new").write_text(str(server.server_port))
(folder / "port.new").rename(folder / "port")
server.serve_forever()
