"""`menura keys` and `menura organisations`."""

from pathlib import Path

from commanding import answer, refusal, run


def test_keys_are_made_listed_and_revoked(data: Path) -> None:
    made = answer("keys", "create", "for a test")
    assert made["key"].startswith("sk_car_")
    assert answer("keys", "create", "--admin")["key"].startswith("sk_car_admin_")
    listed = answer("keys", "list")
    assert {key["description"] for key in listed} == {"for a test", ""}
    assert all("key" not in key for key in listed)
    assert made["id"] in run("keys", "list").stdout
    assert answer("keys", "revoke", made["id"][:8]) == {"id": made["id"], "revoked": True}
    assert [key["admin"] for key in answer("keys", "list")] == [True]
    assert refusal("keys", "revoke", made["id"])["error_code"] == "api_key_not_found"
    # For people, the key stands alone, so that it can be put into a variable.
    assert run("keys", "create").stdout.strip().startswith("sk_car_")


def test_organisations_have_plans_and_keys_of_their_own(data: Path) -> None:
    made = answer("organisations", "create", "Radio", "free", "--credits", "1000")
    assert (made["plan"], made["contexts"], made["sockets"], made["credits"]) == (
        *("free", 2, 20, 1000),
    )
    assert made["pro_cloning"] is False
    default, listed = answer("organisations", "list")
    assert (default["name"], default["plan"], default["contexts"]) == ("default", "unlimited", None)
    assert listed == made
    assert "Radio" in run("organisations", "list").stdout
    key = answer("keys", "create", "studio", "--organisation", "Radio")
    assert key["organisation"] == made["id"]
    assert [k["id"] for k in answer("keys", "list", "--organisation", made["id"][:8])] == [
        key["id"]
    ]
    assert answer("keys", "list", "--organisation", "default") == []
    changed = answer("organisations", "plan", "Radio", "scale", "--pro-cloning", "--streams", "9")
    assert (changed["contexts"], changed["streams"], changed["credits"]) == (15, 9, None)
    assert refusal("organisations", "plan", "Radio", "huge")["error_code"] == "plan_unknown"
    assert refusal("organisations", "plan", "TV", "free")["error_code"] == "organisation_not_found"
    assert refusal("keys", "create", "--organisation", "TV")["error_code"] == (
        "organisation_not_found"
    )
    answer("organisations", "create", "Radio")
    assert refusal("keys", "create", "--organisation", "Radio")["error_code"] == (
        "organisation_id_ambiguous"
    )


def test_the_secret_of_access_tokens_is_changed(data: Path) -> None:
    first = answer("keys", "rotate")["id"]
    assert answer("keys", "rotate", "--at-once")["id"] != first
