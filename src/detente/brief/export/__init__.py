"""A briefing as HTML, Markdown, JSON and tables; written, compared and explained again."""
