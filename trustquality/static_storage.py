"""How built static files are named in service: by content, so that browsers may keep them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed names; `import` lines between our ES modules are rewritten too."""

    support_js_module_import_aggregation = True
