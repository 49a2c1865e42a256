"""The brief floor."""
