"""A small server that speaks the part of the Hub's HTTP API that uploading and downloading models takes.

Repositories with branches and commits in memory, git-LFS batches with basic transfer, redirects to another address for
large files, tokens, private repositories. One step can be told to fail once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

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
        """`store` or `commit`: what fails once."""
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

    do_PUT = do_POST

    def _serve(self, body: bytes) -> None:
        path = unquote(urlsplit(self.path).path)
        self.state.requests.append(f"{self.command} {path}")
        method = "GET" if self.command == "HEAD" else self.command
        for verb, pattern, name in ROUTES:
            if verb == method and (found := re.fullmatch(pattern, path)):
                if name == self.state.break_next:
                    self.state.break_next = None
                    self._error(507, "")
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
    ("POST", r"/api/validate-yaml", "validate"),
    ("POST", rf"/api/models/{REPO}/branch/(.+)", "branch"),
    ("POST", rf"/api/models/{REPO}/preupload/(.+)", "preupload"),
    ("POST", rf"/api/models/{REPO}/commit/(.+)", "commit"),
    ("GET", rf"/api/models/{REPO}/tree/(.+)", "tree"),
    ("GET", rf"/api/models/{REPO}/revision/(.+)", "info"),
    ("GET", rf"/api/models/{REPO}", "info"),
    ("POST", rf"/{REPO}\.git/info/lfs/objects/batch", "batch"),
    ("PUT", r"/lfs/([0-9a-f]{64})", "store"),
    ("POST", r"/lfs-verify/([0-9a-f]{64})", "verify"),
    ("GET", rf"/{REPO}/resolve/([^/]+)/(.+)", "resolve"),
    ("GET", r"/cdn/([0-9a-f]{64})", "cdn"),
]
