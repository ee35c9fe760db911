"""What a ranking is asked for, and the recipe that answers it: the texts, the folds, the candidates."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from math import ceil
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from embedkit.data.finding import Wishes, find_reader
from embedkit.errors import Fault, RecipeError
from embedkit.evaluation.comparison.wording import listed
from embedkit.experiments import candidates
from embedkit.experiments.sources import METHODS, text_encoders
from embedkit.experiments.sources import sources as sources_at_hand
from embedkit.files.names import portable
from embedkit.files.storage import InMemory
from embedkit.recipe.baseline import BaselineRecipe
from embedkit.recipe.bundled import bundled_recipes, is_bundled
from embedkit.recipe.document import Plain
from embedkit.recipe.evaluation import EvaluationRecipe
from embedkit.recipe.load import load_recipe, load_single
from embedkit.recipe.matrix import MatrixRecipe
from embedkit.recipe.ranking import RankingRecipe, RankingSettings
from embedkit.recipe.several import CANDIDATES
from embedkit.recipe.text_encoder import NetworkRecipe
from embedkit.recipe.yaml import read_document
from embedkit.runs import layout
from embedkit.runs.directory import partial_of
from embedkit.tasks.components import RunComponents

if TYPE_CHECKING:
    from embedkit.plugin.registry import Registry
    from embedkit.runs.reporter import Reporter

FOLDS, FEWER_FOLDS = 10, 5
"""Five folds show less: the test knows from five numbers alone how much differences vary."""

SHARED = ("train", "validation", "test", "folds", "labels", "label_separator", "in_memory")
"""The keys of `data` that all candidates share; how long a text may be is up to each."""

TEXTS = ("train", "validation", "test", "labels", "label_separator")
"""Those that say which texts are read, and with which labels."""

SECONDS, LONGEST = 9e-5, 1_200
"""What a character takes a small text encoder on one processor, and how many of a text it reads at most."""

FINE_TUNING = 10
"""How many times as long as reading texts it takes to train a text encoder on them: three epochs."""

PATIENCE = 600.0
"""Seconds of reading above which text encoders are no usual candidates: every text is read once."""

LARGE = 50_000
"""Texts above which there are fewer folds, which then show enough."""


@dataclass(frozen=True)
class RankRequest:
    """What is to be ranked, on which texts, and how.

    `source` is a data file, a folder, or a recipe, whose texts then count; `wishes` say what is in a file.
    `vectors` are word-vector files, and `candidates` recipes that are ranked in place of the usual
    candidates. `folds` is their number, None for one that fits the number of texts; `chosen` are settings
    such as `alpha`. `minutes` is the time that there is, and `resumed` the directory of a ranking to go on
    with, whose candidates are ranked again however much time there is now.
    """

    source: str | PathLike[str]
    wishes: Wishes = field(default_factory=Wishes)
    vectors: Sequence[str | PathLike[str]] = ()
    candidates: Sequence[str | PathLike[str]] = ()
    folds: int | None = None
    chosen: Plain = field(default_factory=dict)
    minutes: float | None = None
    resumed: str | PathLike[str] | None = None

    @property
    def settings(self) -> RankingSettings:
        """Return how candidates are compared, with the defaults for what was not chosen."""
        return _settings(self.chosen)

    @property
    def is_recipe(self) -> bool:
        """Return whether the source is a recipe: a YAML file, or the name of a bundled one."""
        path = Path(self.source)
        bundled = isinstance(self.source, str) and is_bundled(self.source)
        return path.suffix in (".yaml", ".yml") or (bundled and not path.exists())


@dataclass(frozen=True)
class Texts:
    """The texts that candidates are ranked on: the section `data` of their recipes, but for the folds.

    `own` are the candidates that a recipe brings itself.
    """

    name: str
    data: Plain
    own: Mapping[str, Plain] = field(default_factory=dict)


def ranking_of(request: RankRequest, registry: Registry, reporter: Reporter) -> RankingRecipe:
    """Return the recipe of a ranking: the candidates, all with the same texts and folds.

    Tells `reporter` what a data file was found to hold. Raises DataError if that cannot be told, and
    RecipeError for candidates that are not valid.
    """
    base = load_recipe(request.source, registry) if request.is_recipe else None
    if isinstance(base, RankingRecipe):
        return _again(base, request, registry)
    if base is not None and request.wishes != Wishes():
        hint = "A recipe says itself what is in its data."
        raise RecipeError(Fault("columns and format are those of a data file, not of a recipe", hint=hint))
    texts = _texts_of(base) if base is not None else _texts_found(request, reporter)
    size = _Size(texts.data, registry)
    data = _with_folds(texts.data, request, size)
    if request.candidates:
        named = _given(request, registry)
    else:
        named = _usual(request, registry, data)
        named |= _of_text_encoders(registry, data, size, reporter)
        named |= _fine_tuned(request, registry, data, size, reporter)
    # What a recipe brings does not take the place of a usual candidate that has its name.
    own = {f"own-{name}" if name in named else name: plain for name, plain in texts.own.items()}
    recipes = {
        name: _loaded(name, {**plain, "data": _data_of(plain, data)}, request.settings.metric, registry)
        for name, plain in {**named, **own}.items()
    }
    return RankingRecipe(name=texts.name, ranking=request.settings, candidates=recipes)


def _again(recipe: RankingRecipe, request: RankRequest, registry: Registry) -> RankingRecipe:
    """Return the recipe of a ranking, with the settings that were chosen in place of its own.

    Raises RecipeError for other texts, folds or candidates than those of the recipe.
    """
    if request.wishes != Wishes() or request.vectors or request.candidates or request.folds is not None:
        what = "this recipe has its texts, folds and candidates already"
        hint = "Change them in the recipe, or rank the data file again."
        raise RecipeError(Fault(what, where=str(request.source), hint=hint))
    settings = _settings({**recipe.ranking.to_plain(), **request.chosen})
    plain = {name: each.to_plain() for name, each in recipe.candidates.items()}
    candidates = {name: _loaded(name, each, settings.metric, registry) for name, each in plain.items()}
    return recipe.model_copy(update={"ranking": settings, "candidates": candidates})


def _settings(chosen: Plain) -> RankingSettings:
    """Return the settings. Raises RecipeError for a value that is none of a setting."""
    try:
        return RankingSettings(**chosen)
    except ValidationError as error:
        told = [(str(each["loc"][-1]), each["msg"]) for each in error.errors()]
        raise RecipeError(*(Fault(f"{name}: {message}") for name, message in told)) from None


def _texts_found(request: RankRequest, reporter: Reporter) -> Texts:
    """Find out what a data file holds, and return its texts."""
    path = Path(request.source)
    if not path.suffix and not os.path.lexists(path):
        hint = "A data file is given with its path and ending, such as reviews.csv."
        raise RecipeError(Fault.unknown("file or recipe", str(path), bundled_recipes(), hint=hint))
    found = find_reader(path, request.wishes)
    reporter.stage(found.said)
    return Texts(portable(path.name.split(".")[0], "ranking"), {"train": found.spec})


def _texts_of(recipe: Any) -> Texts:
    """Return the texts of a recipe, which is a candidate itself, as are the combinations of a matrix."""
    if isinstance(recipe, MatrixRecipe):
        own = _of_matrix(recipe)
    elif isinstance(recipe, EvaluationRecipe) or not hasattr(recipe, "data"):
        what = "this recipe trains no model, so there is nothing to rank"
        raise RecipeError(Fault(what, hint="Name a data file, or a recipe that trains a model."))
    else:
        own = {recipe.name: recipe.to_plain()}
    data = next(iter(own.values()))["data"]
    return Texts(recipe.name, {key: data[key] for key in SHARED if data.get(key) is not None}, own)


def _of_matrix(recipe: MatrixRecipe) -> dict[str, Plain]:
    """Return a recipe for each candidate of a matrix; combinations that differ by seed alone are one.

    Raises RecipeError if its combinations read other texts, which cannot be compared.
    """
    own: dict[str, Plain] = {}
    seeds: dict[str, list[int]] = {}
    for each in recipe.combinations:
        name, plain = recipe.candidates[each.id], each.recipe.to_plain()
        own.setdefault(name, plain)
        if each.recipe.seed not in seeds.setdefault(name, []):
            seeds[name].append(each.recipe.seed)
    texts = [[plain["data"].get(key) for key in TEXTS] for plain in own.values()]
    if any(each != texts[0] for each in texts):
        what = "its combinations read other texts, so that candidates cannot be compared"
        raise RecipeError(Fault(what, where=recipe.name, hint="Rank each of these texts by itself."))
    return {
        name: {**plain, "seeds": seeds[name]} if len(seeds[name]) > 1 else plain
        for name, plain in own.items()
    }


def _with_folds(data: Plain, request: RankRequest, size: _Size) -> Plain:
    """Return the section `data` with folds, unless it reads a test split of its own."""
    test = data.get("test")
    if isinstance(test, str) or (isinstance(test, Mapping) and "use" in test):
        if request.folds is not None:
            what = "these texts have a test split of their own, so there are no folds to choose"
            raise RecipeError(Fault(what, where="--folds"))
        return data
    if data.get("folds") is not None and request.folds is None:
        together = {} if data["folds"].get("file") else {"keep_duplicates_together": True}
        return {**data, "folds": {**data["folds"], "only": None, **together}}
    count = request.folds or _fitting_folds(size)
    folds = {"count": count, "seed": request.settings.seed, "keep_duplicates_together": True}
    shared = {key: value for key, value in data.items() if key != "test"}
    return {**shared, "folds": folds}


@dataclass(frozen=True)
class _Size:
    """How many texts there are in the section `data` of a recipe, and how long they are; read when asked."""

    data: Plain
    registry: Registry

    @property
    def texts(self) -> int:
        """Return the number of texts."""
        return len(self._lengths)

    @property
    def seconds(self) -> float:
        """Return about how long a text encoder takes to read all texts, on one processor."""
        return SECONDS * sum(min(length, LONGEST) for length in self._lengths)

    @cached_property
    def _lengths(self) -> Sequence[int]:
        data = {key: self.data[key] for key in ("train", "labels", "label_separator") if key in self.data}
        plain = candidates.bag_of_words(data)["majority"]
        components = RunComponents(load_single(plain, self.registry), self.registry, InMemory())
        return [len(example.text) for example in components.reader("train").read()]


def _fitting_folds(size: _Size) -> int:
    """Return a number of folds that fits the number of texts."""
    return FEWER_FOLDS if size.texts > LARGE else min(FOLDS, max(2, size.texts // 2))


def _usual(request: RankRequest, registry: Registry, data: Plain) -> dict[str, Plain]:
    """Return the usual candidates, those that train fast first: bags of words, then models on vectors."""
    sources = sources_at_hand([*map(Path, request.vectors)], registry)
    named = dict(candidates.bag_of_words(data))
    for method, source in product(METHODS, sources):
        if method in source.methods:
            named |= candidates.of_source(replace(source, methods=(method,)), data)
    return named


def _of_text_encoders(registry: Registry, data: Plain, size: _Size, reporter: Reporter) -> dict[str, Plain]:
    """Return the candidates that read texts with a text encoder; tells `reporter` if that takes too long."""
    named: dict[str, Plain] = {}
    for source in text_encoders(registry):
        named |= candidates.of_text_encoder(source, data)
    seconds = size.seconds * len(named) if named else 0.0  # each reads texts in its own way, and once
    if seconds > PATIENCE:
        takes = f"reading these texts takes about {seconds / 60:,.0f} minutes of one processor"
        most = f"candidates may take {PATIENCE / 60:.0f}"
        reporter.stage(f"left out: {listed([*named])}, as {takes}, and {most}")
        return {}
    return named


def _fine_tuned(
    request: RankRequest, registry: Registry, data: Plain, size: _Size, reporter: Reporter
) -> dict[str, Plain]:
    """Return the candidates that train a text encoder, if half of the time is enough, or tell `reporter`."""
    named: dict[str, Plain] = {}
    for source in text_encoders(registry):
        named |= candidates.fine_tuned(source, data)
    begun = _candidates_of(request.resumed) if named and request.resumed is not None else None
    if begun is not None:
        return {name: plain for name, plain in named.items() if name in begun}
    folds = (data.get("folds") or {}).get("count", 1)
    needed = 2 * FINE_TUNING * size.seconds * folds / 60 if named else 0.0
    if request.minutes is not None and needed <= request.minutes:
        return named
    if named:
        reporter.stage(f"left out: {listed([*named])}, which --minutes {ceil(needed)} or more would rank too")
    return {}


def _candidates_of(directory: str | PathLike[str]) -> frozenset[str] | None:
    """Return the names of the candidates of a ranking, begun or finished; None if there is none."""
    for place in (Path(directory), partial_of(Path(directory))):
        if (place / layout.RECIPE).is_file():
            return frozenset(read_document(place / layout.RECIPE).data.get(CANDIDATES, ()))
    return None


def _given(request: RankRequest, registry: Registry) -> dict[str, Plain]:
    """Return the recipes that were named as candidates. Raises RecipeError if two have the same name."""
    loaded: list[tuple[str, Plain]] = []
    for source in request.candidates:
        recipe = load_recipe(source, registry)
        loaded += _texts_of(recipe).own.items()
    again = [name for name, count in Counter(name for name, _ in loaded).items() if count > 1]
    if again:
        hint = "Give one of them another `name`."
        raise RecipeError(*(Fault(f"two candidates are called '{name}'", hint=hint) for name in again))
    return dict(loaded)


def _data_of(plain: Plain, data: Plain) -> Plain:
    """Return the section `data` of a candidate: the texts of all, and how it reads them itself."""
    own = plain.get("data", {})
    kept = {key: own[key] for key in ("max_length", "cut") if key in own}
    share = own.get("validation")
    if data.get("validation") is None and isinstance(share, Mapping) and "share" in share:
        kept["validation"] = share
    return {**data, **kept}


def _loaded(name: str, plain: Plain, wanted: str, registry: Registry) -> NetworkRecipe | BaselineRecipe:
    """Load the recipe of a candidate, with the metric that is `wanted` among its own.

    Raises RecipeError, which names the candidate.
    """
    evaluation = dict(plain.get("evaluation", {}))
    metrics = [*evaluation.get("metrics", ())]
    if wanted not in [each if isinstance(each, str) else each.get("use") for each in metrics]:
        metrics.append(wanted)
    try:
        loaded = load_recipe(
            {**plain, "name": name, "evaluation": {**evaluation, "metrics": metrics}}, registry
        )
    except RecipeError as error:
        faults = [replace(each, what=f"candidate {name}: {each.what}", where=None) for each in error.faults]
        raise RecipeError(*faults) from error
    assert isinstance(loaded, NetworkRecipe | BaselineRecipe), "a candidate trains a model"
    return loaded
