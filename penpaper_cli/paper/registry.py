"""A registry that loads the modules it is filled from when they are needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TypeVar

Item = TypeVar("Item")


class Registry(Mapping[str, Item]):
    """Everything of a kind by name, in the order of the FAMILIES of `package`: these are its modules with operations.

    They are loaded when one is looked up that isn't there yet, or all are listed. So what is found never depends on
    what was imported before, and a small calculation loads the families that it uses.
    """

    def __init__(self, package: str) -> None:
        self.package = package
        self.known: dict[str, Item] = {}

    def add(self, name: str, item: Item) -> None:
        self.known[name] = item

    def __getitem__(self, name: str) -> Item:
        if name not in self.known:
            self.families()
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        order = self.families()
        return iter(sorted(self.known, key=lambda name: order.index(type(self.known[name]).__module__)))

    def __len__(self) -> int:
        self.families()
        return len(self.known)

    def families(self) -> list[str]:
        """The modules that hold operations, each of them loaded."""
        modules = [f"{self.package}.{family}" for family in import_module(self.package).FAMILIES]
        for module in modules:
            import_module(module)
        return modules
