"""Shared machinery of the scripts that compile the tables of shipped crises."""
