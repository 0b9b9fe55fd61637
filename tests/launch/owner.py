"""Owns the servers of a home until it is told to stop: a process of its own, to be killed."""

import asyncio
import json

from config.launch.home import named, opened, owned
from config.launch.servers import serving
from config.launch.stopping import run


async def serve(home):
    async with serving(home, kind="up", loud=False) as servers:
        print(json.dumps(servers.env), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    home = opened(named())
    with owned(home):
        run(serve(home))
