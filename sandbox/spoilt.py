"""How an answer goes wrong on the wire: never given, given to nobody, cut in half, or a gateway's page in its place.

What a newcomer gets wrong: whoever breaks off has to write the call into the log first, for nothing is answered.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from sandbox.faults import Fault

# The work is done before the answer is lost; all other kinds leave no trace.
AFTER_THE_WORK = frozenset({"timeout_after_delivery", "half_response"})
_BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>"
    "</center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
)


def bad_gateway() -> web.Response:
    return web.Response(status=502, text=_BAD_GATEWAY, content_type="text/html")


async def break_off(request: web.Request, fault: Fault, response: web.Response | None = None) -> web.StreamResponse:
    """Answer with silence, or with half of what would have been said."""
    if fault.kind == "half_response" and response is not None:
        return await _cut(request, response)
    if fault.kind != "disconnect":
        await asyncio.sleep(fault.seconds)
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _cut(request: web.Request, response: web.Response) -> web.StreamResponse:
    """Promise the whole body, send half, and hang up."""
    body = response.body if isinstance(response.body, bytes) else b""
    half = web.StreamResponse(headers={"Content-Length": str(len(body)), "Content-Type": response.content_type})
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half
