"""Websites on the dashboard, over the API and in the admin."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils.timezone import now

from accounts.enums import Role
from knowledge.models import WebPage, WebSource
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import WebPageFactory, WebSourceFactory
from tests.sql import execute

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Any:
    return AssistantFactory()


@pytest.fixture
def seller(shop, browser_of) -> Any:
    return browser_of(shop.tenant.owner)


def filled(**values: Any) -> dict[str, Any]:
    return {"url": "Лавка.рф/помощь", "kind": "crawl", "max_pages": 20, "max_depth": 2, "schedule": "daily", **values}


def shown(client: Any, name: str, *arguments: Any, **options: Any) -> str:
    response = client.get(reverse(name, args=arguments), **options)
    assert response.status_code == 200
    return response.content.decode()


def test_site_is_added_with_its_rules(seller, shop):
    form = filled(assistant=str(shop.uuid), include="/help/\nhttps://x.example/faq", exclude="blog")

    response = seller.post(reverse("knowledge_site_add"), form)

    source = WebSource.objects.get()
    assert response["Location"] == reverse("knowledge_site", args=[source.uuid])
    assert source.url == "https://xn--80aaf6ac.xn--p1ai/%D0%BF%D0%BE%D0%BC%D0%BE%D1%89%D1%8C"
    assert str(source) == "лавка.рф/помощь"
    assert (source.assistant, source.include, source.exclude) == (shop, ["/help/", "/faq"], ["/blog"])
    assert (source.status, source.run, source.created_by) == ("queued", 1, shop.tenant.owner)


@pytest.mark.parametrize("url", ["", "ftp://x", "javascript:alert(1)", "http://user:pass@shop.example/", "http://"])
def test_bad_address_is_told_in_the_form(seller, url):
    response = seller.post(reverse("knowledge_site_add"), filled(url=url))

    assert response.status_code == 422
    assert "data-open-now" in response.content.decode()
    assert not WebSource.objects.exists()


def test_same_site_twice_is_told_in_the_form(seller):
    seller.post(reverse("knowledge_site_add"), filled())

    assert seller.post(reverse("knowledge_site_add"), filled()).status_code == 422
    assert WebSource.objects.count() == 1


def test_progress_is_asked_for_again_only_while_the_site_is_read(seller, shop):
    source = WebSourceFactory(tenant=shop.tenant, status="running", found_count=2)
    WebPageFactory(source=source, title="<i>Доставка</i>", state="failed", problem_code="timeout")
    assert "every 3s" in shown(seller, "knowledge_sites")
    part = shown(seller, "knowledge_site", source.uuid, headers={"HX-Request": "true"})
    assert "every 3s" in part
    assert "<html" not in part
    assert "&lt;i&gt;Доставка" in part

    WebSource.objects.update(status="ready")

    assert "every 3s" not in shown(seller, "knowledge_site", source.uuid)
    assert "every 3s" not in shown(seller, "knowledge_sites")


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_whatever_their_number(seller, shop, count, django_assert_max_num_queries):
    source = WebSourceFactory(tenant=shop.tenant)
    WebPageFactory.create_batch(count, source=source)

    with django_assert_max_num_queries(14):
        shown(seller, "knowledge_site", source.uuid)


def test_people_read_stop_change_and_remove_a_site(seller, shop):
    source = WebSourceFactory(tenant=shop.tenant)

    def post(name: str, **form: Any) -> WebSource:
        assert seller.post(reverse(name, args=[source.uuid]), form).status_code == 302
        source.refresh_from_db()
        return source

    assert post("knowledge_site_crawl").status == "queued"
    assert post("knowledge_site_stop").status == "stopped"
    changed = post("knowledge_site_change", kind="sitemap", max_pages=7, max_depth=0, schedule="manual")
    assert (changed.kind, changed.max_pages, changed.next_run_at) == ("sitemap", 7, None)
    assert seller.post(reverse("knowledge_site_change", args=[source.uuid]), {"max_pages": -1}).status_code == 422
    assert post("knowledge_site_remove").status == "removing"


def test_page_is_left_out_and_taken_back(seller, shop):
    page = WebPageFactory(source__tenant=shop.tenant, state="taken")

    seller.post(reverse("knowledge_page_exclude", args=[page.uuid]))
    page.refresh_from_db()
    assert (page.is_excluded, page.state) == (True, "skipped")
    seller.post(reverse("knowledge_page_include", args=[page.uuid]))
    page.refresh_from_db()
    assert (page.is_excluded, page.state) == (False, "queued")


def test_viewer_looks_and_changes_nothing(shop, browser_of):
    viewer = browser_of(MembershipFactory(tenant=shop.tenant, user=UserFactory(), role=Role.USER).user)
    source = WebSourceFactory(tenant=shop.tenant)

    assert reverse("knowledge_site_crawl", args=[source.uuid]) not in shown(viewer, "knowledge_site", source.uuid)
    assert viewer.post(reverse("knowledge_site_crawl", args=[source.uuid])).status_code == 403
    source.refresh_from_db()
    assert source.status == "ready"


def test_api_creates_reads_changes_and_removes(api, shop):
    client = api(shop.tenant.owner)
    made = client.post("/api/v1/web-sources/", {"url": "shop.example", "assistant": str(shop.uuid), "max_pages": 5})
    assert (made.status_code, made.data["status"], made.data["url"]) == (201, "queued", "https://shop.example/")
    address = f"/api/v1/web-sources/{made.data['uuid']}/"
    WebPageFactory(source=WebSource.objects.get(), state="taken")

    assert client.get(address).data["max_pages"] == 5
    assert client.patch(address, {"schedule": "manual"}).data["next_run_at"] is None
    assert client.post(f"{address}crawl/").status_code == 409
    assert client.post(f"{address}stop/").data["status"] == "stopped"
    assert len(client.get(f"{address}pages/").data["results"]) == 1
    assert client.get(f"{address}pages/?state=gone").data["results"] == []
    assert client.delete(address).status_code == 204
    assert WebSource.objects.get().status == "removing"


@pytest.mark.parametrize(
    "body",
    [{}, {"url": "file:///etc/passwd"}, {"url": "x.example", "max_pages": 10**6}, {"url": "x.example", "kind": "?"}],
)
def test_api_refuses_nonsense(api, shop, body):
    assert api(shop.tenant.owner).post("/api/v1/web-sources/", body).status_code == 400
    assert not WebSource.objects.exists()


def test_api_hides_other_peoples_assistants(api, shop):
    stranger = AssistantFactory()

    answer = api(shop.tenant.owner).post("/api/v1/web-sources/", {"url": "x.example", "assistant": str(stranger.uuid)})

    assert answer.status_code == 400


def test_database_keeps_pages_within_their_tenant(shop):
    page = WebPageFactory()
    execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="fk_web_pages_tenant_source_id"):
        execute("UPDATE web_pages SET source_id = %s WHERE id = %s", WebSourceFactory().pk, page.pk)


def test_staff_read_and_stop_sites(browser_of, shop):
    client = browser_of(UserFactory(is_staff=True, is_superuser=True))
    source = WebSourceFactory(tenant=shop.tenant)
    WebPageFactory(source=source)
    changelist = reverse("admin:knowledge_websource_changelist")

    client.post(changelist, {"action": "read_now", "_selected_action": [source.pk]})
    source.refresh_from_db()
    assert source.status == "queued"
    for name in ("websource", "webpage"):
        row = {"websource": source.pk, "webpage": WebPage.objects.get().pk}[name]
        assert client.get(reverse(f"admin:knowledge_{name}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:knowledge_{name}_change", args=[row])).status_code == 200
    assert now() > source.created_at
