"""The server of language models that options name."""

from typing import TYPE_CHECKING

from detente.errors import refuse

if TYPE_CHECKING:
    from detente.play.language import Endpoint

__all__ = ["read_endpoint"]


def read_endpoint(url: str | None, model: str | None) -> "Endpoint | None":
    """Return the server and model that two options name; None where neither is given.

    Raises
    ------
    UsageError
        ``option-invalid`` for one without the other, or an address that is none.
    """
    from detente.play.language import Endpoint

    if url is None and model is None:
        return None
    if not url or not model:
        refuse(
            "a language model needs an address and a name, and only one of them is given",
            code="option-invalid",
            at="--model-url" if not url else "--model",
            fix="give both --model-url and --model",
        )
    return Endpoint(url=url, model=model)
