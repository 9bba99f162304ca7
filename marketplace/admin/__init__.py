"""Admin of marketplace."""

from marketplace.admin.chats import ChatAdmin, ChatMessageAdmin, SequenceAdmin, SequenceStepAdmin
from marketplace.admin.outbox import OutgoingAdmin, ReplyRuleAdmin, WritingSlotAdmin
from marketplace.admin.reviews import AiLogAdmin, ComplaintAdmin, QuestionAdmin, ReviewAdmin
from marketplace.admin.stores import ProductAdmin, ProductRuleAdmin, SellerSettingsAdmin, StoreAdmin
from marketplace.admin.syncs import StoreSyncAdmin, SyncSightingAdmin

__all__ = [
    "AiLogAdmin",
    "ChatAdmin",
    "ChatMessageAdmin",
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
    "StoreAdmin",
    "StoreSyncAdmin",
    "SyncSightingAdmin",
    "WritingSlotAdmin",
]
