"""Games in and out: Gambit's text, nested trees as JSON, other programs, pictures."""
