"""Pictures of items: read with suspicion, drawn anew, named by what is in them."""

import hashlib
import io
import struct

from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.models import User
from inventory.models import Item, Picture

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 10 * 1024 * 1024
# A bomb is a small file of a great many pixels: it is refused before a pixel is read.
MAX_PIXELS = 40_000_000
_FULL, _THUMBNAIL = (1024, 1024), (96, 96)


class PictureRefused(Exception):
    """The file is no picture that is taken. The text is fit to show."""


@transaction.atomic
def set_picture(*, item: Item, content: bytes, actor: User) -> Picture:
    """Give an item the picture in `content` (PNG, JPEG or WebP).

    :raises PictureRefused: if it is something else, too large, or broken
    """
    picture = keep_picture(content=content)
    Item.objects.for_user(actor).filter(pk=item.pk).update(picture=picture)
    return picture


def keep_picture(*, content: bytes) -> Picture:
    """Store a picture in two sizes, drawn anew so that nothing but pixels of the file is kept.

    The same pixels are stored once.

    :raises PictureRefused: if it is no PNG, JPEG or WebP, too large, or broken
    """
    image = _opened(content)
    full, small = _fitted(image, _FULL), _fitted(image, _THUMBNAIL)
    content = _encoded(full)
    picture, _ = Picture.objects.get_or_create(
        sha256=hashlib.sha256(content).hexdigest(),
        defaults={
            "content": content,
            "thumbnail": content if small.size == full.size else _encoded(small),
            "width": full.width,
            "height": full.height,
        },
    )
    return picture


def _opened(content: bytes) -> Image.Image:
    if len(content) > MAX_BYTES:
        raise PictureRefused(f"At most {MAX_BYTES // 1024 // 1024} MB, please.")
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        if image.width * image.height > MAX_PIXELS:
            raise Image.DecompressionBombError
        image.load()
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith("I"):  # 16 bits of grey: Pillow would cut them off at 255
            upright = upright.point(lambda grey: grey / 256).convert("L")
        return upright.convert("RGBA" if _transparent(image) else "RGB")
    except UnidentifiedImageError as unknown:
        raise PictureRefused("Only PNG, JPEG and WebP pictures are taken.") from unknown
    # Pillow warns and refuses at sizes of its own, which are larger.
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise PictureRefused("It has too many pixels: at most 40 million are taken.") from bomb
    # The last two come of a torn EXIF.
    except (OSError, ValueError, SyntaxError, TypeError, struct.error) as broken:
        raise PictureRefused("The picture is broken. Save it anew and try again.") from broken


def _transparent(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _encoded(image: Image.Image) -> bytes:
    """As WebP: lossless when that is smaller, as it is for drawings."""
    return min((_webp(image, lossless=lossless) for lossless in (True, False)), key=len)


def _fitted(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    fitted = image.copy()
    fitted.thumbnail(size)
    return fitted


def _webp(image: Image.Image, *, lossless: bool) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", lossless=lossless, quality=80, method=4)
    return out.getvalue()
