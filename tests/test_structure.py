"""The rules that a reader relies on: who imports whom, what `--help` may load, and where files may lie."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("rag", "finetune", "eval", "reports")
HEAVY = (
    "torch",
    "transformers",
    "chromadb",
    "llama_index",
    "ragas",
    "pandas",
    "peft",
    "sentence_transformers",
    "sklearn",
    "starlette",
    "uvicorn",
)
ONE_PLACE = {
    "chromadb": {"rag/stores/chroma.py"},
    "mlflow": {"reports/exports/mlflow_run.py"},
    "optuna": {"finetune/training/sweep.py"},
    "ragas": {"eval/judge/judged_metrics.py"},
    "ray": {"eval/cluster/ray_backend.py"},
    "sentence_transformers": {"rag/embed.py", "rag/retrievers/rerank.py"},
    "uvicorn": {"eval/serving/local_server.py"},
}
REPORTS_MAY_USE = {
    "verdict.fitness_tests",
    "errors",
    "files",
    "records",
    "config",
    "pipeline.run_config",
    "arms.modes",
    "terminal",
    "analysis",
    "verdict.decide",
    "verdict.decision",
    "verdict.scores_file",
    "strategies",
    "registry",
    "serving",
}
WORDING_MAY_USE = {
    *(f"verdict.{name}" for name in ("doubts", "evidence", "metric_bias", "rule", "shortfall", "trade_offs")),
    "stats.intervals",
}
"""What the sentences are made of besides: records of the verdict, before it is one."""


@cache
def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@cache
def imports(file: Path, *, top_level: bool) -> set[str]:
    """Dotted names that a file imports; with `top_level`, only what runs when the module is imported."""
    found: set[str] = set()

    def visit(node: ast.AST, inside: bool) -> None:
        for child in ast.iter_child_nodes(node):
            hidden = inside or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) or _type_checking(child)
            if not (top_level and hidden):
                if isinstance(child, ast.Import):
                    found.update(alias.name for alias in child.names)
                elif isinstance(child, ast.ImportFrom) and child.module:
                    found.add(child.module)
                    found.update(f"{child.module}.{alias.name}" for alias in child.names)
            visit(child, hidden)

    visit(ast.parse(file.read_text(encoding="utf-8")), False)
    return found


def _type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def test_no_module_imports_itself_by_way_of_others() -> None:
    known = {".".join(f.relative_to(ROOT).with_suffix("").parts): f for p in PACKAGES for f in modules(p)}
    graph = {name: imports(file, top_level=False) & known.keys() - {name} for name, file in known.items()}
    while leaves := [name for name, wanted in graph.items() if not wanted & graph.keys()]:
        for name in leaves:
            del graph[name]
    assert not graph  # what is left imports only what is left


def test_few_modules_lie_beside_the_commands_and_no_name_stands_twice() -> None:
    for package in PACKAGES:
        names = [f.stem for f in modules(package) if f.stem != "__init__"]
        assert [name for name in set(names) if names.count(name) > 1] == []
        assert len(list((ROOT / package).glob("*.py"))) <= 13  # a dozen, and __init__


def test_rag_and_finetune_do_not_know_each_other() -> None:
    for own, other in (("rag", "finetune"), ("finetune", "rag")):
        for file in modules(own):
            assert not any(n.split(".")[0] == other for n in imports(file, top_level=False)), file


def test_eval_reaches_into_rag_and_finetune_inside_functions_only() -> None:
    for file in modules("eval"):
        assert not any(n.split(".")[0] in ("rag", "finetune") for n in imports(file, top_level=True)), file


def test_reports_see_records_and_run_files_only() -> None:
    for file in modules("reports"):
        for name in imports(file, top_level=False):
            top, _, rest = name.partition(".")
            assert top not in ("rag", "finetune"), file
            may_use = REPORTS_MAY_USE | (WORDING_MAY_USE if file.parent.name == "wording" else set())
            known = any(f"{rest}.".startswith(f"{allowed}.") for allowed in may_use)
            assert top != "eval" or known, (file, name)


def test_sentences_need_no_page_so_that_the_verdict_may_ask_for_them() -> None:
    for file in modules("reports/wording"):
        names = {n for n in imports(file, top_level=False) if n.split(".")[0] == "reports"}
        assert all(n.startswith("reports.wording.") for n in names), (file, names)
    for file in modules("eval"):
        names = {n for n in imports(file, top_level=True) if n.split(".")[0] == "reports"}
        assert all(n.startswith("reports.wording.") for n in names), (file, names)


def test_datasets_holds_no_python_and_tests_no_packages() -> None:
    assert not list((ROOT / "datasets").rglob("*.py"))
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_no_module_hides_an_installed_one() -> None:
    names = {f.stem for p in PACKAGES for f in (ROOT / p).glob("*.py")} - {"__init__"}
    assert "evaluate" not in names
    assert not names & {"types", "logging", "statistics", "json", "random", "io"}


def test_help_loads_nothing_heavy() -> None:
    code = f"""
import importlib, sys
sys.argv = ["x", "--help"]
for command in ("eval.cli", "rag.cli", "finetune.cli", "reports.cli", "eval.data.dataset_cli"):
    try:
        importlib.import_module(command).main()
    except SystemExit as end:
        assert not end.code, (command, end.code)
    print(command, sorted(set(sys.modules) & set({HEAVY!r})), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Usage") == 5
    assert [line for line in done.stderr.splitlines() if not line.endswith(" []")] == []


def test_a_large_dependency_has_one_place() -> None:
    found: dict[str, set[str]] = {name: set() for name in ONE_PLACE}
    for file in (file for package in PACKAGES for file in modules(package)):
        for name in {name.split(".")[0] for name in imports(file, top_level=False)} & ONE_PLACE.keys():
            found[name].add(str(file.relative_to(ROOT)))
    assert found == ONE_PLACE


def test_the_walk_through_the_code_names_files_that_are_there_once_each() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    walk = text[text.index("## One question") : text.index("## Tables")]
    named = re.findall(r"`([\w/]+\.py)`", walk)
    assert len(named) == len(set(named)) > 30
    assert [name for name in named if not (ROOT / name).is_file()] == []
