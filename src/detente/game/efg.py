"""Gambit's file format for extensive games (``.efg``): reading and writing."""

__all__: list[str] = []
