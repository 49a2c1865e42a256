"""The crisis floor."""
