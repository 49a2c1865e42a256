"""The ensemble floor."""
