"""Stores on Wildberries, their products, reviews, complaints, chats and questions."""

from marketplace.models.ai_logs import AiLog
from marketplace.models.chats import Chat, ChatMessage, ChatQuerySet
from marketplace.models.complaints import ReviewComplaint
from marketplace.models.extension import ExtensionUpload, ExtensionUploadProblem
from marketplace.models.products import Product, ProductRule, StoreRule
from marketplace.models.questions import Question, QuestionQuerySet
from marketplace.models.reviews import Review, ReviewQuerySet
from marketplace.models.seller_settings import SellerSettings
from marketplace.models.sequences import ChatAutoSequence, SequenceStep
from marketplace.models.stores import OfStore, Store
from marketplace.models.syncs import StoreSync, StoreSyncQuerySet, SyncSighting

__all__ = [
    "AiLog",
    "Chat",
    "ChatAutoSequence",
    "ChatMessage",
    "ChatQuerySet",
    "ExtensionUpload",
    "ExtensionUploadProblem",
    "OfStore",
    "Product",
    "ProductRule",
    "Question",
    "QuestionQuerySet",
    "Review",
    "ReviewComplaint",
    "ReviewQuerySet",
    "SellerSettings",
    "SequenceStep",
    "Store",
    "StoreRule",
    "StoreSync",
    "StoreSyncQuerySet",
    "SyncSighting",
]
