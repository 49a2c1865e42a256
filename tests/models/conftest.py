"""Settings of the property tests of the mechanisms."""

from hypothesis import settings

# a first call imports and compiles; a busy machine is no failure of a model
settings.register_profile("models", deadline=None)
settings.load_profile("models")
