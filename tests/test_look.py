"""The colours of the levels, in colour and in grey, and what the build leaves out."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import call_command

from trustquality.static_storage import HashedStaticFilesStorage

ROOT = Path(__file__).resolve().parent.parent
TONE = re.compile(r'"(\w+)": \(background: (#[0-9a-f]{6}), text: (#[0-9a-f]{6})\)')
WEAKEST_FIRST = ["weakest", "weak", "middle", "strong", "strongest"]
FRAMES = re.compile(r"\$(accent|accent-tint|ink|ink-soft|focus): (#[0-9a-f]{6});")


def tones() -> dict[str, tuple[str, str]]:
    source = (ROOT / "static/scss/_tones.scss").read_text()
    return {name: (background, text) for name, background, text in TONE.findall(source)}


def frame_colours() -> dict[str, str]:
    return dict(FRAMES.findall((ROOT / "static/scss/_settings.scss").read_text()))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, from 0 (black) to 1 (white)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_tones_are_all_there_weakest_first():
    assert list(tones()) == WEAKEST_FIRST


@pytest.mark.parametrize("tone", WEAKEST_FIRST)
def test_tone_text_is_legible_on_its_colour(tone):
    background, text = tones()[tone]
    assert contrast(background, text) >= 4.5


def test_tones_keep_their_order_in_grey_with_steps_one_can_tell():
    lights = [luminance(background) for background, _ in tones().values()]
    assert all(later - earlier >= 0.1 for earlier, later in pairwise(lights))


def test_every_tone_of_the_model_has_a_colour():
    from frameworks.models import Level

    assert set(Level.Tone.values) == set(tones())


@pytest.mark.parametrize(
    ("text", "background"),
    [
        ("#ffffff", "accent"),
        ("accent", "accent-tint"),
        ("ink", "accent-tint"),
        ("ink-soft", "accent-tint"),
        ("ink-soft", "#ffffff"),
        ("ink", "focus"),
    ],
)
def test_frame_text_is_legible(text, background):
    colours = frame_colours()
    assert contrast(colours.get(text, text), colours.get(background, background)) >= 4.5


def test_lock_file_names_no_address_of_a_registry():
    lock = (ROOT / "package-lock.json").read_text()
    packages = json.loads(lock)["packages"]
    assert packages["node_modules/govuk-frontend"]["integrity"]
    assert "resolved" not in lock
    assert "://" not in re.sub(r'"url": "[^"]*"', "", lock)


@pytest.fixture(scope="module")
def built() -> Path:
    folder = ROOT / "build" / "static"
    if not (folder / "css" / "trust-quality.css").exists():
        pytest.skip("the styles are not built: npm ci && npm run build")
    return folder


def test_stylesheet_refers_only_to_files_that_are_served(built):
    css = (built / "css" / "trust-quality.css").read_text()
    references = re.findall(r"url\([\"']?([^\"')]+)", css)
    assert len(references) == 4
    assert all((built / "css" / reference).resolve().is_file() for reference in references)


def test_build_holds_no_crest_no_government_typeface_and_no_source_maps(built):
    texts = [path.read_text() for path in built.rglob("*") if path.suffix in {".css", ".js"}]
    assert len(texts) >= 4
    for text in texts:
        assert "govuk-crest" not in text
        assert "GDS Transport" not in text
        assert "sourceMappingURL" not in text


def test_build_publishes_no_sources(built):
    assert not list(built.rglob("*.scss"))
    assert not list(built.rglob("*.mjs"))


def test_static_files_can_be_hashed_and_modules_still_find_each_other(
    built, settings, tmp_path, monkeypatch
):
    name = f"{HashedStaticFilesStorage.__module__}.{HashedStaticFilesStorage.__qualname__}"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": name}}
    settings.STATIC_ROOT = tmp_path
    # Compression takes a quarter of a minute and is not ours to test.
    monkeypatch.setattr(HashedStaticFilesStorage, "compress_files", lambda self, paths: [])
    call_command("collectstatic", interactive=False, verbosity=0)
    [script] = (tmp_path / "js").glob("trust-quality.????????????.js")
    imported = re.findall(r'"\./([^"]+)"', script.read_text())
    assert any(re.fullmatch(r"govuk-frontend\.min\.[0-9a-f]{12}\.js", file) for file in imported)
    assert all((tmp_path / "js" / file).is_file() for file in imported)
