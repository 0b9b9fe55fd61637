"""`./dev shots`: the pictures of the pages in docs/shots, of the demonstration shop."""

import io
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["BACKROOM_DEMO"] = "1"  # the house is thrown away afterwards
if __name__ == "__main__":
    django.setup()

from django.core.management import call_command
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from accounts.operations import demo
from inventory.management.demo.catalogue import STAR
from inventory.models import Hold, Item, Location

OUT = Path(__file__).resolve().parent.parent / "docs" / "shots"
WINDOWS = {
    "light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}
READY_SECONDS = 30


def main() -> None:
    call_command("seed", verbosity=0)
    star = Item.objects.get(sku=STAR)
    pages = {
        "today": "/",
        "items": "/items",
        "item": star.get_absolute_url(),
        "movements": "/movements",
        "holds": "/holds",
        "hold": Hold.objects.order_by("pk")[0].get_absolute_url(),
        "place": Location.objects.get(code="S-01").get_absolute_url(),
        "lots": "/lots",
        "move": "/move?from=S-01",
        "admin": "/admin/inventory/location/",
    }
    OUT.mkdir(parents=True, exist_ok=True)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        port = listening.getsockname()[1]
        web = subprocess.Popen(
            [sys.executable, "-m", "config.launch.web", str(listening.fileno())],
            env={**os.environ, "BACKROOM_PROCESS": "web", "PORT": str(port)},
            pass_fds=[listening.fileno()],
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/livez")
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop is this thread's
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(
                    executable_path=os.environ["BACKROOM_BROWSER"], args=["--no-sandbox"]
                )
                for window in WINDOWS:
                    _shoot(chromium, window, f"http://127.0.0.1:{port}", pages)
                chromium.close()
        finally:
            web.terminate()
            web.wait(20)


def _shoot(chromium: Browser, window: str, base: str, pages: dict[str, str]) -> None:
    context = chromium.new_context(base_url=base, **WINDOWS[window])
    page = context.new_page()
    page.goto("/")
    _keep(page, f"signin-{window}")
    page.get_by_label("e-mail").fill(demo.PEOPLE[0].email)
    page.get_by_label("Password", exact=True).fill(demo.password())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    for name, address in pages.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        _keep(page, f"{name}-{window}")
    context.close()


def _keep(page: Page, name: str) -> None:
    """Write a picture in few colours: it stands in the repository."""
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shot.quantize(128).save(OUT / f"{name}.png", optimize=True)
    print(OUT / f"{name}.png")


def _wait(url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    main()
