"""Stores on Wildberries, their products, reviews, complaints, chats and questions."""

from marketplace.models.ai_logs import AiLog
from marketplace.models.automation import ReplyRule, WritingSlot
from marketplace.models.boards import ChatAudit, ChatClassification, ChatLink
from marketplace.models.bulk import BulkItem, BulkJob, SavedFilter
from marketplace.models.chats import Chat, ChatMessage, ChatQuerySet
from marketplace.models.complaints import ReviewComplaint
from marketplace.models.extension import ExtensionUpload, ExtensionUploadProblem
from marketplace.models.outbox import Outgoing, OutgoingQuerySet
from marketplace.models.products import Product, ProductRule, StoreRule
from marketplace.models.questions import Question, QuestionQuerySet
from marketplace.models.reputation import ReviewDay, TopicDay
from marketplace.models.reviews import Review, ReviewQuerySet
from marketplace.models.seller_settings import SellerSettings
from marketplace.models.sequences import ChatAutoSequence, SequenceStep
from marketplace.models.stores import OfStore, Store
from marketplace.models.syncs import StoreSync, StoreSyncQuerySet, SyncSighting
from marketplace.models.templates import SequenceTemplate

__all__ = [
    "AiLog",
    "BulkItem",
    "BulkJob",
    "Chat",
    "ChatAudit",
    "ChatAutoSequence",
    "ChatClassification",
    "ChatLink",
    "ChatMessage",
    "ChatQuerySet",
    "ExtensionUpload",
    "ExtensionUploadProblem",
    "OfStore",
    "Outgoing",
    "OutgoingQuerySet",
    "Product",
    "ProductRule",
    "Question",
    "QuestionQuerySet",
    "ReplyRule",
    "Review",
    "ReviewComplaint",
    "ReviewDay",
    "ReviewQuerySet",
    "SavedFilter",
    "SellerSettings",
    "SequenceStep",
    "SequenceTemplate",
    "Store",
    "StoreRule",
    "StoreSync",
    "StoreSyncQuerySet",
    "SyncSighting",
    "TopicDay",
    "WritingSlot",
]
