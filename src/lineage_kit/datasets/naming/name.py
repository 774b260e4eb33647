"""The name of a dataset."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class DatasetName:
    """The identity of a dataset: two datasets with the same name in the same namespace are one."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace} {self.name}"
