"""What other programs wrote: tables of metadata, and masks drawn elsewhere.

``tables`` reads tables, whatever program wrote them, and understands their columns and cells in the words of
the case fields; ``masks`` reads outlines and masks of annotation programs. Nothing here knows what is stored:
which case is meant and what may be changed is decided by the use cases.
"""
