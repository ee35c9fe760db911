"""From a file, a bundled recipe's name or a mapping to a checked, frozen recipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from embedkit.errors import Fault, RecipeError
from embedkit.files.names import portable
from embedkit.plugin.registry import Registry
from embedkit.recipe.bundled import find_bundled, is_bundled
from embedkit.recipe.checked import Checked
from embedkit.recipe.checks.components import (
    check_baseline,
    check_baselines,
    check_chain,
    check_labels,
    check_pooled,
    check_shares,
    check_unseen,
)
from embedkit.recipe.checks.metrics import check_metrics
from embedkit.recipe.checks.training import check_training
from embedkit.recipe.document import (
    Document,
    Findings,
    KeyPath,
    Plain,
    describe,
    document_of,
    dotted,
    refuse_large_integers,
)
from embedkit.recipe.paths import absolute
from embedkit.recipe.repeats import check_folds, check_learning_curve, check_seeds
from embedkit.recipe.resolve import Resolver
from embedkit.recipe.schema import AnyRecipe, Recipe, TrainingRecipe
from embedkit.recipe.sections.section import field_at, keys_of
from embedkit.recipe.sections.training import EarlyStopping
from embedkit.recipe.several import CANDIDATES, INCLUDE, MATRIX
from embedkit.recipe.slots import Default, defaults_of, slots_of
from embedkit.recipe.validation_faults import explain
from embedkit.recipe.yaml import read_document

if TYPE_CHECKING:
    # Kinds of recipes that a command for one recipe need not import.
    from embedkit.recipe.baseline import BaselineRecipe
    from embedkit.recipe.combinations.section import Keys
    from embedkit.recipe.evaluation import EvaluationRecipe
    from embedkit.recipe.intrinsic import IntrinsicRecipe
    from embedkit.recipe.matrix import MatrixRecipe
    from embedkit.recipe.overrides import Overrides
    from embedkit.recipe.ranking import RankingRecipe
    from embedkit.recipe.text_encoder import TextEncoderRecipe

    AnyKind = Recipe | TextEncoderRecipe | BaselineRecipe | EvaluationRecipe | IntrinsicRecipe
    Schema = (
        type[Recipe]
        | type[TextEncoderRecipe]
        | type[BaselineRecipe]
        | type[EvaluationRecipe]
        | type[IntrinsicRecipe]
    )
    Several = MatrixRecipe | RankingRecipe
    """A recipe that stands for several."""

Source = str | PathLike[str] | Plain
Sections = dict[Any, Any]


def load_recipe(source: Source, registry: Registry, overrides: Overrides | None = None) -> AnyKind | Several:
    """Load a recipe, apply `overrides`, fill in the defaults, check everything, and return it frozen.

    `source` is a file, the name of a bundled recipe, or a mapping. A recipe with the key `matrix` is a
    MatrixRecipe, one with `candidates` a RankingRecipe, one with `intrinsic` an IntrinsicRecipe, one with
    `model` an EvaluationRecipe, one with `baseline` a BaselineRecipe, one whose embedding is a text encoder a
    TextEncoderRecipe. Does not touch the files that the
    recipe names. Raises RecipeError with every fault found, and ComponentError for a component whose class
    breaks its contract.
    """
    document = document_of(source) if isinstance(source, Mapping) else read_document(_find(source))
    if overrides:
        from embedkit.recipe.overrides import override

        override(document, overrides, defaults_of(_schema_of(document.data, registry)))
    findings = Findings(document)
    refuse_large_integers(document.data, findings)
    findings.raise_any()
    if CANDIDATES in document.data:
        return _ranking(document, registry)
    if document.data.get(MATRIX) is not None:
        return _matrix(document, registry)
    document.data.pop(MATRIX, None)
    checked = _checked(document, registry)
    checked.findings.raise_any()
    return cast("AnyKind", checked.recipe)


def load_single(source: Source, registry: Registry, overrides: Overrides | None = None) -> AnyKind:
    """Load a recipe as `load_recipe` does. Raises RecipeError for a matrix or a ranking: they are several."""
    from embedkit.recipe.matrix import MatrixRecipe
    from embedkit.recipe.ranking import RankingRecipe

    recipe = load_recipe(source, registry, overrides)
    if isinstance(recipe, MatrixRecipe):
        what = f"stands for {len(recipe.combinations):,} recipes, those of its matrix, where one is expected"
        raise RecipeError(Fault(what, where="recipe" if isinstance(source, Mapping) else str(source)))
    if isinstance(recipe, RankingRecipe):
        what = f"stands for {len(recipe.candidates):,} recipes, its candidates, where one is expected"
        where = "recipe" if isinstance(source, Mapping) else str(source)
        raise RecipeError(Fault(what, where=where, hint="Rank them: embedkit rank RECIPE."))
    return recipe


def _ranking(document: Document, registry: Registry) -> RankingRecipe:
    """Return the recipe of a ranking. Raises RecipeError with the faults of all candidates, by name."""
    from embedkit.recipe.ranking import RankingRecipe

    findings = Findings(document)
    sections: Sections = {**document.data}
    if document.stem is not None:
        sections.setdefault("name", portable(document.stem, "recipe"))
    candidates = sections["candidates"]
    if isinstance(candidates, Mapping):
        sections["candidates"] = {
            name: _candidate(document, str(name), registry, findings) for name in candidates
        }
    recipe = _validated(RankingRecipe, sections, findings) if not findings.faults else None
    findings.raise_any()
    return cast("RankingRecipe", recipe)


def _candidate(document: Document, name: str, registry: Registry, findings: Findings) -> object:
    """Return the recipe of a candidate, and add its faults to `findings`; None where it has any."""
    place: KeyPath = (CANDIDATES, name)
    if portable(name) != name:
        hint = f"Such as '{portable(name, 'candidate')}': it names a directory."
        findings.add(place, Fault(f"'{name}' is no name of a candidate", hint=hint))
        return None
    data = document.data[CANDIDATES][name]
    if not isinstance(data, dict):
        findings.add(place, f"expected a recipe, got {describe(data)}")
        return None
    inside = {path[2:]: origin for path, origin in document.origins.items() if path[:2] == place}
    checked = _checked(Document(data, {(): document.origin(place), **inside}, name), registry)
    for origin, fault in checked.findings.faults:
        findings.faults.append((origin, replace(fault, what=f"{dotted(place)}.{fault.what}")))
    return checked.recipe


def _matrix(document: Document, registry: Registry) -> MatrixRecipe:
    """Return the recipe of a document with a matrix. Raises RecipeError if its kind trains no model."""
    section = document.data[MATRIX]
    axes = section if isinstance(section, Mapping) else {}
    for key in ("model", "intrinsic"):
        if key in document.data or key in axes:
            what = f"a matrix varies recipes that train a model, and one with '{key}' does not"
            findings = Findings(document)
            findings.add((MATRIX,), what)
            findings.raise_any()
    from embedkit.recipe.baseline import BaselineRecipe
    from embedkit.recipe.matrix_reader import MatrixReader

    schema = BaselineRecipe if "baseline" in document.data or "baseline" in axes else Recipe
    check, keys = partial(_checked, registry=registry), _keys_of(schema)
    if schema is Recipe and any(_has_text_encoder(each, registry) for each in _embeddings(document.data)):
        from embedkit.recipe.text_encoder import TextEncoderRecipe

        keys = _joined(keys, _keys_of(TextEncoderRecipe))
    return MatrixReader(document, check, keys, defaults_of(schema)).read()


def _keys_of(schema: Schema) -> Keys:
    return keys_of(schema)


def _embeddings(data: Plain) -> Iterator[Plain]:
    """Yield every recipe's `embedding` that a matrix may make, as the rest of the recipe."""
    axes = data[MATRIX] if isinstance(data[MATRIX], Mapping) else {}
    values = axes.get("embedding")
    included = axes.get(INCLUDE)
    yield data
    yield from ({"embedding": value} for value in (values if isinstance(values, list) else ()))
    yield from ({"embedding": {"use": use}} for use in _listed(axes.get("embedding.use")))
    yield from (item for item in _listed(included) if isinstance(item, Mapping))


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _joined(keys: Keys, others: Keys) -> Keys:
    """Return the keys of each section of two kinds of recipe, each once."""
    return {
        path: tuple(dict.fromkeys((*keys.get(path, ()), *others.get(path, ()))))
        for path in {**keys, **others}
    }


def _checked(document: Document, registry: Registry) -> Checked:
    """Return the recipe of a document without a matrix, and all of its faults."""
    schema, findings = _schema_of(document.data, registry), Findings(document)
    trains = issubclass(schema, TrainingRecipe)
    if "text-encoder" in schema.other_kinds.values():
        document = _without_table(document, findings)
    sections = _resolved(document, schema, Resolver(registry, findings, trains, slots_of(schema)))
    _cross_check(sections, registry, findings)
    recipe = _validated(schema, sections, findings)
    return Checked(sections, recipe, findings)


def _schema_of(data: Plain, registry: Registry) -> Schema:
    """Return the schema of a recipe, by a key that only recipes of this schema have, or by its embedding."""
    if "intrinsic" in data:
        from embedkit.recipe.intrinsic import IntrinsicRecipe

        return IntrinsicRecipe
    if "model" in data:
        from embedkit.recipe.evaluation import EvaluationRecipe

        return EvaluationRecipe
    if "baseline" in data:
        from embedkit.recipe.baseline import BaselineRecipe

        return BaselineRecipe
    if _has_text_encoder(data, registry):
        from embedkit.recipe.text_encoder import TextEncoderRecipe

        return TextEncoderRecipe
    return Recipe


def _has_text_encoder(data: Plain, registry: Registry) -> bool:
    """Return whether the section `embedding` of a recipe names a text encoder, and no embedding."""
    embedding = data.get("embedding")
    name = embedding.get("use") if isinstance(embedding, Mapping) else embedding
    return name in registry.names("text-encoder") and name not in registry.names("embedding")


def _without_table(document: Document, findings: Findings) -> Document:
    """Return the document without what only an embedding matrix has, and add a fault for all of it."""
    from embedkit.recipe.text_encoder import TABLE_KEYS, TABLE_SECTIONS

    data = dict(document.data)
    for key in TABLE_SECTIONS:
        if data.pop(key, None) is not None:
            hint = f"{_LEAVE_OUT} In a matrix, write '{key}: null' in an item of include."
            findings.add((key,), Fault(_OWN_TOKENIZER[key], hint=hint))
    if isinstance(data.get("embedding"), dict):
        embedding = data["embedding"] = dict(data["embedding"])
        for key in TABLE_KEYS:
            if key in embedding:
                del embedding[key]
                what = "a text encoder has no embedding matrix, and so no words without a row"
                findings.add(("embedding", key), Fault(what, hint=_LEAVE_OUT))
    return Document(data, document.origins, document.stem)


_LEAVE_OUT = "Leave the key out, or name an embedding in place of the text encoder."
_OWN_TOKENIZER = {
    "tokenizer": "the text encoder in 'embedding' brings its own tokenizer",
    "vocabulary": "the text encoder in 'embedding' brings its own tokenizer, which knows pieces of any word",
    "oov": "the text encoder in 'embedding' reads any word in pieces, so none lacks a vector",
}
"""Why a recipe with a text encoder cannot have these sections."""


def _find(source: str | PathLike[str]) -> Path:
    """Return the recipe's file; the name of a bundled recipe comes before a file called so.

    Raises RecipeError for a name that is neither.
    """
    path = Path(source)
    named_as_file = not isinstance(source, str) or path.suffix in (".yaml", ".yml")
    if named_as_file or (path.is_file() and not is_bundled(str(source))):
        return path
    return find_bundled(str(source)).path


def _resolved(document: Document, schema: Schema, resolver: Resolver) -> Sections:
    """Return the document's sections, with components, shares and paths resolved and the rest as written."""
    sections = {
        key: dict(value) if isinstance(value, dict) else value for key, value in document.data.items()
    }
    if document.stem is not None:
        sections.setdefault("name", portable(document.stem, "recipe"))
    defaults = defaults_of(schema)
    for path in resolver.slots:
        if field_at(schema, path):
            _resolve_slot(path, sections, resolver, defaults.get(path))
    if isinstance(sections.get("seeds"), list):
        sections["seeds"] = tuple(sections["seeds"])
    if isinstance(sections.get("data"), dict):
        sections["data"] |= _settled_data(sections["data"], document)
    if "model" in schema.model_fields and isinstance(sections["model"], str):
        sections["model"] = absolute(sections["model"], document.origin(("model",)).base)
    if isinstance(sections.get("intrinsic"), dict):
        sections["intrinsic"] |= _absolute_sets(sections["intrinsic"], document)
    if "training" in schema.model_fields:
        _stop_early(sections)
    return sections


def _stop_early(sections: Sections) -> None:
    """Set early stopping by validation loss if there is a validation split and the recipe does not set it.

    `lbfgs`, which has no epochs, gets none.
    """
    data, training = sections.get("data"), sections.setdefault("training", {})
    if not isinstance(training, dict) or training.get("optimizer") == "lbfgs":
        return
    if isinstance(data, dict) and data.get("validation") is not None:
        training.setdefault("early_stopping", EarlyStopping().to_plain())


def _settled_data(data: Sections, document: Document) -> Sections:
    """Return labels and shares as tuples, and the folds with the absolute path of their file."""
    settled: Sections = {}
    for key in ("labels", "learning_curve"):
        if isinstance(data.get(key), list):
            settled[key] = tuple(data[key])
    folds = data.get("folds")
    if isinstance(folds, dict) and isinstance(folds.get("file"), str):
        base = document.origin(("data", "folds", "file")).base
        settled["folds"] = {**folds, "file": absolute(folds["file"], base)}
    return settled


def _absolute_sets(section: Sections, document: Document) -> Sections:
    """Return the file lists of the section `intrinsic` with absolute paths.

    Anything but a list is left out, and an item that is not a text stays as it is.
    """
    from embedkit.recipe.intrinsic import SETS

    return {
        key: tuple(
            absolute(path, document.origin(("intrinsic", key, index)).base) if isinstance(path, str) else path
            for index, path in enumerate(section[key])
        )
        for key in SETS
        if isinstance(section.get(key), list)
    }


def _resolve_slot(path: KeyPath, sections: Sections, resolver: Resolver, default: Default | None) -> None:
    """Replace the components written at `path` in `sections`, or the default ones, with their specs."""
    *holders, key = path
    if default and holders:
        sections.setdefault(holders[0], {})
    holder = sections.get(holders[0]) if holders else sections
    if not isinstance(holder, dict):
        return
    if default:
        holder.setdefault(key, dict(default) if isinstance(default, Mapping) else [*default])
    if key in holder:
        holder[key] = resolver.slot(path, holder[key])


def _cross_check(sections: Sections, registry: Registry, findings: Findings) -> None:
    """Check sections and components against each other, as far as they are known, and add the faults."""
    data, evaluation = sections.get("data"), sections.get("evaluation")
    if isinstance(data, dict):
        check_shares(data.get("validation"), data.get("test"), findings)
        check_folds(data, findings)
        check_learning_curve(data, findings)
        check_labels(data, findings)
    check_seeds(sections.get("seeds"), findings)
    if isinstance(evaluation, dict):
        check_metrics(evaluation["metrics"], data, registry, findings)
        check_baselines(evaluation.get("baselines"), findings)
    if "intrinsic" in sections:
        from embedkit.recipe.intrinsic import check_intrinsic

        check_intrinsic(sections, registry, findings)
    elif "baseline" in sections:
        check_baseline("baseline", sections["baseline"], data, registry, findings)
    else:
        check_baseline("averaged_with", sections.get("averaged_with"), data, registry, findings)
        check_unseen(sections.get("embedding"), registry, findings)
        check_chain(sections.get("oov"), registry, findings)
        check_pooled(sections.get("embedding"), sections.get("encoder"), registry, findings)
        check_training(sections, registry, findings)


def _validated(
    schema: Schema | type[RankingRecipe], sections: Sections, findings: Findings
) -> AnyRecipe | None:
    try:
        return schema.model_validate(sections)
    except ValidationError as error:
        explain(error, sections, (), keys_of(schema), findings)
        return None
