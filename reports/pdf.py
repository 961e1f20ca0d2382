"""HTML to a tagged PDF. The only place that imports WeasyPrint.

Nothing is fetched: the document may use our own stylesheet and fonts, and no other
address or file, whatever somebody typed into a note.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from reports.pdf_tags import finish_tags
from reports.turns import its_turn

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcherResponse

STATIC_BASE = "https://static.invalid/"
"""Where the document's stylesheet seems to live; no such host can exist (RFC 2606)."""

ADDRESS = re.compile(r"https://static\.invalid/(css|images|fonts)/([a-z0-9_-]+\.[a-z0-9]+)")
FOLDERS = {
    "css": settings.BASE_DIR / "static" / "css",
    "images": settings.BASE_DIR / "static" / "images",
    "fonts": settings.BASE_DIR / "build" / "static" / "fonts",
}
CONTENT_TYPES = {"css": "text/css", "images": "image/svg+xml", "fonts": "font/woff2"}
WOFF2 = b"wOF2"


class PdfUnavailable(Exception):
    """This machine cannot make PDFs; the message tells the operator what is missing."""


class StaticFilesOnly:
    """WeasyPrint's way to any file: our own stylesheets and fonts, by exact address."""

    _fail_on_errors = False  # WeasyPrint asks; it logs what could not be had and goes on

    def __call__(self, url: str) -> URLFetcherResponse:
        """The file at one of our own addresses.

        Raises:
            PermissionError: it is any other address.
        """
        from weasyprint.urls import URLFetcherResponse

        match = ADDRESS.fullmatch(url)
        if match is None:
            raise PermissionError(f"A document may not fetch {url[:200]!r}.")
        folder, name = match.groups()
        path = FOLDERS[folder] / name
        content = _font(path) if folder == "fonts" else path.read_bytes()
        return URLFetcherResponse(url, content, {"Content-Type": CONTENT_TYPES[folder]})


@cache
def _font(path: Path) -> bytes:
    """The font unpacked, once a process: WeasyPrint would do it again for every document.

    Measured at a quarter of a short document's time.
    """
    from fontTools.ttLib import woff2

    unpacked = BytesIO()
    woff2.decompress(BytesIO(path.read_bytes()), unpacked)
    return unpacked.getvalue()


def render_pdf(html: str) -> bytes:
    """The document as a PDF/UA-1 file.

    Args:
        html: a whole page with a `lang`, a title, and `STATIC_BASE` before the names of
            the stylesheets it links to.

    Raises:
        PdfUnavailable: Pango, or every font, is missing.
        TooBusy: other documents are being made.
    """
    weasyprint = _weasyprint()
    with its_turn(), garbage_collection_paused():
        page = weasyprint.HTML(string=html, base_url=STATIC_BASE, url_fetcher=StaticFilesOnly())
        document: bytes = page.write_pdf(pdf_variant="pdf/ua-1", finisher=finish_tags)
    return document


@contextmanager
def garbage_collection_paused() -> Iterator[None]:
    """Without the collector: a layout makes many objects and hardly any garbage.

    Measured at 0.7 of the time. What it did leave is collected at the end.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
        gc.collect()


@cache
def _weasyprint() -> Any:
    """WeasyPrint, once it is sure that laying text out will not end the process.

    Loaded late, as it takes half a second and needs libraries that a machine may lack.
    """
    try:
        import weasyprint
    except OSError as error:
        raise PdfUnavailable(
            "Pango is missing. On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
            f"libharfbuzz-subset0 ({error})"
        ) from error
    if not (_has_system_font() or _has_own_font()):
        raise PdfUnavailable(
            "There is no font. Run npm run build, or on Debian: apt-get install fonts-dejavu-core"
        )
    return weasyprint


def _has_system_font() -> bool:
    """Without any font Pango takes the whole process down instead of raising."""
    from weasyprint.text.ffi import ffi, fontconfig

    config = ffi.gc(fontconfig.FcInitLoadConfigAndFonts(), fontconfig.FcConfigDestroy)
    return bool(fontconfig.FcConfigGetFonts(config, fontconfig.FcSetSystem).nfont)


def _has_own_font() -> bool:
    return any(
        path.read_bytes()[: len(WOFF2)] == WOFF2 for path in FOLDERS["fonts"].glob("*.woff2")
    )
