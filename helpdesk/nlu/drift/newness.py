"""What the training sentences do not have: words, n-grams, whole messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from sklearn.feature_extraction.text import TfidfVectorizer

from helpdesk.domain.privacy import SecretKind, replace_tokens
from helpdesk.nlu.text import CODE_WORD, fold
from helpdesk.nlu.tokenizer import SudachiTokenizer

_NGRAM = 3
# What stands for a secret has no words.
_NOTHING = dict.fromkeys(SecretKind, " ")


@dataclass(frozen=True)
class NewWord:
    """`messages`, `messages_before`: in how many of each week it stands."""

    word: str
    messages: int
    messages_before: int
    example: str


@dataclass(frozen=True)
class FarMessage:
    """`similarity`: cosine to `nearest`, the training sentence that is most like it."""

    text: str
    similarity: float
    nearest: str


class TrainingSentences:
    """What the model has learnt from, as words and n-grams."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self._sentences = sentences
        self._tokenizer = SudachiTokenizer(SudachiTokenizer.get_default_config())

    def unseen_words(self, texts: Sequence[str]) -> float | None:
        """Share of the words in these texts that no training sentence has."""
        words = [word for text in texts for word in self._words(text)]
        return _share_unseen(words, self._known_words)

    def unseen_ngrams(self, texts: Sequence[str]) -> float | None:
        """The same of every three characters in a row."""
        ngrams = [each for text in texts for each in _ngrams(text)]
        return _share_unseen(ngrams, self._known_ngrams)

    def new_words(self, recent: Sequence[str], before: Sequence[str]) -> list[NewWord]:
        """Words of the week that training lacks, the most frequent first."""
        found, former = self._count(recent), self._count(before)
        examples = {word: text for text in recent for word in self._words(text)}
        return [
            NewWord(word, count, former[word], examples[word])
            for word, count in sorted(found.items(), key=lambda each: (-each[1], each))
        ]

    def nearest(self, texts: Sequence[str]) -> list[FarMessage]:
        """Each different text once, the farthest from all training first.

        Without those that hold nothing but a secret.
        """
        different = [each for each in dict.fromkeys(texts) if _folded(each)]
        if not different:
            return []
        # Fitted on both: what only the messages have must make them different.
        vectorizer = TfidfVectorizer(
            analyzer="char", ngram_range=(1, _NGRAM), sublinear_tf=True, lowercase=False
        )
        trained = [_folded(each) for each in self._sentences]
        vectorizer.fit([*trained, *map(_folded, different)])
        learnt = vectorizer.transform(trained).T.tocsr()
        found = []
        for text in different:
            likeness = (vectorizer.transform([_folded(text)]) @ learnt).toarray()[0]
            place = int(likeness.argmax())
            found.append(
                FarMessage(text, float(likeness[place]), self._sentences[place])
            )
        return sorted(found, key=lambda each: each.similarity)

    @cached_property
    def _known_words(self) -> set[str]:
        return {word for text in self._sentences for word in self._words(text)}

    @cached_property
    def _known_ngrams(self) -> set[str]:
        return {each for text in self._sentences for each in _ngrams(text)}

    def _count(self, texts: Sequence[str]) -> Counter[str]:
        """In how many texts each new word stands."""
        return Counter(
            word for text in texts for word in {*self._words(text)} - self._known_words
        )

    def _words(self, text: str) -> Iterator[str]:
        """Normalised, as the model's features are; without signs."""
        message = Message({TEXT: replace_tokens(text, _NOTHING)})
        for token in self._tokenizer.tokenize(message, TEXT):
            if any(character.isalpha() for character in token.lemma):
                yield token.lemma


def _folded(text: str) -> str:
    return fold(replace_tokens(text, _NOTHING)).replace(CODE_WORD, "")


def _ngrams(text: str) -> Iterator[str]:
    folded = _folded(text)
    for start in range(len(folded) - _NGRAM + 1):
        yield folded[start : start + _NGRAM]


def _share_unseen(found: Sequence[str], known: set[str]) -> float | None:
    return sum(each not in known for each in found) / len(found) if found else None
