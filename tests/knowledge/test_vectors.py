"""pgvector means what the design says, and vectors travel as bytes."""

import math

import pytest
from django.db import connection, transaction
from pgvector import SparseVector, Vector

from knowledge.models import KnowledgeEmbedding
from knowledge.vectors import binary_cursor
from tests.factories.knowledge import DocumentFactory
from tests.sql import rows

pytestmark = pytest.mark.django_db

A, B = [1.0, 2.0, 2.0], [2.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("<=>", 1 - 4 / (3 * math.sqrt(5))),  # cosine distance: 1 - (a·b) / (|a| |b|)
        ("<->", math.sqrt(1 + 4 + 1)),  # Euclidean distance
        ("<#>", -4.0),  # negative inner product
        ("<+>", 4.0),  # taxicab distance
    ],
)
def test_operator_means_what_its_name_says(operator, expected):
    with binary_cursor() as cursor:
        ((value,),) = cursor.rows(f"SELECT %(a)s::vector {operator} %(b)s::vector", {"a": Vector(A), "b": Vector(B)})

    assert value == pytest.approx(expected, abs=1e-6)


def test_sparse_product_is_negative_too():
    a, b = SparseVector({0: 2.0, 5: 3.0}, 10), SparseVector({5: 4.0, 7: 1.0}, 10)

    with binary_cursor() as cursor:
        ((value,),) = cursor.rows("SELECT %(a)s <#> %(b)s", {"a": a, "b": b})

    assert value == -12.0


def test_bits_are_the_signs():
    with binary_cursor() as cursor:
        ((value,),) = cursor.rows("SELECT binary_quantize(%(a)s)::text", {"a": Vector([0.5, -1.0, 0.0, 2.0])})

    assert value == "1001"


def test_statement_is_prepared_and_orm_stays_as_it_was():
    statement = "SELECT %(a)s::vector <-> '[0,0,0]' AS prepared_probe"
    for _ in range(2):
        with binary_cursor() as cursor:
            cursor.rows(statement, {"a": Vector(A)})

    assert (
        len(
            rows(
                "SELECT 1 FROM pg_prepared_statements WHERE statement LIKE '%%prepared_probe%%' AND name LIKE '_pg3%%'"
            )
        )
        == 1
    )
    document = DocumentFactory()
    chunk = KnowledgeEmbedding.objects.create(
        tenant=document.tenant,
        document=document,
        chunk_index=0,
        chunk_text="x",
        chunk_hash="0" * 64,
        embedding=A,
        embedding_model="m",
    )
    chunk.refresh_from_db()
    assert chunk.embedding == A
    assert chunk.dims == 3
    assert chunk.bits == "111"


@pytest.mark.parametrize("dims", [384, 768, 1024, 1536])
def test_vector_of_usual_width_stays_in_its_row(dims):
    document = DocumentFactory()
    chunk = KnowledgeEmbedding.objects.create(
        tenant=document.tenant,
        document=document,
        chunk_index=0,
        chunk_text="слово " * 250,
        chunk_hash="0" * 64,
        embedding=[0.1 * (n % 7) for n in range(dims)],
        embedding_model="m",
    )

    ((vector_is_out,),) = rows(
        "SELECT pg_column_toast_chunk_id(embedding) IS NOT NULL FROM knowledge_embeddings WHERE id = %s", chunk.pk
    )

    assert not vector_is_out


def test_vector_wider_than_a_page_is_stored_all_the_same():
    document = DocumentFactory()
    chunk = KnowledgeEmbedding.objects.create(
        tenant=document.tenant,
        document=document,
        chunk_index=0,
        chunk_text="x",
        chunk_hash="0" * 64,
        embedding=[math.sin(n) for n in range(3072)],
        embedding_model="m",
    )
    chunk.refresh_from_db()

    assert chunk.dims == 3072


def test_vectors_of_two_models_live_in_one_column():
    document = DocumentFactory()
    for index, dims in enumerate((3, 5)):
        KnowledgeEmbedding.objects.create(
            tenant=document.tenant,
            document=document,
            chunk_index=index,
            chunk_text="x",
            chunk_hash="0" * 64,
            embedding=[1.0] * dims,
            embedding_model=f"m{dims}",
        )

    assert list(KnowledgeEmbedding.objects.order_by("dims").values_list("dims", flat=True)) == [3, 5]


def test_vector_without_its_model_is_refused():
    document = DocumentFactory()

    with pytest.raises(Exception, match="ck_knowledge_embeddings_model"), transaction.atomic():
        KnowledgeEmbedding.objects.create(
            tenant=document.tenant, document=document, chunk_index=0, chunk_text="x", chunk_hash="0" * 64, embedding=A
        )

    assert connection.is_usable()
