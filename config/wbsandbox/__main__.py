"""``python -m config.wbsandbox --port 8082``."""

import argparse
import asyncio
import contextlib
import signal
from dataclasses import replace
from pathlib import Path

from config.modelserver.http import serve
from config.wbsandbox.clock import Clock
from config.wbsandbox.handlers import route_of
from config.wbsandbox.market import SMALL, Market, Size
from config.wbsandbox.server import Sandbox
from config.wbsandbox.tokens import DEMO_SID, SECOND_SID


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m config.wbsandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="a file that keeps what sellers wrote")
    parser.add_argument("--speed", type=float, default=1.0, help="limits this much faster than the real ones")
    parser.add_argument("--reviews", type=int, default=Size().reviews, help="how many the demo shop has")
    return parser.parse_args()


async def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    given = arguments()
    sizes = {DEMO_SID: replace(Size(), reviews=given.reviews), SECOND_SID: SMALL}
    market = Market(Clock(), state=given.state, sizes=sizes)
    server = await serve(Sandbox(market, routes=route_of, speed=given.speed), given.host, given.port)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    host, port = server.sockets[0].getsockname()[:2]
    print(f"sandbox Wildberries on http://{host}:{port}", flush=True)  # noqa: T201 -- a process says where it listens
    await stop.wait()
    server.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
