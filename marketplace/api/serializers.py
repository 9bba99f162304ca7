"""The Wildberries desk as JSON."""

from rest_framework import serializers

from config.resources import public_id
from marketplace.enums import ChatStage, ChatStatus, ChatTag, CompletionReason
from marketplace.models import Chat, ChatLink, ChatMessage, Product, Question, Review, ReviewComplaint, Store


class StoreSerializer(serializers.ModelSerializer[Store]):
    """A seller account and how its syncs go; tokens never leave the system."""

    class Meta:
        model = Store
        fields = (
            "uuid", "name", "status", "ai_instructions", "is_auto_no_reply_enabled",
            "last_product_update_status", "last_product_update_date", "last_product_update_error",
            "last_review_update_status", "last_review_update_date", "last_review_update_error",
            "last_chat_update_status", "last_chat_update_date", "last_chat_update_error",
            "last_question_update_status", "last_question_update_date", "last_question_update_error",
            "total_reviews", "total_chats", "chat_tag_counts", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A card of the catalogue."""

    store = public_id("The store's uuid.")

    class Meta:
        model = Product
        fields = (
            "uuid", "store", "wb_product_id", "vendor_code", "name", "price", "image_url", "review_count", "is_active",
            "work_status", "last_review_update_date", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class ReviewSerializer(serializers.ModelSerializer[Review]):
    """A review; ``text`` is empty when only stars were given."""

    store = public_id("The store's uuid.")
    product = public_id("The product's uuid.")

    class Meta:
        model = Review
        fields = (
            "uuid", "store", "product", "wb_id", "rating", "text", "pros", "cons", "author", "date", "answer",
            "answered_at", "has_answer", "photo_links", "video", "draft_reply", "is_product_active", "has_complaint",
            "has_complaint_draft", "complaint_status", "review_status_wb", "product_status_by_review",
            "chat_status_by_review", "purchase_date", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class ComplaintSerializer(serializers.ModelSerializer[ReviewComplaint]):
    """A complaint: editable while a draft, frozen once sent."""

    store = public_id("The store's uuid.")
    product = public_id("The product's uuid.")
    review = public_id("The review's uuid.")
    is_editable = serializers.BooleanField(read_only=True, help_text="Whether text and reason may still change.")

    class Meta:
        model = ReviewComplaint
        fields = (
            "uuid", "store", "product", "review", "status", "is_editable", "reason_id", "reason_name",
            "complaint_text", "evidence", "drafted_by", "generated_at", "regenerated_count", "ready_at", "sent_at",
            "sent_via", "proof", "moderated_at", "wb_response", "ai_model", "ai_total_tokens", "ai_cost_usd",
            "review_rating", "review_text", "review_date", "product_name", "product_vendor_code", "created_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class ChatSerializer(serializers.ModelSerializer[Chat]):
    """A conversation with a buyer."""

    store = public_id("The store's uuid.")

    class Meta:
        model = Chat
        fields = (
            "uuid", "store", "wb_id", "client_name", "product_nm_id", "product_name", "product_vendor_code", "status",
            "completion_reason", "stage", "stage_by", "tag", "tag_by", "needs_answer",
            "last_message_date", "last_message_text", "last_message_sender",
            "draft_reply", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class ChatMoveSerializer(serializers.Serializer[Chat]):
    """Where a chat is to go; closing needs a reason, and nothing else takes one."""

    status = serializers.ChoiceField(ChatStatus.choices, help_text="The wanted column.")
    reason = serializers.ChoiceField(
        CompletionReason.choices, required=False, help_text="Why it is closed; only with `closed`."
    )


class ChatJudgeSerializer(serializers.Serializer[Chat]):
    """What a person says a chat is; rules and models do not change it afterwards."""

    tag = serializers.ChoiceField(ChatTag.choices, required=False)
    stage = serializers.ChoiceField(ChatStage.choices, required=False, help_text="Never behind the present one.")


class ChatSaySerializer(serializers.Serializer[Chat]):
    """What to say to the buyer."""

    text = serializers.CharField(max_length=1000)
    files = serializers.ListField(
        child=serializers.FileField(), required=False, help_text="JPEG, PNG or PDF, 5 MB each, 30 MB together."
    )
    key = serializers.CharField(
        max_length=36, required=False, default="", allow_blank=True, help_text="A message with the same key goes once."
    )


class ChatReviewSerializer(serializers.Serializer[Chat]):
    """A review of the chat's store."""

    review = serializers.UUIDField(help_text="The review's uuid.")


class ChatLinkSerializer(serializers.ModelSerializer[ChatLink]):
    """A review that a chat may be about; `linked` and `confirmed` ones stand."""

    review = public_id("The review's uuid.")

    class Meta:
        model = ChatLink
        fields = ("uuid", "review", "method", "confidence", "state", "decided_at")
        read_only_fields = fields


class StoppedSerializer(serializers.Serializer[Chat]):
    """How many plans of reminders were ended."""

    stopped = serializers.IntegerField()


class ChatMessageSerializer(serializers.ModelSerializer[ChatMessage]):
    """What was said in a chat."""

    class Meta:
        model = ChatMessage
        fields = ("uuid", "wb_id", "sender", "text", "sent_at", "download_id")
        read_only_fields = fields


class QuestionSerializer(serializers.ModelSerializer[Question]):
    """A buyer's question on a product card."""

    store = public_id("The store's uuid.")

    class Meta:
        model = Question
        fields = (
            "uuid", "store", "wb_id", "text", "created_date", "state", "was_viewed", "is_answered", "answer",
            "answered_at", "product_nm_id", "product_name", "product_supplier_article", "product_brand_name",
            "draft_reply", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields
