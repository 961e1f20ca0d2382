"""pytest plugin that chooses the database before any setting is read."""

import os

os.environ["TRUSTQUALITY_ENV"] = "test"
os.environ.setdefault("DATABASE_URL", "sqlite:///:memory:")
