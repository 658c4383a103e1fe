"""A language in which every sentence stands in brackets, so that one that is not translated is seen."""

import gettext


class Bracketed(gettext.NullTranslations):
    """Gives back what it is given, in brackets."""

    def gettext(self, message: str) -> str:
        return f"[{message}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"[{msgid1 if n == 1 else msgid2}]"
