"""Runs every module here that has ``run()``, which yields ``(what, figure)``.

``python -m tests.bench startup`` runs one of them; ``rows=200000`` and its like
change a size.
"""

import importlib
import os
import pkgutil
import sys

from tests import bench


def main(chosen: list[str]) -> None:
    """Print one section per module."""
    for argument in [one for one in chosen if "=" in one]:
        name, _, value = argument.partition("=")
        os.environ[f"BENCH_{name.upper()}"] = value
        chosen.remove(argument)
    for module in sorted(found.name for found in pkgutil.iter_modules(bench.__path__)):
        if module == "__main__" or (chosen and module not in chosen):
            continue
        loaded = importlib.import_module(f"tests.bench.{module}")
        if not hasattr(loaded, "run"):
            continue
        print(f"\n{module}: {(loaded.__doc__ or '').strip().splitlines()[0]}", flush=True)
        for what, figure in loaded.run():
            print(f"  {what:<58} {figure}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
