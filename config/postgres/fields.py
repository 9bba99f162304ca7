"""Column types of PostgreSQL and pgvector that Django and pgvector.django do not know."""

from typing import Any

from django.db import models


class VarBitField(models.Field):  # type: ignore[type-arg]  # not generic at run time
    """A bit string of any length, as ``binary_quantize`` makes of a vector of any length."""

    description = "Bit string"

    def db_type(self, connection: Any) -> str:
        """Return the column type."""
        return "varbit"


class SparseVectorField(models.Field):  # type: ignore[type-arg]  # not generic at run time
    """A pgvector ``sparsevec``, read and written through the search connection only."""

    description = "Sparse vector"

    def __init__(self, *args: Any, dimensions: int, **kwargs: Any) -> None:
        self.dimensions = dimensions
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Return what a migration needs to rebuild this field."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, list(args), {**kwargs, "dimensions": self.dimensions}

    def db_type(self, connection: Any) -> str:
        """Return the column type."""
        return f"sparsevec({self.dimensions})"
