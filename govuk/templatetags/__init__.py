"""Template tags of the `govuk` pack."""
