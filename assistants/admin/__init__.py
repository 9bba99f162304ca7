"""Admin of assistants."""

from assistants.admin.assistants import AssistantAdmin, AssistantVersionAdmin, BotAdmin
from assistants.admin.keys import ModelAdmin, PoolKeyAdmin, RouteAdmin, UsageAdmin
from assistants.admin.training import DatasetAdmin, ExampleAdmin, ResultAdmin, RunAdmin

__all__ = [
    "AssistantAdmin",
    "AssistantVersionAdmin",
    "BotAdmin",
    "DatasetAdmin",
    "ExampleAdmin",
    "ModelAdmin",
    "PoolKeyAdmin",
    "ResultAdmin",
    "RouteAdmin",
    "RunAdmin",
    "UsageAdmin",
]
