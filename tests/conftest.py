"""Settings for every test: property tests are judged by what they find, not by the clock."""

from hypothesis import settings

from detente.testing.profiles import QUICK, register_profiles

register_profiles()
settings.load_profile(QUICK)
