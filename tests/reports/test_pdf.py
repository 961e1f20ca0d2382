"""Rendering: what a document may fetch, what happens without Pango or fonts, the collector."""

from __future__ import annotations

import ast
import gc
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings

from reports import pdf
from reports.pdf import (
    FOLDERS,
    STATIC_BASE,
    PdfUnavailable,
    StaticFilesOnly,
    garbage_collection_paused,
    render_pdf,
)
from tests.reports.printed import Glyphs, Printed

pytestmark = [pytest.mark.once, pytest.mark.pdf]

PAGE = '<!DOCTYPE html><html lang="en-GB"><head><title>A title</title>{head}</head>{body}</html>'


def rendered(body: str, head: str = "") -> Printed:
    """A page of its own, printed."""
    return Printed(None, render_pdf(PAGE.format(head=head, body=body)))


class Listener(BaseHTTPRequestHandler):
    """Remembers who called."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the console."""


@pytest.fixture
def listening():
    """The address of a server on this machine that nobody should call."""
    Listener.asked = []
    server = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x.css",
        "https://example.org/x.css",
        "file:///etc/passwd",
        f"file://{settings.BASE_DIR}/static/css/documents.css",
        "data:text/css,body{}",
        "ftp://static.invalid/css/documents.css",
        "http://static.invalid/css/documents.css",
        f"{STATIC_BASE}css/../../reports/pdf.py",
        f"{STATIC_BASE}css/..%2f..%2freports%2fpdf.py",
        f"{STATIC_BASE}css//etc/passwd",
        f"{STATIC_BASE}js/drafts.js",
        f"{STATIC_BASE}css/documents.css?x=1",
        f"{STATIC_BASE}css/documents.css\n",
        "https://static.invalid.example/css/documents.css",
        "https://u@static.invalid/css/documents.css",
        "",
    ],
)
def test_fetcher_refuses_every_other_address(url: str) -> None:
    with pytest.raises(PermissionError):
        StaticFilesOnly()(url)


def test_fetcher_serves_our_stylesheet_and_marks() -> None:
    css = StaticFilesOnly()(f"{STATIC_BASE}css/documents.css")
    assert css.content_type == "text/css"
    assert css.read() == (FOLDERS["css"] / "documents.css").read_bytes()
    mark = StaticFilesOnly()(f"{STATIC_BASE}images/mark-weak.svg")
    assert mark.content_type == "image/svg+xml"
    with pytest.raises(FileNotFoundError):
        StaticFilesOnly()(f"{STATIC_BASE}css/no-such-file.css")


def test_every_file_that_the_stylesheet_names_is_there_or_built() -> None:
    css = (FOLDERS["css"] / "documents.css").read_text()
    named = {part.split('")')[0] for part in css.split('url("')[1:]}
    images = {name for name in named if name.startswith("../images/")}
    assert len(images) == 5
    assert named - images == {
        f"../fonts/source-sans-3-{subset}-{weight}-normal.woff2"
        for subset in ("latin", "latin-ext")
        for weight in (400, 600)
    }
    for name in images:
        assert (FOLDERS["images"] / Path(name).name).is_file()


def test_nothing_is_fetched_from_the_network_or_the_disk(listening: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("p::before { content: 'from the disk' }")
    head = (
        f'<link rel="stylesheet" href="{listening}/a.css">'
        f'<link rel="stylesheet" href="file://{secret}"><link rel="attachment" href="file://{secret}">'
        f'<style>@import url("{listening}/b.css"); p {{ background: url({listening}/c.png) }}'
        f"@font-face {{ font-family: Far; src: url({listening}/d.woff2) }}</style>"
    )
    body = (
        f'<p>Only this<img src="{listening}/e.png" alt="none">'
        f'<object data="{listening}/f"></object><embed src="{listening}/g">'
        f'<svg xmlns="http://www.w3.org/2000/svg"><title>None</title>'
        f'<image href="{listening}/h.png"/><image href="file:///etc/hostname"/></svg></p>'
    )
    printed = rendered(body, head)
    assert "Only this" in printed.text
    assert "from the disk" not in printed.text
    assert Listener.asked == []
    assert printed.reader.attachments == {}


def test_built_fonts_are_used_and_embedded() -> None:
    if not list(FOLDERS["fonts"].glob("*.woff2")):
        pytest.skip("the fonts are not built: npm run build")
    plain, bold = "Siân Ŵyn, y tŷ, Zażółć", "Łęcka Ŵyn gęślą"
    printed = rendered(
        f"<p>{plain} <b>{bold}</b></p>",
        f'<link rel="stylesheet" href="{STATIC_BASE}css/documents.css">',
    )
    fonts = printed.fonts()
    assert set(fonts) == {
        "Source-Sans-3",
        "Source-Sans-3-Extended",
        "Source-Sans-3-Semi-Bold",
        "Source-Sans-3-Extended-Semi-Bold",
    }
    assert all(fonts.values())
    drawn = printed.outlines()
    for weight, text in (("400", plain), ("600", bold)):
        for character in set(text) - {" "}:
            subset = "latin" if ord(character) < 0x100 else "latin-ext"
            name = f"source-sans-3-{subset}-{weight}-normal.woff2"
            source = Glyphs(pdf._font(FOLDERS["fonts"] / name))
            assert drawn[weight, character] == source.outline_of(character), character
            assert drawn[weight, character], character


def test_a_system_font_stands_in_where_ours_are_not_built(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setitem(FOLDERS, "fonts", tmp_path)
    printed = rendered(
        "<p>Plain words</p>", f'<link rel="stylesheet" href="{STATIC_BASE}css/documents.css">'
    )
    fonts = printed.fonts()
    assert "Plain words" in printed.text
    assert fonts
    assert not any("Source" in name for name in fonts)


@pytest.mark.parametrize("was_on", [True, False])
def test_collector_is_paused_and_put_back_even_after_an_error(was_on: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if was_on else gc.disable)()
        with garbage_collection_paused():
            assert not gc.isenabled()
        assert gc.isenabled() is was_on
        with pytest.raises(ZeroDivisionError), garbage_collection_paused():
            _ = 1 / 0
        assert gc.isenabled() is was_on
    finally:
        (gc.enable if before else gc.disable)()


def run_without(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, as a machine that lacks something would."""
    started = f"import django; django.setup()\n{code}"
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", started],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "trustquality.settings",
            "TRUSTQUALITY_ENV": "test",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
    )


ASK = """
import pathlib, sys
from reports import pdf
pdf.FOLDERS["fonts"] = pathlib.Path({fonts!r})
try:
    print(pdf.render_pdf("<html lang='en'><title>T</title><p>Hello")[:5])
except pdf.PdfUnavailable as reason:
    print("unavailable:", reason)
"""


@pytest.fixture
def no_system_fonts(tmp_path: Path) -> dict[str, str]:
    """A fontconfig that knows of no font."""
    config = tmp_path / "fonts.conf"
    (tmp_path / "empty").mkdir()
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{tmp_path}/empty</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    return {"FONTCONFIG_FILE": str(config)}


def test_without_any_font_it_is_unavailable_and_the_process_lives(
    no_system_fonts, tmp_path
) -> None:
    (tmp_path / "empty" / "broken.woff2").write_bytes(b"not a font")
    done = run_without(ASK.format(fonts=str(tmp_path / "empty")), **no_system_fonts)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("unavailable: There is no font.")


def test_our_own_fonts_suffice_where_the_system_has_none(no_system_fonts) -> None:
    if not list(FOLDERS["fonts"].glob("*.woff2")):
        pytest.skip("the fonts are not built: npm run build")
    code = ASK.replace("<p>", f"<link rel='stylesheet' href='{STATIC_BASE}css/documents.css'><p>")
    done = run_without(code.format(fonts=str(FOLDERS["fonts"])), **no_system_fonts)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "b'%PDF-'"


def test_without_pango_it_is_unavailable() -> None:
    code = """
import cffi
real = cffi.FFI.dlopen
def without_pango(self, name, flags=0):
    if name and "pango" in name:
        raise OSError(f"cannot load library {name!r}")
    return real(self, name, flags)
cffi.FFI.dlopen = without_pango
""" + ASK.format(fonts=str(FOLDERS["fonts"]))
    done = run_without(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("unavailable: Pango is missing.")


def test_unavailable_is_tried_anew_the_next_time(monkeypatch) -> None:
    pdf._weasyprint.cache_clear()
    with monkeypatch.context() as missing:
        missing.setattr(pdf, "_has_system_font", lambda: False)
        missing.setattr(pdf, "_has_own_font", lambda: False)
        with pytest.raises(PdfUnavailable):
            render_pdf(PAGE.format(head="", body="<p>x"))
    assert render_pdf(PAGE.format(head="", body="<p>x")).startswith(b"%PDF-")


def test_only_the_pdf_module_imports_weasyprint() -> None:
    importers = set()
    for path in settings.BASE_DIR.glob("*/**/*.py"):
        relative = path.relative_to(settings.BASE_DIR)
        if relative.parts[0] in {".venv", "build", "node_modules", "tests", "bench"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(name.split(".")[0] == "weasyprint" for name in names):
                importers.add(str(relative))
    assert importers == {"reports/pdf.py"}
