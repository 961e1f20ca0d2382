"""The service's own settings, with the bench's addresses beside the service's."""

import os
from pathlib import Path

from trustquality.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
STATIC_ROOT = Path(os.environ["BENCH_STATIC_ROOT"])
# Pages name the hashed files as in service; nobody fetches them, so none is compressed.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("css", "html", "js", "json", "map", "md", "svg", "txt")
