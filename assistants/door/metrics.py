"""What Prometheus sees of the door."""

from typing import Final

from prometheus_client import Counter, Histogram

from assistants.door.routes import Route

BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 45, 60, 120)
calls: Final = Counter("otklik_model_calls", "Attempts at a model.", ("provider", "model", "request_type", "outcome"))
seconds: Final = Histogram(
    "otklik_model_seconds", "How long attempts took.", ("provider", "request_type"), buckets=BUCKETS
)
first_token: Final = Histogram(
    "otklik_model_first_token_seconds", "How long the first word took.", ("provider",), buckets=BUCKETS
)
tokens: Final = Counter("otklik_model_tokens", "Tokens read and written.", ("provider", "direction"))


def label_of(route: Route) -> str:
    """Return the model's label; models that tenants name freely share one."""
    return route.model if route.spec is not None else "other"
