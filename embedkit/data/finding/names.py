"""Names that people give to columns of texts, of labels, and of neither."""

from __future__ import annotations

import re
from collections.abc import Collection

_TEXT = (
    "text texts review reviews reviewtext sentence sentences content contents body comment comments message "
    "messages tweet tweets document documents doc post posts utterance utterances phrase article "
    "texto texte testo tekst текст отзыв 文本 评论 评价 内容 テキスト 本文 レビュー 리뷰 텍스트 내용 본문 "
    "commentaire avis comentario comentarios reseña opinión kommentar bewertung rezension bericht recensione "
    "recensie opinia opinie yorum metin"
)  # fmt: skip
_TEXT_TOO = (
    "title headline headlines subject summary description abstract question statement query paragraph email "
    "mail sms news story lyrics answer response transcript transcription narrative complaint feedback "
    "titel titre título titulo titolo заголовок beschreibung descripción description"
)  # fmt: skip
_LABEL = (
    "label labels class classes category categories sentiment sentiments target targets star stars rating "
    "ratings y polarity emotion emotions topic topics intent intents tag tags type score scores overall "
    "genre spam gold bewertung "
    "etiqueta etiquette étiquette etichetta etikett klasse kategorie categoría categoria catégorie classe "
    "clase stimmung sentimiento sentimento note puntuación valoración "
    "метка класс категория тональность оценка 标签 类别 情感 ラベル 感情 カテゴリ 라벨 레이블 감정 "
    "etiket duygu"
)  # fmt: skip
_NEITHER = (
    "id ids idx index guid uuid key date datetime time timestamp created updated url link href lang language "
    "locale country city location timezone len length count counts num number no user username author name "
    "reviewer source file filename path version confidence probability fold split helpful votes unnamed "
    "annotator worker coord latitude longitude price age"
)  # fmt: skip

TEXT, TEXT_TOO, LABEL, NEITHER = (frozenset(words.split()) for words in (_TEXT, _TEXT_TOO, _LABEL, _NEITHER))


def words_of(name: str) -> list[str]:
    """Return the words of a column's name: `reviewText`, `Review text` and `review_text` have the same."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W_]+", spaced.casefold())


def text_rank(name: str) -> int:
    """Return how surely the name is that of a text: 5 for `text` itself, 0 for no sign of it."""
    return _rank(name, "text", TEXT) or (2 if _rank(name, "", TEXT_TOO) else 0)


def label_rank(name: str) -> int:
    """Return how surely the name is that of a label: 5 for `label` itself, 0 for no sign of it."""
    words = words_of(name)
    rank = _rank(name, "label", LABEL) or (3 if words[:1] in (["is"], ["has"]) else 0)
    return rank or (2 if {*words} & LABEL else 0)


def is_known(name: str) -> bool:
    """Return whether people give such a name to columns, so that it is no value."""
    words = words_of(name)
    one = len(words) == 1 and bool({*words} & (TEXT | TEXT_TOO | LABEL | NEITHER))
    return one or (1 < len(words) <= 3 and bool(text_rank(name) or label_rank(name) or is_neither(name)))


def is_neither(name: str) -> bool:
    """Return whether the name ends as those of ids, dates, persons and the like do."""
    return bool({*words_of(name)[-1:]} & NEITHER)


def _rank(name: str, first: str, others: Collection[str]) -> int:
    words = words_of(name)
    if words == [first]:
        return 5
    if len(words) == 1 and words[0] in others:
        return 4
    return 3 if {*words} & {*others} and not is_neither(name) else 0
