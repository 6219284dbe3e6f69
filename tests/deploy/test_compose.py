"""The compose file and what lies beside it: no right that is not needed, and all that is named is there."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import yaml

from bot.settings import config
from bot.settings.keyring import SECRET
from bot.settings.sections import File
from bot.settings.storing import KEY, KEY_ID
from storage.database import is_postgres
from tests.deploy.test_deploy import DEPLOY, REPOSITORY, commands

TEXT = (DEPLOY / "compose.yaml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKERS = [name for name in SERVICES if name.startswith("worker")]
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")
SETTINGS = File.model_validate(tomllib.loads((DEPLOY / "config.compose.toml").read_text("utf-8")))
KEYS = {
    "build", "cap_add", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "logging",
    "mem_limit", "networks", "pids_limit", "ports", "read_only", "restart", "secrets", "security_opt", "shm_size",
    "stop_grace_period", "tmpfs", "user", "volumes",
}  # fmt: skip
"""Of a service, those that are used; the whole file is good by the schema of the specification
(github.com/compose-spec/compose-spec at 170098ba, schema/compose-spec.json, with `jsonschema`, 29.11.2026)."""
OF_HEALTH = {"test", "interval", "timeout", "retries", "start_period"}
FILES = {f"{name}_FILE": name for name in (config.TOKEN, config.VIBER_TOKEN, SECRET, KEY_ID, KEY)}

each = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


@each
def test_a_service_can_do_nothing_that_it_does_not_need(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("cap_add", []) in ([], ["NET_BIND_SERVICE"])
    assert set(service) <= KEYS, "else it may be a right, or misspelt"


@each
def test_a_service_is_begun_again_and_says_how_it_is(service: dict[str, Any]) -> None:
    assert service["restart"] == "always"
    health = service["healthcheck"]
    assert set(health) == OF_HEALTH
    assert health["test"][0] == "CMD"
    for key in ("interval", "timeout", "start_period"):
        assert re.fullmatch(r"\d+s", health[key]), key


def test_all_that_is_named_is_there_and_all_that_is_there_is_used() -> None:
    for section in ("networks", "secrets"):
        assert {name for one in SERVICES.values() for name in one.get(section, [])} == set(COMPOSE[section])
    sources = [volume.split(":")[0] for one in SERVICES.values() for volume in one["volumes"]]
    assert {source for source in sources if not source.startswith(".")} == set(COMPOSE["volumes"])
    assert {source for source in sources if source.startswith(".")} == {"./Caddyfile", "./config.toml"}
    assert {name for one in SERVICES.values() for name in one.get("depends_on", [])} <= set(SERVICES)
    assert set(COMPOSE) - {"name", "services", "networks", "volumes", "secrets"} == {"x-shut-in", "x-worker"}


def test_from_outside_only_the_proxy_is_reached_and_only_workers_reach_the_database() -> None:
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    inside = {name for name, one in SERVICES.items() if "inside" in one["networks"]}
    assert inside == {*WORKERS, "postgres"}
    assert SERVICES["postgres"]["networks"] == ["inside"]


def test_the_workers_are_alike_and_run_what_the_container_file_makes() -> None:
    assert len(WORKERS) == 2
    first, second = (SERVICES[name] for name in WORKERS)
    assert first == second
    assert (DEPLOY / first["build"]["context"] / first["build"]["dockerfile"]).resolve() == DEPLOY / "Containerfile"
    assert f"USER {first['user']}" in CONTAINERFILE
    program, command = first["healthcheck"]["test"][1:]
    assert f'ENTRYPOINT ["{program}"]' in CONTAINERFILE
    assert {command, *first["command"]} <= set(commands())
    assert first["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_secrets_are_files_and_nothing_secret_stands_in_the_environment() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if name.endswith("FILE"):
                assert value.startswith("/run/secrets/"), name
                assert value.rpartition("/")[2] in service["secrets"], name
            else:
                assert not re.search("TOKEN|SECRET|PASS|KEY", name), name
    assert all(set(one) == {"file"} for one in COMPOSE["secrets"].values())


def test_what_is_commented_out_fits_when_it_is_wanted() -> None:
    named = dict(re.findall(r"^ *(?:# )?(OBHVAT_\w+): /run/secrets/([\w-]+)$", TEXT, re.M))
    assert set(named) == set(FILES)
    declared = dict(re.findall(r"^  (?:# )?([\w-]+): \{ file: \./secrets/([\w-]+) \}$", TEXT, re.M))
    assert all(name == file for name, file in declared.items())
    assert set(declared) == {*named.values(), "pgpass", "postgres-password"}


def test_images_of_others_have_a_version() -> None:
    foreign = [one["image"] for one in SERVICES.values() if "build" not in one]
    assert len(foreign) == 2
    for image in foreign:
        assert re.fullmatch(r"docker\.io/library/\w+:\d[\w.-]*", image), image


def test_the_configuration_beside_it_fits_its_services() -> None:
    url = SETTINGS.database.url
    assert is_postgres(url)
    environment = SERVICES["postgres"]["environment"]
    assert url == f"postgresql://{environment['POSTGRES_USER']}@postgres/{environment['POSTGRES_DB']}"
    host, _, port = SETTINGS.http.listen.rpartition(":")
    assert host == "0.0.0.0"
    assert SERVICES["proxy"]["environment"]["BOT_WORKERS"].split() == [f"{name}:{port}" for name in WORKERS]
    kept = next(volume.split(":")[1] for volume in SERVICES["worker-1"]["volumes"] if volume.startswith("data:"))
    assert SETTINGS.photos.store.startswith(f"{kept}/")
    assert f"WORKDIR {kept}" in CONTAINERFILE


def _blocks(text: str) -> list[tuple[str, list[str]]]:
    """Each line of a Caddyfile with the heads of the blocks that it stands in."""
    found, inside = list[tuple[str, list[str]]](), list[str]()
    for line in (line.strip() for line in text.splitlines()):
        if line == "}":
            inside.pop()
        elif line.endswith("{"):
            found.append((line, [*inside]))
            inside.append(line.removesuffix("{").strip())
        elif line and not line.startswith("#"):
            found.append((line, [*inside]))
    assert inside == [], "a block is not closed"
    return found


def test_the_proxy_hides_the_figures_logs_no_address_and_passes_the_rest_to_any_worker() -> None:
    """As `caddy validate` of 2.6.2 has found it good."""
    text = (DEPLOY / "Caddyfile").read_text("utf-8")
    lines = [(line, inside) for line, inside in _blocks(text) if inside]
    assert [line for line, inside in lines if inside == [""]] == ["admin off"]
    assert [line for line, inside in lines if inside == ["{$BOT_DOMAIN}"]] == [
        "respond /metrics 404", "reverse_proxy {$BOT_WORKERS} {", "log {",
    ]  # fmt: skip
    assert [line for line, inside in lines if inside[-1] == "log"] == ["output discard"]
    passing = [line for line, inside in lines if inside[-1].startswith("reverse_proxy")]
    assert passing == ["fail_duration 10s"]
    asked = set(re.findall(r"\{\$(\w+)\}", text))
    assert asked == set(SERVICES["proxy"]["environment"])


def test_what_is_put_beside_it_gets_neither_into_the_repository_nor_into_the_image() -> None:
    for name in (".gitignore", ".dockerignore"):
        lines = (REPOSITORY / name).read_text("utf-8").splitlines()
        assert {"deploy/.env", "deploy/config.toml", "deploy/secrets/"} <= {line.lstrip("/") for line in lines}, name
