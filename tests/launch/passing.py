"""Runs servers that are thrown away, until it is killed."""

import asyncio
import json
import os
import signal

from config.launch.servers import throw_away
from config.launch.stopping import run


async def serve():
    async with throw_away() as servers:
        print(json.dumps(servers.env), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.Event().wait()


if __name__ == "__main__":
    run(serve())
