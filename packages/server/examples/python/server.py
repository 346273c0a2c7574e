"""An event stream that clients can resume from, with aiohttp: GET /prices reads it, POST /prices publishes."""

import asyncio
import json
import os
import random
import re
import time
from collections import deque
from itertools import islice

from aiohttp import web

ORIGIN = "https://app.example.com"  # another origin, whose pages may read the stream
MAX_MESSAGES = 1_000  # that the log keeps
MAX_BATCH = 100  # messages that a reader is given at once
RETRY_MS = 1_000  # after which clients reconnect
SPREAD_MS = 10_000  # over which they return after a deploy
HEARTBEAT_S = 8  # of silence
STALL_S = 30  # for which a client may take nothing


class Log:
    """The newest messages of this process. An id is <epoch>-<n>. A restart is a new epoch, so no id names two messages."""

    def __init__(self):
        self.epoch = time.time_ns() // 1_000
        self.last = 0  # number of the newest message
        self.messages = deque(maxlen=MAX_MESSAGES)  # as they are sent
        self.changed = asyncio.get_running_loop().create_future()

    @property
    def first(self):
        """Number before the oldest message that is kept."""
        return self.last - len(self.messages)

    def id(self, n):
        return f"{self.epoch}-{n}"

    def append(self, event, data):
        self.last += 1
        # JSON has no line break. Text with several lines needs a data: line for each of them.
        self.messages.append(f"event: {event}\ndata: {json.dumps(data)}\nid: {self.id(self.last)}\n\n")
        self.wake()
        return self.id(self.last)

    def wake(self):
        self.changed.set_result(None)
        self.changed = asyncio.get_running_loop().create_future()

    def after(self, n):
        """The messages after a number, as many as one write takes."""
        start = n - self.first
        return list(islice(self.messages, start, start + MAX_BATCH))

    def locate(self, last_event_id):
        """The number to begin after, and the gap before it: None if nothing is missing."""
        if not last_event_id:
            return self.last, None
        match = re.fullmatch(r"([0-9]{1,16})-([0-9]{1,16})", last_event_id)
        if not match or int(match[1]) != self.epoch or int(match[2]) > self.last:
            return self.first, {"from": last_event_id, "to": None}
        return self.catch_up(int(match[2]))

    def catch_up(self, n):
        if n >= self.first:
            return n, None
        return self.first, {"from": self.id(n), "to": self.id(self.first)}

    def gap_event(self, gap, n):
        return f"event: headwater.gap\ndata: {json.dumps(gap)}\nid: {self.id(n)}\n\n"


def cors(request):
    headers = {"Vary": "Origin"}
    if request.headers.get("Origin") == ORIGIN:
        headers["Access-Control-Allow-Origin"] = ORIGIN
    return headers


async def preflight(request):
    # A reconnect is preflighted although the first request was not: Last-Event-ID is not CORS-safelisted.
    allow = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "Last-Event-ID, Content-Type"}
    return web.Response(status=204, headers={**cors(request), **allow, "Access-Control-Max-Age": "7200"})


async def read(request):
    app = request.app
    if app["closing"]:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": str(random.randint(1, 5))})
    log = app["log"]
    last_event_id = request.headers.get("Last-Event-ID") or request.query.get("last_event_id")
    n, gap = log.locate(last_event_id)
    headers = {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-store, no-transform",
        "X-Accel-Buffering": "no",
        **cors(request),
    }
    if last_event_id:
        headers["SSE-Resume"] = "gap" if gap else "complete"
        headers["Access-Control-Expose-Headers"] = "SSE-Resume"
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)

    async def send(text):
        # Waits while the buffers are full. The reader has no queue of its own: it is a number in the log.
        await asyncio.wait_for(response.write(text.encode()), STALL_S)

    app["readers"] += 1
    try:
        # A client that has missed something keeps its position until it is told.
        position = log.gap_event(gap, n) if gap else f"id: {log.id(n)}\n\n"
        await send(f"retry: {RETRY_MS}\n" + ("\n" if gap else "") + position)
        while not app["closing"]:
            n, gap = log.catch_up(n)  # the log may have forgotten what a slow reader has not taken
            if gap:
                await send(log.gap_event(gap, n))
            changed = log.changed
            batch = log.after(n)
            if batch:
                await send("".join(batch))
                n += len(batch)
                continue
            done, _ = await asyncio.wait([changed], timeout=HEARTBEAT_S)
            if not done:
                await send(":\n\n")
        await send(f"retry: {random.randint(0, SPREAD_MS)}\nid: {log.id(n)}\n\n")
    except (asyncio.TimeoutError, ConnectionError):
        if request.transport:
            request.transport.abort()
    finally:
        app["readers"] -= 1
    return response


async def publish(request):
    price = await request.json()
    id = request.app["log"].append("price", price)
    return web.json_response({"id": id, "readers": request.app["readers"]}, status=201)


async def start(app):
    app["log"] = Log()
    app["readers"] = 0
    app["closing"] = False


async def close(app):
    app["closing"] = True
    app["log"].wake()


def main():
    app = web.Application()
    app.on_startup.append(start)
    app.on_shutdown.append(close)
    app.router.add_get("/prices", read, allow_head=False)
    app.router.add_post("/prices", publish)
    app.router.add_options("/prices", preflight)
    web.run_app(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8080")))


main()
