"""Named things that data sets and commands choose from; ours, and those of plugins. Standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")

_plugin = ""


class Registry(Generic[T]):
    """Things by name, in the order in which they came."""

    def __init__(self, what: str) -> None:
        """`what` the things are, as one of them is called in a message."""
        self.what = what
        self._things: dict[str, T] = {}
        self._origins: dict[str, str] = {}

    def add(self, name: str, thing: T) -> T:
        """Take a thing under a name; raises ValueError where the name is taken."""
        if name in self._things:
            raise ValueError(f"there is a {self.what} '{name}' already; give the new one another name")
        self._things[name] = thing
        self._origins[name] = _plugin
        return thing

    def remove(self, name: str) -> T:
        """Take a thing out again, and return it."""
        self._origins.pop(name, None)
        return self._things.pop(name)

    def origin(self, name: str) -> str:
        """What tells the plugin's version that a thing came with; empty for ours."""
        return self._origins.get(name, "")

    def __getitem__(self, name: str) -> T:
        return self._things[name]

    def get(self, name: str) -> T | None:
        """The thing of this name; None where there is none."""
        return self._things.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self._things

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)

    def items(self) -> list[tuple[str, T]]:
        """All names with their things."""
        return list(self._things.items())

    def values(self) -> list[T]:
        """All things."""
        return list(self._things.values())


@contextmanager
def from_plugin(version: str) -> Iterator[None]:
    """Inside, what is added to a registry came with this plugin."""
    global _plugin
    before, _plugin = _plugin, version
    try:
        yield
    finally:
        _plugin = before
