"""What the service costs: queries a page, pages a second, and the time of a PDF."""
