"""A small server that speaks the part of the Hub's HTTP API that uploading and downloading models takes.

Repositories with branches and commits in memory, git-LFS batches with basic transfer, redirects to another address for
large files, tokens, private repositories. One step can be told to fail once.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

TOKEN = "hf_local_secret_token"
REPO = r"([\w.-]+/[\w.-]+)"


@dataclass
class Repository:
    """Branches point at commits, commits hold path -> (kind, sha-256 or content)."""

    private: bool
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)

    def commit(self, branch: str, files: dict[str, tuple[str, str]]) -> str:
        number = len(self.commits)
        name = hashlib.sha1(f"{number}{sorted(files.items())}".encode()).hexdigest()
        self.commits[name] = files
        self.branches[branch] = name
        return name

    def find(self, revision: str) -> str | None:
        return self.branches.get(revision) or (revision if revision in self.commits else None)


class Hub:
    """The server; `url` is its endpoint, `blobs` what was uploaded, `requests` what was asked of it."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.blobs: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.break_next: str | None = None
        """`store`, `commit` or `run_job`: what fails once."""
        self.lose_next: str | None = None
        """What is done once while its answer is lost."""
        self.jobs: dict[str, dict[str, Any]] = {}
        self.on_job: Callable[[dict[str, Any]], str] = lambda job: "COMPLETED"
        """Does what a job's container does; returns the stage in which it ends."""
        hub = self

        class Handler(_Handler):
            state = hub

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def files(self, repo: str, revision: str = "main") -> dict[str, bytes]:
        """Everything that stands in a repository, as a visitor would get it."""
        repository = self.repositories[repo]
        return {p: self.blobs[oid] for p, (_, oid) in repository.commits[repository.branches[revision]].items()}

    def uploads(self) -> int:
        return sum(r.startswith("PUT ") for r in self.requests)


class _Handler(BaseHTTPRequestHandler):
    state: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._serve(b"")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    do_PUT = do_DELETE = do_POST

    def _serve(self, body: bytes) -> None:
        path = unquote(urlsplit(self.path).path)
        self.state.requests.append(f"{self.command} {path}")
        method = "GET" if self.command == "HEAD" else self.command
        for verb, pattern, name in ROUTES:
            if verb == method and (found := re.fullmatch(pattern, path)):
                if name == self.state.break_next:
                    self.state.break_next = None
                    self._error(507, "")
                elif name == self.state.lose_next:
                    self.state.lose_next = None
                    answer, self.wfile = self.wfile, io.BytesIO()
                    getattr(self, name)(body, *found.groups())
                    self.wfile, self.close_connection = answer, True
                    self.connection.close()
                else:
                    getattr(self, name)(body, *found.groups())
                return
        self._error(404, "EntryNotFound")

    # ---- answers

    def _bytes(self, status: int, data: bytes, **headers: str) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _json(self, value: Any, status: int = 200) -> None:
        self._bytes(status, json.dumps(value).encode(), Content_Type="application/json")

    def _error(self, status: int, code: str) -> None:
        self._bytes(status, b"{}", X_Error_Code=code, X_Error_Message=code, Content_Type="application/json")

    def _may(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def _repository(self, repo: str, *, write: bool = False) -> Repository | None:
        """The repository, when the caller may know of it; else the answer has been given."""
        found = self.state.repositories.get(repo)
        if write and not self._may():
            self._error(401 if "Authorization" not in self.headers else 403, "")
            return None
        if found is None or (found.private and not self._may()):
            self._error(404 if self._may() else 401, "RepoNotFound")
            return None
        return found

    # ---- accounts and repositories

    def whoami(self, _: bytes) -> None:
        self._json({"name": "ann", "type": "user"}) if self._may() else self._error(401, "")

    def create(self, body: bytes) -> None:
        if not self._may():
            self._error(401, "")
            return
        asked = json.loads(body)
        repo = f"{asked.get('organization') or 'ann'}/{asked['name']}"
        private = asked.get("visibility") == "private" or bool(asked.get("private"))
        status = 409 if repo in self.state.repositories else 200
        if status == 200:
            self.state.repositories[repo] = Repository(private)
            self.state.repositories[repo].commit("main", {})
        self._json({"url": f"{self.state.url}/{repo}", "id": repo}, status)

    def delete(self, body: bytes) -> None:
        asked = json.loads(body)
        repo = f"{asked['organization']}/{asked['name']}"
        if self._repository(repo, write=True):
            del self.state.repositories[repo]
            self._json({})

    # ---- jobs

    def hardware(self, _: bytes) -> None:
        self._json([{"name": "l4x1", "prettyName": "1x L4", "cpu": "8 vCPU", "ram": "30 GB", "unitCostMicroUSD": 13333,
                     "unitCostUSD": 0.013333, "unitLabel": "minute"}])  # fmt: skip

    def run_job(self, body: bytes, owner: str) -> None:
        if not self._may():
            self._error(401, "")
            return
        name = f"job{len(self.state.jobs) + 1}"
        self.state.jobs[name] = json.loads(body) | {"id": name, "owner": {"id": "1", "name": owner, "type": "user"},
                                                    "status": {"stage": "SCHEDULING"}}  # fmt: skip
        self._json(self._job(name))

    def list_jobs(self, _: bytes, owner: str) -> None:
        wanted = dict(pair.split("=", 1) for pair in parse_qs(urlsplit(self.path).query).get("label", []))
        self._json([
            self._job(n) for n, j in reversed(self.state.jobs.items()) if wanted.items() <= j["labels"].items()
        ])  # fmt: skip

    def job(self, _: bytes, owner: str, name: str) -> None:
        job = self.state.jobs[name]
        stage = job["status"]["stage"]
        if stage == "SCHEDULING":
            job["status"] = {"stage": "RUNNING"}
        elif stage == "RUNNING":
            job["status"] = {"stage": self.state.on_job(job)}
        self._json(self._job(name))

    def cancel_job(self, _: bytes, owner: str, name: str) -> None:
        self.state.jobs[name]["status"] = {"stage": "CANCELED"}
        self._json(self._job(name))

    def _job(self, name: str) -> dict[str, Any]:
        return {k: v for k, v in self.state.jobs[name].items() if k != "secrets"}

    def branch(self, _: bytes, repo: str, name: str) -> None:
        if repository := self._repository(repo, write=True):
            status = 409 if name in repository.branches else 200
            repository.branches.setdefault(name, repository.branches["main"])
            self._json({}, status)

    def info(self, _: bytes, repo: str, revision: str | None = None) -> None:
        if repository := self._repository(repo):
            commit = repository.find(revision or "main")
            if commit is None:
                self._error(404, "RevisionNotFound")
                return
            files = repository.commits[commit]
            self._json({
                "id": repo, "modelId": repo, "sha": commit, "private": repository.private, "tags": [], "downloads": 0,
                "siblings": [{"rfilename": p} for p in files],
            })  # fmt: skip

    def tree(self, _: bytes, repo: str, revision: str) -> None:
        if repository := self._repository(repo):
            files = repository.commits[repository.find(revision) or ""]
            self._json([self._entry(path, *entry) for path, entry in files.items()])

    def _entry(self, path: str, kind: str, oid: str) -> dict[str, Any]:
        data = self.state.blobs[oid]
        entry: dict[str, Any] = {"type": "file", "path": path, "size": len(data), "oid": _git(data)}
        if kind == "lfs":
            entry["lfs"] = {"oid": oid, "size": len(data), "pointerSize": 130}
        return entry

    # ---- upload

    def preupload(self, body: bytes, repo: str, revision: str) -> None:
        if repository := self._repository(repo, write=True):
            there = repository.commits[repository.find(revision) or ""]
            answers = []
            for file in json.loads(body)["files"]:
                mode = "lfs" if file["path"].endswith((".safetensors", ".gguf")) else "regular"
                kind, oid = there.get(file["path"], ("", ""))
                known = None if not oid else oid if kind == "lfs" else _git(self.state.blobs[oid])
                answers.append({"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": known})
            self._json({"files": answers})

    def batch(self, body: bytes, repo: str) -> None:
        if self._repository(repo, write=True):
            objects = []
            for asked in json.loads(body)["objects"]:
                answer = {"oid": asked["oid"], "size": asked["size"]}
                if asked["oid"] not in self.state.blobs:
                    answer["actions"] = {
                        "upload": {"href": f"{self.state.url}/lfs/{asked['oid']}"},
                        "verify": {"href": f"{self.state.url}/lfs-verify/{asked['oid']}"},
                    }
                objects.append(answer)
            self._json({"transfer": "basic", "objects": objects})

    def store(self, body: bytes, oid: str) -> None:
        assert hashlib.sha256(body).hexdigest() == oid
        self.state.blobs[oid] = body
        self._bytes(200, b"")

    def verify(self, body: bytes, oid: str) -> None:
        whole = oid in self.state.blobs and len(self.state.blobs[oid]) == json.loads(body)["size"]
        self._json({}, 200 if whole else 404)

    def validate(self, body: bytes) -> None:
        content = json.loads(body)["content"]
        parts = content.split("---", 2)
        front = yaml.safe_load(parts[1]) if len(parts) == 3 and not parts[0] else None
        errors = [] if isinstance(front, dict) else [{"message": "no front matter"}]
        self._json({"errors": errors, "warnings": []}, 400 if errors else 200)

    def commit(self, body: bytes, repo: str, branch: str) -> None:
        if repository := self._repository(repo, write=True):
            files = dict(repository.commits[repository.branches[branch]])
            for line in body.splitlines():
                item = json.loads(line)
                value = item["value"]
                if item["key"] == "file":
                    data = base64.b64decode(value["content"])
                    oid = hashlib.sha256(data).hexdigest()
                    self.state.blobs[oid] = data
                    files[value["path"]] = ("regular", oid)
                elif item["key"] == "lfsFile":
                    assert value["oid"] in self.state.blobs
                    files[value["path"]] = ("lfs", value["oid"])
                else:
                    assert item["key"] == "header" and value["summary"]
            name = repository.commit(branch, files)
            self._json({"commitUrl": f"{self.state.url}/{repo}/commit/{name}", "commitOid": name, "success": True})

    # ---- download

    def resolve(self, _: bytes, repo: str, revision: str, path: str) -> None:
        if repository := self._repository(repo):
            commit = repository.find(revision)
            if commit is None or path not in repository.commits[commit]:
                self._error(404, "RevisionNotFound" if commit is None else "EntryNotFound")
                return
            kind, oid = repository.commits[commit][path]
            data = self.state.blobs[oid]
            if kind == "lfs":
                elsewhere = self.state.url.replace("127.0.0.1", "localhost")  # as the Hub's own storage is
                self._bytes(
                    302, b"", Location=f"{elsewhere}/cdn/{oid}", X_Repo_Commit=commit,
                    X_Linked_Etag=f'"{oid}"', X_Linked_Size=str(len(data)),
                )  # fmt: skip
            else:
                self._bytes(200, data, ETag=f'"{_git(data)}"', X_Repo_Commit=commit)

    def cdn(self, _: bytes, oid: str) -> None:
        self._bytes(200, self.state.blobs[oid], ETag=f'"{oid}"')


def _git(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


ROUTES = [
    ("GET", r"/api/whoami-v2", "whoami"),
    ("POST", r"/api/repos/create", "create"),
    ("DELETE", r"/api/repos/delete", "delete"),
    ("GET", r"/api/jobs/hardware", "hardware"),
    ("POST", r"/api/jobs/([\w.-]+)", "run_job"),
    ("GET", r"/api/jobs/([\w.-]+)", "list_jobs"),
    ("GET", r"/api/jobs/([\w.-]+)/([\w.-]+)", "job"),
    ("POST", r"/api/jobs/([\w.-]+)/([\w.-]+)/cancel", "cancel_job"),
    ("POST", r"/api/validate-yaml", "validate"),
    ("POST", rf"/api/(?:models|datasets)/{REPO}/branch/(.+)", "branch"),
    ("POST", rf"/api/(?:models|datasets)/{REPO}/preupload/(.+)", "preupload"),
    ("POST", rf"/api/(?:models|datasets)/{REPO}/commit/(.+)", "commit"),
    ("GET", rf"/api/(?:models|datasets)/{REPO}/tree/(.+)", "tree"),
    ("GET", rf"/api/(?:models|datasets)/{REPO}/revision/(.+)", "info"),
    ("GET", rf"/api/(?:models|datasets)/{REPO}", "info"),
    ("POST", rf"(?:/datasets)?/{REPO}\.git/info/lfs/objects/batch", "batch"),
    ("PUT", r"/lfs/([0-9a-f]{64})", "store"),
    ("POST", r"/lfs-verify/([0-9a-f]{64})", "verify"),
    ("GET", rf"(?:/datasets)?/{REPO}/resolve/([^/]+)/(.+)", "resolve"),
    ("GET", r"/cdn/([0-9a-f]{64})", "cdn"),
]
