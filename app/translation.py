"""The one function that every sentence goes through before a person sees it.

``_("...")`` translates where it is called; ``ngettext`` chooses between singular and plural. Both are called
inside functions, when the text is shown: at import nobody knows the language yet. Tables of a module mark
their sentences with ``N_("...")`` and are translated where they are read. What goes into a sentence is named
in braces and put in afterwards, ``_("by {author}").format(author=...)``, so that a translation may move it.
Without a translation a sentence is itself. Nothing that is stored is translated.
"""

import gettext

_languages: list[gettext.NullTranslations] = [gettext.NullTranslations()]


def use_translations(translations: gettext.NullTranslations) -> None:
    """Show every sentence in another language from now on."""
    _languages[:] = [translations]


def _(sentence: str) -> str:
    """Return a sentence in the language in use; "" stays ""."""
    return _languages[0].gettext(sentence) if sentence else ""


def ngettext(one: str, many: str, number: int) -> str:
    """Return the sentence for one or for several in the language in use."""
    return _languages[0].ngettext(one, many, number)


def N_(sentence: str) -> str:  # noqa: N802
    """Mark a sentence of a table for translation, and return it as it is."""
    return sentence
