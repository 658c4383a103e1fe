"""The report of a case, as PDF and as HTML.

``sections`` say what a report holds, ``forms.py`` in which order; ``document.py`` makes pages of it and
``html_page.py`` a file for a browser.
"""
