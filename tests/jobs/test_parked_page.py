import pytest
from django.contrib.auth.models import Permission
from django.db.models.functions import Now
from django.urls import reverse

from jobs.models import Effect, OutboxEvent
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PAGE = "/effects"
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def make_parked(*, why="ConnectionRefusedError: nobody there", topic="mail.written"):
    event = OutboxEvent.objects.create(topic=topic, payload={}, spread_at=Now())
    return Effect.objects.create(
        event=event,
        subscriber="jobs.subscribers.send_mail",
        attempts=5,
        parked_at=Now(),
        last_error=why,
    )


def make_person(*may):
    user = make_user()
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    return user


@pytest.fixture
def reader(client):
    """Somebody who may see parked effects."""
    client.force_login(make_person("view_effect"))
    return client


@pytest.fixture
def keeper(client):
    """Somebody who may have them tried again."""
    client.force_login(make_person("view_effect", "change_effect"))
    return client


class TestParked:
    def test_says_what_did_not_happen_and_why(self, reader):
        make_parked()

        html = reader.get(PAGE).content.decode()

        assert "Send a mail" in html
        assert "ConnectionRefusedError: nobody there" in html

    def test_shows_only_what_is_parked(self, reader):
        effect = make_parked()
        Effect.objects.filter(pk=effect.pk).update(parked_at=None)

        assert "Nothing is parked" in reader.get(PAGE).content.decode()

    def test_shows_what_a_stranger_wrote_as_text(self, reader):
        make_parked(why="<script>alert(1)</script>")

        assert "<script>alert" not in reader.get(PAGE).content.decode()

    def test_narrows_to_a_topic(self, reader):
        make_parked(topic="mail.written")
        make_parked(topic="stock.changed", why="KeyError: items")

        html = reader.get(PAGE, {"topic": "stock.changed"}).content.decode()

        assert "KeyError" in html
        assert "nobody there" not in html

    def test_answers_htmx_with_the_results_alone(self, reader):
        make_parked()

        html = reader.get(PAGE, headers=PART).content.decode()

        assert "nobody there" in html
        assert "<html" not in html

    def test_takes_few_queries(self, reader, django_assert_max_num_queries):
        for _ in range(60):
            make_parked()

        with django_assert_max_num_queries(10):
            reader.get(PAGE)

    def test_refuses_who_may_not_see_it(self, client):
        client.force_login(make_person())

        assert client.get(PAGE).status_code == 403

    def test_asks_a_stranger_to_sign_in(self, client):
        assert client.get(PAGE).status_code == 302


class TestTryAgain:
    def test_has_one_tried_again_and_says_so(self, keeper):
        effect, other = make_parked(), make_parked()

        answer = keeper.post(reverse("jobs:try-again", args=[effect.pk]), follow=True)

        effect.refresh_from_db()
        other.refresh_from_db()
        assert (effect.attempts, effect.parked_at) == (0, None)
        assert other.parked_at is not None
        assert "It is being tried again." in answer.content.decode()

    def test_says_so_when_somebody_was_faster(self, keeper):
        url = reverse("jobs:try-again", args=[make_parked().pk])
        keeper.post(url)

        assert "again already" in keeper.post(url, follow=True).content.decode()

    def test_has_all_tried_again(self, keeper):
        make_parked()
        make_parked()

        answer = keeper.post(reverse("jobs:try-all-again"), follow=True)

        assert not Effect.objects.parked().exists()
        assert "2 effects are being tried again." in answer.content.decode()

    def test_is_not_offered_to_who_may_only_look(self, reader):
        make_parked()

        assert "try-again" not in reader.get(PAGE).content.decode()

    @pytest.mark.parametrize("url", ["/effects/{pk}/try-again", "/effects/try-again"])
    def test_refuses_who_may_only_look(self, reader, url):
        effect = make_parked()

        answer = reader.post(url.format(pk=effect.pk))

        effect.refresh_from_db()
        assert answer.status_code == 403
        assert effect.parked_at is not None

    @pytest.mark.parametrize("pk", [0, 10**30])
    def test_does_nothing_for_an_effect_that_is_none(self, keeper, pk):
        assert keeper.post(f"/effects/{pk}/try-again").status_code == 303

    def test_is_not_done_by_a_link(self, keeper):
        assert keeper.get(reverse("jobs:try-all-again")).status_code == 405


class TestToday:
    def test_names_what_was_given_up(self, reader):
        make_parked()

        html = reader.get("/").content.decode()

        assert "Parked effects" in html
        assert "Send a mail" in html

    def test_has_no_tile_while_nothing_is(self, reader):
        assert "Parked effects" not in reader.get("/").content.decode()

    def test_shows_it_to_nobody_else(self, client):
        make_parked()
        client.force_login(make_person())

        assert "Parked effects" not in client.get("/").content.decode()


class TestAdmin:
    @pytest.mark.parametrize("model", ["outboxevent", "effect", "idempotencykey"])
    def test_shows_and_changes_nothing(self, client, model):
        client.force_login(make_user(superuser=True))
        effect = make_parked()
        pk = {"outboxevent": effect.event_id, "effect": effect.pk}.get(model)

        assert client.get(f"/admin/jobs/{model}/").status_code == 200
        assert client.get(f"/admin/jobs/{model}/add/").status_code == 403
        assert pk is None or client.get(f"/admin/jobs/{model}/{pk}/change/").status_code == 200
        assert pk is None or client.post(f"/admin/jobs/{model}/{pk}/change/").status_code == 403

    def test_keeps_a_mail_out_of_sight(self, client):
        client.force_login(make_user(superuser=True))
        event = OutboxEvent.objects.create(topic="mail.written", payload={"message": "a link"})

        html = client.get(f"/admin/jobs/outboxevent/{event.pk}/change/").content.decode()

        assert "Kept out of sight" in html
        assert "a link" not in html
