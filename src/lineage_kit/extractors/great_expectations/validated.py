"""Which dataset was validated: the result names a data source and a data asset, of which nobody else knows the table.

The author of the DAG declares it: by the only inlet of the task, or by inlets that say in ``extra`` what Great
Expectations calls them.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from lineage_kit.extractors.declared import Declarations

if TYPE_CHECKING:
    from collections.abc import Collection

    from lineage_kit.extractors.extraction import Extraction

#: Where the ``extra`` of an asset says which batches are of it: "source-asset", or a list of these.
HINT = "great_expectations"


def datasets_of(extraction: Extraction, batches: Collection[str]) -> dict[str, Any]:
    """Return the dataset of each batch; those of which it is not certain are left out."""
    inlets = extraction.task.inlets
    if len(inlets) == len(batches) == 1 and not _hints(inlets[0]):
        chosen = dict.fromkeys(batches, inlets[0])
    else:
        named = {batch: [inlet for inlet in inlets if _is_of(batch, inlet)] for batch in batches}
        chosen = {batch: found[0] for batch, found in named.items() if len(found) == 1}
    declarations = Declarations(extraction)
    datasets = {
        batch: extraction.guard("declared", partial(declarations.dataset, inlet, "inlet"))
        for batch, inlet in chosen.items()
    }
    return {batch: dataset for batch, dataset in datasets.items() if dataset is not None}


def _hints(inlet: Any) -> list[str]:
    extra = getattr(inlet, "extra", None)
    hints = extra.get(HINT) if isinstance(extra, dict) else None
    return [hints] if isinstance(hints, str) else list(hints or ())


def _is_of(batch: str, inlet: Any) -> bool:
    """Tell whether an inlet names the batch; behind its name come the parameters of the batch, as ``-year_2026``."""
    return any(re.fullmatch(rf"{re.escape(hint)}(-\w+_.*)?", batch, re.DOTALL) for hint in _hints(inlet))
