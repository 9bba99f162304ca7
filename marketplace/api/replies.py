"""Replies to reviews and questions over the API: drafted, approved, followed."""

from typing import Any
from uuid import UUID

from django.utils.timezone import now
from django_filters.filters import UUIDFilter
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.resources import OwnedReadOnlyViewSet, public_id
from marketplace.api import serializers as desk
from marketplace.api.asking import asked, person_of
from marketplace.api.views import QuestionViewSet as ReadQuestions
from marketplace.api.views import ReviewViewSet as ReadReviews
from marketplace.models import Outgoing
from marketplace.services import replying, sending


class OutgoingSerializer(serializers.ModelSerializer[Outgoing]):
    """A reply on its way; only `confirmed` means that Wildberries shows it."""

    store = public_id("The store's uuid.")
    review = public_id("The review's uuid, if it answers one.")
    question = public_id("The question's uuid, if it answers one.")
    chat = public_id("The chat's uuid, if it is a message.")

    class Meta:
        model = Outgoing
        fields = (
            "uuid", "store", "kind", "review", "question", "chat", "text", "status", "is_automatic", "error",
            "attempts", "due_at", "sent_at", "confirmed_at", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class ReplySerializer(serializers.Serializer[Outgoing]):
    """Words of a reply; without them the draft is meant."""

    text = serializers.CharField(required=False, max_length=5000, help_text="Without it the draft is sent.")


class DraftSerializer(serializers.Serializer[Outgoing]):
    """Words to keep as the draft."""

    text = serializers.CharField(max_length=5000, allow_blank=True)


class EditSerializer(DraftSerializer):
    """A published answer as it is to be."""

    due_at = serializers.DateTimeField(required=False, default=None, allow_null=True, help_text="Else at once.")


class FateSerializer(serializers.Serializer[Outgoing]):
    """What a person found out about a reply whose fate is unknown."""

    was_sent = serializers.BooleanField()


class OutgoingFilter(FilterSet):
    """Replies."""

    store = UUIDFilter(field_name="store__uuid", label="The store's uuid.")
    review = UUIDFilter(field_name="review__uuid", label="The review's uuid.")
    question = UUIDFilter(field_name="question__uuid", label="The question's uuid.")

    class Meta:
        model = Outgoing
        fields = ("store", "review", "question", "kind", "status")


class OutgoingViewSet(OwnedReadOnlyViewSet):
    """Replies to Wildberries and what became of them."""

    queryset = Outgoing.objects.select_related("tenant", "store", "review", "question", "chat")
    serializer_class = OutgoingSerializer
    filterset_class = OutgoingFilter

    @extend_schema(request=None, responses=OutgoingSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, uuid: UUID) -> Response:
        """Withdraw a reply that has not left."""
        row = self.get_object()
        sending.cancel(row)
        return Response(OutgoingSerializer(row).data)

    @extend_schema(request=FateSerializer, responses=OutgoingSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, uuid: UUID) -> Response:
        """Say what became of a reply whose fate is unknown."""
        row = self.get_object()
        sending.resolve(row, was_sent=asked(FateSerializer, request)["was_sent"], at=now())
        return Response(OutgoingSerializer(row).data)


def _words(request: Request) -> str | None:
    text: str | None = asked(ReplySerializer, request).get("text")
    return text


class _Replied:
    """What reviews and questions have in common; the verbs come from ``replying``."""

    serializer_class: Any
    get_object: Any

    @extend_schema(request=DraftSerializer)
    @action(detail=True, methods=["post"], url_path="edit-draft")
    def edit_draft(self, request: Request, uuid: UUID) -> Response:
        """Keep words as the draft."""
        row = self.get_object()
        replying.edit_draft(row, text=asked(DraftSerializer, request)["text"])
        return Response(self.serializer_class(row).data)


class ReviewViewSet(_Replied, ReadReviews):
    """Reviews, latest first, and the replies to them."""

    @extend_schema(request=None, responses=desk.ReviewSerializer)
    @action(detail=True, methods=["post"])
    def draft(self, request: Request, uuid: UUID) -> Response:
        """Have a reply written, as the draft."""
        review = self.get_object()
        replying.draft_review(review, at=now())
        return Response(desk.ReviewSerializer(review).data)

    @extend_schema(request=ReplySerializer, responses={201: OutgoingSerializer})
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, uuid: UUID) -> Response:
        """Send the draft, or other words; a second approval is refused."""
        review = self.get_object()
        row = replying.approve_review(review, by=person_of(request), text=_words(request), at=now())
        return Response(OutgoingSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=EditSerializer, responses={201: OutgoingSerializer})
    @action(detail=True, methods=["post"], url_path="edit-answer")
    def edit_answer(self, request: Request, uuid: UUID) -> Response:
        """Change a published answer, once within 60 days: at once, or at a moment planned within them."""
        review, told = self.get_object(), asked(EditSerializer, request)
        row = replying.edit_answer(review, text=told["text"], by=person_of(request), at=now(), due_at=told["due_at"])
        return Response(OutgoingSerializer(row).data, status=status.HTTP_201_CREATED)


class QuestionViewSet(_Replied, ReadQuestions):
    """Questions on product cards, and the answers to them."""

    @extend_schema(request=None, responses=desk.QuestionSerializer)
    @action(detail=True, methods=["post"])
    def draft(self, request: Request, uuid: UUID) -> Response:
        """Have an answer written, as the draft."""
        question = self.get_object()
        replying.draft_question(question, at=now())
        return Response(desk.QuestionSerializer(question).data)

    @extend_schema(request=ReplySerializer, responses={201: OutgoingSerializer})
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, uuid: UUID) -> Response:
        """Send the draft, or other words, as the answer."""
        question = self.get_object()
        row = replying.answer_question(question, by=person_of(request), text=_words(request), at=now())
        return Response(OutgoingSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ReplySerializer, responses={201: OutgoingSerializer})
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, uuid: UUID) -> Response:
        """Turn a question down with a reason."""
        question = self.get_object()
        row = replying.answer_question(
            question, by=person_of(request), text=_words(request), at=now(), is_rejection=True
        )
        return Response(OutgoingSerializer(row).data, status=status.HTTP_201_CREATED)
