"""Assistants, keys and what they used, without surprises."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from assistants.enums import EvaluationStatus, ModelKind, Provider
from assistants.models import (
    AiModel,
    AiTokenPool,
    AiTokenUsage,
    Assistant,
    AssistantVersion,
    BotInstance,
    EvaluationRun,
    TrainingDataset,
    TrainingExample,
)
from tests.factories.accounts import TenantFactory


class AssistantFactory(DjangoModelFactory):
    """An active assistant of a tenant, with the model left open."""

    class Meta:
        model = Assistant

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda n: f"Assistant {n}")
    system_prompt = "Answer the shop's customers."


class BotFactory(DjangoModelFactory):
    """A Telegram bot with a token."""

    class Meta:
        model = BotInstance

    assistant = factory.SubFactory(AssistantFactory)
    tenant = factory.SelfAttribute("assistant.tenant")
    name = factory.Sequence(lambda n: f"Bot {n}")
    token = factory.Sequence(lambda n: f"{n:09d}:AAE-bot-token-for-tests")

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> BotInstance:
        token = kwargs.pop("token")
        bot: BotInstance = model_class(*args, **kwargs)
        bot.seal_token(token)
        bot.seal_webhook_secret("webhook-secret-for-tests")
        bot.save()
        return bot


class PoolKeyFactory(DjangoModelFactory):
    """An active key of the pool; ``token`` is sealed, ``base_url`` names the server."""

    class Meta:
        model = AiTokenPool

    name = factory.Sequence(lambda n: f"key {n}")
    provider = Provider.COMPATIBLE
    token = factory.Sequence(lambda n: f"sk-test-{n:020d}")

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> AiTokenPool:
        token = kwargs.pop("token")
        key: AiTokenPool = model_class(*args, **kwargs)
        key.seal_token(token)
        key.save()
        return key


class UsageFactory(DjangoModelFactory):
    """A successful call through the embedded server."""

    class Meta:
        model = AiTokenUsage

    tenant = factory.SubFactory(TenantFactory)
    key_name = "embedded"
    provider = Provider.EMBEDDED
    model_used = "otklik-quote-1"


class ModelFactory(DjangoModelFactory):
    """A chat model in the catalogue."""

    class Meta:
        model = AiModel

    provider = Provider.COMPATIBLE
    name = factory.Sequence(lambda n: f"model-{n}")
    kind = ModelKind.CHAT


class DatasetFactory(DjangoModelFactory):
    """A tenant's dataset."""

    class Meta:
        model = TrainingDataset

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda n: f"Dataset {n}")


class ExampleFactory(DjangoModelFactory):
    """A draft example."""

    class Meta:
        model = TrainingExample

    dataset = factory.SubFactory(DatasetFactory)
    tenant = factory.SelfAttribute("dataset.tenant")
    input_text = "Сколько стоит доставка?"
    expected_output = "От 199 рублей."


class VersionFactory(DjangoModelFactory):
    """A draft of an assistant."""

    class Meta:
        model = AssistantVersion

    assistant = factory.SubFactory(AssistantFactory)
    tenant = factory.SelfAttribute("assistant.tenant")
    number = factory.Sequence(lambda n: n + 1_000)
    system_prompt = "Answer the shop's customers."


class RunFactory(DjangoModelFactory):
    """A finished run of an empty set."""

    class Meta:
        model = EvaluationRun

    tenant = factory.SubFactory(TenantFactory)
    assistant = factory.SubFactory(AssistantFactory, tenant=factory.SelfAttribute("..tenant"))
    version = factory.SubFactory(
        VersionFactory, assistant=factory.SelfAttribute("..assistant"), tenant=factory.SelfAttribute("..tenant")
    )
    dataset = factory.SubFactory(DatasetFactory, tenant=factory.SelfAttribute("..tenant"))
    examples_digest = "0" * 64
    status = EvaluationStatus.DONE
