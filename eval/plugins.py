"""Plugins: Python files, or packages with an entry point, that add modes, metrics, checks, retrievers or stores.

A plugin is imported once; what it adds it registers as our own modules do. The entry points' group is
`rag_or_finetune.plugins`, and each names a module.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterable
from functools import cache, partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from eval.errors import UserError, first_line
from eval.files import file_digest
from eval.registry import from_plugin

GROUP = "rag_or_finetune.plugins"

_loaded: set[str] = set()


def load_plugins(files: Iterable[str | Path]) -> list[str]:
    """Load the plugins of installed packages and these files; returns the files' absolute paths.

    Raises UserError where a file is not there, cannot be imported, or takes a name that is taken.
    """
    for point in _points():
        _once(f"plugin {point.name}", point.value, partial(_import_point, point))
    paths = []
    for file in files:
        path = Path(file).expanduser().resolve()
        if not path.is_file():
            raise UserError(f"--plugin {file}: no such file; name a Python file")
        _once(f"--plugin {file}", str(path), partial(_import_file, path))
        paths.append(str(path))
    return paths


@cache
def _points() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUP))


def _once(what: str, key: str, load: Callable[[], None]) -> None:
    if key in _loaded:
        return
    try:
        load()
    except UserError:
        raise
    except Exception as error:  # whatever the code of a plugin raises
        raise UserError(f"{what}: {type(error).__name__}: {first_line(error)}; correct the plugin") from error
    _loaded.add(key)


def _import_point(point: EntryPoint) -> None:
    version = point.dist.version if point.dist else ""
    with from_plugin(f"{point.value} {version}"):
        point.load()


def _import_file(path: Path) -> None:
    name = f"rag_or_finetune_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UserError(f"--plugin {path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look for it
    with from_plugin(file_digest(path)):
        spec.loader.exec_module(module)
