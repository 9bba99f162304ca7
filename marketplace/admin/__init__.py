"""Admin of marketplace."""

from marketplace.admin.chats import ChatAdmin, ChatMessageAdmin, SequenceAdmin, SequenceStepAdmin
from marketplace.admin.extension import ExtensionUploadAdmin, ExtensionUploadProblemAdmin
from marketplace.admin.reviews import AiLogAdmin, ComplaintAdmin, QuestionAdmin, ReviewAdmin
from marketplace.admin.stores import ProductAdmin, ProductRuleAdmin, SellerSettingsAdmin, StoreAdmin, StoreRuleAdmin
from marketplace.admin.syncs import StoreSyncAdmin, SyncSightingAdmin

__all__ = [
    "AiLogAdmin",
    "ChatAdmin",
    "ChatMessageAdmin",
    "ComplaintAdmin",
    "ExtensionUploadAdmin",
    "ExtensionUploadProblemAdmin",
    "ProductAdmin",
    "ProductRuleAdmin",
    "QuestionAdmin",
    "ReviewAdmin",
    "SellerSettingsAdmin",
    "SequenceAdmin",
    "SequenceStepAdmin",
    "StoreAdmin",
    "StoreRuleAdmin",
    "StoreSyncAdmin",
    "SyncSightingAdmin",
]
