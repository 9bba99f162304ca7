"""Assistants, their bots, the keys and models they think with, and what that used."""

from assistants.models.assistant import Assistant, AssistantVersion
from assistants.models.bots import BotInstance
from assistants.models.catalogue import AiModel
from assistants.models.evaluation import EvaluationResult, EvaluationRun
from assistants.models.pool import AiRoute, AiTokenPool, KeyQuerySet, PoolQuerySet
from assistants.models.training import TrainingDataset, TrainingExample
from assistants.models.usage import AiTokenUsage

__all__ = [
    "AiModel",
    "AiRoute",
    "AiTokenPool",
    "AiTokenUsage",
    "Assistant",
    "AssistantVersion",
    "BotInstance",
    "EvaluationResult",
    "EvaluationRun",
    "KeyQuerySet",
    "PoolQuerySet",
    "TrainingDataset",
    "TrainingExample",
]
