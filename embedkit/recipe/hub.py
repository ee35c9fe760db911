"""Models of Hugging Face's hub: folders in the cache of huggingface_hub, downloaded if they are not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedkit.errors import DataError, Fault, nearest

HUB = "hub:"
FILES = ("*.json", "*.safetensors", "*.txt", "*.model")
"""What is downloaded of a model: no pickles, no code."""

OTHER_FORMATS = ("onnx/*", "openvino/*")

_FORM = re.compile(r"hub:([\w.-]+(?:/[\w.-]+)?)(?:@([\w./-]+))?")


def hub_folder(text: str, where: str) -> Path:
    """Return the folder of the model that `text` names, `hub:ORG/NAME` or `hub:ORG/NAME@REVISION`.

    Raises DataError at `where` for another form, a model that does not exist, and one that is not in the
    cache and cannot be downloaded.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise DataError(Fault(f"'{text}' is not of the form hub:ORG/NAME or hub:ORG/NAME@REVISION", where))
    name, revision = match.groups()
    return _cached(name, revision) or _downloaded(name, revision, where)


def _cached(name: str, revision: str | None) -> Path | None:
    """Return the folder in the cache; None if it is not there, or holds no weights."""
    try:
        folder = _snapshot(name, revision, local=True)
    except (
        OSError,
        ValueError,
    ):  # not in the cache, not whole, or not a name: downloading says what is wrong
        return None
    return folder if _is_whole(folder) else None


def _is_whole(folder: Path) -> bool:
    return any(folder.rglob("config.json")) and any(folder.rglob("*.safetensors"))


def _downloaded(name: str, revision: str | None, where: str) -> Path:
    """Download a model and return its folder. Raises DataError with the reason if that is not possible."""
    folder = _fetched(name, revision, where)
    if not _is_whole(folder):
        what = f"'{HUB}{name}' has no config.json with weights in safetensors, neither in the cache"
        raise DataError(Fault(f"{what} nor where it could be downloaded from", where))
    return folder


def _fetched(name: str, revision: str | None, where: str) -> Path:
    from huggingface_hub import errors

    try:
        with _silent():
            return _snapshot(name, revision, local=False)
    except errors.HFValidationError as error:
        raise DataError(Fault(f"'{name}' is no name of a model: {error}", where)) from error
    except errors.GatedRepoError as error:
        what, hint = "is given only to those who agree to its licence", f"Log in first: hf download {name}"
        raise DataError(Fault(f"'{HUB}{name}' {what}", where, hint=hint)) from error
    except errors.RepositoryNotFoundError as error:
        what = f"Hugging Face's hub has no model '{name}' that you may read"
        raise DataError(Fault(what, where, nearest(name, _names_in_cache()))) from error
    except errors.RevisionNotFoundError as error:
        raise DataError(Fault(f"'{HUB}{name}' has no revision '{revision}'", where)) from error
    except (OSError, ValueError, RuntimeError) as error:  # of the network, the HTTP client, the disk
        reason = str(error).strip().partition("\n")[0]
        what = f"'{HUB}{name}' is not in the cache of huggingface_hub and cannot be downloaded: {reason}"
        hint = (
            f"Where there is a network, `hf download {name}` brings it; a folder with its files will do, too."
        )
        raise DataError(Fault(what, where, nearest(name, _names_in_cache()), hint=hint)) from error


def _snapshot(name: str, revision: str | None, local: bool) -> Path:
    from huggingface_hub import snapshot_download

    return Path(
        snapshot_download(
            name,
            revision=revision,
            local_files_only=local,
            allow_patterns=[*FILES],
            ignore_patterns=[*OTHER_FORMATS],
        )
    )


def _names_in_cache() -> list[str]:
    from huggingface_hub import constants

    folders = Path(constants.HF_HUB_CACHE).expanduser().glob("models--*")
    return [folder.name.removeprefix("models--").replace("--", "/") for folder in folders]


@contextmanager
def _silent() -> Iterator[None]:
    """Keep huggingface_hub from drawing progress bars, and leave its settings as they were."""
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    if are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()
