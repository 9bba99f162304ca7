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
from marketplace.admin.extension import ExtensionUploadAdmin, ExtensionUploadProblemAdmin
from marketplace.admin.outbox import (
    BulkItemAdmin,
    BulkJobAdmin,
    OutgoingAdmin,
    ReplyRuleAdmin,
    SavedFilterAdmin,
    WritingSlotAdmin,
)
from marketplace.admin.reputation import ReviewDayAdmin, TopicDayAdmin
from marketplace.admin.reviews import AiLogAdmin, ComplaintAdmin, QuestionAdmin, ReviewAdmin
from marketplace.admin.stores import ProductAdmin, ProductRuleAdmin, SellerSettingsAdmin, StoreAdmin, StoreRuleAdmin
from marketplace.admin.syncs import StoreSyncAdmin, SyncSightingAdmin

__all__ = [
    "AiLogAdmin",
    "BulkItemAdmin",
    "BulkJobAdmin",
    "ChatAdmin",
    "ChatAuditAdmin",
    "ChatLinkAdmin",
    "ChatMessageAdmin",
    "ClassificationAdmin",
    "ComplaintAdmin",
    "ExtensionUploadAdmin",
    "ExtensionUploadProblemAdmin",
    "OutgoingAdmin",
    "ProductAdmin",
    "ProductRuleAdmin",
    "QuestionAdmin",
    "ReplyRuleAdmin",
    "ReviewAdmin",
    "ReviewDayAdmin",
    "SavedFilterAdmin",
    "SellerSettingsAdmin",
    "SequenceAdmin",
    "SequenceStepAdmin",
    "SequenceTemplateAdmin",
    "StoreAdmin",
    "StoreRuleAdmin",
    "StoreSyncAdmin",
    "SyncSightingAdmin",
    "TopicDayAdmin",
    "WritingSlotAdmin",
]
