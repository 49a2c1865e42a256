"""The game floor."""
