"""``python -m config.modelserver --port 8081``."""

import argparse
import asyncio
import contextlib
import signal

from config.modelserver.endpoints import ModelServer
from config.modelserver.faults import Faults
from config.modelserver.http import serve


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m config.modelserver", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--delay-ms", type=float, default=15.0, help="pause between streamed words")
    parser.add_argument("--faults", action="store_true", help="fail on demand and keep a journal, for tests")
    return parser.parse_args()


async def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    given = arguments()
    endpoint = ModelServer(delay=given.delay_ms / 1000, faults=Faults() if given.faults else None)
    server = await serve(endpoint, given.host, given.port)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    host, port = server.sockets[0].getsockname()[:2]
    print(f"model server on http://{host}:{port}/v1", flush=True)  # noqa: T201 -- a process says where it listens
    await stop.wait()
    server.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
