"""What can be wrong with a data set before anything is trained on it: leaks, wrong labels, and too little of it.

Each gate is one registered function from a `Material` to its findings, in the modules that MODULES names. An
error means that no verdict on this data can be trusted; a warning stands beside the verdict; a note says what was not
checked, or what is worth knowing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from eval.data.dataset import Dataset
from eval.data.jsonl import read_json_lines
from eval.errors import UserError
from eval.files import fingerprint, read_json, write_json
from eval.records import Example
from eval.terminal.progress import say

if TYPE_CHECKING:
    from rag.readers.documents import Document

Severity = Literal["error", "warning", "note"]

MODULES = (
    "eval.data.gates.questions",
    "eval.data.gates.answers_in_corpus",
    "eval.data.gates.document_texts",
    "eval.data.gates.sizes",
    "eval.data.gates.scoring",
)
"""Importing them registers their gates, in this order."""

KNOWN = "known-already"
"""The gate that needs the base's answers, in `eval.data.gates.known_answers`."""

RETRIEVAL = "retrieval"
"""The gate that needs the embedder, in `eval.data.gates.embedder`."""

CODE = 2
"""Raised when a gate changes what it finds, so that a run's kept findings are made again."""

SHOWN = 3
"""So many rows are named in a finding; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a gate found, with the fix in its message."""

    gate: str
    severity: Severity
    message: str
    where: str
    """`file:line` of the first row, or the file or folder."""

    def line(self) -> str:
        """The finding as it is printed."""
        return f"{self.severity}: {self.where}: {self.message} [{self.gate}]"


@dataclass(frozen=True, slots=True)
class Located:
    """An example with its place."""

    example: Example
    file: str
    """The file's name, such as `test.jsonl`."""
    line: int

    @property
    def place(self) -> str:
        """`test.jsonl:12`."""
        return f"{self.file}:{self.line}"


class Material:
    """What the gates look at: the rows with their places, and the documents, read on first use."""

    def __init__(self, dataset: Dataset, asked: Sequence[Example] | None = None) -> None:
        self.dataset = dataset
        self.train = _locate(dataset, "train.jsonl", dataset.train)
        self.dev = _locate(dataset, "dev.jsonl", dataset.dev)
        self.test = _locate(dataset, "test.jsonl", dataset.test)
        self.asked = tuple(dataset.test if asked is None else asked)
        """The test rows of this run, fewer than `test` under --limit."""

    @property
    def documents(self) -> list[Document]:
        """The corpus as text; empty when there is none."""
        return self.dataset.texts

    def path(self, row: Located) -> str:
        """The row's place with the folder."""
        return f"{self.dataset.path / row.file}:{row.line}"

    def file(self, name: str) -> str:
        """A file of the data set."""
        return str(self.dataset.path / name)


Gate = Callable[[Material], Iterator[Finding]]

GATES: dict[str, Gate] = {}
"""Every gate that needs no model, by name, in the order of running."""


def gate(name: str) -> Callable[[Gate], Gate]:
    """Register a function as a gate."""

    def register(function: Gate) -> Gate:
        GATES[name] = function
        return function

    return register


def check_material(material: Material) -> list[Finding]:
    """The findings of all gates that need no model, errors first."""
    for module in MODULES:
        import_module(module)
    found = [finding for name in GATES for finding in GATES[name](material)]
    return sorted(found, key=lambda f: ("error", "warning", "note").index(f.severity))


def check_run(dataset: Dataset, asked: Sequence[Example], run: Path) -> list[Finding]:
    """`check_material` for a run folder, printed on stderr; taken from its checks.json where nothing has changed since.

    Raises UserError for an error. Nothing is written.
    """
    file = run / "checks.json"
    known = read_json(file) if file.is_file() else {}
    if known.get("data") == _data(dataset, asked):
        findings = [f for kept in known["findings"] if (f := Finding(**kept)).gate not in (KNOWN, RETRIEVAL)]
    else:
        findings = check_material(Material(dataset, asked))
    tell(findings)
    return findings


def tell(findings: Sequence[Finding]) -> None:
    """Print the warnings on stderr; raises UserError for the first error, saying how many more there are."""
    errors = [f for f in findings if f.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more: `evaluate --check` lists them)" if len(errors) > 1 else ""
        raise UserError(f"{errors[0].where}: {errors[0].message}{more}")
    for finding in findings:
        if finding.severity == "warning":
            say(finding.line())


def write_findings(run: Path, dataset: Dataset, asked: Sequence[Example], findings: Sequence[Finding]) -> None:
    """Write checks.json into a run folder: `findings`, a list of {gate, severity, message, where}, and on what
    data."""
    write_json(run / "checks.json", {"data": _data(dataset, asked), "findings": [asdict(f) for f in findings]})


def listed(items: Sequence[str]) -> str:
    """The first SHOWN items, and how many more there are."""
    more = len(items) - SHOWN
    return ", ".join(items[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def counted(n: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{n} {noun}{'' if n == 1 else 's'}"


def percent(share: float) -> str:
    """A share in [0, 1] as a whole percentage, or with a decimal below 1 %."""
    return f"{100 * share:.0f} %" if share >= 0.01 or share == 0 else f"{100 * share:.1f} %"


def _data(dataset: Dataset, asked: Sequence[Example]) -> str:
    return fingerprint(CODE, str(dataset.path), dataset.digests, dataset.corpus_digest, [e.id for e in asked])


def _locate(dataset: Dataset, file: str, examples: Sequence[Example]) -> tuple[Located, ...]:
    if not examples:
        return ()
    numbers = [number for number, _ in read_json_lines(dataset.path / file)]
    return tuple(Located(e, file, n) for e, n in zip(examples, numbers, strict=True))
