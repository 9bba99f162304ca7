from django.db import migrations

from config.postgres.operations import performance_indexes

# The seed's indexes under the seed's names; owner_id is tenant_id here. docs/indexes.csv says which
# of them are not built because a unique constraint is the same index:
#   idx_products_unique_wb_id, idx_products_store_wb_id  = uq_products_store_wb_product_id
#   idx_complaints_review                                = uq_review_complaints_review_id
#   idx_product_rules_product                            = uq_product_rules_product_id
INDEXES = {
    # stores: the tenant's own list, the admin's search by name, the scheduler's scan of active ones
    "idx_stores_owner": "stores (tenant_id)",
    "idx_stores_name": "stores (name)",
    "idx_stores_status": "stores (status)",
    # products
    "idx_products_store": "products (store_id)",
    "idx_products_wb_id": "products (wb_product_id)",
    "idx_products_active": "products (is_active)",
    "idx_products_work_status": "products (work_status)",
    "idx_products_store_active": "products (store_id, is_active, work_status)",
    # reviews: keyset lists of one store, newest first, by rating, product, answer and status
    "idx_reviews_store_date": "reviews (store_id, date DESC)",
    "idx_reviews_store_rating": "reviews (store_id, rating, date DESC)",
    "idx_reviews_product": "reviews (product_id, date DESC)",
    "idx_reviews_complaint_status": "reviews (store_id, complaint_status, rating, date DESC) "
    "WHERE complaint_status = 'not_sent'",
    "idx_reviews_default_filter": "reviews (store_id, rating, is_product_active, complaint_status, date DESC) "
    "WHERE rating <= 3 AND is_product_active AND complaint_status IN ('not_sent', 'draft')",
    "idx_reviews_wb_status": "reviews (store_id, review_status_wb, date DESC)",
    "idx_reviews_product_status": "reviews (store_id, product_status_by_review, date DESC)",
    "idx_reviews_store_answer": "reviews (store_id, has_answer, date DESC)",
    # the seed puts a btree on the JSONB itself; the query wants answered reviews by date
    "idx_reviews_store_answer_date": "reviews (store_id, answered_at DESC, date DESC) WHERE answer IS NOT NULL",
    # complaint_generated_at moved to the complaint, and the workflow list with it
    "idx_reviews_complaint_workflow": "review_complaints (store_id, status, generated_at DESC) "
    "WHERE status IN ('draft', 'sent', 'pending')",
    # complaints
    "idx_complaints_store_status": "review_complaints (store_id, status, created_at DESC)",
    "idx_complaints_owner_status": "review_complaints (tenant_id, status, created_at DESC)",
    "idx_complaints_store_generated": "review_complaints (store_id, generated_at DESC)",
    "idx_complaints_store_sent": "review_complaints (store_id, sent_at DESC) WHERE sent_at IS NOT NULL",
    "idx_complaints_status_moderated": "review_complaints (status, moderated_at DESC) WHERE moderated_at IS NOT NULL",
    "idx_complaints_reason": "review_complaints (reason_id, reason_name)",
    "idx_complaints_product": "review_complaints (product_id, status)",
    "idx_complaints_cost_date": "review_complaints (generated_at DESC, ai_cost_usd) WHERE ai_cost_usd IS NOT NULL",
    "ix_reviews_tenant_date": "reviews (tenant_id, date DESC, id DESC)",  # keyset list over all stores
    # chats
    "idx_chats_store": "chats (store_id)",
    "idx_chats_store_tag": "chats (store_id, tag)",
    "idx_chats_store_tag_date": "chats (store_id, tag, last_message_date DESC)",
    "idx_chats_last_message": "chats (last_message_date DESC)",
    "idx_chats_product": "chats (product_nm_id) WHERE product_nm_id IS NOT NULL",
    "ix_chats_store_status": "chats (store_id, status, last_message_date DESC)",  # the board, column by column
    "idx_chat_messages_chat": "chat_messages (chat_id, sent_at DESC)",
    "idx_chat_messages_store": "chat_messages (store_id, sent_at DESC)",
    # questions
    "idx_questions_store": "questions (store_id)",
    "idx_questions_store_answered": "questions (store_id, is_answered)",
    "idx_questions_product": "questions (product_nm_id)",
    "idx_questions_created": "questions (created_date DESC)",
    # sequences: what is due now, and whether a chat has one
    "idx_auto_sequences_pending": "chat_auto_sequences (next_send_at) WHERE status = 'active'",
    "idx_auto_sequences_chat": "chat_auto_sequences (chat_id, status)",
    # product rules
    "idx_product_rules_store": "product_rules (store_id)",
    "idx_product_rules_submit_complaints": "product_rules (submit_complaints)",
    "idx_product_rules_work_in_chats": "product_rules (work_in_chats)",
    "idx_product_rules_offer_compensation": "product_rules (offer_compensation)",
    "idx_product_rules_chat_strategy": "product_rules (chat_strategy)",
    # AI log
    "idx_ai_logs_store": "ai_logs (store_id)",
    "idx_ai_logs_owner": "ai_logs (tenant_id)",
    "idx_ai_logs_entity": "ai_logs (entity_type, entity_id)",
    "idx_ai_logs_action": "ai_logs (action)",
    "idx_ai_logs_created": "ai_logs (created_at DESC)",
    "idx_ai_logs_error": "ai_logs (error) WHERE error IS NOT NULL",
    "idx_ai_logs_store_date": "ai_logs (store_id, created_at DESC)",
    "idx_ai_logs_store_error": "ai_logs (store_id, error) WHERE error IS NOT NULL",
    # deleting an AI log entry forgets the drafts that point to it
    "ix_reviews_draft_log": "reviews (draft_log_id) WHERE draft_log_id IS NOT NULL",
    "ix_chats_draft_log": "chats (draft_log_id) WHERE draft_log_id IS NOT NULL",
    "ix_questions_draft_log": "questions (draft_log_id) WHERE draft_log_id IS NOT NULL",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("marketplace", "0002_guards")]

    operations = performance_indexes(INDEXES)
