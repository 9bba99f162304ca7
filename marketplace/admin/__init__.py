"""Admin of marketplace."""

from marketplace.admin.chats import (
    ChatAdmin,
    ChatAuditAdmin,
    ChatLinkAdmin,
    ChatMessageAdmin,
    ClassificationAdmin,
    SequenceAdmin,
    SequenceStepAdmin,
    SequenceTemplateAdmin,
)
from marketplace.admin.outbox import OutgoingAdmin, ReplyRuleAdmin, WritingSlotAdmin
from marketplace.admin.reviews import AiLogAdmin, ComplaintAdmin, QuestionAdmin, ReviewAdmin
from marketplace.admin.stores import ProductAdmin, ProductRuleAdmin, SellerSettingsAdmin, StoreAdmin
from marketplace.admin.syncs import StoreSyncAdmin, SyncSightingAdmin

__all__ = [
    "AiLogAdmin",
    "ChatAdmin",
    "ChatAuditAdmin",
    "ChatLinkAdmin",
    "ChatMessageAdmin",
    "ClassificationAdmin",
    "ComplaintAdmin",
    "OutgoingAdmin",
    "ProductAdmin",
    "ProductRuleAdmin",
    "QuestionAdmin",
    "ReplyRuleAdmin",
    "ReviewAdmin",
    "SellerSettingsAdmin",
    "SequenceAdmin",
    "SequenceStepAdmin",
    "SequenceTemplateAdmin",
    "StoreAdmin",
    "StoreSyncAdmin",
    "SyncSightingAdmin",
    "WritingSlotAdmin",
]
