"""Pictures are read with suspicion and drawn anew."""

import io
import zlib

import pytest
from PIL import Image

from inventory import operations
from inventory.models import Picture
from tests.factories import make_item, make_user

pytestmark = pytest.mark.django_db


def drawn(format="PNG", *, size=(200, 100), mode="RGB", colour="teal", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, format, **options)
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes whose header says that they are a very large picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + crc

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


# Turns the picture by a tag whose neighbour points nowhere.
TORN_EXIF = bytes.fromhex(
    "4d4d002a000000080003010e00020000000600000032011200030000000100"
    "0600000103000200000005000000380000000068656c6c6f00323032300000"
)


class TestKeepPicture:
    def test_refuses_a_torn_exif(self):
        with pytest.raises(operations.PictureRefused, match="broken"):
            operations.keep_picture(content=drawn(exif=TORN_EXIF))

    def test_keeps_sixteen_bits_of_grey_as_grey(self):
        picture = operations.keep_picture(content=drawn(mode="I;16", colour=30_000))

        shown = Image.open(io.BytesIO(picture.content)).convert("L")
        assert abs(shown.getpixel((5, 5)) - 30_000 // 256) <= 2

    @pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
    def test_keeps_two_sizes_as_webp(self, format):
        picture = operations.keep_picture(content=drawn(format, size=(2000, 1000)))

        full = Image.open(io.BytesIO(picture.content))
        small = Image.open(io.BytesIO(picture.thumbnail))
        assert (full.format, full.size) == ("WEBP", (1024, 512))
        assert (small.format, small.size) == ("WEBP", (96, 48))
        assert (picture.width, picture.height) == (1024, 512)

    def test_keeps_the_same_pixels_once(self):
        first = operations.keep_picture(content=drawn())
        second = operations.keep_picture(content=drawn(compress_level=0))

        assert first == second
        assert Picture.objects.count() == 1

    def test_keeps_nothing_but_pixels(self):
        exif = Image.Exif()
        exif[0x010E] = "who lives where"

        picture = operations.keep_picture(content=drawn("JPEG", exif=exif))

        assert b"who lives where" not in bytes(picture.content)

    def test_keeps_what_is_transparent(self):
        picture = operations.keep_picture(content=drawn(mode="RGBA", colour=(0, 128, 128, 90)))

        assert Image.open(io.BytesIO(picture.content)).mode == "RGBA"

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "Only PNG"),
            (b"GIF89a" + bytes(50), "Only PNG"),
            (b"", "Only PNG"),
            (drawn()[:60], "broken"),
            (png_that_claims(100_000, 100_000), "too many pixels"),
            (png_that_claims(60_000, 60_000), "too many pixels"),
            (bytes(10 * 1024 * 1024 + 1), "At most 10 MB"),
        ],
        ids=["svg", "gif", "empty", "cut off", "bomb", "smaller bomb", "11 MB"],
    )
    def test_refuses(self, content, why):
        with pytest.raises(operations.PictureRefused, match=why):
            operations.keep_picture(content=content)

        assert not Picture.objects.exists()


def test_an_item_gets_its_picture():
    item = make_item()

    picture = operations.set_picture(item=item, content=drawn(), actor=make_user())

    item.refresh_from_db()
    assert item.picture == picture
