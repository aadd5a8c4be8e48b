"""Files: uploaded, listed, downloaded, linked and deleted; and speech that is saved."""

import io
import re
import wave

import httpx
import pytest
from serving import Running, check_error, speech, wait_for

WAV = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 24000}


def get(address: str) -> httpx.Response:
    """Without a key; not verifying saves reading the certificates."""
    return httpx.get(address, verify=False)


def upload(
    client: httpx.Client, name: str = "take.wav", data: bytes = b"sound", purpose: str = "fine_tune"
) -> str:
    """Uploads a file and returns its id."""
    answer = client.post("/files", data={"purpose": purpose}, files={"file": (name, data)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_a_file_from_upload_to_deletion(client: httpx.Client, server: Running) -> None:
    answer = client.post(
        "/files", files={"file": ("a/b/täke.wav", b"sound")}, data={"purpose": "voice-clone"}
    )
    assert answer.status_code == 201
    made = answer.json()
    assert re.fullmatch(r"file_[1-9A-HJ-NP-Za-km-z]{22}", made["id"])
    assert (made["filename"], made["size"]) == ("täke.wav", 5)
    assert made["purpose"] == "voice-clone"
    assert made["created_at"].endswith("Z")
    for path in (f"/files/{made['id']}", f"/files/{made['id']}/info"):
        assert client.get(path).json() == made
    got = client.get(f"/files/{made['id']}/download")
    assert got.content == b"sound"
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment")
    part = client.get(f"/files/{made['id']}/download", headers={"Range": "bytes=1-2"})
    assert (part.status_code, part.content) == (206, b"ou")
    assert client.delete(f"/files/{made['id']}").status_code == 204
    for path in ("", "/download"):
        check_error(client.get(f"/files/{made['id']}{path}"), 404, "file_not_found")
    check_error(client.delete(f"/files/{made['id']}"), 404, "file_not_found")
    assert not server.leftovers()


def test_the_list(client: httpx.Client) -> None:
    made = [upload(client, f"take {n}.wav") for n in range(4)][::-1]
    upload(client, "other.wav", purpose="voice-clone")
    page = client.get("/files", params={"purpose": "fine_tune", "limit": 3}).json()
    assert [item["id"] for item in page["data"]] == made[:3]
    assert page["has_more"]
    assert page["next_page"] == made[2]
    rest = client.get("/files", params={"purpose": "fine_tune", "starting_after": made[2]}).json()
    assert [item["id"] for item in rest["data"]] == made[3:]
    assert (rest["has_more"], rest["next_page"]) == (False, None)
    end = client.get("/files", params={"starting_after": made[3]})
    assert end.json()["data"] == []
    found = client.get("/files", params={"q": "TAKE 2", "purpose": ""}).json()["data"]
    assert [item["id"] for item in found] == [made[1]]
    before = client.get("/files", params={"ending_before": made[1], "limit": 1}).json()
    assert [item["id"] for item in before["data"]] == made[:1]
    check_error(client.get("/files", params={"starting_after": "file_x"}), 400, "cursor_not_found")
    check_error(client.get("/files", params={"limit": 0}), 400, "request_invalid")
    check_error(client.get("/files", params={"purpose": "fun"}), 400, "request_invalid")


@pytest.mark.parametrize(
    ("data", "files", "code"),
    [
        ({"purpose": "fine_tune"}, {"other": b"x"}, "field_missing"),
        ({}, {"file": b"x"}, "field_missing"),
        ({"purpose": "fine_tune"}, {"file": b""}, "file_empty"),
        ({"purpose": "fun"}, {"file": b"x"}, "file_purpose_invalid"),
    ],
)
def test_bad_uploads(
    client: httpx.Client,
    server: Running,
    data: dict[str, str],
    files: dict[str, bytes],
    code: str,
) -> None:
    check_error(client.post("/files", data=data, files=files), 400, code)
    assert not server.leftovers()
    assert not client.get("/files").json()["data"]


def test_too_large_an_upload(client: httpx.Client, server: Running) -> None:
    big = {"file": b"x" * 3_000_000}
    answer = client.post("/files", data={"purpose": "fine_tune"}, files=big)
    check_error(answer, 413, "upload_too_large")
    assert not server.leftovers()


def test_files_of_others_do_not_exist(client: httpx.Client, server: Running) -> None:
    made = upload(client)
    with server.client() as other:
        assert other.get("/files").json()["data"] == []
        check_error(other.get(f"/files/{made}"), 404, "file_not_found")
        check_error(other.get(f"/files/{made}/info"), 404, "file_not_found")
        check_error(other.get(f"/files/{made}/download"), 404, "file_not_found")
        check_error(other.delete(f"/files/{made}"), 404, "file_not_found")
        check_error(other.post("/links", json={"file_id": made}), 404, "file_not_found")
        check_error(other.get("/files", params={"starting_after": made}), 400, "cursor_not_found")
    assert client.get(f"/files/{made}").status_code == 200
    assert get(f"{server.url}/files/{made}/download").status_code == 401


def test_a_link_opens_without_a_key(client: httpx.Client, server: Running) -> None:
    made, other = upload(client, data=b"linked"), upload(client)
    link = client.post("/links", json={"file_id": made, "lifetime": "24h"}).json()["url"]
    assert link.startswith(f"{server.url}/links/{made}?")
    assert get(link).content == b"linked"
    for wrong in (
        link.replace(made, other),
        re.sub(r"expires=\d", "expires=9", link),
        re.sub("expires=", "expires=x", link),
        link[:-1] + ("0" if link[-1] != "0" else "1"),
        link.partition("?")[0],
    ):
        check_error(get(wrong), 404, "file_not_found")
    client.delete(f"/files/{made}")
    check_error(get(link), 404, "file_not_found")


def test_a_link_ends(client: httpx.Client) -> None:
    made = upload(client)
    link = client.post("/links", json={"file_id": made, "lifetime": "1s"}).json()["url"]
    wait_for(lambda: get(link).status_code == 403)
    check_error(get(link), 403, "link_expired")


@pytest.mark.parametrize("lifetime", ["", "1", "0h", "-1h", "8d", "9999999999d", "1w", "h"])
def test_lifetimes_are_checked(client: httpx.Client, lifetime: str) -> None:
    answer = client.post("/links", json={"file_id": "file_x", "lifetime": lifetime})
    assert answer.status_code in ({404} if lifetime == "" else {400})


def test_saved_speech(client: httpx.Client) -> None:
    answer = client.post("/tts/bytes", json=speech("keep these four words", save=True))
    saved = answer.headers["cartesia-file-id"]
    (item,) = client.get("/files", params={"purpose": "tts_generation"}).json()["data"]
    assert item["id"] == saved
    assert item["filename"].endswith(".pcm")
    assert client.get(f"/files/{saved}/download").content == answer.content
    assert "cartesia-file-id" not in client.post("/tts/bytes", json=speech()).headers
    assert len(client.get("/files").json()["data"]) == 1


def test_a_saved_wav_has_its_true_length(client: httpx.Client) -> None:
    for words in (3, 60):
        text = "word " * words
        answer = client.post("/tts/bytes", json=speech(text, save=True, output_format=WAV))
        data = client.get(f"/files/{answer.headers['cartesia-file-id']}/download").content
        with wave.open(io.BytesIO(data)) as file:
            assert file.getnframes() == words * 1200
        assert data[44:] == answer.content[44:]


def test_speech_that_is_not_whole_is_not_kept(client: httpx.Client, server: Running) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/tts/bytes", json=speech("one two [fail]", save=True))
    long = speech("saving [slow] " + "word " * 200, save=True)
    with client.stream("POST", "/tts/bytes", json=long) as answer:
        next(answer.iter_raw())
        assert client.get("/files").json()["data"] == [], "not before it is complete"
    check_error(
        client.post("/tts/bytes", json=speech("[text-error]", save=True)),
        400,
        "symbol_not_supported",
    )
    wait_for(lambda: not server.leftovers())
    assert client.get("/files").json()["data"] == []
