"""The rules floor."""
