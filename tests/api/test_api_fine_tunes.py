"""Fine-tunes over HTTP: asked for, trained, listed, cancelled, tried again, deleted, paid for."""

import time

import cartesia
import httpx
import pytest
from fine_tune_side import Side, release, wanted
from serving import Running, check_error, wait_for
from test_api_datasets import FORMATS, recording

from menura.library.consent import STATEMENT


@pytest.fixture(scope="module")
def server(pro_server: Running) -> Running:
    return pro_server.afresh()


def test_the_sdk_drives_the_whole_flow(server: Running) -> None:
    with cartesia.Cartesia(
        api_key=server.key(),
        base_url=server.url,
        http_client=httpx.Client(verify=False, timeout=120),
    ) as sdk:
        dataset = sdk.datasets.create(name="Ada", description="")
        for name, (container, codec) in FORMATS.items():
            data = recording(container, codec)
            sdk.datasets.files.upload(dataset.id, file=(name, data), purpose="fine_tune")
        # Nothing is prepared yet; the fine-tune waits for that.
        made = sdk.fine_tunes.create(
            name="Ada",
            description="reads",
            language="en",
            model_id="sonic-3",
            dataset=dataset.id,
            accent="british",
        )
        assert made.status == "created"
        assert (made.accent, made.llm_model_id) == ("british", "sonic-3-2026-01-12")
        while (found := sdk.fine_tunes.retrieve(made.id)).status not in ("completed", "failed"):
            time.sleep(0.5)
        assert found.status == "completed", found.model_extra
        assert [one.id for one in sdk.fine_tunes.list(limit=1)] == [made.id]
        voices = list(sdk.fine_tunes.list_voices(made.id, limit=3))
        assert len({voice.id for voice in voices}) == 4
        assert all(voice.is_owner and voice.accent == "british" for voice in voices)
        assert {voice.id for voice in sdk.voices.list(is_owner=True)} == {v.id for v in voices}
        answer = sdk.tts.with_raw_response.generate(
            model_id=found.llm_model_id,
            transcript="hello there",
            voice=voices[0].id,
            output_format={"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000},
        )
        assert len(answer.read()) == 2 * 1200 * 2
        assert answer.headers["menura-fine-tune"] == f"{made.id}; active"
        sdk.fine_tunes.delete(made.id)
        with pytest.raises(cartesia.NotFoundError):
            sdk.fine_tunes.retrieve(made.id)
        assert not list(sdk.voices.list(is_owner=True))
        sdk.datasets.delete(dataset.id)
    assert not server.leftovers()


def test_a_fine_tune_shows_how_far_it_is_and_what_it_is(side: Side, server: Running) -> None:
    dataset = side.dataset("[hold training]", "two")
    made = side.begun(dataset, seconds=120, accent=None)
    side.reaches(made, "training")
    shown = side.show(made)
    assert (shown["status"], shown["dataset"], shown["language"]) == ("training", dataset, "en")
    assert (shown["locale"], shown["model_snapshot"]) == ("en-US", "menura-1-2026-11")
    assert (shown["seconds"], shown["speech_seconds"], shown["attempts"]) == (120, 8, 1)
    assert 0 < shown["progress"] < 1
    assert shown["eta_seconds"] == 10
    assert "error" not in shown
    assert side.client.get(f"/fine-tunes/{made}/voices").json()["data"] == []

    for answer in (
        side.client.delete(f"/datasets/{dataset}"),
        side.client.patch(f"/datasets/{dataset}", json={"speaker": 0}),
        side.client.post(f"/datasets/{dataset}/files", files={"file": b"more"}),
        side.client.delete(
            f"/datasets/{dataset}/files/"
            + side.client.get(f"/datasets/{dataset}/files").json()["data"][0]["id"]
        ),
        side.client.patch(
            f"/datasets/{dataset}/utterances/"
            + side.client.get(f"/datasets/{dataset}/utterances").json()["data"][0]["id"],
            json={"transcript": "Another."},
        ),
    ):
        check_error(answer, 409, "dataset_in_use")
        assert answer.headers["x-should-retry"] == "false"
    renamed = side.client.patch(f"/datasets/{dataset}", json={"name": "Ada B."})
    assert renamed.status_code == 204, "a name changes nothing that is learned"

    release(server.settings.data, "training")
    over = side.over(made)
    assert (over["status"], over["progress"], over["stage"]) == ("completed", 1, "done")
    assert over["ended_at"] > over["started_at"] > over["created_at"]
    assert side.client.delete(f"/datasets/{dataset}").status_code == 204
    assert len(side.client.get(f"/fine-tunes/{made}/voices").json()["data"]) == 4


def test_a_waiting_fine_tune_keeps_its_dataset_but_lets_it_grow(side: Side) -> None:
    dataset = side.dataset("one", "two")
    (side.library.uploads.folder / "late").write_bytes(b"x")
    side.library.dataset_files.adopt(
        side.id, dataset, side.library.uploads.folder / "late", filename="l.wav", digest="late"
    )
    assert side.library.dataset_files.claim("somebody", dataset) is not None
    made = side.begun(dataset)
    side.reaches(made, "listening")
    check_error(side.client.delete(f"/datasets/{dataset}"), 409, "dataset_in_use")
    sent = side.client.post(f"/datasets/{dataset}/files", files={"file": b"no audio"})
    assert sent.status_code == 204
    assert side.client.delete(f"/fine-tunes/{made}").status_code == 204
    assert side.client.delete(f"/datasets/{dataset}").status_code == 204


def test_cancelled_tried_again_and_deleted(side: Side, server: Running) -> None:
    made = side.begun(side.dataset("[hold judging]", "two"))
    side.reaches(made, "judging")
    check_error(side.client.post(f"/fine-tunes/{made}/retry"), 409, "fine_tune_not_failed")
    cancelled = side.client.post(f"/fine-tunes/{made}/cancel").json()
    assert (cancelled["status"], cancelled["error"]["code"]) == ("failed", "cancelled")
    check_error(side.client.post(f"/fine-tunes/{made}/cancel"), 409, "fine_tune_over")
    wait_for(lambda: "tune over" in server.noted("tune over")[-1:])
    again = side.client.post(f"/fine-tunes/{made}/retry").json()
    assert (again["status"], again["attempts"], "error" in again) == ("created", 2, False)
    side.reaches(made, "judging")
    assert " from 2 " in server.noted("tune 2")[-1], "it goes on from its checkpoint"
    assert side.client.delete(f"/fine-tunes/{made}/").status_code == 204
    check_error(side.client.get(f"/fine-tunes/{made}"), 404, "fine_tune_not_found")
    check_error(side.client.delete(f"/fine-tunes/{made}"), 404, "fine_tune_not_found")
    wait_for(lambda: not (server.settings.data / "tuning" / made).exists())


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"dataset": "dataset_x"}, 404, "dataset_not_found"),
        ({"model_id": "sonic-2024-10-19"}, 400, "model_sunsetted"),
        ({"model_id": "sonic-9"}, 400, "model_not_found"),
        ({"language": "ko"}, 400, "language_not_supported"),
        # The server can write it down, the base model of this server does not speak it.
        ({"language": "it"}, 400, "language_not_supported"),
        ({"language": "es"}, 400, "dataset_language_differs"),
        ({"accent": "castilian"}, 400, "accent_not_supported"),
        ({"consent": False}, 400, "consent_required"),
        ({"name": ""}, 400, "request_invalid"),
        ({"name": "a\u001bb"}, 400, "request_invalid"),
        ({"seconds": 0}, 400, "request_invalid"),
        ({"dataset": None}, 400, "request_invalid"),
    ],
)
def test_what_cannot_be_trained_is_refused(
    side: Side, fields: dict[str, object], status: int, code: str
) -> None:
    answer = side.begin(side.dataset(), **fields)
    body = check_error(answer, status, code)
    assert body["remedy"]
    if code == "language_not_supported":
        assert "en-US, en-GB, es-ES" in body["remedy"]
    assert side.client.get("/fine-tunes").json()["data"] == []


def test_too_little_speech_is_refused_with_the_minutes_found(side: Side) -> None:
    empty = str(side.client.post("/datasets", json={"name": "empty"}).json()["id"])
    check_error(side.begin(empty), 400, "dataset_empty")
    side.record(empty, "four seconds")
    body = check_error(side.begin(empty), 400, "dataset_too_short")
    assert "0.1 minutes" in body["message"]
    dataset = side.dataset()
    assert side.client.delete(f"/datasets/{dataset}").status_code == 204
    check_error(side.begin(dataset), 404, "dataset_not_found")


def test_preparation_may_find_too_little(side: Side) -> None:
    dataset = side.library.datasets.add(side.id, "Ada").id
    sent = side.client.post(f"/datasets/{dataset}/files", files={"file": recording("flac", "flac")})
    assert sent.status_code == 204
    over = side.over(side.begun(dataset))
    assert (over["status"], over["error"]["code"]) == ("failed", "dataset_too_short")
    assert "0.1 minutes" in over["error"]["sentence"]
    assert side.client.get("/voices", params={"is_owner": "true"}).json()["data"] == []


def test_consent_is_kept_with_who_and_when(side: Side) -> None:
    statement = side.client.get("/fine-tunes/consent").json()
    assert statement == {"statement": STATEMENT, "required": False}
    dataset = side.dataset()
    for said, given_by in ((None, "by_api"), (True, "accepted")):
        shown = side.show(side.begun(dataset, consent=said))["consent"]
        assert (shown["statement"], shown["given_by"]) == (STATEMENT, given_by)
        assert (shown["key_id"], bool(shown["given_at"])) == (side.key_id, True)
        made = side.client.get("/fine-tunes").json()["data"][0]["id"]
        assert side.over(made)["status"] == "completed"
        (voice, *_) = side.client.get(f"/fine-tunes/{made}/voices").json()["data"]
        assert voice["consent"]["statement"] == STATEMENT


def test_a_server_may_require_an_answer(server: Running, side: Side) -> None:
    settings = server.services.settings
    server.services.settings = settings.model_copy(update={"tune_consent": "required"})
    try:
        assert side.client.get("/fine-tunes/consent").json()["required"]
        dataset = side.dataset()
        body = check_error(side.begin(dataset), 400, "consent_required")
        assert STATEMENT in body["remedy"]
        side.begun(dataset, consent=True)
    finally:
        server.services.settings = settings


def test_plans_and_credits_are_asked_before_and_booked_after(server: Running) -> None:
    free = Side(server, plan="free")
    check_error(free.begin("dataset_x"), 403, "plan_lacks_pro_cloning")
    imported = free.client.post("/fine-tunes/import", files={"file": ("x", b"data")})
    check_error(imported, 403, "plan_lacks_pro_cloning")
    poor = Side(server, credits=999_999)
    check_error(poor.begin(poor.dataset()), 402, "quota_exceeded")
    rich = Side(server, credits=1_500_000)
    held = rich.begun(rich.dataset("[hold aligning]", "two"))
    check_error(rich.begin(rich.dataset()), 402, "quota_exceeded")
    assert rich.client.post(f"/fine-tunes/{held}/cancel").status_code == 200
    dataset = rich.dataset("[worse training]", "two")
    failed = rich.over(rich.begun(dataset))
    assert failed["error"]["code"] == "tuning_no_better"
    assert spent(rich) == 0
    assert rich.over(rich.begun(rich.dataset()))["status"] == "completed"
    wait_for(lambda: spent(rich) == 1_000_000)
    check_error(rich.client.post(f"/fine-tunes/{failed['id']}/retry"), 402, "quota_exceeded")
    for side in (free, poor, rich):
        side.client.close()


def spent(side: Side) -> float:
    """Credits that an organisation has used."""
    admin = side.library.keys.create(admin=True, organisation_id=side.id).secret
    answer = side.client.get("/usage/credits", headers={"Authorization": f"Bearer {admin}"})
    assert answer.status_code == 200, answer.text
    return float(sum(bucket["credits"] for bucket in answer.json()["data"]))


def test_fine_tunes_and_their_voices_are_paged(side: Side) -> None:
    dataset = side.dataset()
    made = [side.begun(dataset, name=f"tune {number}") for number in range(3)]
    page = side.client.get("/fine-tunes/", params={"limit": 2}).json()
    assert [one["id"] for one in page["data"]] == made[:0:-1]
    assert (page["has_more"], page["next_page"]) == (True, made[1])
    rest = side.client.get("/fine-tunes", params={"starting_after": made[1]}).json()
    assert [one["id"] for one in rest["data"]] == made[:1]
    before = side.client.get("/fine-tunes", params={"ending_before": made[1], "limit": 1}).json()
    assert [one["id"] for one in before["data"]] == made[2:]
    check_error(side.client.get("/fine-tunes", params={"limit": 0}), 400, "request_invalid")
    check_error(
        side.client.get("/fine-tunes", params={"starting_after": "x"}), 400, "cursor_not_found"
    )
    for one in made:
        assert side.over(one)["status"] == "completed"
    path = f"/fine-tunes/{made[0]}/voices"
    first = side.client.get(path, params={"limit": 3}).json()
    assert (len(first["data"]), first["has_more"]) == (3, True)
    after = {"starting_after": first["next_page"]}
    last = side.client.get(path, params=after).json()
    assert (len(last["data"]), last["has_more"]) == (1, False)
    shown = side.client.get(f"/voices/{last['data'][0]['id']}").json()
    assert shown == last["data"][0]


def test_the_description_has_the_request(side: Side) -> None:
    described = side.client.get("/openapi.json").json()
    body = described["paths"]["/fine-tunes"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/FineTuneRequest"}
    example = described["components"]["schemas"]["FineTuneRequest"]["example"]
    assert wanted(str(example["dataset"])).keys() == example.keys()
