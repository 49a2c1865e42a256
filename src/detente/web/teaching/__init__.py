"""Sheets for a room: what :mod:`detente.play.teaching` finds, in words, on pages and on paper."""
