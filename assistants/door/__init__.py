"""The only door to any model: OpenAI, DeepSeek, Ollama and the embedded server differ by settings only.

A call goes to the tenant's own key, else to the environment's, else to the pool
by priority, else to the embedded server; it leaves one usage row per attempt.
"""

from assistants.door.completing import can_reason, complete
from assistants.door.embedding import embed
from assistants.door.messages import Completion, Embeddings, Message
from assistants.errors import ModelFailed, NoModelAvailable

__all__ = ["Completion", "Embeddings", "Message", "ModelFailed", "NoModelAvailable", "can_reason", "complete", "embed"]
