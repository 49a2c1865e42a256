"""Reading exposure vectors channel by channel."""

from collections.abc import Mapping

__all__ = ["exposure_ranking"]


def exposure_ranking(
    exposures: Mapping[str, Mapping[str, float]],
) -> Mapping[str, tuple[tuple[str, float], ...]]:
    """Members of an alliance by exposure, most exposed first, one ranking per channel.

    Parameters
    ----------
    exposures
        Channel (gas, bank claims, imports) to member to exposure, in any unit that is one per channel. A member
        without a figure is left out of that channel: missing is not zero.

    Returns
    -------
    Mapping[str, tuple[tuple[str, float], ...]]
        Channel to pairs of member and exposure in falling order; ties in the order of names.

    Examples
    --------
    >>> exposure_ranking({"gas": {"WES": 0.2, "NOR": 0.9}})["gas"]
    (('NOR', 0.9), ('WES', 0.2))
    """
    return {
        channel: tuple(sorted(members.items(), key=lambda pair: (-pair[1], pair[0])))
        for channel, members in exposures.items()
    }
