"""The file of routes: what it may say, and the one line that tells what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from exporters.deliveries.preview import examples, foretell
from exporters.deliveries.routes import Routes, load_routes
from exporters.deliveries.senders import senders_of
from tests.exporters.deliveries.conftest import SECRET

Load = Callable[[str], Routes]
NIGHT = 1_770_000_000_000  # 2026-02-02 02:40 UTC
FILE = """
[cohorts]
ward = ["w-1*", "w-207"]

[receivers.app]
kind = "webhook"
url = "https://app.example.org/hook"
secret_file = "secret"

[receivers.nurse]
kind = "push"
url_env = "NURSE_URL"

[receivers.am]
kind = "alertmanager"
url = "http://127.0.0.1:9093"

[routes.all]
to = ["app", "am"]
priority = "info"

[routes.ward]
to = ["nurse"]
cohorts = ["ward"]
quiet = { from = "22:00", until = "06:30" }
escalate = [ { after_minutes = 10, to = ["app"] } ]
"""


@pytest.fixture(autouse=True)
def nurse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NURSE_URL", "json://127.0.0.1:9")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"info"', '"inf"', "Invalid enum value 'inf' - at `$.routes.all.priority`"),
        ("22:00", "25:00", "`$.routes.ward.quiet.from`"),
        ('"06:30"', '"06:30", zone = "Mars"', "'Mars' is no time zone, such as Europe/Berlin"),
        ('"06:30"', '"22:00"', "quiet hours that end as they begin"),
        ('to = ["nurse"]', 'to = ["nobody"]', "$.routes.ward.to: there is no receiver nobody"),
        ('to = ["app"]', 'to = ["nobody"]', "$.routes.ward.escalate[0].to: there is no receiver nobody"),
        ('cohorts = ["ward"]', 'cohorts = ["war"]', "$.routes.ward.cohorts: there is no cohort war"),
        ('"push"', '"pusj"', "Invalid value 'pusj' - at `$.receivers.nurse.kind`"),
        ("https://app", "http://app", "url: it must begin with https:// unless it is on this machine"),
        ("https://app", "https://user:pass@app", "url: it must have no user, password or fragment"),
        ("NURSE_URL", "NO_URL", "$.receivers.nurse.url_env: NO_URL is not set"),
        ("secret_file", "secret_env", "$.receivers.app.secret_env: secret is not set"),
        ('"secret"', '"none"', "$.receivers.app.secret_file: it can't be read"),
        ('"secret"', '"bad"', "$.receivers.app.secret: it must be whsec_ and base64"),
        ("[routes.all]", "[routes.All]", "$.routes.All: a name is a to z"),
        ('"app", "am"]', '"app", "am"]\nstatuses = ["raised"]', "am has to hear of the end, add resolved"),
        ("[routes.all]", "[route.all]", "Object contains unknown field `route`"),
        ("[cohorts]", "[cohorts", "(at line 2, column"),
        ('"info"', '"info"\nrounds = 2', "rounds: without escalate there is nothing to repeat"),
        (":9093", ":9093\"\nallow = [\"here\"]\nca_file = \"", "allow: 'here' is no network"),
        (":9093\"", ":9093\"\nwearer = \"hash\"", "salt_env: give one of salt_env, salt_file"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_one_line_with_its_place(
    write: Callable[[str], Path], tmp_path: Path, old: str, new: str, words: str
) -> None:
    (tmp_path / "bad").write_text("whsec_")
    path = write(FILE.replace(old, new, 1))

    with pytest.raises(ValueError, match=r"^routes.toml: [^\n]+$") as caught:
        load_routes(path)

    assert words in str(caught.value)
    assert "user:pass" not in str(caught.value)


def test_a_preview_tells_whom_each_priority_reaches_and_when(load: Load) -> None:
    high, medium, low, _ = examples("w-10", NIGHT)

    told = {a.priority: foretell(load(FILE), a, NIGHT) for a in (high, medium, low)}

    hour = 3_600_000
    assert [(t.receiver, t.after_ms / hour, t.step) for t in told["high"]] == [
        ("app", 0, 0), ("am", 0, 0), ("nurse", 0, 0), ("app", 1 / 6, 1),
    ]  # fmt: skip
    assert [(t.receiver, round(t.after_ms / hour, 2)) for t in told["medium"]] == [
        ("app", 0), ("am", 0), ("nurse", 3.83), ("app", 4.0),
    ]  # fmt: skip
    assert [(t.receiver, t.detail) for t in told["low"]] == [("app", "full"), ("am", "none")]


def test_a_cohort_is_who_the_file_says(load: Load) -> None:
    routes = load(FILE)

    reached = {
        wearer: {told.receiver for told in foretell(routes, examples(wearer, NIGHT)[0], NIGHT)}
        for wearer in ("w-10", "w-207", "w-208")
    }

    everybody = {"app", "am"}
    assert reached == {"w-10": everybody | {"nurse"}, "w-207": everybody | {"nurse"}, "w-208": everybody}


def test_the_file_of_the_page_is_one_that_works(
    write: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "deliver-alerts.md").read_text()
    (tmp_path / "care-app.secret").write_text(SECRET)
    (tmp_path / "nurse.url").write_text("ntfys://topic")
    (tmp_path / "wearers.salt").write_text("0123456789abcdef")
    monkeypatch.setenv("DOCTOR_URL", "ntfys://other")

    routes = load_routes(write(page.split("```toml\n")[1].split("```")[0]))

    assert list(routes.routes) == ["app", "ward"]
    assert list(senders_of(routes)) == ["care-app", "nurse", "doctor", "alertmanager"]
