"""Providers of language models: what can be in the way of asking one, as errors of ours."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from dbarchitect.errors import InputError, SurroundingsError


@contextmanager
def provider(label: str) -> Generator[None]:
    """Whatever is asked of a model inside. `label`: what it is called.

    Raises `SurroundingsError` where the library, a key or the provider is missing, `InputError` where the model is
    none.
    """
    try:
        from pydantic_ai.exceptions import AgentRunError, UserError
    except ImportError as err:
        raise SurroundingsError(
            "--model needs the library that talks to providers, which is not installed",
            hint="pip install 'dbarchitect[ai]', and the provider's: pip install 'pydantic-ai-slim[openai]'",
        ) from err
    try:
        yield
    except UserError as err:  # no such model, or no key for it
        raise _not_there(label, err) from err
    except ImportError as err:
        raise SurroundingsError(f"{label}: {first_line(err)}", hint="pip install 'pydantic-ai-slim[PROVIDER]'") from err
    except AgentRunError as err:
        raise SurroundingsError(
            f"{label} did not answer: {first_line(err)}", hint="its key, its quota, the network"
        ) from err
    except ValueError as err:
        raise InputError(f"{label} is no model: {first_line(err)}", hint="such as --model openai:gpt-5") from err


def _not_there(label: str, err: Exception) -> InputError | SurroundingsError:
    said = first_line(err)
    if "Unknown model" in said:
        return InputError(f"{label} is no model that is known", hint="PROVIDER:NAME, such as openai:gpt-5")
    return SurroundingsError(f"{label} cannot be asked: {said}", hint="the provider's key stands in the environment")


def first_line(err: BaseException) -> str:
    """What an error says, in one line."""
    return str(err).strip().split("\n")[0] or type(err).__name__
