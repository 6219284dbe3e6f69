"""`check` proves a Viber set-up before anybody depends on it; `invite` prints the link of each messenger."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.commands.demo import free_port
from bot.settings.config import examine
from sandbox import Sandbox
from tests.bot.conftest import TOKEN
from tests.bot.test_cli import obhvat
from tests.bot.viber import on_viber


def configured(folder: Path, sandbox: Sandbox, public_url: str) -> None:
    text = f'[viber]\napi_url = "{sandbox.viber_api_url}"\npublic_url = "{public_url}"\n'
    (folder / "config.toml").write_text(text + f'[telegram]\napi_url = "{sandbox.url}"\n')


@asynccontextmanager
async def serving(status: int = 200, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A reverse proxy that answers `/health` so; its port."""

    async def health(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    app = web.Application()
    app.add_routes([web.get("/health", health)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def signed_by_itself(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def checked(folder: Path, sandbox: Sandbox, token: str = "", **environ: str) -> tuple[int, str]:
    tokens = {"OBHVAT_VIBER_TOKEN": token or sandbox.viber_token}
    ended = await asyncio.to_thread(obhvat, folder, "check", **tokens, **environ)
    assert "Traceback" not in ended.stderr
    assert "never-told" not in ended.stdout + ended.stderr
    assert sandbox.viber_token not in ended.stdout + ended.stderr
    return ended.returncode, ended.stdout + ended.stderr


async def test_a_good_set_up_is_in_order_and_says_whom_viber_calls(sandbox: Sandbox, tmp_path: Path) -> None:
    async with serving(502) as port:
        configured(tmp_path, sandbox, f"http://127.0.0.1:{port}")
        code, said = await checked(tmp_path, sandbox)
    assert (code, "calls nobody yet" in said, "Everything is in order." in said) == (0, True, True), said


async def test_a_webhook_of_ours_and_one_of_another_program_are_told_apart(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path / "running", telegram=True) as world:
        ours = world.app.config.file.viber.public_url
        configured(tmp_path, sandbox, ours)
        assert f"Viber calls this bot at {ours}/viber." in (await checked(tmp_path, sandbox))[1]
        async with serving() as port:
            configured(tmp_path, sandbox, f"http://127.0.0.1:{port}")
            code, said = await checked(tmp_path, sandbox)
        assert (code, f"Viber calls {ours}/viber;" in said) == (0, True), said


async def test_every_mistake_is_told_with_its_mend(sandbox: Sandbox, tmp_path: Path) -> None:
    configured(tmp_path, sandbox, f"http://127.0.0.1:{free_port()}")
    code, said = await checked(tmp_path, sandbox, "never-told")
    assert (code, "OBHVAT_VIBER_TOKEN: Viber refuses it (status 2" in said, "port 443" in said) == (2, True, True), said


async def test_a_certificate_is_good_only_when_somebody_vouches_for_it(sandbox: Sandbox, tmp_path: Path) -> None:
    async with serving(tls=signed_by_itself(tmp_path)) as port:
        configured(tmp_path, sandbox, f"https://localhost:{port}")
        code, said = await checked(tmp_path, sandbox)
        assert (code, "is not trusted" in said) == (2, True), said
        vouched = str(tmp_path / "certificate.pem")
        code, said = await checked(tmp_path, sandbox, SSL_CERT_FILE=vouched)
    assert (code, "Everything is in order." in said) == (0, True), said


async def test_a_proxy_that_passes_nothing_on_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    async with serving(404) as port:
        configured(tmp_path, sandbox, f"http://127.0.0.1:{port}")
        code, said = await checked(tmp_path, sandbox)
    assert (code, "/health answers 404" in said) == (2, True), said


@pytest.mark.parametrize(
    ("public_url", "told"),
    [("", "it is not set"), ("http://bot.example.bg", "is not https"), ("https://bot.example.bg", "")],
)
def test_viber_needs_a_public_address_with_https(tmp_path: Path, public_url: str, told: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[viber]\npublic_url = "{public_url}"\n')
    _file, tokens, mistakes = examine({"OBHVAT_VIBER_TOKEN": "never-told"}, file)
    assert [told in mistake for mistake in mistakes] == ([True] if told else [])
    assert "never-told" not in repr(tokens)


async def test_an_invitation_has_a_link_for_each_messenger(sandbox: Sandbox, tmp_path: Path) -> None:
    configured(tmp_path, sandbox, "http://127.0.0.1:1")
    tokens = {"OBHVAT_VIBER_TOKEN": sandbox.viber_token, "OBHVAT_TELEGRAM_TOKEN": TOKEN}
    ended = await asyncio.to_thread(obhvat, tmp_path, "invite", "coordinator", "--municipality", "Бяла", **tokens)
    telegram, viber = ended.stdout.split()
    code = telegram.removeprefix("https://t.me/sandbox_bot?start=")
    assert len(code) > 20
    assert viber == f"viber://pa?chatURI=sandboxbot&context={code}"
