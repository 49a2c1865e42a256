"""A crisis under way: dated events, what they make believable, a diary of days, and scores of what was said."""
