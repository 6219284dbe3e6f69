"""`python -m sandbox --port 8081`: the messenger in a terminal, for a bot in another one.

What a newcomer gets wrong: the world lives in memory; when this process ends, its people are gone.
"""

from __future__ import annotations

import argparse
import asyncio

from sandbox.server import VIBER_TOKEN, Sandbox


async def _serve(given: argparse.Namespace) -> None:
    async with Sandbox(
        token=given.token,
        limits=given.limits == "on",
        port=given.port,
        host=given.host,
        viber_token=given.viber_token,
    ) as sandbox:
        print(f"page         {sandbox.url}/")
        print(f"base_url     {sandbox.telegram_api_url}")
        print(f"file_url     {sandbox.telegram_file_url}")
        print(f"token        {sandbox.token}")
        print(f"viber_url    {sandbox.viber_api_url}")
        print(f"viber_token  {sandbox.viber_token}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--limits", choices=("on", "off"), default="on")
    parser.add_argument("--token", default="111:AAA")
    parser.add_argument("--viber-token", default=VIBER_TOKEN)
    given = parser.parse_args()
    try:
        asyncio.run(_serve(given))
    except KeyboardInterrupt:
        print("bye")


if __name__ == "__main__":
    main()
