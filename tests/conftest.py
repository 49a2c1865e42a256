"""Settings for every test: property tests are judged by what they find, not by the clock."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "detente", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("detente")
