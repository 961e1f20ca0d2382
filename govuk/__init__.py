"""The Python half of the crispy template pack `templates/govuk`: how a form asks its questions."""
